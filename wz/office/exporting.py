"""Every form in which cases leave the registry: each streams records into an open file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, NamedTuple

from wz.i18n import _, ngettext
from wz.model.directory import Unit
from wz.model.problem import Problem
from wz.office import exchange
from wz.office.query import Query
from wz.office.records import COLUMNS, Record, records, values
from wz.store.registry import Registry

# How each form's files are called; the first is its own.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "xlsx": (".xlsx",),
    "parquet": (".parquet",),
    "ics": (".ics",),
    "open311": (".json",),
}
SHEETS = frozenset({"csv", "xlsx", "parquet"})
BINARY = frozenset({"xlsx", "parquet"})


class Export(NamedTuple):
    """What is to be exported how, and for which unit's eyes, or None for the office's.

    `columns`, `headings` and `bom` are for sheets; `name` translates a cell's code, or is None.
    """

    registry: Registry
    query: Query
    as_of: datetime
    unit: Unit | None
    columns: Sequence[str]
    headings: Sequence[str]
    bom: bool = False
    name: Callable[[str, object], object] | None = None


class Outcome(NamedTuple):
    """How many cases were exported, how many were left out as not published, what the reader should know besides."""

    cases: int
    unpublished: int
    notes: list[str]


def write(
    form: str, out: IO[bytes], export: Export, problems: list[Problem], watch: Callable[[Any], Any] = iter
) -> Outcome:
    """Write the cases in a form, one at a time; what cannot be read is added to `problems`.

    `watch` is handed the stream of cases and hands it on, for whoever shows how far it is.
    """
    if form == "jsonl" and not export.query.text.strip() and export.unit is None:
        return Outcome(_whole(out, watch(exchange.lines(export.registry, export.as_of, problems))), 0, [])
    found = records(export.registry, export.query, export.as_of, problems, export.unit, ended=form != "ics")
    fitting, leaving = _Counter(), _Counter()
    counted = fitting.counting(watch(found))
    if form == "open311":
        from wz.office.outlets import public_records

        counted = public_records(counted, export.registry.directory)
    notes = _WRITERS[form](out, export, leaving.counting(counted)) or []
    return Outcome(leaving.cases, fitting.cases - leaving.cases, notes)


class _Counter:
    cases = 0

    def counting(self, found: Iterable[Record]) -> Iterator[Record]:
        for record in found:
            self.cases += 1
            yield record


def _whole(out: IO[bytes], lines: Iterable[bytes]) -> int:
    count = 0
    for line in lines:
        out.write(line + b"\n")
        count += 1
    return count


def _jsonl(out: IO[bytes], export: Export, found: Iterable[Record]) -> None:
    for record in found:
        out.write(exchange.line(record.read, export.as_of, shielded=record.shielded) + b"\n")


def _csv(out: IO[bytes], export: Export, found: Iterable[Record]) -> None:
    from wz.render.csv import write

    write(out, export.headings, _rows(export, found), bom=export.bom)


def _xlsx(out: IO[bytes], export: Export, found: Iterable[Record]) -> list[str]:
    from wz.render.xlsx import LONGEST_CELL, write

    kinds = [COLUMNS[name].kind for name in export.columns]
    cut = write(out, export.headings, kinds, _rows(export, found))
    if not cut:
        return []
    return [
        ngettext(
            "{count} text was cut at {most} characters, the most Excel takes; CSV and JSON Lines have it whole.",
            "{count} texts were cut at {most} characters, the most Excel takes; CSV and JSON Lines have them whole.",
            cut,
        ).format(count=cut, most=LONGEST_CELL)
    ]


def _parquet(out: IO[bytes], export: Export, found: Iterable[Record]) -> None:
    from wz.render.parquet import write

    write(out, export.columns, [COLUMNS[name].kind for name in export.columns], _rows(export, found))


def _ics(out: IO[bytes], export: Export, found: Iterable[Record]) -> list[str]:
    from wz.office.outlets import deadlines
    from wz.render.ics import lines

    law, directory = export.registry.law, export.registry.directory
    days = [one for record in found for one in deadlines(record, law, directory, export.as_of)]
    name = _("{city} petitions: deadlines").format(city=directory.city)
    for line in lines(name, days, export.as_of):
        out.write(line)
    return [ngettext("{count} deadline", "{count} deadlines", len(days)).format(count=len(days))]


def _open311(out: IO[bytes], export: Export, found: Iterable[Record]) -> None:
    from wz.office.outlets import request
    from wz.render.json import line

    law, directory = export.registry.law, export.registry.directory
    head = "[\n"
    for record in found:
        out.write((head + line(request(record, law, directory))).encode("utf-8"))
        head = ",\n"
    out.write(b"[]\n" if head == "[\n" else b"\n]\n")


def _rows(export: Export, found: Iterable[Record]) -> Iterator[list[object]]:
    for record in found:
        row = values(record, export.columns)
        if export.name is not None:
            row = [export.name(name, value) for name, value in zip(export.columns, row, strict=True)]
        yield row


_WRITERS: dict[str, Callable[[IO[bytes], Export, Iterable[Record]], list[str] | None]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "ics": _ics,
    "open311": _open311,
}
