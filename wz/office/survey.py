"""Every case as it stands at an instant: what `check`, `list` and whatever counts cases are made of."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Literal

import msgspec

from wz.actions import find_fault
from wz.actions.catalog import action_of
from wz.actions.replay import Replay, Unlawful, named, replay
from wz.i18n import _
from wz.model.article import cited
from wz.model.case import OPEN, Case, State
from wz.model.event import Facts
from wz.model.instants import instant, shown
from wz.model.obligation import Judged, LevelId
from wz.model.problem import Problem
from wz.office.rivals import resolve_cure, rival_of
from wz.regulation.judging import judge_open, to_refer, worst_level
from wz.regulation.law import Law
from wz.regulation.rules import Rules
from wz.store import casefile
from wz.store.casefile import CaseFile
from wz.store.registry import Registry
from wz.store.rows import Settled

Awaited = Literal[
    "transfer", "return", "extension", "review", "instruction", "rating", "fault", "supervision", "referral"
]
AWAITED_LABELS: dict[Awaited, str] = {
    "transfer": "转办",
    "return": "退回申请",
    "extension": "延期申请",
    "review": "审核",
    "instruction": "批示",
    "rating": "评价",
    "fault": "责任认定",
    "supervision": "督办",
    "referral": "移交",
}
_AWAITED_IN: dict[State, Awaited] = {
    "registered": "transfer",
    "awaiting-instruction": "instruction",
    "return-requested": "return",
    "in-review": "review",
    "answered": "rating",
}


class Waiting(msgspec.Struct, frozen=True):
    """Something that the office owes: since when, and how many working days that is."""

    awaited: Awaited
    since: datetime
    days: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One case at an instant. `facts` are as corrected by then; `since` is when the present state began."""

    facts: Facts
    state: State
    since: datetime
    unit: str | None
    assist: list[str]
    rating: str | None
    judged: list[Judged]
    waiting: list[Waiting]

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def level(self) -> LevelId:
        return worst_level(self.judged)

    @property
    def due(self) -> date | None:
        """The first day on which something falls due."""
        return min((one.due for one in self.judged), default=None)


class Survey(msgspec.Struct, kw_only=True):
    """All cases at an instant, and every problem met on the way."""

    as_of: datetime
    standings: list[Standing]
    problems: list[Problem]


def survey(registry: Registry, as_of: datetime, *, ended: bool = True) -> Survey:
    """Every case judged; without `ended`, only those in which something may be owed or awaited.

    A file that cannot be read is a problem and hides no other.
    """
    found = Survey(as_of=as_of, standings=[], problems=list(registry.settings_problems))
    found.standings += standings(registry, as_of, found.problems, ended=ended)
    return found


def standings(
    registry: Registry, as_of: datetime, problems: list[Problem], *, ended: bool = True
) -> Iterator[Standing]:
    """As `survey`, one case at a time: memory stays bounded. What is wrong with a file is added to `problems`."""
    law = registry.law
    for one in registry.standing(as_of, settled=ended):
        if isinstance(one, Settled):
            yield _ended(one)
        elif (replayed := _replayed(registry, one, as_of, problems)) is not None:
            yield standing(replayed.case, law, as_of)


def readings(
    registry: Registry,
    as_of: datetime,
    problems: list[Problem],
    paths: Iterable[str] | None = None,
    *,
    ended: bool = True,
) -> Iterator[tuple[CaseFile, Replay]]:
    """As `replays`, each case with its file; only those at `paths`, or, without `ended`, as `survey` has them."""
    for read in registry.scan(paths) if ended or paths is not None else registry.standing(as_of, settled=False):
        assert not isinstance(read, Settled)
        replayed = _replayed(registry, read, as_of, problems)
        if replayed is not None:
            yield read, replayed


def replays(
    registry: Registry,
    as_of: datetime,
    problems: list[Problem],
    paths: Iterable[str] | None = None,
    *,
    ended: bool = True,
) -> Iterator[Replay]:
    """Every case received by that instant (or those at `paths`), replayed up to it, one at a time.

    Without `ended`, only those in which something may be owed or awaited. What is wrong with a file is added to
    `problems`; a file that cannot be read yields nothing.
    """
    for read in registry.scan(paths) if ended or paths is not None else registry.standing(as_of, settled=False):
        replayed = None if isinstance(read, Settled) else _replayed(registry, read, as_of, problems)
        if replayed is not None:
            yield replayed


def _replayed(registry: Registry, read: CaseFile, as_of: datetime, problems: list[Problem]) -> Replay | None:
    problems += read.problems
    if read.facts is None or read.facts.received > as_of:
        return None
    replayed = replay(read.facts, read.events, registry.law, as_of)
    if replayed.unlawful:
        problems += unlawful_problems(registry.read(read.path), replayed, registry.law)
    return replayed


def _ended(one: Settled) -> Standing:
    how = one.outcome
    return Standing(
        facts=how.facts or one.facts,
        state=how.state,
        since=how.since,
        unit=how.unit,
        assist=how.assist,
        rating=how.rating,
        judged=[],
        waiting=[],
    )


def standing(case: Case, law: Law, as_of: datetime) -> Standing:
    """The case, judged."""
    judged = judge_open(case, law, as_of) if case.state in OPEN else []
    return Standing(
        facts=case.facts,
        state=case.state,
        since=case.since,
        unit=case.lead,
        assist=case.assignment.assist if case.assignment else [],
        rating=case.ratings[-1] if case.ratings else None,
        judged=judged,
        waiting=list(waiting(case, law, as_of, judged)),
    )


def waiting(case: Case, law: Law, as_of: datetime, judged: Sequence[Judged]) -> Iterator[Waiting]:
    """What the office owes in this case, whose open obligations are `judged`."""

    def since(awaited: Awaited, moment: datetime) -> Waiting:
        return Waiting(awaited, moment, law.calendar.count(moment.date(), as_of.date()))

    if case.fault and case.state == "answered":
        if case.open_obligation("supervision") is None:
            yield since("supervision", case.since)
    elif awaited := _AWAITED_IN.get(case.state):
        # Whoever was answered in another system rates there, if at all.
        if not (case.imported and awaited == "rating"):
            yield since(awaited, case.since)
    elif find_fault.to_find(case, law.rules):
        yield since("fault", case.since)
    if case.extension is not None:
        yield since("extension", case.extension.at)
    if overripe := to_refer(judged, law.rules):
        yield since("referral", min(_reached_on(one, law.rules) for one in overripe))


def _reached_on(judged: Judged, rules: Rules) -> datetime:
    """The day's beginning on which it reached its level."""
    level = rules.level(judged.level)
    assert level is not None
    return instant(judged.charged[level.since - 1], time.min)


def unlawful_problems(read: CaseFile, replayed: Replay, law: Law) -> list[Problem]:
    """The events of a file that the regulation did not allow, with their lines."""
    if not replayed.unlawful:
        return []
    lines = casefile.event_lines(read.data)
    return [
        Problem(
            file=read.path,
            line=lines.get(one.place),
            case=replayed.case.facts.id,
            article=one.refusal.article,
            message=f"events[{one.place}] {named(action_of(one.event))} {shown(one.event.at)}: "
            + cited(one.refusal.article, one.refusal.why),
            cure=_cure(replayed, one, law),
        )
        for one in replayed.unlawful
    ]


def _cure(replayed: Replay, one: Unlawful, law: Law) -> str:
    """What helps against an unlawful event; where it is in conflict with another, which one that is."""
    events, facts = replayed.case.events, replayed.case.facts
    place = rival_of(facts, events, law, replayed, one)
    if place is None:
        return one.refusal.instead
    rival = events[place - 1]
    conflict = _("It is in conflict with event {place} ({action}, {by}, {at}).").format(
        place=place, action=named(action_of(rival)), by=rival.by, at=shown(rival.at)
    )
    return f"{one.refusal.instead} {conflict} {resolve_cure(facts.id)}"
