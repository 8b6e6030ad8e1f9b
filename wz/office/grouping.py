"""Concentrated complaints: cases about the same place or subject, found by their words (第二十三条（二）).

Each text becomes a vector of its telling words, weighted by how often the text, above all its title, has them and by
how rare they are (tf-idf). The most alike are joined first, as long as the groups so made stay alike on the average
and keep a subject: a word that most of their cases have, and most in the title.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import date
from math import log, sqrt
from typing import NamedTuple

import msgspec

from wz.office.words import words

Vector = dict[str, float]

# Found by trying them on some thousands of real petitions and judging the groups by hand.
_ALIKE = 0.28  # cosine from which two cases may be joined
_TOGETHER = 0.20  # average cosine that a group must keep
_SHARED = 0.8  # share of a group's cases that have its subject
_TITLED = 0.7  # share of them that have it in the title
_TITLE = 2.0  # what standing in the title adds to a word's count (of which the logarithm is taken)
_KEPT = 25  # telling words kept of a text
READ = 2000  # characters read of a content
_CROWD = 200  # a registry with fewer cases than that knows little of how common a word is
_SAME = 0.8  # share of words in common from which two texts are one, sent twice
_BUSY = 1000  # a word in more cases than that alone makes nothing alike


class Text(NamedTuple):
    """A case as grouping sees it."""

    case: str
    title: str
    content: str
    received: date


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Cases about the same place or subject, oldest first, named by the words they share.

    `title` is that of the case most like the others. `petitioners` counts texts that are not the same text sent again:
    names being sealed, nothing better can be said of how many people stand behind the cases.
    """

    name: str
    title: str
    cases: list[str]
    petitioners: int
    since: date
    until: date


class _Cluster:
    """Cases joined so far, with the sum of their vectors, and how many have each word, anywhere or in the title."""

    def __init__(self, member: int, vector: Vector, title: frozenset[str]) -> None:
        self.members = [member]
        self.sum = dict(vector)
        self.having = Counter(vector.keys())
        self.titled = Counter(title & vector.keys())

    def alike(self, other: "_Cluster") -> float:
        """The average cosine between the cases of the two."""
        small, large = sorted((self.sum, other.sum), key=len)
        dot = sum(weight * large[word] for word, weight in small.items() if word in large)
        return dot / (len(self.members) * len(other.members))

    def subject_with(self, other: "_Cluster") -> bool:
        """Whether the two together have a subject."""
        number = len(self.members) + len(other.members)
        small, large = sorted((self.having, other.having), key=len)
        return any(
            count + large[word] >= _SHARED * number and self.titled[word] + other.titled[word] >= _TITLED * number
            for word, count in small.items()
            if word in large
        )

    def take(self, other: "_Cluster") -> None:
        self.members += other.members
        for word, weight in other.sum.items():
            self.sum[word] = self.sum.get(word, 0.0) + weight
        self.having.update(other.having)
        self.titled.update(other.titled)


def groups(texts: Sequence[Text], least: int = 3) -> list[Group]:
    """The groups of at least that many cases, the largest first, then the newest."""
    titles = [frozenset(words(text.title)) for text in texts]
    bodies = [Counter(words(text.content[:READ])) for text in texts]
    vectors = _vectors(titles, bodies)
    clusters = [_Cluster(place, *pair) for place, pair in enumerate(zip(vectors, titles, strict=True))]
    for _alike, one, other in sorted(_alike_pairs(vectors), reverse=True):
        first, second = clusters[one], clusters[other]
        if first is not second and first.alike(second) >= _TOGETHER and first.subject_with(second):
            first.take(second)
            for member in second.members:
                clusters[member] = first
    found = [
        _group(cluster, texts, vectors, bodies)
        for cluster in {id(one): one for one in clusters}.values()
        if len(cluster.members) >= least
    ]
    return sorted(found, key=lambda group: (-len(group.cases), -group.until.toordinal(), group.name))


def _vectors(titles: Sequence[frozenset[str]], bodies: Sequence[Counter[str]]) -> list[Vector]:
    """Each text's telling words with their weights, of length 1."""
    having: Counter[str] = Counter()
    for title, body in zip(titles, bodies, strict=True):
        having.update(title | body.keys())
    crowd = max(len(titles), _CROWD)
    rare = {word: log(crowd / count) ** 1.5 for word, count in having.items() if 1 < count < crowd}
    vectors = []
    for title, body in zip(titles, bodies, strict=True):
        weights = [
            (rare[word] * (log(body[word] + 1) + (_TITLE if word in title else 0.0)), word)
            for word in title | body.keys()
            if word in rare
        ]
        kept = sorted(weights, reverse=True)[:_KEPT]
        length = sqrt(sum(weight * weight for weight, _word in kept)) or 1.0
        vectors.append({word: weight / length for weight, word in kept})
    return vectors


def _alike_pairs(vectors: Sequence[Vector]) -> Iterable[tuple[float, int, int]]:
    """Every pair of texts that may be joined, by way of the words they have in common."""
    having: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        alike: defaultdict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            earlier = having[word]
            if len(earlier) < _BUSY:
                for other, its_weight in earlier:
                    alike[other] += weight * its_weight
            earlier.append((place, weight))
        yield from ((cosine, other, place) for other, cosine in alike.items() if cosine >= _ALIKE)


def _group(
    cluster: _Cluster, texts: Sequence[Text], vectors: Sequence[Vector], bodies: Sequence[Counter[str]]
) -> Group:
    members = sorted(cluster.members, key=lambda member: (texts[member].received, texts[member].case))
    telling = sorted(cluster.sum, key=lambda word: (-cluster.sum[word], word))[:8]
    shared = [word for word in telling if cluster.having[word] * 2 > len(members)][:3]
    central = max(members, key=lambda member: (_cosine(vectors[member], cluster.sum), -member))
    return Group(
        name=_name(shared or telling[:1], texts[central].title),
        title=texts[central].title,
        cases=[texts[member].case for member in members],
        petitioners=_different([bodies[member].keys() for member in members]),
        since=texts[members[0]].received,
        until=texts[members[-1]].received,
    )


def _name(shared: Sequence[str], title: str) -> str:
    """The words as they stand in the title of the central case: 户口 and 迁移 are 户口迁移 where it says so."""
    name = ""
    last: str | None = None
    for word in sorted(shared, key=lambda word: (title.find(word) < 0, title.find(word))):
        name += ("" if last is None or last + word in title else "、") + word
        last = word
    return name


def _different(texts: Iterable[Set[str]]) -> int:
    """How many of the texts, given by their words, are not an earlier one sent again."""
    seen: list[Set[str]] = []
    for text in texts:
        if all(len(text & other) < _SAME * len(text | other) for other in seen):
            seen.append(text)
    return len(seen)


def _cosine(one: Vector, other: Vector) -> float:
    return sum(weight * other[word] for word, weight in one.items() if word in other)
