"""Sealing with age: keys, what is sealed to them, and opening it. The one room that knows `pyrage`.

Nothing here touches the disk, and no message holds what is sealed or a private key.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from wz.errors import Unreadable, Usage
from wz.i18n import _

PRIVATE_MARK = "AGE-SECRET-KEY-1"
PUBLIC_MARK = "age1"
ARMOUR = "-----BEGIN AGE ENCRYPTED FILE-----"
_SHOWN = 80
_BINARY_MARK = b"age-encryption.org/v1\n"


class Key(NamedTuple):
    """A key pair, each half as age writes it."""

    private: str
    public: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)


def fingerprint(public: str) -> str:
    """Sixteen hexadecimal digits by which files name a public key."""
    return hashlib.sha256(public.encode("ascii")).hexdigest()[:16]


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise Unreadable(
            _("sealing the petitioner needs pyrage, which is not installed"), _("Install it: pip install pyrage")
        ) from None
    return pyrage


def new_key() -> Key:
    """Raises Unreadable where pyrage is not installed, as everything here does."""
    made = _pyrage().x25519.Identity.generate()
    return Key(str(made), str(made.to_public()))


def key_of(private: str) -> Key | None:
    """The key pair of a private key; None where it is none."""
    pyrage = _pyrage()
    try:
        return Key(private, str(pyrage.x25519.Identity.from_str(private).to_public()))
    except pyrage.IdentityError:
        return None


def is_public(text: str) -> bool:
    """Whether it is a public key, its check symbols included."""
    pyrage = _pyrage()
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def seal(data: bytes, public: str) -> bytes:
    """The data as only the holder of the private half can read it. Raises Usage where the key is none."""
    return _seal(data, public, armoured=False)


def seal_text(data: bytes, public: str) -> str:
    """The same as lines of ASCII (age's armour), without the last line break."""
    return _seal(data, public, armoured=True).decode("ascii").rstrip("\n")


def _seal(data: bytes, public: str, *, armoured: bool) -> bytes:
    pyrage = _pyrage()
    refuse_misspelt(public)
    sealed: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(public)], armored=armoured)
    return sealed


def refuse_misspelt(public: str) -> None:
    """Raises Usage where a public key is none."""
    if not is_public(public):
        raise Usage(
            _("{key} is no age key: its last symbols do not fit the others").format(key=public[:_SHOWN]),
            _("Copy it anew from whoever made it; `wz key list` shows where it is used."),
        )


def unseal(sealed: bytes, private: Iterable[str]) -> bytes | None:
    """What was sealed, by whichever of these private keys opens it; None where none does."""
    pyrage = _pyrage()
    identities = [pyrage.x25519.Identity.from_str(one) for one in private]
    if not identities:
        return None
    try:
        data: bytes = pyrage.decrypt(sealed, identities)
    except (pyrage.DecryptError, ValueError):
        return None
    return data


def is_sealed(data: bytes) -> bool:
    """Whether it is an age file, in either form."""
    return data.startswith((_BINARY_MARK, ARMOUR.encode("ascii")))


def lock(data: bytes, passphrase: str) -> bytes:
    """The data sealed by a passphrase, in armour; it takes a second, so that guessing takes long."""
    sealed: bytes = _pyrage().passphrase.encrypt(data, passphrase, armored=True)
    return sealed


def unlock(sealed: bytes, passphrase: str) -> bytes | None:
    """None where the passphrase does not open it."""
    pyrage = _pyrage()
    try:
        data: bytes = pyrage.passphrase.decrypt(sealed, passphrase)
    except (pyrage.DecryptError, ValueError):
        return None
    return data
