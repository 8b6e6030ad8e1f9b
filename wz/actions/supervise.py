"""Supervise (督办): the office orders the unit to deal with the case — 第二十三条, 第二十四条."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case, State
from wz.model.event import Event
from wz.model.instants import shown
from wz.regulation import deadlines
from wz.regulation.law import Law
from wz.regulation.rules import Method

STATES: frozenset[State] = frozenset({"assigned", "redo", "in-review", "answered"})


def _sets_its_day(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("method") in ("onsite", "instruction")


class Supervise(Event, tag="supervise"):
    ground: Annotated[str, Field("choice", N_("ground"), choices="grounds.supervise")]
    method: Annotated[str, Field("choice", N_("method"), choices="supervision.methods")]
    text: Annotated[str, Field("text", N_("what the unit is to do"))]
    due: Annotated[date | None, Field("day", N_("due day that the order sets"), asked=_sets_its_day)] = None


def decide(case: Case, event: Supervise, law: Law) -> Refusal | None:
    method = law.rules.method(event.method)
    if method is None:
        return Refusal(
            "24",
            _("there is no method {method}").format(method=event.method),
            _("Give one of {methods}.").format(methods=", ".join(law.rules.choices("supervision.methods"))),
        )
    return _refuse_ground(case, event, law) or _refuse_day(event, method) or _refuse_again(case, method)


def _refuse_ground(case: Case, event: Supervise, law: Law) -> Refusal | None:
    """What each ground presupposes; 23(2) and 23(5) are the office's judgement."""
    grounds = law.rules.choices("grounds.supervise")
    if event.ground not in grounds:
        return Refusal(
            "23",
            _("{ground} is no ground of supervision").format(ground=event.ground),
            _("Give one of {grounds}.").format(grounds=", ".join(grounds)),
        )
    if event.ground == "23(4)" and not case.fault:
        return Refusal(
            event.ground,
            _("no unit has been found at fault for a second bad rating in this case"),
            _("First `wz find-fault`, once the redone case has been rated badly."),
        )
    if case.state == "answered" and event.ground != "23(4)":
        return Refusal(
            event.ground,
            _("the case has been answered since {since}").format(since=shown(case.since)),
            _("An answered case is supervised on ground 23(4) only, after `wz find-fault`."),
        )
    if event.ground == "23(1)" and case.instructed is None:
        return Refusal(
            event.ground, _("no leader has given an instruction in this case"), _("First record it: `wz instruct`.")
        )
    if event.ground == "23(3)" and not any(
        event.at > deadlines.due_at(owed, law.calendar) for owed in case.obligations if owed.open
    ):
        return Refusal(
            event.ground,
            _("nothing in this case is overdue at {at}").format(at=shown(event.at)),
            _("`wz why` shows the deadlines; ground 23(5) is for what else needs supervision."),
        )
    return None


def _refuse_day(event: Supervise, method: Method) -> Refusal | None:
    if method.days is None and event.due is None:
        return Refusal(
            method.article,
            _("{method} sets the day by which it is dealt with").format(method=method.label),
            _("Add --due DATE."),
        )
    if method.days is not None and event.due is not None:
        return Refusal(
            method.article,
            _("{method} gives {days} working days").format(method=method.label, days=method.days),
            _("Leave --due out, or order it onsite or by instruction."),
        )
    if event.due is not None and event.due < event.at.date():
        return Refusal(
            method.article,
            _("the due day {due} is before the order of {at}").format(due=event.due, at=event.at.date()),
            _("Give a later day."),
        )
    return None


def _refuse_again(case: Case, method: Method) -> Refusal | None:
    """A second order by the same paragraph of 第二十四条 would be a silent extension of the first."""
    for owed in case.obligations:
        if owed.open and owed.kind == "supervision" and owed.article == method.article:
            return Refusal(
                method.article,
                _("such an order of {start} is still open").format(start=shown(owed.start)),
                _("Close it with `wz supervise close`, urge with `wz urge`, or order it by another method."),
            )
    return None


def apply(case: Case, event: Supervise, law: Law) -> None:
    now, method = case.assignment, law.rules.method(event.method)
    assert now is not None
    assert method is not None
    case.supervised[event.ground] = event.at
    case.obligations.append(deadlines.at_order(method, now.unit, event.at, event.due, now.number, law.calendar))
    if case.state == "answered":
        case.hold(now.unit, event.at)


ACTION = Action(
    event=Supervise,
    label="督办",
    help=N_("Put a case under supervision: the unit has 2 working days, or until the day that the order sets."),
    example='wz supervise open 8Z5HZT --ground "23(3)" --method notice --text 请立即办结并书面答复',
    article="23",
    who="office",
    states=STATES,
    decide=decide,
    apply=apply,
    subject=lambda event, name: f"{event.ground} {event.method}",
    ready=lambda case, at, law: case.state != "answered" or case.fault is True,
)
