"""Every form in which cases leave the registry: each streams records into an open file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, NamedTuple

from wz.i18n import _, ngettext
from wz.office import exchange
from wz.office.records import COLUMNS, Record, values
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
    """What is to be exported how: `columns` and `bom` are for sheets; `name` translates a cell's code, or is None."""

    registry: Registry
    as_of: datetime
    columns: Sequence[str]
    headings: Sequence[str]
    bom: bool = False
    name: Callable[[str, object], object] | None = None


class Outcome(NamedTuple):
    """How many cases were exported, how many were left out as not published, what the reader should know besides."""

    cases: int
    unpublished: int
    notes: list[str]


def write(form: str, out: IO[bytes], export: Export, records: Iterable[Record]) -> Outcome:
    """Write the records in a form; they are taken one at a time."""
    counter = _Counter()
    notes = _WRITERS[form](out, export, counter.counting(records)) or []
    unpublished = 0
    if form == "open311":
        unpublished, counter.cases = counter.cases - counter.published, counter.published
    return Outcome(counter.cases, unpublished, notes)


class _Counter:
    cases = published = 0

    def counting(self, records: Iterable[Record]) -> Iterator[Record]:
        from wz.office.outlets import may_be_published

        for record in records:
            self.cases += 1
            self.published += may_be_published(record)
            yield record


def _jsonl(out: IO[bytes], export: Export, records: Iterable[Record]) -> None:
    for record in records:
        out.write(exchange.line(record, export.as_of) + b"\n")


def _csv(out: IO[bytes], export: Export, records: Iterable[Record]) -> None:
    from wz.render.csv import write

    write(out, export.headings, _rows(export, records), bom=export.bom)


def _xlsx(out: IO[bytes], export: Export, records: Iterable[Record]) -> list[str]:
    from wz.render.xlsx import LONGEST_CELL, write

    kinds = [COLUMNS[name].kind for name in export.columns]
    cut = write(out, export.headings, kinds, _rows(export, records))
    if not cut:
        return []
    return [
        ngettext(
            "{count} text was cut at {most} characters, the most Excel takes; CSV and JSON Lines have it whole.",
            "{count} texts were cut at {most} characters, the most Excel takes; CSV and JSON Lines have them whole.",
            cut,
        ).format(count=cut, most=LONGEST_CELL)
    ]


def _parquet(out: IO[bytes], export: Export, records: Iterable[Record]) -> None:
    from wz.render.parquet import write

    write(out, export.columns, [COLUMNS[name].kind for name in export.columns], _rows(export, records))


def _ics(out: IO[bytes], export: Export, records: Iterable[Record]) -> list[str]:
    from wz.office.outlets import deadlines
    from wz.render.ics import lines

    law, directory = export.registry.law, export.registry.directory
    found = [one for record in records for one in deadlines(record, law, directory, export.as_of)]
    name = _("{city} petitions: deadlines").format(city=directory.city)
    for line in lines(name, found, export.as_of):
        out.write(line)
    return [ngettext("{count} deadline", "{count} deadlines", len(found)).format(count=len(found))]


def _open311(out: IO[bytes], export: Export, records: Iterable[Record]) -> None:
    from wz.office.outlets import may_be_published, request
    from wz.render.json import line

    law, directory = export.registry.law, export.registry.directory
    head = "[\n"
    for record in records:
        if may_be_published(record):
            out.write((head + line(request(record, law, directory))).encode("utf-8"))
            head = ",\n"
    out.write(b"[]\n" if head == "[\n" else b"\n]\n")


def _rows(export: Export, records: Iterable[Record]) -> Iterator[list[object]]:
    for record in records:
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
