"""What a spreadsheet shows, and its cells do not hold: merged cells, and formulas whose results were not saved."""

import re
from contextlib import suppress
from typing import IO, NamedTuple
from xml.parsers import expat

_CHUNK = 1 << 16
_MARKS = re.compile(rb"mergeCell|[<:]f[\s>/]")
_LAST_ROW = re.compile(r"\d+$")


class Unseen(NamedTuple):
    """Ranges of which only the first cell has the value, such as A2:A5; and cells that have a formula alone."""

    merged: list[str]
    formulas: list[str]

    def below(self, line: int) -> "Unseen":
        """Those that reach below a row: a title above the headers is merged by custom."""
        return Unseen(*([one for one in cells if _last_row(one) > line] for cells in self))


NOTHING = Unseen([], [])


def _last_row(cells: str) -> int:
    found = _LAST_ROW.search(cells)
    return int(found[0]) if found else 0


def may_hide(page: IO[bytes]) -> bool:
    """Whether there can be such cells in a sheet's XML: few sheets have any, and looking closely takes longer."""
    rest = b""
    while chunk := page.read(_CHUNK):
        if _MARKS.search(rest + chunk):
            return True
        rest = chunk[-16:]
    return False


def unseen(page: IO[bytes]) -> Unseen:
    """What a sheet's XML hides; of what is no XML, what comes before its fault."""
    found = Unseen([], [])
    cell, inside, formula, result = "", "", False, False

    def begins(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cell, inside, formula, result
        inside = tag.rpartition(":")[2]
        if inside == "c":
            cell, formula, result = attributes.get("r", ""), False, False
        elif inside == "f":
            formula = True
        elif inside == "is":
            result = True
        elif inside == "mergeCell" and "ref" in attributes:
            found.merged.append(attributes["ref"])

    def ends(tag: str) -> None:
        nonlocal inside
        inside = ""
        if tag.rpartition(":")[2] == "c" and formula and not result and cell:
            found.formulas.append(cell)

    def says(text: str) -> None:
        nonlocal result
        result = result or (inside == "v" and bool(text.strip()))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begins, ends, says
    with suppress(expat.ExpatError):
        parser.ParseFile(page)
    return found
