"""CSV for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# What a cell begins with that a spreadsheet takes for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV with a heading line; lists are joined by `;`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return out.getvalue().rstrip("\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return harmless(str(value))


def harmless(text: str) -> str:
    """A cell that a spreadsheet would run as a formula, with the apostrophe that makes it a text."""
    return "'" + text if text[:1] in FORMULA_SIGNS and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
