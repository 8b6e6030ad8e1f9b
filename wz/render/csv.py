"""CSV for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import IO, Any

# What a cell begins with that a spreadsheet takes for a formula.
FORMULA_SIGNS = (*"=+-@＝＋－＠", "\t", "\r", "\n")


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
    """A cell that a spreadsheet would run as a formula, with the apostrophe that makes it a text."""
    return "'" + text if text[:1] in FORMULA_SIGNS and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
