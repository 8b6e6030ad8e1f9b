"""Keys made, added, rotated, backed up: public halves in units.yaml, private ones outside the registry."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from wz.errors import Refused, Unreadable, Usage
from wz.i18n import _, listed, ngettext, reason_of
from wz.model.case_id import id_of
from wz.model.directory import Body
from wz.office import keylist
from wz.office.actors import typist
from wz.office.permissions import permit
from wz.office.vault import Vault
from wz.store import sealing
from wz.store.casefile import CaseFile
from wz.store.casekeys import Entry, held
from wz.store.keyring import Keyring, keys_of, write_private
from wz.store.registry import Registry
from wz.store.sealing import fingerprint

_OWN = re.compile(r"# wz: ([a-z0-9-]+),")
SHORTEST_PASSPHRASE = 8


class Change(NamedTuple):
    """What became of a key: the commit that lists it, for how many cases it now opens, and how many it cannot."""

    body: Body
    public: str
    commit: str | None
    path: Path | None = None
    resealed: int = 0
    left: int = 0
    retired: tuple[str, ...] = ()


def ring_of(registry: Registry) -> Keyring:
    """The private keys held here."""
    return Keyring(registry.git.layout.top)


def body_meant(registry: Registry, named: str | None) -> tuple[Body, bool]:
    """Whose key is meant, and whether whoever is typing may put it into units.yaml.

    A unit's people make their own unit's keys, which the office lists; the office makes anybody's. Raises Refused,
    Usage.
    """
    directory = registry.directory
    own = typist(directory, registry.git.identity.email).partition("/")[0]
    bodies = {name: body for body in directory.bodies() for name in (body.id, body.name, *body.aliases)}
    body = bodies.get(named or own)
    if body is None or body.id == directory.supervision.id:
        from wz.office.references import close_units

        raise Usage(_("there is no unit {unit}").format(unit=named or own), close_units(named or own, directory))
    if own == directory.office.id:
        permit(registry, "settings")
        return body, True
    if body.id != own:
        raise Refused(_("{who} makes keys for itself alone").format(who=own), _("Ask the office."), "5")
    return body, False


def make(registry: Registry, named: str | None, now: datetime) -> Change:
    """A new key, kept here, and for later cases added to those that units.yaml lists. Raises as `add` does."""
    body, may_list = body_meant(registry, named)
    public, path = _made(registry, body, now)
    if not may_list:
        return Change(body, public, None, path)
    return add(registry, body, public, now)._replace(path=path)


def _made(registry: Registry, body: Body, now: datetime) -> tuple[str, Path]:
    """A new key, kept here: its public half and its file. Raises Unreadable where the keys here cannot be looked at."""
    ring, key = ring_of(registry), sealing.new_key()
    _held = ring.own  # else one would be made that nobody lists
    return key.public, ring.add(key, body.id, registry.directory.city, now)


def rotate(
    registry: Registry, named: str | None, now: datetime, *, public: str | None, old: str | None, revoke: bool
) -> Change:
    """A new key in, the old one (or all, or the one with the fingerprint `old`) out of units.yaml.

    With `revoke`, the old key opens no case any more, in no clone. Raises as `add` does.
    """
    body, may_list = body_meant(registry, named)
    leaving = [key for key in body.keys if old is None or old in (key, fingerprint(key))]
    leaving = [key for key in leaving if key != public]
    if may_list and not leaving:
        raise Usage(
            _("{body} has no such key").format(body=body.id),
            _("`wz key list` shows them; `wz key new` makes the first."),
        )
    path = None
    if public is None:
        public, path = _made(registry, body, now)
    if not may_list:
        return Change(body, public, None, path)
    return add(registry, body, public, now, retire=leaving, revoke=revoke)._replace(path=path)


def add(
    registry: Registry,
    body: Body,
    public: str,
    now: datetime,
    *,
    retire: Sequence[str] = (),
    revoke: bool = False,
) -> Change:
    """List a public key in units.yaml, and let it open what the body can read of the open cases, in one commit.

    Raises Usage where it is no key or is listed already, Refused where who is typing may not, or where with
    `revoke` a case would be left that nobody here could open for the new key.
    """
    by = permit(registry, "settings")
    refuse_foreign(public)
    if not sealing.is_public(public):
        raise Usage(
            _("{key} is no public key").format(key=public[:80]), _("It begins with age1; `wz key new` prints it.")
        )
    elsewhere = next((one for one in registry.directory.bodies() if public in (*one.keys, *one.revoked)), None)
    if elsewhere is not None and not (elsewhere.id == body.id and public in body.keys and retire):
        raise Usage(
            _("{key} is listed in units.yaml already, for {body}").format(key=public, body=elsewhere.id),
            _("Every holder has keys of its own, and what was revoked does not come back: make a new one."),
        )
    with registry.locked():
        before = (registry.root / keylist.FILE).read_bytes()
        after = keylist.changed(before, body, "keys", [] if public in body.keys else [public], retire)
        if revoke:
            after = keylist.changed(after, body, "revoked", retire)
        vault = Vault(registry)
        resealed, left = _spread(vault, body, public, retire, revoke, now)
        commit = registry.commit(
            {keylist.FILE: after},
            {keylist.FILE: before},
            _message(body, public, retire, by),
            vault.keys.changes or None,
        )
    registry.forget_settings()
    return Change(registry.directory.body(body.id) or body, public, commit, None, resealed, left, tuple(retire))


def refuse_foreign(text: str) -> None:
    """Raises Usage where a text is a key, but no age key's whole public half; a private one is not quoted."""
    if sealing.PRIVATE_MARK in text.upper():
        raise Usage(
            _("this is a private key, and now stands in the shell's history"),
            _("Put it into a file and import that: wz key import FILE. Of others only the public half (age1…) serves."),
        )
    if text.startswith("ssh-"):
        raise Usage(
            _("SSH keys do not serve here"), _("`wz key new` makes a key that does; its public half is wanted.")
        )
    if text.startswith(sealing.PUBLIC_MARK):
        sealing.refuse_misspelt(text)


def _message(body: Body, public: str, retire: Sequence[str], by: str) -> str:
    what = ", ".join(["+" + fingerprint(public), *("-" + fingerprint(key) for key in retire)])
    return f"key {body.id}: {what}\n\nWz-Action: key\nWz-Actor: {by}\n"


def _spread(
    vault: Vault, body: Body, public: str, retire: Sequence[str], revoke: bool, now: datetime
) -> tuple[int, int]:
    """Seal the keys of the cases that the body can read to its new key; open cases alone, or all where old keys go.

    Gives for how many cases it was done, and for how many no key held here could.
    """
    registry = vault.registry
    every = held(registry.git)
    reading = {entry.case_id for entry in every if entry.holder == body.id}
    if not revoke and reading:
        reading &= {id_of(one.path) for one in registry.standing(now, settled=False) if isinstance(one, CaseFile)}
    opened = dict(_opened(vault, {entry: blob for entry, blob in every.items() if entry.case_id in reading}))
    left = reading - opened.keys()
    if left and revoke:
        raise Refused(
            ngettext(
                "{count} case would be left that {body} could not open with the new key",
                "{count} cases would be left that {body} could not open with the new key",
                len(left),
            ).format(count=len(left), body=body.id),
            _("Do it where a key is held that opens them, such as the office's own: {cases}.").format(
                cases=listed(sorted(left)[:5]) + (" …" if len(left) > 5 else "")
            ),
        )
    for case_id, private in sorted(opened.items()):
        vault.keys.put(Entry(case_id, body.id, fingerprint(public)), sealing.seal(private, public))
    gone = {fingerprint(key) for key in retire} if revoke else set()
    for entry in every:
        if entry.fingerprint in gone:
            vault.keys.drop(entry)
    return len(opened), len(left)


def _opened(vault: Vault, entries: dict[Entry, str]) -> Iterable[tuple[str, bytes]]:
    """The private keys of the cases that a key held here opens."""
    mine = {entry: blob for entry, blob in entries.items() if entry.fingerprint in vault.mine}
    contents = vault.registry.git.contents(list(mine.values()))
    for entry, sealed in zip(mine, contents, strict=True):
        private = sealing.unseal(sealed or b"", [vault.mine[entry.fingerprint].private])
        if private is not None:
            yield entry.case_id, private


# -- backups


def export(registry: Registry, file: Path, passphrase: str) -> int:
    """Write the private keys held here into a new file, sealed by a passphrase. Returns how many.

    Raises Usage where the file exists or lies in the registry, Unreadable where it cannot be written.
    """
    ring = ring_of(registry)
    ring.refuse_inside(file.absolute())
    if not ring.own:
        raise Usage(_("no key is held here"), _("`wz key new` makes one; `wz key list` shows where they are."))
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Usage(
            _("the passphrase is too short"),
            _("Take at least {count} characters; several words are easier to keep.").format(count=SHORTEST_PASSPHRASE),
        )
    text = "".join(f"{path.read_text('utf-8')}\n" for path in dict.fromkeys(one.path for one in ring.own.values()))
    try:
        write_private(file, sealing.lock(text.encode("utf-8"), passphrase))
    except FileExistsError:
        raise Usage(_("{path} exists already").format(path=file), _("Name a new file.")) from None
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=file, reason=reason_of(error)), _("Name another file.")
        ) from None
    return len(ring.own)


def restore(registry: Registry, text: str, now: datetime) -> list[Path]:
    """Keep the private keys that a text holds, each in a file of its own. Returns the files; none were there before."""
    ring = ring_of(registry)
    known = {key: body.id for body in registry.directory.bodies() for key in (*body.keys, *body.revoked)}
    written = []
    holder = ""
    for line in text.splitlines():
        if named := _OWN.match(line):
            holder = named[1]
        for key in keys_of(line):
            if key.public not in ring.own:
                name = known.get(key.public) or holder or "key"
                written.append(ring.add(key, name, registry.directory.city, now))
    return written
