"""Tables from other hands: CSV, XLSX and JSON Lines read alike, and rows given back with what is wrong with them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from wz.errors import Usage
from wz.i18n import _, listed
from wz.model.table import MAX_COLUMNS, Record, Value
from wz.store.unseen import NOTHING, Unseen

Kind = Literal["csv", "xlsx", "jsonl"]
# Under either name, the column that `with_reasons` adds; whoever reads such a file again passes over it.
REASON_HEADERS = ("原因", "reason")


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: its value under each header, None where the cell is empty.

    `line` is what a person sees: the spreadsheet's row number, or the line of the text file on which the row starts.
    A row with a `fault` must not be used: it says why, such as more cells than headers; `extra` is what had no header.
    """

    line: int
    values: dict[str, Value]
    fault: str = ""
    extra: list[Value] = []


class Sheet(NamedTuple):
    """A table. `sheet` is the spreadsheet's sheet, `encoding` and `delimiter` are a text file's; else None.

    `unseen` is what a spreadsheet shows below its headers and the rows do not hold.
    """

    name: str
    kind: Kind
    headers: list[str]
    rows: list[Row]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    unseen: Unseen = NOTHING


def read_sheet(name: str, data: bytes, sheet: str | None = None) -> Sheet:
    """Read a table by what its bytes are; `name` is for messages and settles what the bytes leave open.

    `sheet` names one of a spreadsheet's sheets; else it is the first that is visible and not empty. Rows that are
    wholly empty are passed over, and a single cell above the headers is a title. Raises Usage where it is no table,
    or has no headers, or two alike; a fault of one row is that row's.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Usage(_("{file} is empty").format(file=name), _("Give a file with a row of headers."))
    if data.startswith(b"PK"):
        from wz.store.workbook import read_workbook

        title, records, hidden = read_workbook(name, data, sheet)
        return _table(Sheet(name, "xlsx", [], [], sheet=title, unseen=hidden), records)
    from wz.store import sheettext

    if sheet is not None:
        raise Usage(_("{file} is no .xlsx file, so it has no sheets").format(file=name), _("Leave out the sheet."))
    text, encoding = sheettext.decode(name, data)
    if sheettext.is_json(name, text):
        headers, rows = _aligned(name, sheettext.json_lines(name, text))
        return Sheet(name, "jsonl", headers, rows, encoding)
    delimiter, rest, skipped = sheettext.delimiter_of(name, text)
    found = Sheet(name, "csv", [], [], encoding, delimiter)
    return _table(found, sheettext.delimited(rest, delimiter, skipped))


def with_reasons(sheet: Sheet, reasons: Mapping[int, str], names: Sequence[str] = REASON_HEADERS) -> bytes:
    """The rows on those lines in the table's own format, each with the reason beside it in a last column.

    The column has the first of the `names`, unless the table has one of another of these names.
    """
    reason = next((one for one in names if one in sheet.headers), names[0])
    headers = [one for one in sheet.headers if one != reason]
    chosen = [row for row in sheet.rows if row.line in reasons]
    if sheet.kind == "jsonl":
        from wz.store.sheettext import to_json_lines

        return to_json_lines(
            {key: value for key, value in row.values.items() if value is not None} | {reason: reasons[row.line]}
            for row in chosen
        )
    grid: list[list[Value]] = [[*headers, reason]]
    grid += [[*(row.values.get(one) for one in headers), reasons[row.line], *row.extra] for row in chosen]
    if sheet.kind == "xlsx":
        from wz.store.workbook import to_workbook

        return to_workbook(sheet.sheet or "Sheet1", grid)
    from wz.store.sheettext import to_delimited

    return to_delimited(grid, sheet.delimiter or ",", sheet.encoding or "utf-8-sig")


def column_name(place: int) -> str:
    """The column as spreadsheets letter it, from 0: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


# -- headers over cells


def _table(found: Sheet, records: Iterator[Record]) -> Sheet:
    """The table whose headers are its first row, a title above them left out."""
    first = next(records, None)
    if first is None:
        raise Usage(_("{file} is empty").format(file=found.name), _("Give a file with a row of headers."))
    second = next(records, None)
    if second and _filled(first) == 1 < _filled(second):
        first, second = second, next(records, None)
    if first.fault:
        raise Usage(f"{found.name}:{first.line}: {first.fault}", _("Mend the row of headers."))
    headers = _headers(found.name, first)
    rest = ([second] if second else []) + list(records)
    return found._replace(
        headers=[one for one in headers if one],
        rows=[_row(headers, one) for one in rest],
        unseen=found.unseen.below(first.line),
    )


def _filled(record: Record) -> int:
    return sum(cell is not None for cell in record.cells)


def _headers(name: str, record: Record) -> list[str]:
    """The headers in the order of the columns, "" where a column has none. Raises Usage."""
    headers = [tidy_header(cell) for cell in record.cells]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise Usage(
            _("{file}:{line}: no column has a name").format(file=name, line=record.line),
            _("Give a file with a row of headers."),
        )
    _refuse_wide(name, headers)
    for place, header in enumerate(headers):
        if header and header in headers[:place]:
            raise Usage(
                _("{file}:{line}: the columns {first} and {second} are both called {header}").format(
                    file=name,
                    line=record.line,
                    first=column_name(headers.index(header)),
                    second=column_name(place),
                    header=header,
                ),
                _("Give each column a name of its own."),
            )
    return headers


def _refuse_wide(name: str, headers: Collection[str]) -> None:
    """No table that people keep has so many columns, and every row would be as wide. Raises Usage."""
    if len(headers) > MAX_COLUMNS:
        raise Usage(
            _("{file} has more than {count} columns").format(file=name, count=MAX_COLUMNS),
            _("Delete the columns that are not needed."),
        )


def tidy_header(cell: Value) -> str:
    """A header without what nobody sees: blanks at its ends, line breaks, zero-width characters."""
    text = "" if cell is None else str(cell)
    return " ".join(text.translate(dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))).split())


def _row(headers: list[str], record: Record) -> Row:
    """The row under its headers; cells that have none make it faulty."""
    cells = record.cells
    if record.fault:
        return Row(record.line, {}, record.fault, cells)
    if len(cells) < len(headers):
        cells = [*cells, *[None] * (len(headers) - len(cells))]
    values = {header: cell for header, cell in zip(headers, cells, strict=False) if header}
    stray = {
        place: cell
        for place, cell in enumerate(cells)
        if cell is not None and (place >= len(headers) or not headers[place])
    }
    if not stray:
        return Row(record.line, values)
    fault = _("a cell stands in a column without header: {columns}").format(columns=listed(map(column_name, stray)))
    return Row(record.line, values, fault, list(stray.values()))


def _aligned(name: str, lines: Iterable[tuple[int, dict[str, Value], str]]) -> tuple[list[str], list[Row]]:
    """Objects as rows: the headers are all keys in the order in which they are met. Raises Usage."""
    found = list(lines)
    headers = list(dict.fromkeys(key for _line, values, fault in found if not fault for key in values))
    _refuse_wide(name, headers)
    return headers, [
        Row(line, {}, fault, list(values.values())) if fault else Row(line, {key: values.get(key) for key in headers})
        for line, values, fault in found
    ]
