"""The history of a case: its events beside the commits that recorded them."""

from datetime import datetime

import msgspec

from wz.actions.catalog import action_of
from wz.model import case_id as ids
from wz.model.instants import SHANGHAI
from wz.office.act import unreadable
from wz.store.casefile import parse
from wz.store.registry import Registry


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
    """Registration and events in file order. A commit records the events by which the file grew in it.

    In a shallow clone its oldest commit stands for all that came before.
    """
    path = ids.path_of(case_id)
    read = registry.read(path)
    if read.facts is None:
        raise unreadable(read.problems)
    commits = list(registry.git.history(path, registry.revision or "HEAD")) if registry.git.present else []
    oldest = registry.git.oldest_of_shallow if commits else frozenset()
    recorded = {}
    known = -1  # -1: not even the facts
    for commit in commits:
        grown = len(parse(path, commit.content).events) if commit.content is not None else known
        for place in range(known + 1, grown + 1):
            recorded[place] = commit
        known = max(known, grown)
    name_of = registry.directory.name_of
    registration = recorded.get(0)
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
    for place, event in enumerate(read.events, 1):
        commit_of = recorded.get(place)
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
