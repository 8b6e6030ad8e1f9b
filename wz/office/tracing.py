"""What each case adds to a unit's account in a period: one trace for each thing counted (第二十六条, 第二十七条)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

import msgspec

from wz.actions.approve import Approve
from wz.actions.decide import Decide
from wz.actions.extension_grant import ExtensionGrant
from wz.actions.extension_refuse import ExtensionRefuse
from wz.actions.extension_request import ExtensionRequest
from wz.actions.rate import Rate
from wz.actions.refer import Refer
from wz.actions.reply import Reply
from wz.actions.return_accept import ReturnAccept
from wz.actions.return_refuse import ReturnRefuse
from wz.actions.return_request import ReturnRequest
from wz.actions.supervise import Supervise
from wz.actions.transfer import Transfer
from wz.model.case import Case, State, Step
from wz.model.event import Event
from wz.model.instants import SHANGHAI
from wz.model.obligation import Judged, Kind, LevelId
from wz.model.period import Period
from wz.regulation.judging import judge, reasons
from wz.regulation.law import Law
from wz.regulation.points import charge, passed

Figure = Literal[
    "received",
    "on-time",
    "late",
    "open",
    "extension-requested",
    "extension-granted",
    "extension-refused",
    "return-requested",
    "return-accepted",
    "return-refused",
    "points",
    "criticism",
    "rating",
    "redo",
    "supervised",
    "referred",
]
# Events that are counted as such.
_COUNTED: dict[type[Event], Figure] = {
    ExtensionRequest: "extension-requested",
    ExtensionGrant: "extension-granted",
    ExtensionRefuse: "extension-refused",
    ReturnRequest: "return-requested",
    ReturnAccept: "return-accepted",
    ReturnRefuse: "return-refused",
    Rate: "rating",
    Supervise: "supervised",
}
_RETURNS: frozenset[Figure] = frozenset({"return-requested", "return-accepted", "return-refused"})
_UNANSWERED: frozenset[State] = frozenset({"assigned", "return-requested", "in-review", "redo"})


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that counts for a unit: in which case and assignment, and on which day.

    on-time and late: `days` are the working days from the transfer to the reply, `obligation`, `due` and `met` say
    why, `charged` how many overdue days count. open: `charged` of its worst obligation. points: the `level` reached
    on that day, and the `points` that the assignment's account grew in the period. criticism: how many, as `points`.
    """

    unit: str
    figure: Figure
    case: str
    assignment: int
    on: date
    days: int | None = None
    obligation: Kind | None = None
    due: date | None = None
    met: datetime | None = None
    charged: int | None = None
    level: LevelId | None = None
    points: float | None = None
    rating: str | None = None
    ground: str | None = None


def traces(case: Case, law: Law, period: Period, as_of: datetime) -> Iterator[Trace]:
    """Everything in a case that counts in the period; the case must have been replayed up to `as_of`, within it.

    History brought in from elsewhere never counts. An assignment whose return was accepted counts for nothing but
    the return itself (第十一条).
    """
    if any(step.event.action == "import" for step in case.steps):
        return
    struck = {step.assignment for step in case.steps if isinstance(step.event, ReturnAccept)}
    yield from _counted(case, period, struck)
    judged = [judge(case, owed, law, as_of) for owed in case.obligations]
    yield from _answers(case, law, period, judged, struck)
    yield from _charges(case, law, period, as_of, judged)
    for one in judged:
        owed = one.obligation
        if owed.kind == "redo" and period.holds(_day(owed.start)):
            yield Trace(
                unit=owed.unit,
                figure="redo",
                case=case.facts.id,
                assignment=owed.assignment,
                on=_day(owed.start),
                due=one.due,
            )
    if case.state in _UNANSWERED and case.assignment:
        late = max((len(one.charged) for one in judged if one.obligation.open), default=0)
        yield Trace(
            unit=case.assignment.unit,
            figure="open",
            case=case.facts.id,
            assignment=case.assignment.number,
            on=_day(as_of),
            charged=late,
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _counted(case: Case, period: Period, struck: set[int]) -> Iterator[Trace]:
    """What is counted as the event that it is: transfers, extensions, returns, ratings, supervision, referral."""
    begun: set[int] = set()
    for step in case.steps:
        event, unit = step.event, step.unit
        figure = _COUNTED.get(type(event))
        if isinstance(event, Transfer) and step.assignment not in begun:
            begun.add(step.assignment)
            figure = "received"
        elif isinstance(event, Refer) and event.to == "supervision":
            figure = "referred"
        if (
            figure is not None
            and unit is not None
            and period.holds(_day(event.at))
            and (step.assignment not in struck or figure in _RETURNS)
        ):
            yield Trace(
                unit=unit,
                figure=figure,
                case=case.facts.id,
                assignment=step.assignment,
                on=_day(event.at),
                rating=event.rating if isinstance(event, Rate) else None,
                ground=event.ground if isinstance(event, Supervise) else None,
            )


def _answers(case: Case, law: Law, period: Period, judged: list[Judged], struck: set[int]) -> Iterator[Trace]:
    """The first answer of each assignment, in the period in which the office approved it."""
    start: dict[int, datetime] = {}
    answered: set[int] = set()
    handed: Step | None = None
    for step in case.steps:
        event, number = step.event, step.assignment
        if isinstance(event, Transfer):
            start.setdefault(number, event.at)
        elif isinstance(event, Reply) or (isinstance(event, Decide) and event.decision == "decline"):
            handed = step
        elif isinstance(event, Approve) and number not in answered and number not in struck and handed and step.unit:
            answered.add(number)
            if period.holds(_day(event.at)):
                yield _answer(case, law, step, handed, start[number], judged)


def _answer(case: Case, law: Law, step: Step, handed: Step, start: datetime, judged: list[Judged]) -> Trace:
    """On time, unless overdue days of what it met are charged to the unit (第二十六条)."""
    met = next(
        one
        for one in reversed(judged)
        if one.obligation.assignment == step.assignment
        and one.obligation.kind in ("completion", "decision")
        and one.obligation.met == handed.event.at
    )
    assert step.unit is not None
    return Trace(
        unit=step.unit,
        figure="late" if met.charged else "on-time",
        case=case.facts.id,
        assignment=step.assignment,
        on=_day(step.event.at),
        days=law.calendar.count(_day(start), _day(handed.event.at)),
        obligation=met.obligation.kind,
        due=met.due,
        met=handed.event.at.astimezone(SHANGHAI),
        charged=len(met.charged),
    )


def _charges(case: Case, law: Law, period: Period, as_of: datetime, judged: list[Judged]) -> Iterator[Trace]:
    """What each assignment's account grew in the period."""
    for number in dict.fromkeys(one.obligation.assignment for one in judged):
        mine = [one for one in judged if one.obligation.assignment == number]
        levels = [passed(one, reasons(case, one.obligation), law.rules) for one in mine]
        before, now = (charge(levels, day, law.rules) for day in (period.before, _day(as_of)))
        worst = now.worst
        if worst is None or (before.worst and before.worst.level == worst.level):
            continue
        account = Trace(
            unit=mine[0].obligation.unit,
            figure="points",
            case=case.facts.id,
            assignment=number,
            on=worst.on,
            level=worst.level.id,
            obligation=worst.judged.obligation.kind,
            due=worst.judged.due,
            charged=len(worst.judged.charged),
            points=round(now.points - before.points, 6),
        )
        yield account
        if now.criticisms > before.criticisms:
            yield msgspec.structs.replace(account, figure="criticism", points=now.criticisms - before.criticisms)
