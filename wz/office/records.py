"""Cases on their way out of the registry: each with its file, its standing and what counts of its history."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from wz.actions.replay import Replay
from wz.i18n import N_
from wz.model.case import Case
from wz.model.directory import Unit
from wz.model.event import Event
from wz.model.instants import SHANGHAI
from wz.model.problem import Problem
from wz.office.columns import ALL, Column, ColumnKind
from wz.office.listing import paths_of
from wz.office.query import Query
from wz.office.shielding import complained_of, is_own
from wz.office.survey import Standing, readings, standing
from wz.store.casefile import CaseFile
from wz.store.registry import Registry


class Record(NamedTuple):
    """One case. `events` are those that count, in legal order; `shielded`: its reader is complained of (第十九条)."""

    read: CaseFile
    case: Case
    standing: Standing
    events: list[Event]
    shielded: bool

    def last(self, actions: Collection[str]) -> Event | None:
        """The latest event of those actions that counts, or None."""
        return next((event for event in reversed(self.events) if event.action in actions), None)


def records(
    registry: Registry,
    query: Query,
    as_of: datetime,
    problems: list[Problem],
    unit: Unit | None = None,
    *,
    ended: bool = True,
) -> Iterator[Record]:
    """The cases that fit, one at a time, oldest first; with a unit, its own alone, those that complain of it shielded.

    Without `ended`, only cases in which something may be owed or awaited. A shielded case is not looked into by texts
    either: a query that reads them does not find it.
    """
    law, directory = registry.law, registry.directory
    problems += registry.settings_problems
    paths = paths_of(registry, query)
    for read, replayed in readings(registry, as_of, problems, paths, ended=ended and not query.open_only):
        case = replayed.case
        if unit is not None and not is_own(case, unit):
            continue
        shielded = unit is not None and complained_of(case.facts, unit, directory)
        judged = standing(case, law, as_of)
        if (shielded and not query.fields.isdisjoint(_TELLING)) or not query.fits(judged):
            continue
        yield Record(read, case, judged, _counting(replayed, as_of), shielded)


# What a query could find out of a shielded case by asking for it.
_TELLING = frozenset({"text", "title", "content", "tag", "source", "about"})


def _counting(replayed: Replay, as_of: datetime) -> list[Event]:
    case = replayed.case
    void = case.retracted | {one.place for one in replayed.unlawful}
    counting = [event for place, event in enumerate(case.events, 1) if place not in void and event.at <= as_of]
    counting.sort(key=lambda event: event.at)
    return counting


class Told(NamedTuple):
    """A column that only the case's history can tell."""

    label: str
    kind: ColumnKind
    read: Callable[[Record], Any]


# What carries an answer: a unit's reply, or history brought in from another system.
_ANSWERING = frozenset({"reply", "import"})


def _answered(field: str) -> Callable[[Record], Any]:
    return lambda record: getattr(record.last(_ANSWERING), field, None)


def _handed_in(record: Record) -> datetime | None:
    event = record.last(_ANSWERING)
    moment = getattr(event, "answered_at", None) or getattr(event, "at", None)
    return moment.astimezone(SHANGHAI) if moment else None


def _approved(record: Record) -> datetime | None:
    event = record.last(frozenset({"approve"}))
    return event.at.astimezone(SHANGHAI) if event else None


def _assigned(field: str) -> Callable[[Record], Any]:
    def read(record: Record) -> Any:
        value = getattr(record.case.assignment, field) if record.case.assignment else None
        return value.astimezone(SHANGHAI) if isinstance(value, datetime) else value

    return read


HISTORY: dict[str, Told] = {
    "transferred": Told(N_("Transferred"), "instant", _assigned("start")),
    "route": Told(N_("Route"), "code", _assigned("route")),
    "guide": Told(N_("Guiding department"), "code", _assigned("guide")),
    "replied": Told(N_("Handed in"), "instant", _handed_in),
    "handler": Told(N_("Handler"), "text", _answered("handler")),
    "result": Told(N_("Result"), "text", _answered("result")),
    "legal_basis": Told(N_("Legal basis"), "text", _answered("legal_basis")),
    "answer": Told(N_("Answer"), "text", _answered("answer")),
    "approved": Told(N_("Approved"), "instant", _approved),
    "published": Told(N_("Published"), "yes-no", lambda record: record.case.published),
    "events": Told(N_("Events"), "number", lambda record: len(record.events)),
    "shielded": Told(N_("Shielded"), "yes-no", lambda record: record.shielded),
}
# Every column of a spreadsheet, in its order.
COLUMNS: dict[str, Column | Told] = {**ALL, **HISTORY}
# What is the petitioner's own word, or could tell who that is, and is withheld from whom the petition complains of.
WITHHELD = frozenset(
    {"title", "about", "content", "tags", "source_system", "source_id", "handler", "result", "legal_basis", "answer"}
)


def values(record: Record, names: Iterable[str]) -> list[Any]:
    """The values of those columns; of a shielded case, nothing that could tell who the petitioner is."""
    return [
        None
        if record.shielded and name in WITHHELD
        else told.read(record)
        if (told := HISTORY.get(name)) is not None
        else ALL[name].read(record.standing)
        for name in names
    ]
