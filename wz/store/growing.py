"""What a case file grew by, read alone: the same events as `parse` finds in the whole file, for less.

That holds where the events stand as wz writes them: items of a block list, indented by two, what belongs to them by
four or more. A line so indented cannot belong to anything above it, so whole and parts read alike.
"""

import re

from wz.model.event import Event
from wz.store.casefile import HEADER, parse

_EVENTS = b"\nevents:\n"
_ITEM = re.compile(rb"^  - action: ", re.MULTILINE)
_ITEMS = re.compile(rb"(?:  - action: [^\n]*\n(?:(?: {4}[^\n]*)?\n)*)+")
# The facts of no case, before the events to be read.
_FACTS = (
    HEADER + "format: 1\nid: 20260101-000000\ntitle: x\ncategory: other\nchannel: other\n"
    "received: '2026-01-01T00:00:00+08:00'\ncontent: x\nevents:\n"
).encode("utf-8")


def is_plain(data: bytes, count: int) -> bool:
    """Whether the file's events, so many, stand as wz writes them."""
    _facts, found, items = data.partition(_EVENTS)
    return bool(found) and _count(items) == count and (not items or _ITEMS.fullmatch(items) is not None)


def added_events(path: str, added: bytes) -> list[Event] | None:
    """The events in what was added to a plain file; None where the whole file must be read."""
    if _ITEMS.fullmatch(added) is None:
        return None
    read = parse(path, _FACTS + added)
    return read.events if not read.problems and len(read.events) == _count(added) else None


def _count(items: bytes) -> int:
    return len(_ITEM.findall(items))
