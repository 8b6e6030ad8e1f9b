"""Numbers that stand in a petition's own texts, which whoever has the registry reads, moved into what is sealed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from wz.i18n import term
from wz.model.digits import may_hold_number
from wz.model.personal import KIND_LABELS, Hit, Kind, Public, redacted, scan
from wz.model.petitioner import Moved, Petitioner

TEXTS = ("title", "content")
# What identifies a person by itself; a street and a door may be what the petition is about.
_KINDS: frozenset[Kind] = frozenset({"identity", "bank-card", "mobile", "landline"})
# What stands in the text instead.
_FATE = "，已密封"


class Found(NamedTuple):
    """Where such a number stands, and of what kind it is; never the number."""

    field: str
    kind: Kind
    line: int
    column: int

    @property
    def kind_named(self) -> str:
        return term(self.kind, KIND_LABELS[self.kind])


def find(texts: Mapping[str, Any], public: Public) -> list[Found]:
    """All of them in title and content."""
    return [
        Found(field, hit.kind, text.count("\n", 0, hit.start) + 1, hit.start - text.rfind("\n", 0, hit.start))
        for field, text, hit in _hits(texts, public)
    ]


def _hits(texts: Mapping[str, Any], public: Public) -> Iterator[tuple[str, str, Hit]]:
    for field in TEXTS:
        text = texts.get(field) or ""
        if not may_hold_number(text):
            continue
        yield from ((field, text, hit) for hit in scan(text, public) if hit.kind in _KINDS)


def move(texts: Mapping[str, Any], petitioner: Petitioner, public: Public) -> tuple[Petitioner, dict[str, str]]:
    """The petitioner with the numbers, in their order, and the texts with a mark in the place of each."""
    hits = [*_hits(texts, public)]
    moved = [Moved(field, hit.kind, text[hit.start : hit.end]) for field, text, hit in hits]
    changed = {
        field: redacted(texts[field], [hit for of, _text, hit in hits if of == field], _FATE)
        for field in dict.fromkeys(field for field, _text, _hit in hits)
    }
    return msgspec.structs.replace(petitioner, moved=[*petitioner.moved, *moved]), changed
