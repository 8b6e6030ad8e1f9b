"""Warning levels and points from charged overdue days (第二十六条)."""

from collections.abc import Sequence
from datetime import date

from wz.model.obligation import LevelId
from wz.regulation.rules import Level, Rules


def reached(charged: Sequence[date], justified: date | None, rules: Rules) -> list[Level]:
    """The levels passed, mildest first.

    `justified` is the day on which the unit gave its reasons. They keep a level marked `unless_justified` away when
    given by the day on which that level falls due; later ones do so only where `late_justification` counts them.
    """
    passed = []
    for level in rules.levels_by_days:
        if len(charged) < level.since:
            break
        in_time = justified is not None and (
            rules.late_justification == "counts" or justified <= charged[level.since - 1]
        )
        if not (level.unless_justified and in_time):
            passed.append(level)
    return passed


def worst(passed: Sequence[Level]) -> LevelId:
    return passed[-1].id if passed else "none"


def points(passed: Sequence[Level], rules: Rules) -> float:
    """Points charged: those of the worst level, or the sum where `points` is cumulative.

    A referral bears the red level's points, so it adds none of its own to a sum.
    """
    if not passed:
        return 0.0
    if rules.points == "worst":
        return passed[-1].points
    return float(sum(level.points for level in passed if not level.unless_justified))
