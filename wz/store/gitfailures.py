"""What git's failures mean, and what to do about them."""

import re
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wz.errors import GitFailed, Unreadable
from wz.i18n import _
from wz.store import untrusting

if TYPE_CHECKING:
    import subprocess

# What git says of a repository that a disk or a power cut has damaged.
_BROKEN = re.compile(
    r"corrupt|bad signature|bad index|index file smaller|unable to read|Can't load|could not read [0-9a-f]{40}|"
    r"missing (?:blob|tree|commit)|bad (?:object|tree|ref)|inflate|is empty|unable to (?:resolve|parse|unpack)|"
    r"invalid (?:object|sha1 pointer)|not a (?:valid|tree) object|unexpected line in",
    re.IGNORECASE,
)


def no_git() -> GitFailed:
    return GitFailed(_("git is not installed"), _("Install git, and see that it is on the PATH."))


def failed(arguments: Sequence[str], done: "subprocess.CompletedProcess[bytes]") -> GitFailed:
    """The failure of a git command, in git's own words."""
    command = untrusting.subcommand(arguments)
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    words = "\n".join(line for line in lines if "dumping crash report" not in line)
    if done.returncode < 0:
        words = f"{words} ({signal.strsignal(-done.returncode)})".strip()
    return GitFailed(_("git {command} failed: {words}").format(command=command, words=words), cure_of(words))


def cure_of(words: str) -> str:
    """What to do about git's commonest complaints."""
    if "dubious ownership" in words:
        return _("If you trust it, run the `git config --global --add safe.directory` command that git names.")
    if any(word in words for word in ("No space left", "Out of diskspace", "Disk quota", "File size limit")):
        return _("Free some disk space, then repeat.")
    if "Permission denied" in words or "Read-only file system" in words or "insufficient permission" in words:
        return _("See that you may write in the repository, then repeat.")
    if "File exists" in words and ".lock" in words:
        return _("If no git is at work here, `wz doctor --fix` takes the stale lock away.")
    if _BROKEN.search(words):
        return doctor()
    if "gpg" in words or "sign" in words:
        return _("Check user.signingkey and gpg.format, or unset commit.gpgsign.")
    return ""


def doctor() -> str:
    """What to do about a repository that is broken."""
    return _("`wz doctor` says what is broken, `wz doctor --fix` mends what can be mended.")


def broken_head() -> GitFailed:
    return GitFailed(_("the branch is broken: what HEAD names cannot be read"), doctor())


def unwritable(error: OSError) -> Unreadable:
    """The registry's folder refuses to be written."""
    return Unreadable(
        _("cannot write {path}: {reason}").format(path=error.filename or "", reason=error.strerror or error),
        _("See that there is space and that you may write there, then repeat; nothing has been recorded."),
    )
