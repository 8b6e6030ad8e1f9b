"""An obligation judged on a day: due, days left, charged days, level, points."""

from collections.abc import Sequence
from datetime import date, datetime

from wz.model.case import Case
from wz.model.obligation import LEVEL_ORDER, Judged, LevelId, Obligation
from wz.regulation import levels
from wz.regulation.charging import charged_days
from wz.regulation.deadlines import closing, due_day
from wz.regulation.law import Law
from wz.regulation.rules import Rules


def justified_on(case: Case, obligation: Obligation) -> date | None:
    """The day on which the unit gave reasons for being late in that obligation's assignment."""
    given = case.justifications.get(obligation.assignment)
    return given.date() if given else None


def reasons(case: Case, obligation: Obligation) -> levels.Reasons:
    """What decides whether the referral for that obligation is kept away."""
    return levels.Reasons(case.justifications.get(obligation.assignment), obligation.referred)


def judge(case: Case, obligation: Obligation, law: Law, as_of: datetime) -> Judged:
    """The obligation as it stands at `as_of`; the case must have been replayed up to that instant."""
    rules, calendar = law
    due = due_day(obligation, calendar)
    charged = charged_days(obligation, due, case.custody, rules, calendar, as_of.date())
    passed = levels.reached(charged, reasons(case, obligation), rules)
    return Judged(
        obligation=obligation,
        due=due,
        due_at=closing(due, calendar),
        days_left=calendar.count(as_of.date(), due),
        charged=tuple(charged),
        level=levels.worst(passed),
        points=levels.points(passed, rules),
        provisional=obligation.day is None and calendar.provisional(obligation.start.date(), due),
    )


def judge_open(case: Case, law: Law, as_of: datetime) -> list[Judged]:
    """Every open obligation of the case, judged."""
    return [judge(case, owed, law, as_of) for owed in case.obligations if owed.open]


def to_refer(judged: Sequence[Judged], rules: Rules) -> list[Judged]:
    """Those that have reached the level at which a case goes to 督查室, and have not gone there (第二十六条)."""
    return [
        one
        for one in judged
        if one.obligation.referred is None and (level := rules.level(one.level)) and level.unless_justified
    ]


def to_urge(judged: Sequence[Judged], level: LevelId) -> list[Judged]:
    """The open ones that have reached that level, and for which nobody has been urged at it (第二十六条)."""
    return [
        one
        for one in judged
        if one.obligation.open
        and LEVEL_ORDER.index(one.level) >= LEVEL_ORDER.index(level)
        and level not in one.obligation.urged
    ]


def worst_level(judged: list[Judged]) -> LevelId:
    return max((one.level for one in judged), key=LEVEL_ORDER.index, default="none")
