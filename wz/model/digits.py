"""Digits in a text, however they are written: full-width, Chinese, spaced, hyphenated; each with its place."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_CHINESE = {
    one: str(value)
    for value, spellings in enumerate(
        ("〇零○", "一幺壹", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for one in spellings
}
# Between the digits of one number people write blanks, hyphens of every kind, dots, strokes and brackets.
_SEPARATORS = frozenset("\t\n\r-‐‑‒–—―−﹣－~_·•‧∙⋅.．/／()（）[]［］【】")
# What was pasted from a page may hold its markup, which says nothing either.
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,60}>|&(?:nbsp|ensp|emsp|thinsp|#160|#xa0);", re.IGNORECASE)
_NOTHING = "\0"
_BETWEEN = rf"(?: {{0,3}}|{_NOTHING}+)"
RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{6,}}(?:{_BETWEEN}X)?")
_LETTERS = re.compile(r"(?<=\d)[oOlI|]+(?![A-Za-z])|(?<![A-Za-z])[lI|](?=[3-9]\d)")
# Whatever may stand for a digit; a number that is somebody's has seven of them at least.
_DIGIT = re.compile(rf"[\d{''.join(_CHINESE)}oOlI|\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u24ff\u2776-\u2793]")
_SHORTEST = 7
_READ_AS = str.maketrans("oOlI|", "00111")


class _Plain(dict[int, str]):
    """What each character stands for in `plain`, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        one = chr(code)
        kind = unicodedata.category(one)
        if one in _CHINESE:
            stands_for = _CHINESE[one]
        elif kind == "Nd" or (kind == "No" and unicodedata.digit(one, None) is not None):  # ③ and ³ are digits too
            stands_for = str(unicodedata.digit(one))
        elif kind in ("Zs", "Zl", "Zp", "Cf", "Mn", "Me") or one in _SEPARATORS:
            stands_for = " "
        elif one in "xX×ｘＸ":
            stands_for = "X"
        else:
            stands_for = chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else one
        self[code] = stands_for
        return stands_for


_PLAIN = _Plain()


def may_hold_number(text: str) -> bool:
    """Whether there are digits enough for a number of a person; tells quickly of most texts that there are not."""
    return len(_DIGIT.findall(text)) >= _SHORTEST


def plain(text: str) -> str:
    """The text with every digit as 0 to 9 and every separator as a blank; each character keeps its place.

    Markup becomes NUL. The letters O and l among digits are read as 0 and 1; x, and the sign ×, as X.
    """
    if "<" in text or "&" in text:
        text = _MARKUP.sub(lambda found: _NOTHING * len(found[0]), text)
    text = text.translate(_PLAIN)
    if any(letter in text for letter in "oOlI|"):
        text = _LETTERS.sub(lambda found: found[0].translate(_READ_AS), text)
    return text


class Run(NamedTuple):
    """Digits that may be one number: `places` in the text, one for each.

    `cuts` are where groups begin, and the end: at separators, and where Chinese digits and others meet. `gaps` are
    those of them at separators that the eye takes for one (not a line's end, nothing invisible), and the end.
    """

    digits: str
    places: tuple[int, ...]
    cuts: tuple[int, ...]
    gaps: tuple[int, ...]

    def windows(self, length: int, anywhere: bool = False) -> Iterator[tuple[int, int]]:
        """Where in the run a number of that many digits may lie.

        A number has no separator in it, or begins or ends where a group does; `anywhere`: it need not. A number that
        begins with a group of four ends with a group too: figures of a table are no number.
        """
        cuts = frozenset(self.cuts)
        for start in range(len(self.digits) - length + 1):
            end = start + length
            gap = self.gaps[bisect_right(self.gaps, start)]
            if anywhere or end <= gap or end in cuts or (start in cuts and gap - start != 4):
                yield start, end

    def whole_groups(self, start: int, end: int) -> tuple[int, int]:
        """The window made as wide as the groups that it touches: of a number in a number nothing is left over."""
        return self.cuts[bisect_right(self.cuts, start) - 1], self.cuts[bisect_left(self.cuts, end)]


def _unseen(between: str) -> bool:
    return all(one in "\r\n" or unicodedata.category(one) in ("Cf", "Mn", "Me") for one in between)


def runs(text: str, plain_text: str) -> Iterator[Run]:
    """Every run of at least seven digits: nothing shorter is anybody's number."""
    for found in RUN.finditer(plain_text):
        places = tuple(place for place in range(*found.span()) if plain_text[place] not in (" ", _NOTHING))
        pairs = list(enumerate(pairwise(places), 1))
        breaks = [number for number, (former, place) in pairs if place != former + 1]
        gaps = [number for number in breaks if not _unseen(text[places[number - 1] + 1 : places[number]])]
        turns = [number for number, (former, place) in pairs if (text[place] in _CHINESE) != (text[former] in _CHINESE)]
        cuts = sorted({0, *breaks, *turns, len(places)})
        yield Run("".join(plain_text[place] for place in places), places, tuple(cuts), (0, *gaps, len(places)))
