"""How each deadline came about: every day counted and skipped, extensions, charged days."""

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from wz.actions.replay import replay
from wz.model.case import Case
from wz.model.instants import SHANGHAI, instant
from wz.model.obligation import Judged, Kind, LevelId
from wz.model.workdays import Calendar, Day
from wz.regulation.charging import holder_at, overdue_days
from wz.regulation.judging import judge, justified_on
from wz.regulation.law import Law
from wz.store.casefile import CaseFile


class Counted(msgspec.Struct, frozen=True):
    """The n-th working day of a period, and why the day works where that is not plain."""

    date: date
    n: int
    why: str


class Skipped(msgspec.Struct, frozen=True):
    """A day off within a period, and why."""

    date: date
    why: str


class Late(msgspec.Struct, frozen=True):
    """An overdue working day: who held the case at 00:00, and so whether it is charged."""

    date: date
    charged: bool
    holder: str | None
    why: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation, accounted for day by day."""

    obligation: Kind
    unit: str
    article: str
    started: datetime
    days: int
    extended: int
    due: date
    due_at: datetime
    met: datetime | None
    ended: datetime | None
    level: LevelId
    overdue_days: int
    points: float
    justified: date | None
    provisional: bool
    counted: list[Counted]
    skipped: list[Skipped]
    overdue: list[Late]


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`wz why --format json`. `today`: the same by today's calendar and rules, where those have changed since."""

    case: str
    as_of: datetime
    obligations: list[Explanation]
    rules: dict[str, Any]
    today: list[Explanation] | None = None


def explain(case: Case, law: Law, as_of: datetime) -> Why:
    """Every obligation of the case, open or not."""
    return Why(
        case=case.facts.id,
        as_of=as_of,
        obligations=[_explain(case, judge(case, owed, law, as_of), law, as_of) for owed in case.obligations],
        rules={
            "charging": law.rules.charging,
            "points": law.rules.points,
            "late_justification": law.rules.late_justification,
            "close_of_business": f"{law.calendar.close_of_business:%H:%M}" if law.calendar.close_of_business else None,
        },
    )


def explain_then(read: CaseFile, then: Law, now: Law | None, as_of: datetime) -> Why:
    """The case as it was recorded, by the law of then; and by that of now, where that is another."""
    assert read.facts is not None
    told = explain(replay(read.facts, read.events, then, as_of).case, then, as_of)
    if now is None:
        return told
    today = explain(replay(read.facts, read.events, now, as_of).case, now, as_of)
    return msgspec.structs.replace(told, today=today.obligations)


def _explain(case: Case, judged: Judged, law: Law, as_of: datetime) -> Explanation:
    owed = judged.obligation
    start = owed.start.date()
    days = law.calendar.days(start + timedelta(1), judged.due)
    working = [day for day in days if day.working]
    return Explanation(
        obligation=owed.kind,
        unit=owed.unit,
        article=owed.article,
        started=owed.start.astimezone(SHANGHAI),
        days=owed.days,
        extended=owed.extended,
        due=judged.due,
        due_at=judged.due_at,
        met=owed.met,
        ended=owed.ended,
        level=judged.level,
        overdue_days=len(judged.charged),
        points=judged.points,
        justified=justified_on(case, owed),
        provisional=judged.provisional,
        counted=[Counted(day.date, number, _reason(day)) for number, day in enumerate(working, 1)],
        skipped=[Skipped(day.date, _reason(day)) for day in days if not day.working],
        overdue=_late_days(case, judged, law.calendar, as_of),
    )


def _late_days(case: Case, judged: Judged, calendar: Calendar, as_of: datetime) -> list[Late]:
    charged = set(judged.charged)
    return [
        Late(day, day in charged, holder_at(case.custody, instant(day, time.min)), _reason(calendar.day(day)))
        for day in overdue_days(judged.obligation, judged.due, calendar, as_of.date())
    ]


def _reason(day: Day) -> str:
    """Why a day is what it is: its kind, and its name where it has one."""
    if day.kind == "workday":
        return ""
    return f"{day.kind}: {day.reason}" if day.reason else day.kind
