"""Transfer (转办): the office gives a case to the unit responsible — 第四条, 第九条, 第十一条至第十三条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.actions.disclose import refuse_strangers
from wz.i18n import N_, _, listed
from wz.model.case import Assignment, Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.regulation import deadlines
from wz.regulation.law import Law

ROUTES = {"area": "属地", "duty": "部门", "quick-coordination": "快速协调", "joint": "共同办理"}
COORDINATED = frozenset({"quick-coordination", "joint"})


class Transfer(Event, tag="transfer"):
    to: Annotated[str, Field("unit", N_("unit responsible"))]
    route: Annotated[str, Field("choice", N_("route"), choices=ROUTES)]
    assist: Annotated[list[str], Field("units", N_("assisting units"))] = []  # noqa: RUF012 - msgspec copies it
    guide: Annotated[str | None, Field("unit", N_("guiding department"))] = None
    limit: Annotated[int | None, Field("days", N_("working days set by other law"))] = None
    # Who can read the petitioner's contact from now on, who is told nothing (第十九条), who gets it on paper.
    disclosed_to: list[str] = []  # noqa: RUF012
    withheld_from: list[str] = []  # noqa: RUF012
    on_paper: list[str] = []  # noqa: RUF012


def decide(case: Case, event: Transfer, law: Law) -> Refusal | None:
    if event.to in event.assist or len(set(event.assist)) != len(event.assist):
        return Refusal("12", _("a unit is named twice"), _("Name the lead once, and each assisting unit once."))
    if refusal := refuse_strangers(event, {event.to, *event.assist}):
        return refusal
    if case.state == "assigned" and case.assignment:
        return _decide_addition(case.assignment, event)
    return None


def _decide_addition(now: Assignment, event: Transfer) -> Refusal | None:
    """A case already assigned takes further units after coordination (第十二条), and loses none."""
    there = {now.unit, *now.assist}
    named = {event.to, *event.assist}
    if event.route not in COORDINATED:
        return Refusal(
            "12",
            _("{unit} has had the case since {start}; further units come in after coordination only").format(
                unit=now.unit, start=shown(now.start)
            ),
            _("Use --route quick-coordination or joint; or have {unit} ask to return the case.").format(unit=now.unit),
        )
    missing = sorted(there - named)
    if missing:
        why = _("{unit} has had the case since {start}; this would leave out {units}")
    elif named == there:
        why = _("{unit} has had the case since {start}; this adds no unit")
    else:
        return None
    return Refusal(
        "12",
        why.format(unit=now.unit, start=shown(now.start), units=listed(missing)),
        _("Name every unit that has the case, and at least one more."),
    )


def apply(case: Case, event: Transfer, law: Law) -> None:
    now = case.assignment
    if case.state == "assigned" and now and now.unit == event.to:
        # The lead has had the case since its own transfer: more hands are no extension (第十四条).
        now.assist = list(event.assist)
        return
    case.end_obligations(event.at)
    case.assignments += 1
    case.assignment = Assignment(
        number=case.assignments,
        unit=event.to,
        route=event.route,
        start=event.at,
        assist=list(event.assist),
        guide=event.guide,
        limit=event.limit,
    )
    case.obligations += deadlines.at_transfer(
        law.rules, case.facts.category, event.to, event.at, event.limit, case.assignments
    )
    case.extension = None
    case.become("assigned", event.at)
    case.hold(event.to, event.at)


ACTION = Action(
    event=Transfer,
    label="转办",
    help=N_("Give a case to the unit responsible; or add units after coordination."),
    example="wz transfer 8Z5HZT --to urban-mgmt --route duty",
    article="9",
    who="office",
    states=frozenset({"registered", "assigned"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: "、".join(map(name, [event.to, *event.assist])),
)
