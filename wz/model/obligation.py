"""What a unit owes in a case, by when, and what became of it."""

from datetime import date, datetime
from typing import Literal

import msgspec

Kind = Literal["contact", "completion", "decision", "redo", "supervision"]
LevelId = Literal["none", "blue", "yellow", "red", "referral"]
KIND_LABELS: dict[Kind, str] = {
    "contact": "沟通",
    "completion": "办结",
    "decision": "受理决定",
    "redo": "重办",
    "supervision": "督办",
}
# Best to worst: the order in which a unit falls.
LEVEL_ORDER: tuple[LevelId, ...] = ("none", "blue", "yellow", "red", "referral")


class Obligation(msgspec.Struct, kw_only=True, gc=False):
    """One duty of one unit with its clock.

    `days` are the working days that the regulation gives, `extended` those that extensions added (第十四条); `day` is
    the due day where an order sets it instead (第二十四条（三）、（四）), and `days` then counts up to it.
    `met` is when it was fulfilled; `ended` when it ceased without being fulfilled (withdrawal, change of lead).
    `urged` are the levels at which the unit has been urged for it, `referred` when it went to 督查室 (第二十六条).
    """

    kind: Kind
    unit: str
    article: str
    start: datetime
    days: int
    assignment: int
    extended: int = 0
    day: date | None = None
    met: datetime | None = None
    ended: datetime | None = None
    urged: list[LevelId] = []
    referred: datetime | None = None

    @property
    def open(self) -> bool:
        return self.met is None and self.ended is None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation as it stands on a day: every figure that tables, JSON and points are made of.

    `days_left` counts working days from the day after as-of to the due day: 0 on that day, negative after it.
    `charged` are the overdue days that count against the unit (working days on which it held the case at 00:00).
    """

    obligation: Obligation
    due: date
    due_at: datetime
    days_left: int
    charged: tuple[date, ...]
    level: LevelId
    points: float
    provisional: bool
