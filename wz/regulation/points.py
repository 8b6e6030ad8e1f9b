"""What an assignment is charged by a day: once, at the worst level any of its obligations reached (第二十六条)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from wz.model.obligation import Judged
from wz.regulation.levels import Reasons, points, reached
from wz.regulation.rules import Level, Rules


class Passed(NamedTuple):
    """A level that an obligation reached on a day."""

    on: date
    level: Level
    judged: Judged


class Charge(NamedTuple):
    """An assignment's account by a day: its worst level (None: none), where and when reached, points, criticisms."""

    worst: Passed | None
    points: float
    criticisms: int


def passed(judged: Judged, reasons: Reasons, rules: Rules) -> list[Passed]:
    """The levels that an obligation has passed, mildest first, each with the day of the charged day that reached it."""
    return [Passed(judged.charged[level.since - 1], level, judged) for level in reached(judged.charged, reasons, rules)]


def charge(obligations: Sequence[Sequence[Passed]], day: date, rules: Rules) -> Charge:
    """The account by the end of a day, from what each obligation of the assignment passed."""
    by_then = [[one for one in levels if one.on <= day] for levels in obligations]
    worst = max(
        (levels[-1] for levels in by_then if levels),
        key=lambda one: (one.level.since, -one.on.toordinal()),  # of equal levels the one reached first
        default=None,
    )
    return Charge(
        worst,
        max((points([one.level for one in levels], rules) for levels in by_then), default=0.0),
        max((one.level.criticisms for levels in by_then for one in levels), default=0),
    )
