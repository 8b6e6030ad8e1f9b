"""A case file from commit to commit: that it only grows, what it grew by, and whether that was lawful."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from wz.actions.replay import Replay, Unlawful, carry_on, replay
from wz.actions.retract import placed
from wz.model.event import Event, Facts
from wz.model.problem import Problem
from wz.regulation.law import Law
from wz.store.casefile import CaseFile, event_lines, parse
from wz.store.growing import added_events, is_plain
from wz.store.past import Contents, name_of_content

# Cases kept between one commit and the next that touches them; older ones are read again.
_KEPT = 8_000


class Known:
    """A case file as read, and its replay under the law that it was last held against."""

    __slots__ = ("_law", "_replay", "events", "facts", "plain", "problems", "size")

    def __init__(self, read: CaseFile, *, plain: bool | None = None) -> None:
        self.size = len(read.data)
        self.plain = plain if plain is not None else not read.problems and is_plain(read.data, len(read.events))
        self.facts: Facts | None = read.facts
        self.events: list[Event] = read.events
        self.problems: list[Problem] = read.problems
        self._law: Law | None = None
        self._replay: Replay | None = None

    def replayed(self, law: Law) -> Replay:
        """The fold of its events; whoever carries it on takes it."""
        assert self.facts is not None
        if self._replay is None or self._law is not law:
            self._replay = replay(self.facts, self.events, law)
            self._law = law
        return self._replay

    def take_on(self, before: "Known", law: Law) -> list[Unlawful]:
        """What in the file is newly unlawful, compared with `before`, whose replay is used up."""
        assert self.facts is not None
        former = before.replayed(law)
        known = {one.place for one in former.unlawful}  # it may stay so for another reason
        carried: Replay | None = former
        for event in self.events[len(before.events) :]:
            carried = carry_on(carried, event, law) if carried else None
        before._replay = None
        self._law, self._replay = law, carried or replay(self.facts, self.events, law)
        return [one for one in self._replay.unlawful if one.place not in known]


class Growth(NamedTuple):
    """What became of a case file in a commit.

    `intact`: it begins with the former file and its facts and events read as before; `created`: it was not there
    before; `place` is that of the first new event, counting from 1.
    """

    path: str
    data: bytes
    now: Known
    intact: bool
    created: bool
    place: int
    events: list[Event]
    unlawful: list[Unlawful]


class Cases:
    """The case files met so far, by the names of their contents."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._known: OrderedDict[str, Known] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def at(self, path: str, name: str) -> Known:
        """A version of a case file."""
        if name in self._known:
            return self._known[name]
        return self._keep(name, Known(parse(path, self._contents.get(name) or b"")))

    def new(self, path: str, name: str, law: Law) -> Growth:
        """A case file that was not there before."""
        data = self._contents.get(name) or b""
        now = self._keep(name, Known(parse(path, data)))
        unlawful = list(now.replayed(law).unlawful) if now.facts else []
        return Growth(path, data, now, True, True, 1, now.events, unlawful)

    def grown(self, path: str, old: str, name: str, law: Law) -> Growth:
        """A case file that held something else before."""
        before = self.at(path, old)
        data = self._contents.get(name) or b""
        count = len(before.events)
        intact = name_of_content(data[: before.size], old) == old
        now = self._keep(name, _read(path, data, before if intact else None))
        unlawful: list[Unlawful] = []
        if now.facts is not None and before.facts is not None:
            intact = intact and now.facts == before.facts and now.events[:count] == before.events
            if intact:
                unlawful = now.take_on(before, law)
                self._known.pop(old, None)
        return Growth(path, data, now, intact, False, count + 1, now.events[count:] if intact else [], unlawful)

    def _keep(self, name: str, known: Known) -> Known:
        self._known[name] = known
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return known


def _read(path: str, data: bytes, before: Known | None) -> Known:
    """The file as read; where it begins with a plain file that is known already, only what was added is."""
    if before is not None and before.plain:
        events = added_events(data[before.size :])
        if events is not None:
            return Known(CaseFile(path, data, before.facts, placed(before.events + events), []), plain=True)
    return Known(parse(path, data))


def numbered(growth: Growth) -> Iterator[tuple[int, Event]]:
    """The events that were added, with their places."""
    yield from enumerate(growth.events, growth.place)


class Lines:
    """The lines of a file's events, found out when first asked for: only findings need them."""

    def __init__(self, growth: Growth) -> None:
        self._growth = growth

    def of(self, number: int) -> int | None:
        return event_lines(self._growth.data).get(number)
