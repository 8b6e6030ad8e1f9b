"""A page of tables, whatever it is written in: the values that Markdown and HTML are made of."""

from collections.abc import Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """A titled table. `right` are the columns, from 0, that hold numbers; `marks` the rows' warning levels, or ""."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    marks: Sequence[str] = ()


class Page(NamedTuple):
    """A title, a line or two on the whole, and the sections."""

    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
