"""The private keys that are held here: outside any registry, readable by their owner alone.

They are files of age's own format (`age -d -i FILE` reads them too) in the folder that WZ_KEYS names, else in the
user's configuration: `~/.config/wz/keys`, `%APPDATA%\\wz\\keys`, `~/Library/Application Support/wz/keys`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import Unreadable, Usage
from wz.i18n import _, reason_of
from wz.store import sealing
from wz.store.sealing import PRIVATE_MARK, Key
from wz.store.userfolder import configuration

# The key of the sample's office. It comes with wz, so everybody has it.
DEMONSTRATION = Path(__file__).parents[1] / "sample" / "demonstration.key"
_SUFFIX = ".key"
_LARGEST = 1 << 20


class Held(NamedTuple):
    """A private key, and the file that holds it."""

    key: Key
    path: Path


class Keyring:
    """The folder of private keys."""

    def __init__(self, registry: Path) -> None:
        """`registry` is a folder in which no private key must lie."""
        self._registry = registry

    @cached_property
    def folder(self) -> Path:
        """Raises Usage where it would lie in the registry."""
        named = os.environ.get("WZ_KEYS")
        folder = Path(named).expanduser().absolute() if named else configuration() / "keys"
        self.refuse_inside(folder)
        return folder

    def refuse_inside(self, path: Path) -> None:
        """A private key in the registry would be committed one day. Raises Usage."""
        if self._registry.resolve() in (path.resolve(), *path.resolve().parents):
            raise Usage(
                _("{path} lies in the registry: a private key would reach everybody who has a copy of it").format(
                    path=path
                ),
                _("Choose a folder outside; {variable} names the one for keys.").format(variable="WZ_KEYS"),
            )

    @cached_property
    def held(self) -> dict[str, Held]:
        """The keys that open something here, by their public halves: one's own, and the sample's, which is public.

        Raises Unreadable where a file is open to others.
        """
        published = keys_of(DEMONSTRATION.read_text("utf-8")) if DEMONSTRATION.is_file() else ()
        return {key.public: Held(key, DEMONSTRATION) for key in published} | self.own

    @cached_property
    def own(self) -> dict[str, Held]:
        """The keys in the folder, by their public halves. Raises Unreadable where a file is open to others."""
        found: dict[str, Held] = {}
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if path.suffix in (_SUFFIX, ".txt") and path.is_file():
                    found |= {key.public: Held(key, path) for key in _keys_in(path)}
        return found

    def by_fingerprint(self) -> dict[str, Key]:
        """The keys held here, by their fingerprints."""
        return {one.key.fingerprint: one.key for one in self.held.values()}

    def add(self, key: Key, holder: str, city: str, now: datetime) -> Path:
        """Keep a private key in a file of its own. Raises Unreadable where it cannot be written."""
        path = self.folder / f"{holder}-{key.fingerprint}{_SUFFIX}"
        text = f"# created: {now.isoformat()}\n# wz: {holder}, {city}\n# public key: {key.public}\n{key.private}\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(OSError):  # it is ours alone, whatever the mask says; where it is not ours, its files are
                self.folder.chmod(0o700)
            write_private(path, text.encode("utf-8"))
        except FileExistsError:
            return path
        except OSError as error:
            raise Unreadable(
                _("cannot write {path}: {reason}").format(path=error.filename or path, reason=reason_of(error)),
                _("Make the folder writable, or name another one in {variable}.").format(variable="WZ_KEYS"),
            ) from None
        for known in ("held", "own"):
            self.__dict__.pop(known, None)
        return path


def is_demonstration(public: str) -> bool:
    """Whether it is the sample's key, whose private half is published: what is sealed to it anybody can read."""
    return DEMONSTRATION.is_file() and public in DEMONSTRATION.read_text("utf-8")


def write_private(path: Path, data: bytes) -> None:
    """A new file that nobody else may read, safe on the disk. Raises OSError, FileExistsError where there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _keys_in(path: Path) -> Iterator[Key]:
    """The private keys in a file. A file that is no key file holds none."""
    try:
        about = path.stat()
        if about.st_size > _LARGEST:
            return
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(
            _("cannot read {path}: {reason}").format(path=path, reason=reason_of(error)),
            _("See that you may read it."),
        ) from None
    text = data.decode("utf-8", "replace")
    found = list(keys_of(text))
    if number := next((number for number, line in _private(text) if sealing.key_of(line) is None), None):
        raise Unreadable(
            _("{path}:{line}: this is no private key: it was cut off or changed").format(path=path, line=number),
            _("Move the file out of the folder, and bring the key back from its backup: wz key import FILE"),
        )
    if found and sys.platform != "win32" and about.st_mode & 0o077:
        raise Unreadable(
            _("{path} holds a private key that others on this computer may read").format(path=path),
            _("Run: chmod 600 {path}").format(path=path),
        )
    yield from found


def keys_of(text: str) -> Iterator[Key]:
    """The private keys in a text of age's format."""
    for _number, line in _private(text):
        if (key := sealing.key_of(line)) is not None:
            yield key


def _private(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are, or were, private keys, as editors leave them: with a byte order mark, blanks, CRLF."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.strip().startswith(PRIVATE_MARK):
            yield number, line.strip()
