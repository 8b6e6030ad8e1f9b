"""The units' assessment over a period: figures, points and rank, each the sum of traces (第二十六条, 第二十七条)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import ceil
from typing import Any

import msgspec

from wz.model.directory import Directory
from wz.model.instants import end_of_day
from wz.model.obligation import LevelId
from wz.model.period import Period
from wz.model.problem import Problem
from wz.office.survey import replays
from wz.office.tracing import Trace, traces
from wz.regulation.rules import Rules
from wz.store.registry import Registry


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """Extensions (第十四条) or returns (第十条（二）, 第十一条): asked for, and what the office said."""

    requested: int
    granted: int
    refused: int


class LevelScore(msgspec.Struct, frozen=True, kw_only=True):
    """How often a level was the worst an assignment reached in the period, the points of it, and the cases behind."""

    level: LevelId
    assignments: int
    points: float
    cases: list[str]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one unit, or of all together. Rates are shares from 0 to 1; null where there is nothing to count.

    `median_days` and `p90_days` are of the working days from transfer to reply of what was answered in the period.
    """

    received: int
    on_time: int
    late: int
    on_time_rate: float | None
    open: int
    open_overdue: int
    median_days: float | None
    p90_days: int | None
    extensions: Requests
    returns: Requests
    points: float
    levels: list[LevelScore]
    criticisms: int
    ratings: dict[str, int]
    satisfaction: float | None
    redo: int
    redo_rate: float | None
    supervised: int
    referred: int


class UnitScore(Figures, frozen=True, kw_only=True):
    """A unit's figures, and its rank among the units that had anything to do with; null where it had nothing."""

    unit: str
    name: str
    rank: int | None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """`wz score --format json`, as `schemas/score.schema.json` declares it. `traces` are of the units explained."""

    as_of: datetime
    registry: str
    city: str
    period: Period
    units: list[UnitScore]
    totals: Figures
    traces: list[Trace]
    problems: list[Problem]


class Tally:
    """The running account of one unit: bounded, but for the names of the cases that were late."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.days: Counter[int] = Counter()
        self.ratings: Counter[str] = Counter()
        self.levels: dict[LevelId, list[Trace]] = {}
        self.overdue = 0
        self.criticisms = 0

    def add(self, trace: Trace) -> None:
        self.counts[trace.figure] += 1
        match trace.figure:
            case "on-time" | "late":
                self.days[trace.days or 0] += 1
            case "rating":
                self.ratings[trace.rating or ""] += 1
            case "open":
                self.overdue += bool(trace.charged)
            case "criticism":
                self.criticisms += int(trace.points or 0)
            case "points" if trace.level:
                self.levels.setdefault(trace.level, []).append(trace)

    def merge(self, other: "Tally") -> None:
        """Add another unit's account to this one."""
        self.counts += other.counts
        self.days += other.days
        self.ratings += other.ratings
        self.overdue += other.overdue
        self.criticisms += other.criticisms
        for level, traces_of in other.levels.items():
            self.levels.setdefault(level, []).extend(traces_of)

    def figures(self, rules: Rules) -> dict[str, Any]:
        """The fields of `Figures`."""
        count = self.counts
        answered = count["on-time"] + count["late"]
        rated = self.ratings.total()
        good = sum(number for rating, number in self.ratings.items() if not rules.bad_rating(rating))
        levels = [_level(level.id, self.levels.get(level.id, [])) for level in rules.levels_by_days]
        return {
            "received": count["received"],
            "on_time": count["on-time"],
            "late": count["late"],
            "on_time_rate": share(count["on-time"], answered),
            "open": count["open"],
            "open_overdue": self.overdue,
            "median_days": median(self.days),
            "p90_days": percentile(self.days, 90),
            "extensions": Requests(
                requested=count["extension-requested"],
                granted=count["extension-granted"],
                refused=count["extension-refused"],
            ),
            "returns": Requests(
                requested=count["return-requested"],
                granted=count["return-accepted"],
                refused=count["return-refused"],
            ),
            "points": total(level.points for level in levels),
            "levels": levels,
            "criticisms": self.criticisms,
            "ratings": {rating: self.ratings[rating] for rating in rules.choices("ratings")},
            "satisfaction": share(good, rated),
            "redo": count["redo"],
            "redo_rate": share(count["redo"], answered),
            "supervised": count["supervised"],
            "referred": count["referred"],
        }


def _level(level: LevelId, behind: list[Trace]) -> LevelScore:
    return LevelScore(
        level=level,
        assignments=len(behind),
        points=total(one.points for one in behind),
        cases=sorted({one.case for one in behind}),
    )


def score(registry: Registry, period: Period, as_of: datetime, explain: str | None = None) -> Score:
    """Every unit's figures of the period, as things stood at its end (or at `as_of`, where that is earlier).

    Cases are read one at a time. `explain` names the unit whose traces are given along.
    """
    moment = min(as_of, end_of_day(period.last))
    problems = list(registry.settings_problems)
    law, directory = registry.law, registry.directory
    tallies = {unit.id: Tally() for unit in directory.units}
    kept: list[Trace] = []
    for replayed in replays(registry, moment, problems):
        for trace in traces(replayed.case, law, period, moment):
            tallies.setdefault(trace.unit, Tally()).add(trace)
            if trace.unit == explain:
                kept.append(trace)
    everything = Tally()
    for tally in tallies.values():
        everything.merge(tally)
    return Score(
        as_of=moment,
        registry=registry.root.as_posix(),
        city=directory.city,
        period=period,
        units=ranked(tallies, law.rules, directory),
        totals=Figures(**everything.figures(law.rules)),
        traces=sorted(kept, key=lambda one: (one.on, one.case, one.assignment, one.figure)),
        problems=problems,
    )


def ranked(tallies: dict[str, Tally], rules: Rules, directory: Directory) -> list[UnitScore]:
    """The units, best first; equals share a rank, and a unit that had nothing to do has none."""
    scores = [
        UnitScore(unit=unit, name=directory.name_of(unit), rank=None, **tally.figures(rules))
        for unit, tally in tallies.items()
    ]
    busy = sorted((one for one in scores if tallies[one.unit].counts), key=_merit)
    places: dict[tuple[float, ...], int] = {}
    for place, one in enumerate(busy, 1):
        places.setdefault(_merit(one), place)
    idle = [one for one in scores if not tallies[one.unit].counts]
    return [msgspec.structs.replace(one, rank=places[_merit(one)]) for one in busy] + idle


def _merit(one: Figures) -> tuple[float, ...]:
    """Fewer points first, then fewer criticisms, then a smaller share late, then a smaller share dissatisfied."""
    late = 0.0 if one.on_time_rate is None else 1 - one.on_time_rate
    dissatisfied = 0.0 if one.satisfaction is None else 1 - one.satisfaction
    return (one.points, one.criticisms, round(late, 6), round(dissatisfied, 6))


def total(points: Iterable[float | None]) -> float:
    """Points added up, without the dust of binary fractions."""
    return round(sum(one or 0.0 for one in points), 6)


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def median(days: Counter[int]) -> float | None:
    """The middle one; of an even number the mean of the two in the middle."""
    if not days:
        return None
    number = days.total()
    return (_nth(days, (number + 1) // 2) + _nth(days, number // 2 + 1)) / 2


def percentile(days: Counter[int], percent: int) -> int | None:
    """The smallest number of days within which that percentage was answered (nearest rank)."""
    return _nth(days, ceil(days.total() * percent / 100)) if days else None


def _nth(days: Counter[int], place: int) -> int:
    """The number at that place, from 1, in ascending order."""
    reached = 0
    for number in sorted(days):
        reached += days[number]
        if reached >= place:
            return number
    raise ValueError(place)
