"""The cases' keys of two clones made one: by union, without what must open nothing any more."""

from collections.abc import Callable

from wz.actions.replay import replay
from wz.model import case_id as ids
from wz.office.disclosing import readers
from wz.office.vault import Vault
from wz.store import casekeys, cases, sealing
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
    saved = _saved(registry, [one for one in (ours, theirs) if one], gone)
    commit = casekeys.join(registry.git, ours, theirs, gone, _keeper(registry))
    return casekeys.with_copies(registry.git, commit, saved) if saved else commit


def _saved(registry: Registry, commits: list[str], gone: Gone) -> dict[Entry, bytes]:
    """The only copies that the office has of a case's key, where they are sealed to a key that was revoked.

    Whoever had not heard of that has sealed a case to it, and without this copy nobody would ever open the case. It is
    sealed anew where the old key is held, and stays as it is until then.
    """
    office, git = registry.directory.office, registry.git
    if not any(casekeys.has_sealed_to(git, one, gone.keys) for one in commits):
        return {}
    copies = {
        entry: blob
        for one in commits
        for entry, blob in casekeys.held(git, one).items()
        if entry.holder == office.id and entry.case_id not in gone.cases
    }
    safe = {entry.case_id for entry in copies if entry.fingerprint not in gone.keys}
    found = {entry: blob for entry, blob in copies.items() if entry.case_id not in safe}
    contents = zip(found, git.contents(list(found.values())), strict=True)
    mine = Vault(registry).mine_or_none if found else {}
    saved: dict[Entry, bytes] = {}
    for entry, sealed in contents:
        if sealed is None:
            continue
        key = mine.get(entry.fingerprint)
        private = sealing.unseal(sealed, [key.private]) if key else None
        if private is None or not office.keys:
            saved[entry] = sealed
        else:
            saved |= {
                Entry(entry.case_id, office.id, fingerprint(one)): sealing.seal(private, one) for one in office.keys
            }
    return saved


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
