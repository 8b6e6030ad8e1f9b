"""What the index holds of a case: read, replayed and packed; read in parallel where there is much of it."""

import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Union

import msgspec

from wz.actions import find_fault
from wz.actions.catalog import ACTIONS
from wz.actions.replay import replay
from wz.model.case import Case, State
from wz.model.event import Event, Facts
from wz.regulation.law import Law
from wz.store import casefile
from wz.store.casefile import CaseFile
from wz.store.repository import blob_name

if TYPE_CHECKING:
    from wz.store.registry import Registry

# With fewer files than this, starting more processes costs more than it saves.
_WORTH_SHARING = 800
_SHARE = 250


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """How a case ended up, by the law it was judged by. `facts` only where they were corrected."""

    state: State
    since: datetime
    unit: str | None
    assist: list[str]
    rating: str | None
    facts: Facts | None


class Row(NamedTuple):
    """A case in the index. Instants are seconds since 1970; `last` is that of the latest event, or of receipt.

    `awake`: something may be owed or awaited in it, or it has faults, so it is looked at every time. A `faulty` one
    holds nothing else: its file is read each time, for what is wrong is told in the language of whoever asks.
    """

    path: str
    blob: str
    received: int
    last: int
    awake: bool
    faulty: bool
    source: str | None
    facts: bytes
    events: bytes
    outcome: bytes
    checksum: int = 0

    @property
    def reckoned(self) -> int:
        """The checksum of everything else in the row."""
        head = (
            f"{self.path} {self.blob} {self.received} {self.last} {self.awake:d} {self.faulty:d} {self.source}".encode()
        )
        return zlib.crc32(self.outcome, zlib.crc32(self.events, zlib.crc32(self.facts, zlib.crc32(head))))


class Settled(NamedTuple):
    """A case in which nothing is owed or awaited: its facts as first written, and how it ended."""

    facts: Facts
    outcome: Outcome


# JSON, not MessagePack: that would turn every instant into UTC, and days are counted in the instant's own zone.
@cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def _events_decoder() -> msgspec.json.Decoder[Any]:
    kinds: Any = Union[tuple(action.event for action in ACTIONS.values())]  # noqa: UP007 - known only when running
    return msgspec.json.Decoder(list[kinds])


def row(path: str, blob: str, data: bytes, law: Law) -> Row:
    """The row of a case file."""
    read = casefile.parse(path, data)
    if read.problems or read.facts is None:
        return faulty(path, blob)
    replayed = replay(read.facts, read.events, law)
    if replayed.unlawful:
        return faulty(path, blob)
    pack, facts = _encoder().encode, read.facts
    return _sealed(
        Row(
            path=path,
            blob=blob,
            received=int(facts.received.timestamp()),
            last=int(max([facts.received, *(event.at for event in read.events)]).timestamp()),
            awake=_is_awake(replayed.case, law),
            faulty=False,
            source=f"{facts.source.system}:{facts.source.id}" if facts.source else None,
            facts=pack(facts),
            events=pack(read.events),
            outcome=pack(_outcome(replayed.case, facts)),
        )
    )


def _is_awake(case: Case, law: Law) -> bool:
    return not case.settled or find_fault.to_find(case, law.rules)


def _sealed(one: Row) -> Row:
    return one._replace(checksum=one.reckoned)


def faulty(path: str, blob: str) -> Row:
    """The row of a file that must be read each time."""
    return _sealed(Row(path, blob, 0, 0, True, True, None, b"", b"", b""))


def _outcome(case: Case, facts: Facts) -> Outcome:
    return Outcome(
        case.state,
        case.since,
        case.lead,
        case.assignment.assist if case.assignment else [],
        case.ratings[-1] if case.ratings else None,
        case.facts if case.facts is not facts else None,
    )


def judged_anew(old: Row, law: Law) -> Row:
    """The row by another law; the file is not read again, unless it now has or had faults."""
    if old.faulty:
        return old
    facts, events = unpacked(old)
    replayed = replay(facts, events, law)
    if replayed.unlawful:
        return faulty(old.path, old.blob)
    return _sealed(
        old._replace(awake=_is_awake(replayed.case, law), outcome=_encoder().encode(_outcome(replayed.case, facts)))
    )


def unpacked(one: Row) -> tuple[Facts, list[Event]]:
    """Facts and events. Raises msgspec.MsgspecError where the row is damaged."""
    return _decoder(Facts).decode(one.facts), _events_decoder().decode(one.events)


def settled(one: Row) -> Settled:
    """Facts and outcome. Raises msgspec.MsgspecError where the row is damaged."""
    return Settled(_decoder(Facts).decode(one.facts), _decoder(Outcome).decode(one.outcome))


def case_file(one: Row) -> CaseFile:
    """The file as it was read, without its bytes."""
    return CaseFile(one.path, b"", *unpacked(one), [])


# -- many of them


def read_rows(registry: "Registry", blobs: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """The rows of files by path and blob, in that order, on every core where there are many.

    An empty blob stands for whatever the registry's files hold at that path now.
    """
    yield from _shared(registry, blobs, _read_share)


def judge_rows(registry: "Registry", rows: Sequence[Row]) -> Iterator[Row]:
    """The rows by the registry's law of today, in that order."""
    yield from _shared(registry, rows, _judge_share)


def _read_share(registry: "Registry", share: Sequence[tuple[str, str]]) -> list[Row]:
    """What the work tree has as that blob is read there, which is quicker; the rest from git's objects."""
    law, found, elsewhere = registry.law, {}, []
    for path, blob in share:
        try:
            data = registry.files.read(path) if registry.revision is None or not blob else None
        except OSError:
            data = None
        if data is not None and (not blob or blob_name(data, len(blob)) == blob):
            found[path] = row(path, blob, data, law)
        elif blob:
            elsewhere.append((path, blob))
        else:
            found[path] = faulty(path, blob)
    for (path, blob), content in zip(
        elsewhere, registry.git.contents([blob for _path, blob in elsewhere]), strict=True
    ):
        found[path] = row(path, blob, content or b"", law)
    return [found[path] for path, _blob in share]


def _judge_share(registry: "Registry", share: Sequence[Row]) -> list[Row]:
    return [judged_anew(one, registry.law) for one in share]


Job = Callable[["Registry", Sequence[Any]], list[Row]]
_in_hand: dict[str, Any] = {}  # of a worker: its registry and what it does with a share


def _shared(registry: "Registry", items: Sequence[Any], job: Job) -> Iterator[Row]:
    shares = [items[start : start + _SHARE] for start in range(0, len(items), _SHARE)]
    workers = min(os.cpu_count() or 1, len(shares))
    done = 0
    if len(items) < _WORTH_SHARING or workers < 2:
        for share in shares:
            yield from job(registry, share)
            done += len(share)
            registry.progress(done, len(items))
        return
    import multiprocessing

    # A fork has everything at hand; elsewhere it is unsafe or not there, and the registry is opened anew.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with context.Pool(workers, _prepare, (registry, job)) as pool:
        for rows in pool.imap(_work, shares):
            yield from rows
            done += len(rows)
            registry.progress(done, len(items))


def _prepare(registry: "Registry", job: Job) -> None:
    import gc

    gc.disable()  # cases hold no cycles, and looking for them costs a quarter of the time
    _in_hand.update(registry=registry, job=job)


def _work(share: Sequence[Any]) -> list[Row]:
    done: list[Row] = _in_hand["job"](_in_hand["registry"], share)
    return done
