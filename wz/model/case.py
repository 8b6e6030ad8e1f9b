"""A case as its facts and events make it: the state that replay folds."""

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from wz.model.event import Event, Facts
from wz.model.obligation import Kind, Obligation

State = Literal[
    "registered",
    "awaiting-instruction",
    "assigned",
    "return-requested",
    "in-review",
    "answered",
    "redo",
    "closed",
    "declined",
]

STATE_LABELS: dict[State, str] = {
    "registered": "待转办",
    "awaiting-instruction": "待批示",
    "assigned": "办理中",
    "return-requested": "申请退回",
    "in-review": "待审核",
    "answered": "已答复",
    "redo": "重办中",
    "closed": "已办结",
    "declined": "不予受理",
}
ENDED: frozenset[State] = frozenset({"closed", "declined"})
OPEN: frozenset[State] = frozenset(STATE_LABELS) - ENDED


class Custody(NamedTuple):
    """From that instant, that body holds the case."""

    since: datetime
    holder: str


class Assignment(msgspec.Struct, kw_only=True):
    """One unit's charge of a case, from its transfer (第九条, 第十二条). Numbers count from 1 over the case's life."""

    number: int
    unit: str
    route: str
    start: datetime
    assist: list[str] = []
    guide: str | None = None
    limit: int | None = None
    contacted: bool = False
    accepted: bool = False


class Step(NamedTuple):
    """An event that took effect, and the assignment that it fell into (0 and None before the first transfer)."""

    event: Event
    assignment: int
    unit: str | None


class Case(msgspec.Struct, kw_only=True):
    """The state of a case. Only the actions' `apply` functions change it, and only inside a replay.

    `since` is when the present state began; `submitted` is the reply or refusal that waits for review, `resume` the
    state it goes back to; `answer` and `approval` are what was approved last, and the approval; `retracted` are the
    places (from 1) of events that count for nothing; `justifications` when reasons for being late were
    given, by assignment; `imported` tells history of another system's; `forgotten` is the event by which the
    petitioner was forgotten. `instructed` is the last leader's instruction,
    `supervised` the last order of supervision by its ground (第二十三条), `fault` the finding after a second bad
    rating: True puts the case back to answered, to be supervised (第二十三条（四）). `steps` are the events that took
    effect, in legal order.
    """

    facts: Facts
    state: State = "registered"
    since: datetime
    assignment: Assignment | None = None
    assignments: int = 0
    obligations: list[Obligation] = []
    custody: list[Custody] = []
    justifications: dict[int, datetime] = {}
    grants: int = 0
    extension: Event | None = None
    submitted: Event | None = None
    resume: State = "assigned"
    ratings: list[str] = []
    instructed: datetime | None = None
    supervised: dict[str, datetime] = {}
    fault: bool | None = None
    published: bool | None = None
    answer: Event | None = None
    approval: Event | None = None
    forgotten: Event | None = None
    retracted: set[int] = set()
    imported: bool = False
    events: list[Event] = []
    steps: list[Step] = []

    def become(self, state: State, at: datetime) -> None:
        self.state = state
        self.since = at

    def hold(self, holder: str, at: datetime) -> None:
        """From now on, that body holds the case."""
        self.custody.append(Custody(at, holder))

    @property
    def settled(self) -> bool:
        """Whether nothing is owed in it and nothing awaited, whatever day it is."""
        ended = self.state in ENDED or (self.imported and self.state == "answered")
        return ended and self.extension is None and not any(owed.open for owed in self.obligations)

    @property
    def lead(self) -> str | None:
        """The unit responsible now."""
        return self.assignment.unit if self.assignment else None

    def open_obligation(self, *kinds: str) -> Obligation | None:
        """The open obligation of one of those kinds, if there is one."""
        return next((owed for owed in self.obligations if owed.open and owed.kind in kinds), None)

    def meet(self, at: datetime, *kinds: str) -> None:
        """Mark the open obligations of those kinds as met at that instant, or at once where they arose after it."""
        for owed in self.obligations:
            if owed.open and owed.kind in kinds:
                owed.met = max(at, owed.start)

    def end_obligations(self, at: datetime, but: Kind | None = None) -> None:
        """What is still open, but for that kind, ceases unfulfilled."""
        for owed in self.obligations:
            if owed.open and owed.kind != but:
                owed.ended = at
