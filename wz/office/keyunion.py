"""The cases' keys of two clones made one: by union, without what must open nothing any more."""

from collections.abc import Callable

from wz.actions.replay import replay
from wz.model import case_id as ids
from wz.office.disclosing import readers
from wz.store import casekeys, cases
from wz.store.casekeys import Entry, Gone
from wz.store.registry import Registry
from wz.store.sealing import fingerprint

_FORGET = b'"action":"forget"'


def joined(registry: Registry, ours: str | None, theirs: str | None) -> str:
    """The commit of both clones' keys; no ref moves. `registry` holds the cases of both, merged.

    Left out, wherever they come from: the keys of a case that was forgotten, copies for a key that was revoked, and
    copies that one side alone has for whoever may not read the case (any more).
    """
    revoked = {fingerprint(key) for body in registry.directory.bodies() for key in body.revoked}
    gone = Gone(forgotten(registry), revoked)
    return casekeys.join(registry.git, ours, theirs, gone, _keeper(registry))


def _keeper(registry: Registry) -> Callable[[Entry], bool]:
    """Which copies that one side alone has are to be kept, of cases that were not forgotten."""
    office = registry.directory.office.id
    may: dict[str, set[str] | None] = {}

    def keep(entry: Entry) -> bool:
        if entry.holder == office:
            return True
        if entry.case_id not in may:
            may[entry.case_id] = _readers(registry, entry.case_id)
        allowed = may[entry.case_id]
        return allowed is None or entry.holder in allowed

    return keep


def _readers(registry: Registry, case_id: str) -> set[str] | None:
    """Who may read a case; None where that cannot be told, for its file is not here or has faults."""
    read = registry.read(ids.path_of(case_id))
    if read.facts is None:
        return None
    return readers(replay(read.facts, read.events, registry.law).case, registry.directory)


def forgotten(registry: Registry) -> set[str]:
    """The ids of all cases whose petitioner was forgotten."""
    found = set()
    for row in cases.of(registry, "faulty = 1 OR instr(events, CAST(? AS BLOB))", _FORGET):
        if row.faulty:
            events = registry.read(row.path).events
            is_gone = any(event.action == "forget" for event in events)
        else:
            is_gone = _FORGET in row.events
        if is_gone:
            found.add(row.path.rpartition("/")[2].removesuffix(".yaml"))
    return found
