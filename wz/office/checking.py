"""The daily view: who owes what by when, and what waits for the office."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec

from wz.model.directory import Directory
from wz.model.instants import SHANGHAI
from wz.model.obligation import LEVEL_ORDER, Judged, LevelId
from wz.model.problem import Problem
from wz.office.comparing import Before, is_overdue
from wz.office.survey import Awaited, Standing, Survey
from wz.regulation.rules import Rules


class Urge(msgspec.Struct, frozen=True):
    """Whom 第二十六条 has urged at this level; both None where nobody is."""

    role: str | None
    name: str | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What every output says of an obligation."""

    unit: str
    obligation: str
    started: datetime
    due: date
    due_at: datetime
    days_left: int
    overdue_days: int
    level: LevelId
    points: float
    urge: Urge
    article: str
    provisional: bool


class Owed(Figures, frozen=True, kw_only=True):
    """An obligation and the case it is of.

    `before` is its level at the moment that it is compared with (None: it was not owed then); unset without one.
    """

    case: str
    title: str
    category: str
    state: str
    before: LevelId | msgspec.UnsetType | None = msgspec.UNSET


class Awaiting(msgspec.Struct, frozen=True, kw_only=True, rename={"awaited": "for"}):
    """Something that waits for the office; `days` are working days."""

    case: str
    title: str
    state: str
    awaited: Awaited
    since: datetime
    days: int


class Since(msgspec.Struct, frozen=True):
    """What the view is compared with: the moment, and the commit if one was named."""

    as_of: datetime
    commit: str | None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """`wz check --format json`, as `schemas/check.schema.json` declares it."""

    as_of: datetime
    registry: str
    new_since: Since | msgspec.UnsetType = msgspec.UNSET
    totals: dict[str, int]
    obligations: list[Owed]
    waiting: list[Awaiting]
    problems: list[Problem]


def figures(judged: Judged, rules: Rules, directory: Directory) -> Figures:
    """A judged obligation as outputs carry it."""
    return Figures(**_figures(judged, rules, directory))


def _figures(judged: Judged, rules: Rules, directory: Directory) -> dict[str, Any]:
    owed = judged.obligation
    return {
        "unit": owed.unit,
        "obligation": owed.kind,
        "started": owed.start.astimezone(SHANGHAI),
        "due": judged.due,
        "due_at": judged.due_at,
        "days_left": judged.days_left,
        "overdue_days": len(judged.charged),
        "level": judged.level,
        "points": judged.points,
        "urge": whom_to_urge(judged.level, owed.unit, rules, directory),
        "article": owed.article,
        "provisional": judged.provisional,
    }


def whom_to_urge(level_id: LevelId, unit_id: str, rules: Rules, directory: Directory) -> Urge:
    """承办人, 分管领导, 主要领导 of the unit, or the supervision office (第二十六条)."""
    level = rules.level(level_id)
    if level is None:
        return Urge(None, None)
    if level.urge == "supervision":
        return Urge("supervision", directory.supervision.name)
    unit = directory.unit(unit_id)
    person = unit.holder_of(level.urge) if unit else None
    return Urge(level.urge, person.name if person else None)


def check(
    survey: Survey,
    registry: str,
    rules: Rules,
    directory: Directory,
    *,
    unit: str | None = None,
    within: int | None = None,
    before: Before | None = None,
) -> Check:
    """The view over a survey: worst first, then by due day; waiting, oldest first.

    `unit` keeps one unit's obligations; `within` those overdue or due within that many working days; `before` those
    that became worse since then, and nothing that waits for the office.
    """
    pairs = [
        (standing, judged)
        for standing in survey.standings
        for judged in standing.judged
        if (unit is None or judged.obligation.unit == unit)
        and (within is None or judged.days_left <= within)
        and (before is None or before.worse(standing.id, judged, survey.as_of))
    ]
    pairs.sort(key=lambda pair: _urgency(*pair))
    standings = survey.standings if before is None else []
    awaiting = sorted(_awaiting(standings, unit), key=lambda one: (one.since, one.case))
    obligations = [
        Owed(
            case=standing.id,
            title=standing.facts.title,
            category=standing.facts.category,
            state=standing.state,
            before=msgspec.UNSET if before is None else before.level(standing.id, judged),
            **_figures(judged, rules, directory),
        )
        for standing, judged in pairs
    ]
    return Check(
        as_of=survey.as_of,
        registry=registry,
        new_since=msgspec.UNSET if before is None else Since(before.as_of, before.commit),
        totals=_totals(survey.as_of, [judged for _standing, judged in pairs], len(awaiting), survey.problems, rules),
        obligations=obligations,
        waiting=awaiting,
        problems=survey.problems,
    )


def _urgency(standing: Standing, judged: Judged) -> tuple[int, int, date, str]:
    return -LEVEL_ORDER.index(judged.level), -len(judged.charged), judged.due, standing.id


def _awaiting(standings: Iterable[Standing], unit: str | None) -> Iterable[Awaiting]:
    for standing in standings:
        if unit is None or standing.unit == unit:
            for one in standing.waiting:
                yield Awaiting(
                    case=standing.id,
                    title=standing.facts.title,
                    state=standing.state,
                    awaited=one.awaited,
                    since=one.since.astimezone(SHANGHAI),
                    days=one.days,
                )


def _totals(
    as_of: datetime, judged: list[Judged], waiting: int, problems: list[Problem], rules: Rules
) -> dict[str, int]:
    levels = Counter(one.level for one in judged)
    running = [one for one in judged if not is_overdue(one, as_of)]
    return {
        "open": len(judged),
        "overdue": len(judged) - len(running),
        "due_soon": sum(one.days_left <= rules.due_soon for one in running),
        **{level: levels[level] for level in LEVEL_ORDER},
        "waiting": waiting,
        "problems": len(problems),
    }


def reached(owed: Owed, level: LevelId) -> bool:
    """Whether the obligation has reached that level, or a worse one."""
    return LEVEL_ORDER.index(owed.level) >= LEVEL_ORDER.index(level)


def overdue(check: Check) -> list[Owed]:
    """What should have been done already."""
    return [one for one in check.obligations if is_overdue(one, check.as_of)]


def due_soon(check: Check, days: int) -> list[Owed]:
    """What falls due within so many working days."""
    return [one for one in check.obligations if one.days_left <= days and not is_overdue(one, check.as_of)]


def due_later(check: Check, days: int) -> list[Owed]:
    """What falls due after that."""
    return [one for one in check.obligations if one.days_left > days and not is_overdue(one, check.as_of)]
