"""Signatures: each commit of the registry signed by its author, with a key that was listed before it."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from wz.i18n import N_, _
from wz.office.auditing.finding import ARTICLES, Finding, cure
from wz.office.auditing.subject import Subject
from wz.store.past import Past, Signature


class _Signed(NamedTuple):
    email: str
    author: str
    recorded: datetime


# What git's letters mean; G is good.
_VERDICTS = {
    "N": N_("it is not signed"),
    "B": N_("its signature is bad: the commit was changed after it was signed"),
    "U": N_("its key is not listed in allowed_signers, or gpg does not trust it"),
    "X": N_("its signature has expired"),
    "Y": N_("its key had expired"),
    "R": N_("its key was revoked"),
    "E": N_("its signature cannot be checked: the key is not at hand"),
}


class Signatures:
    """The signatures to be checked, by the file of allowed signers that they are held against."""

    def __init__(self) -> None:
        self._wanted: dict[str | None, dict[str, _Signed]] = defaultdict(dict)

    def want(self, subject: Subject, signers: str | None) -> None:
        """This commit is to be signed."""
        one = _Signed(subject.commit.author, subject.author, subject.recorded)
        self._wanted[signers][subject.commit.name] = one

    def unsigned(self, past: Past) -> Iterator[Finding]:
        """The commits without a good signature of their author's."""
        for signers, wanted in self._wanted.items():
            content = past.contents.get(signers) if signers else None
            with tempfile.TemporaryDirectory(prefix="wz-signers-") as folder:
                listed = Path(folder) / "allowed_signers"
                listed.write_bytes(content or b"")
                for signature in past.signatures(list(wanted), listed):
                    one = wanted[signature.commit]
                    if (why := _fault(signature, one.email)) is not None:
                        yield Finding(
                            kind="unsigned", commit=signature.commit, recorded=one.recorded, author=one.author,
                            article=ARTICLES["unsigned"],
                            message=why, cure=cure("unsigned"),
                        )  # fmt: skip


def _fault(signature: Signature, author: str) -> str | None:
    if signature.verdict != "G":
        return _(_VERDICTS.get(signature.verdict, _VERDICTS["E"]))
    if signature.fingerprint.startswith("SHA256:"):  # SSH: the signer is the list of principals of allowed_signers
        principals = signature.signer.casefold().split(",")
        mine = any(fnmatchcase(author.casefold(), principal.strip()) for principal in principals)
    else:
        mine = f"<{author.casefold()}>" in signature.signer.casefold()
    return (
        None if mine else _("it is signed by {signer}, not by {author}").format(signer=signature.signer, author=author)
    )
