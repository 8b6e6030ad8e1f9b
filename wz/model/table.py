"""Rows of tables from other hands, before anybody asks what they mean."""

from datetime import date, datetime
from typing import Any, NamedTuple

# A list only from JSON Lines; CSV has texts alone.
Value = str | int | float | bool | datetime | date | list[Any] | None

MAX_ROWS = 1_048_576  # what a spreadsheet holds
MAX_COLUMNS = 1_024


class Record(NamedTuple):
    """A row before it meets its headers; `line` counts from 1, `fault` says why the row could not be read."""

    line: int
    cells: list[Value]
    fault: str = ""
