"""Petitions that say the same as an open one, word for word or nearly: found by the clauses that they share."""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

_BETWEEN = re.compile(r"[\W_]+")
_CLAUSE = 6  # shorter ones are courtesies
_COMMON = 40  # a clause that so many petitions share tells nothing
_CANDIDATES = 5
NEAR = 0.8


class Like(NamedTuple):
    """The petition that one is like, and how much: 1.0 is word for word, punctuation and blanks aside."""

    name: str
    likeness: float


class Likenesses:
    """The petitions to compare with, by their texts."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._texts: list[str] = []
        self._same: dict[str, int] = {}
        self._by_clause: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str, content: str) -> None:
        """A petition to compare with."""
        place = len(self._names)
        clauses = _BETWEEN.split(content)
        text = "".join(clauses)
        self._names.append(name)
        self._texts.append(text)
        self._same.setdefault(text, place)
        for clause in set(clauses):
            if len(clause) >= _CLAUSE:
                self._by_clause[clause].append(place)

    def find(self, content: str) -> Like | None:
        """The petition that it is most like, if that is at least NEAR."""
        if not self._names:
            return None
        clauses = _BETWEEN.split(content)
        text = "".join(clauses)
        if (same := self._same.get(text)) is not None:
            return Like(self._names[same], 1.0)
        shared: Counter[int] = Counter()
        for clause in set(clauses):
            if len(clause) >= _CLAUSE and len(places := self._by_clause.get(clause, ())) <= _COMMON:
                shared.update(places)
        best = max(((self._ratio(text, place), place) for place, _n in shared.most_common(_CANDIDATES)), default=None)
        return Like(self._names[best[1]], round(best[0], 2)) if best and best[0] >= NEAR else None

    def _ratio(self, text: str, place: int) -> float:
        from rapidfuzz import fuzz

        return float(fuzz.ratio(text, self._texts[place], score_cutoff=NEAR * 100)) / 100
