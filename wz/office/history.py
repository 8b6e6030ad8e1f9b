"""The history of a case: its events beside the commits that recorded them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from wz.actions.catalog import action_of
from wz.model import case_id as ids
from wz.model.event import Event, mark_of
from wz.model.instants import SHANGHAI
from wz.office.act import unreadable
from wz.store.casefile import parse
from wz.store.registry import Registry
from wz.store.repository import Recorded

_Key = tuple[str, int]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of history; `place` is None for the registration. Not committed yet: commit, author, recorded None."""

    place: int | None
    action: str
    at: datetime
    by: str
    recorded: datetime | None
    commit: str | None
    author: str | None
    summary: str


def history(registry: Registry, case_id: str) -> list[Entry]:
    """Registration and events in file order. An event was recorded by the first commit that has it, not by a merge.

    In a shallow clone its oldest commit stands for all that came before.
    """
    path = ids.path_of(case_id)
    read = registry.read(path)
    if read.facts is None:
        raise unreadable(read.problems)
    commits = list(registry.git.history(path, registry.revision or "HEAD")) if registry.git.present else []
    oldest = registry.git.oldest_of_shallow if commits else frozenset()
    recorded: dict[_Key, Recorded] = {}
    registration: Recorded | None = None
    for commit in commits:
        if commit.content is not None:
            registration = registration or commit
            for key in _keys(parse(path, commit.content).events):
                recorded.setdefault(key, commit)
    name_of = registry.directory.name_of
    entries = [
        Entry(
            place=None,
            action="new",
            at=read.facts.received.astimezone(SHANGHAI),
            by=registration.trailers.get("Wz-Actor", "") if registration and registration.name not in oldest else "",
            recorded=registration.at.astimezone(SHANGHAI) if registration else None,
            commit=registration.name if registration else None,
            author=registration.author if registration else None,
            summary=read.facts.title,
        )
    ]
    for place, (event, key) in enumerate(zip(read.events, _keys(read.events), strict=True), 1):
        commit_of = recorded.get(key)
        entries.append(
            Entry(
                place=place,
                action=event.action,
                at=event.at.astimezone(SHANGHAI),
                by=event.by,
                recorded=commit_of.at.astimezone(SHANGHAI) if commit_of else None,
                commit=commit_of.name if commit_of else None,
                author=commit_of.author if commit_of else None,
                summary=" ".join(action_of(event).subject(event, name_of).split()),
            )
        )
    return entries


def _keys(events: Iterable[Event]) -> list[_Key]:
    """What each event is known by, and how many like it stand before it."""
    seen: Counter[str] = Counter()
    keys = []
    for mark in map(mark_of, events):
        keys.append((mark, seen[mark]))
        seen[mark] += 1
    return keys
