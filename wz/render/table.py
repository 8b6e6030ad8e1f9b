"""Tables for a terminal: Chinese is two columns wide, colours only where they are wanted."""

import re
import shutil
from collections.abc import Sequence
from typing import Any

from wcwidth import wcswidth, wcwidth

_COLOURS = {"blue": "34", "yellow": "33", "red": "31", "referral": "1;37;41", "bold": "1", "dim": "2"}
_ELLIPSIS = "…"
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def colour_codes() -> frozenset[str]:
    """The escape sequences that `paint` writes."""
    return frozenset({"\x1b[0m", *(f"\x1b[{code}m" for code in _COLOURS.values())})


def paint(text: str, colour: str, colours: bool) -> str:
    """The text in a colour (a warning level, `bold` or `dim`), or as it is."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if colours and colour in _COLOURS else text


def harmless(text: str) -> str:
    """A line without what could steer a terminal; its blanks stay, so that what is aligned stays so."""
    return "".join(one if one.isprintable() else " " for one in text)


def one_line(text: str) -> str:
    """A text for one cell: no line breaks, no control or escape characters, no more than one blank at a time."""
    return " ".join("".join(one if one.isprintable() or one.isspace() else " " for one in text).split())


def shorten(text: str, columns: int) -> str:
    """The text cut to that many terminal columns."""
    text = one_line(text)
    if wcswidth(text) <= columns:
        return text
    kept, width = "", 0
    for character in text:
        width += max(wcwidth(character), 0)
        if width > columns - 1:
            break
        kept += character
    return kept + _ELLIPSIS


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> str:
    """A plain table; `right` are the columns, from 0, that are aligned right."""
    import tabulate

    tabulate.PRESERVE_WHITESPACE = False
    tabulate.MIN_PADDING = 0  # else a heading that is its column's widest cell gets two blanks more
    align = ["right" if number in right else "left" for number in range(len(headers))]
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return tabulate.tabulate(cells, headers=list(headers), tablefmt="simple", disable_numparse=True, colalign=align)


def flexible(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], flex: int, width: int | None, right: Sequence[int] = ()
) -> str:
    """A table whose column `flex` gives way so that the whole fits into `width` columns; None: as wide as it is."""
    if width is not None and rows:
        others = sum(
            max(wcswidth(_ESCAPE.sub("", str(cell))) for cell in [headers[column], *_column(rows, column)]) + 2
            for column in range(len(headers))
            if column != flex
        )
        room = max(width - others, 8)
        rows = [
            [shorten(str(cell), room) if column == flex else cell for column, cell in enumerate(row)] for row in rows
        ]
    else:
        rows = [[one_line(str(cell)) if column == flex else cell for column, cell in enumerate(row)] for row in rows]
    return table(headers, rows, right)


def _column(rows: Sequence[Sequence[Any]], column: int) -> list[Any]:
    return ["" if row[column] is None else row[column] for row in rows]


def terminal_width() -> int:
    """The columns of the terminal."""
    return shutil.get_terminal_size().columns
