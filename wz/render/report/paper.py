"""An official report, whatever it is written in: the values that Markdown, HTML, Word and Excel are made of."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

# What a column's cells are: shares are from 0 to 1, shown as percentages; changes the same, with their sign.
Kind = Literal["text", "count", "number", "share", "change", "day"]
NONE = "—"


class Heading(NamedTuple):
    """A numbered heading, such as 一、总体情况; an appendix begins on a page of its own."""

    text: str
    appendix: bool = False


class Paragraph(NamedTuple):
    text: str


class Signature(NamedTuple):
    """Who issues the report, and the day of issue in words; appendices come after it."""

    issuer: str
    issued: str


class Column(NamedTuple):
    heading: str
    kind: Kind = "text"


class Table(NamedTuple):
    """A table with its caption; `total` is its last row, which no sorting moves.

    A cell is a value of its column's kind (None where there is none), or a `Cell` with a kind of its own.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] | None = None

    @property
    def all_rows(self) -> list[Sequence[Any]]:
        return [*self.rows, *([] if self.total is None else [self.total])]


class Cell(NamedTuple):
    """A value of another kind than its column's."""

    value: Any
    kind: Kind


class Chart(NamedTuple):
    """Figures to be drawn: `bars` of counts, a `line` over months, `shares` of a whole. A table has them too."""

    kind: Literal["bars", "line", "shares"]
    title: str
    labels: Sequence[str]
    values: Sequence[float]


Block = Heading | Paragraph | Table | Chart | Signature


class Paper(NamedTuple):
    """A title, a line on the period beneath it, the blocks, and who issues it."""

    title: str
    subtitle: str
    blocks: Sequence[Block]
    issuer: str

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]


def typed(cell: Any, kind: Kind) -> Cell:
    """The value with its kind."""
    return cell if isinstance(cell, Cell) else Cell(cell, kind)


def words(cell: Any, kind: Kind) -> str:
    """A cell as text: 93.3%, +12.0%, 1.5, 2026-10-31."""
    value, kind = typed(cell, kind)
    if value is None:
        return NONE
    if isinstance(value, date):
        return value.isoformat()
    match kind:
        case "share":
            return percent(value)
        case "change":
            return f"{value:+.1%}"
        case "number":
            return f"{value:g}"
    return str(value)


def percent(value: float) -> str:
    """A share as a percentage with one decimal place, none where it is whole."""
    text = f"{value:.1%}"
    return text.replace(".0%", "%")


def is_right(kind: Kind) -> bool:
    """Whether a column of that kind holds figures, set to the right."""
    return kind in ("count", "number", "share", "change")
