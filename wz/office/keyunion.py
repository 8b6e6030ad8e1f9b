"""The cases' keys of two clones made one: by union, without what must open nothing any more."""

from collections.abc import Sequence

from wz.actions.replay import replay
from wz.model import case_id as ids
from wz.model.case import Case
from wz.office.disclosing import readers
from wz.office.vault import Vault
from wz.store import casekeys, cases, sealing
from wz.store.casekeys import Choice, Entry, Gone
from wz.store.registry import Registry
from wz.store.sealing import Key, fingerprint

_FORGET = b'"action":"forget"'


def joined(registry: Registry, ours: str | None, theirs: str | None) -> str:
    """The commit of both clones' keys; no ref moves. `registry` holds the cases of both, merged.

    Left out, wherever they come from: the keys of a case that was forgotten, copies for a key that was revoked, and
    copies that one side alone has for whoever may not read the case (any more).
    """
    revoked = {fingerprint(key) for body in registry.directory.bodies() for key in body.revoked}
    gone = Gone(forgotten(registry), revoked)
    saved = _saved(registry, [one for one in (ours, theirs) if one], gone)
    commit = casekeys.join(registry.git, ours, theirs, gone, _choice(registry))
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


def _choice(registry: Registry) -> Choice:
    """Which copies that the two sides have otherwise are to be kept, of cases that were not forgotten."""
    office, vault = registry.directory.office.id, Vault(registry)
    known: dict[str, Case | None] = {}

    def case_of(case_id: str) -> Case | None:
        if case_id not in known:
            known[case_id] = _case(registry, case_id)
        return known[case_id]

    def choose(entry: Entry, blobs: Sequence[str]) -> str | None:
        # The office may always read it, so that its copies, most of all, are kept without a look at the case.
        if entry.holder != office:
            case = case_of(entry.case_id)
            if case is not None and entry.holder not in readers(case, registry.directory):
                return None
        if len(blobs) > 1 and (key := vault.mine_or_none.get(entry.fingerprint)):
            return _opening(registry, key, case_of(entry.case_id), sorted(blobs))
        return min(blobs)

    return choose


def _case(registry: Registry, case_id: str) -> Case | None:
    """None where it cannot be told, for its file is not here or has faults."""
    read = registry.read(ids.path_of(case_id))
    return replay(read.facts, read.events, registry.law).case if read.facts is not None else None


def _opening(registry: Registry, key: Key, case: Case | None, blobs: list[str]) -> str:
    """The first copy that opens what is sealed in the case: whoever may push could put another in its place."""
    petitioner = (case.facts.petitioner if case else None) or ""
    for blob, sealed in zip(blobs, registry.git.contents(blobs), strict=True):
        private = sealing.key_of((sealing.unseal(sealed or b"", [key.private]) or b"").decode("ascii", "replace"))
        if private is not None and sealing.unseal(petitioner.encode("ascii"), [private.private]) is not None:
            return blob
    return blobs[0]


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
            found.add(ids.id_of(row.path))
    return found
