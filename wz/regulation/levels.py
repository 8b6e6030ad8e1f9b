"""Warning levels and points from charged overdue days (第二十六条)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from wz.model.obligation import LevelId
from wz.regulation.rules import Level, Rules


class Reasons(NamedTuple):
    """When the unit said why it is late, and when the case went to 督查室; None: not yet."""

    given: datetime | None
    referred: datetime | None

    def keep_away(self, due: date, rules: Rules) -> bool:
        """Whether they keep the referral away that falls due on that day.

        They do when given by that day, and before the case was referred for it; later ones do so only where
        `late_justification` counts them.
        """
        if self.given is None or rules.late_justification == "counts":
            return self.given is not None
        gone = self.referred is not None and due <= self.referred.date() and self.referred <= self.given
        return self.given.date() <= due and not gone


def reached(charged: Sequence[date], reasons: Reasons, rules: Rules) -> list[Level]:
    """The levels passed, mildest first; reasons given in time keep those away that are marked `unless_justified`."""
    passed = []
    for level in rules.levels_by_days:
        if len(charged) < level.since:
            break
        if not (level.unless_justified and reasons.keep_away(charged[level.since - 1], rules)):
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
