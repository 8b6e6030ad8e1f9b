"""CSV for spreadsheets and scripts."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import IO, Any

# What a cell begins with that a spreadsheet takes for a formula.
FORMULA_SIGNS = "=+-@＝＋－＠\t\r\n"
_DANGEROUS = re.compile(f"'*[{re.escape(FORMULA_SIGNS)}]")
# A number, or a telephone number of digits alone, is no formula and stays one.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a heading line; lists are joined by `;`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[column]) for column in columns])
    return out.getvalue().rstrip("\n")


def write(out: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Any]], bom: bool = False) -> None:
    """Rows as CSV in UTF-8, one at a time. `bom` is for Excel: a byte-order mark, and lines that end in CR LF."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig" if bom else "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n" if bom else "\n")
    writer.writerow(headings)
    writer.writerows(map(cell, row) for row in rows)
    text.flush()
    text.detach()  # the file is its owner's to close


def cell(value: Any) -> str:
    """A value as one cell: days and instants in ISO 8601, yes and no, lists joined by `;`, never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return harmless(";".join(map(str, value)) if isinstance(value, list) else str(value))


def harmless(text: str) -> str:
    """A cell that a spreadsheet would run as a formula, with the apostrophe that makes it a text.

    A text that has such apostrophes already gets one more, so that `as_written` gives every text back.
    """
    return "'" + text if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text) else text


def as_written(cell: str) -> str:
    """The text that `harmless` made this cell of."""
    return cell[1:] if cell[:1] == "'" and _DANGEROUS.match(cell) else cell
