"""Conflicts of two hands: events that are not lawful beside another, and how they are settled.

Both stay on record. The one that happened first takes effect until somebody retracts one of the two.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Literal

import msgspec

from wz.actions.replay import replay
from wz.errors import Usage
from wz.i18n import _
from wz.model.event import Event, Facts
from wz.model.instants import shown
from wz.office.rivals import resolve_cure, resting_on, rival_of
from wz.office.transaction import Transaction, commit_message
from wz.regulation.law import Law
from wz.store import cases
from wz.store.casefile import CaseFile, event_lines
from wz.store.registry import Registry

_ROUNDS = 100

# Which of two events stands: the one that happened first, the other, or the one at that place.
Keep = Literal["earlier", "later"] | int


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An event in a conflict; `place` counts from 1 in the file."""

    place: int
    action: str
    at: datetime
    by: str


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is not lawful, and has no effect; `other` is the one it cannot stand beside, where that is one."""

    case: str
    file: str
    line: int | None
    event: Party
    other: Party | None
    article: str | None
    reason: str
    cure: str


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A case in which conflicts were settled: the places of the events retracted; the commits, none of a dry run."""

    case: str
    retracted: list[int]
    commits: list[str]


def all_conflicts(registry: Registry) -> Iterator[Conflict]:
    """Of every case, by path."""
    for row in cases.of(registry, "faulty = 1"):
        if row.faulty:
            yield from conflicts_in(registry, row.path)


def conflicts_in(registry: Registry, path: str) -> list[Conflict]:
    """Of one case, in legal order; a file that cannot be read has none."""
    read = registry.read(path)
    if read.facts is None:
        return []
    return list(_found(read, read.facts, registry.law))


def _found(read: CaseFile, facts: Facts, law: Law) -> Iterator[Conflict]:
    replayed = replay(facts, read.events, law)
    lines = event_lines(read.data) if replayed.unlawful else {}
    for one in replayed.unlawful:
        rival = rival_of(facts, read.events, law, replayed, one)
        yield Conflict(
            case=facts.id,
            file=read.path,
            line=lines.get(one.place),
            event=_party(one.place, one.event),
            other=_party(rival, read.events[rival - 1]) if rival else None,
            article=one.refusal.article,
            reason=one.refusal.why,
            cure=resolve_cure(facts.id),
        )


def _party(place: int, event: Event) -> Party:
    return Party(place=place, action=event.action, at=event.at, by=event.by)


def loser(conflict: Conflict, keep: Keep) -> int | None:
    """The place of the event that gives way; None where the conflict is not about the one that is to stand.

    An event that no single other is in the way of gives way itself, unless it is the one that was named: Usage.
    """
    event, other = conflict.event.place, conflict.other.place if conflict.other else None
    if keep == event and other is None:
        raise Usage(
            _("event {place} ({action}, {at}) cannot stand: {reason}").format(
                place=event, action=conflict.event.action, at=shown(conflict.event.at), reason=conflict.reason
            ),
            _("No single event is in its way: retract it (--keep earlier), or those that it cannot stand beside."),
        )
    # What was forgotten stays so: the keys are gone, and no retraction brings them back.
    stays = keep == "earlier" and conflict.event.action == "forget"
    if (keep in ("later", event) or stays) and other is not None:
        return other
    return event if keep in ("earlier", "later", other) else None


def settle(
    registry: Registry, case_id: str, keep: Keep, reason: str, *, by: str, now: datetime, dry_run: bool = False
) -> Settled:
    """Retract what gives way, and what rests on it, until nothing of the case is in conflict with what stands.

    Raises Usage where no conflict is about the event to keep, and as an action does; then nothing is recorded.
    """
    with nullcontext() if dry_run else registry.locked():
        transaction = Transaction(registry, now)
        retracted: list[int] = []
        for _round in range(_ROUNDS):
            read = transaction.case(case_id)
            assert read.facts is not None
            losers = (loser(one, keep) for one in _found(read, read.facts, registry.law))
            first = next((place for place in losers if place is not None), None)
            if first is None:
                break
            gone = resting_on(read.facts, read.events, registry.law, first)
            transaction.retract(case_id, gone, reason, by=by, at=now)
            retracted += gone
        if not retracted:
            raise Usage(
                _("no conflict in {case} is about that event").format(case=case_id)
                if isinstance(keep, int)
                else _("{case} has no conflict").format(case=case_id),
                _("`wz sync --resolve` shows all conflicts."),
            )
        commits = [] if dry_run else [one.commit for one in transaction.commit(_message(retracted, case_id, by, now))]
    return Settled(case=case_id, retracted=retracted, commits=[one for one in dict.fromkeys(commits) if one])


def _message(retracted: Sequence[int], case_id: str, by: str, now: datetime) -> str:
    """One commit, for the retractions may be lawful together alone."""
    places = " ".join(f"#{place}" for place in retracted)
    return commit_message(f"retract {case_id}", places, case_id, "retract", by, now)
