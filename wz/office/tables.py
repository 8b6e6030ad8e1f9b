"""The registry as tables for SQL: cases, obligations, events, units; see docs/sql.md."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

from wz.i18n import N_
from wz.model.case import OPEN
from wz.model.event import plain
from wz.model.instants import SHANGHAI
from wz.model.problem import Problem
from wz.office.query import Query
from wz.office.records import COLUMNS, Record, records
from wz.regulation.judging import judge
from wz.regulation.law import Law
from wz.store.registry import Registry
from wz.store.sql import Database

_KINDS = {"number": "numeric", "yes-no": "integer"}


class Table(NamedTuple):
    """What a table has a row for, and its columns with their types: text, integer or numeric."""

    about: str
    columns: dict[str, str]


def _name(column: str) -> str:
    """`case` is a word of SQL's own."""
    return "case_id" if column == "case" else column


TABLES: dict[str, Table] = {
    "cases": Table(
        N_("a row for each case received by then; its open obligations summed up"),
        {_name(name): _KINDS.get(column.kind, "text") for name, column in COLUMNS.items() if name != "shielded"}
        | {"open": "integer"},
    ),
    "obligations": Table(
        N_("a row for each thing a unit owes or owed, as judged on that day"),
        {
            "case_id": "text",
            "unit": "text",
            "obligation": "text",
            "article": "text",
            "assignment": "integer",
            "started": "text",
            "days": "integer",
            "extended": "integer",
            "due": "text",
            "days_left": "integer",
            "met": "text",
            "ended": "text",
            "open": "integer",
            "overdue_days": "integer",
            "level": "text",
            "points": "numeric",
            "provisional": "integer",
        },
    ),
    "events": Table(
        N_("a row for each event by then; its own fields as JSON in `fields`"),
        {
            "case_id": "text",
            "place": "integer",
            "action": "text",
            "at": "text",
            "by": "text",
            "body": "text",
            "note": "text",
            "counts": "integer",
            "fields": "text",
        },
    ),
    "units": Table(
        N_("a row for each member unit"),
        {"unit": "text", "name": "text", "kind": "text", "area": "text", "aliases": "text", "people": "integer"},
    ),
}
EVERYTHING = Query("", lambda case: True, frozenset(), open_only=False, ids=None)


def database(law: Law) -> Database:
    """An empty database of these tables. In SQL, `workdays(A, B)` counts the working days after A up to B."""

    def workdays(after: object, until: object) -> int | None:
        try:
            return law.calendar.count(date.fromisoformat(str(after)[:10]), date.fromisoformat(str(until)[:10]))
        except ValueError:  # what is no day has no distance: NULL, as SQLite's own functions give
            return None

    return Database({name: table.columns for name, table in TABLES.items()}, {"workdays": (2, workdays)})


def fill(into: Database, registry: Registry, as_of: datetime, needed: Collection[str], problems: list[Problem]) -> None:
    """Fill the tables that are needed from the registry as it stands at `as_of`; the one place that does."""
    if "units" in needed:
        into.fill("units", _units(registry))
    wanted = [name for name in _ROWS if name in needed]
    if not wanted:
        return
    law = registry.law
    stream = records(registry, EVERYTHING, as_of, problems)
    if len(wanted) == 1:
        make = _ROWS[wanted[0]]
        into.fill(wanted[0], chain.from_iterable(make(record, law, as_of) for record in stream))
        return
    for record in stream:
        for name in wanted:
            into.fill(name, _ROWS[name](record, law, as_of))


def _cases(record: Record, law: Law, as_of: datetime) -> Iterable[list[Any]]:
    told = [_cell(column, record) for name, column in COLUMNS.items() if name != "shielded"]
    yield [*told, record.case.state in OPEN]


def _cell(column: Any, record: Record) -> Any:
    from wz.office.records import Told

    return _plain(column.read(record) if isinstance(column, Told) else column.read(record.standing))


def _plain(value: Any) -> Any:
    """A value as SQLite keeps it: days and instants as ISO 8601, lists joined by `;`, yes and no as 1 and 0."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ";".join(map(str, value)) or None
    return value


def _obligations(record: Record, law: Law, as_of: datetime) -> Iterator[list[Any]]:
    for owed in record.case.obligations:
        judged = judge(record.case, owed, law, as_of)
        yield [
            *(record.standing.id, owed.unit, owed.kind, owed.article, owed.assignment),
            *(_plain(owed.start), owed.days, owed.extended, _plain(judged.due), judged.days_left),
            *(_plain(owed.met), _plain(owed.ended), owed.open, len(judged.charged)),
            *(judged.level, judged.points, judged.provisional),
        ]


def _events(record: Record, law: Law, as_of: datetime) -> Iterator[list[Any]]:
    counting = {id(event) for event in record.events}
    for place, event in enumerate(record.case.events, 1):
        if event.at > as_of:
            continue
        own = plain(event)
        for shared in ("action", "at", "by", "note"):
            own.pop(shared, None)
        yield [
            *(record.standing.id, place, event.action, _plain(event.at), event.by, event.by.partition("/")[0]),
            *(event.note, id(event) in counting, json.dumps(own, ensure_ascii=False)),
        ]


def _units(registry: Registry) -> Iterator[list[Any]]:
    for unit in registry.directory.units:
        yield [unit.id, unit.name, unit.kind, unit.area, _plain(unit.aliases), len(unit.people)]


_ROWS: dict[str, Callable[[Record, Law, datetime], Iterable[list[Any]]]] = {
    "cases": _cases,
    "obligations": _obligations,
    "events": _events,
}
