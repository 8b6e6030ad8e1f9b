"""What a case file grew by, read alone: the same events as `parse` finds in the whole file, for less.

That holds where the events stand as wz writes them: items of a block list, indented by two, what belongs to them by
four or more. A line so indented cannot belong to anything above it, so whole and parts read alike.
"""

import re

import msgspec

from wz.actions.catalog import ACTIONS, typed_event
from wz.model.event import Event
from wz.store.schema import accepts_events
from wz.store.yamlfile import YamlFault, load

_EVENTS = b"\nevents:\n"
_ITEM = re.compile(rb"^  - action: ", re.MULTILINE)
_ITEMS = re.compile(rb"(?:  - action: [^\n]*\n(?:(?: {4}[^\n]*)?\n)*)+")


def is_plain(data: bytes, count: int) -> bool:
    """Whether the file's events, so many, stand as wz writes them."""
    _facts, found, items = data.partition(_EVENTS)
    return bool(found) and _count(items) == count and (not items or _ITEMS.fullmatch(items) is not None)


def added_events(added: bytes) -> list[Event] | None:
    """The events in what was added to a plain file; None where the whole file must be read."""
    if _ITEMS.fullmatch(added) is None:
        return None
    try:
        events = load(added)
        if not accepts_events(events) or len(events) != _count(added):
            return None
        return [typed_event(event) for event in events] if all(one["action"] in ACTIONS for one in events) else None
    except (YamlFault, msgspec.ValidationError):
        return None  # the whole file is read, and says what is wrong and where


def _count(items: bytes) -> int:
    return len(_ITEM.findall(items))
