"""What lies around the registry: git, disk, permissions, clock, settings, work begun and not finished."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from wz.i18n import _
from wz.model.instants import SHANGHAI, shown
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient

# The first git that syncs loose objects and branches when told to.
_SYNCING_GIT = (2, 36)
_LEAST_SPACE = 200 << 20
_COMMITTED = re.compile(rb"^committer .*> (\d{1,11}) [-+]\d{4}$", re.MULTILINE)
_LONG_AGO = timedelta(days=400)
_ON_A_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs", "fuse.davfs2")
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


def git_itself(patient: Patient) -> Iterator[Ailment]:
    """A git too old to be safe from power cuts. Raises GitFailed where there is none."""
    words = patient.git.text("version").split()
    version = tuple(int(part) for part in (words[2] if len(words) > 2 else "0").split(".")[:2] if part.isdigit())
    if version < _SYNCING_GIT:
        yield patient.ailment(
            "git",
            " ".join(words),
            _("this git does not bring objects and branches to the disk before it goes on"),
            state="hint",
            why=_("after a power cut the last actions may be gone"),
            todo=_("Install git 2.36 or newer."),
        )


def disk(patient: Patient) -> Iterator[Ailment]:
    """Little space, places that may not be written, file systems on which git is in danger."""
    free = shutil.disk_usage(patient.git_dir).free
    if free < _LEAST_SPACE:
        what = _("{free} MB are free").format(free=free >> 20)
        todo = _("Free some space: on a full disk nothing can be recorded, and nothing mended.")
        yield patient.ailment("disk", patient.name(patient.git_dir), what, state="hint", todo=todo)
    closed = [place for place in _to_be_written(patient) if place.exists() and not os.access(place, os.W_OK)]
    if closed:
        places = " ".join(map(patient.name, closed[:5]))
        yield patient.ailment(
            "permission",
            places,
            _("it may not be written by you"),
            why=_("somebody else made it, perhaps root, or the disk is mounted read-only"),
            todo=_("Give it back to yourself (chown, chmod), or mount the disk for writing; reading works meanwhile."),
        )
    if (patient.git_dir / "config").exists() and (patient.git_dir / "CONFIG").exists():
        what = _("the file system does not tell a from A")
        todo = _("Two documents of one case must not differ in that alone; `wz` keeps them apart by number.")
        yield patient.ailment("disk", str(patient.root), what, state="hint", todo=todo)
    if (system := _file_system(patient.root)) in _ON_A_NETWORK:
        what = _("the registry lies on a network disk ({system})").format(system=system)
        todo = _("Locks and power cuts are not safe there: keep a clone on a disk of your own, and sync it.")
        yield patient.ailment("disk", str(patient.root), what, state="hint", todo=todo)


def clock(patient: Patient) -> Iterator[Ailment]:
    """A clock that is behind what is on record already, or far ahead of it."""
    done = patient.git.run("cat-file", "commit", "HEAD", check=False)  # it reads that commit alone
    if found := _COMMITTED.search(done.stdout):
        last = datetime.fromtimestamp(int(found[1]), SHANGHAI)
        if last > patient.now + timedelta(minutes=5):
            what = _("it is {now}, but the last commit is of {last}").format(now=shown(patient.now), last=shown(last))
            todo = _("Set the clock. What was recorded with a wrong one stands; `wz audit` shows it.")
            yield patient.ailment("clock", "HEAD", what, todo=todo)
        elif patient.now - last > _LONG_AGO:
            what = _("it is {now}, and the last commit is of {last}").format(now=shown(patient.now), last=shown(last))
            todo = _("If nothing was recorded for so long, all is well; else set the clock.")
            yield patient.ailment("clock", "HEAD", what, state="hint", todo=todo)


def unfinished(patient: Patient) -> Iterator[Ailment]:
    """A merge and the like that was begun: nothing can be recorded until it is done."""
    for name, what in _UNFINISHED.items():
        if (patient.git_dir / name).exists():
            yield patient.ailment(
                "unfinished",
                patient.name(patient.git_dir / name),
                _("a git {what} is not finished").format(what=what),
                todo=_("Finish it, or run `git {what} --abort`: that is for you to decide.").format(what=what),
            )


def settings(patient: Patient) -> Iterator[Ailment]:
    """What a clone needs besides its files: git's syncing, schemas of today."""
    git = patient.git
    if git.run("config", "--local", "--get", "core.fsync", check=False).returncode != 0:
        what = _("git does not bring to the disk what you commit by hand")
        why = _("wz does so for its own; a power cut may take what git wrote just before")
        if patient.fix:
            git.configure({"core.fsync": "all"})
            done = _("set core.fsync to all, in this repository")
            yield patient.ailment("settings", "core.fsync", what, why=why, state="mended", done=done)
        else:
            todo = _("`wz doctor --fix` sets core.fsync in this repository.")
            yield patient.ailment("settings", "core.fsync", what, why=why, state="hint", todo=todo)
    from wz.office.founding import schema_files

    old = [name for name, data in schema_files().items() if _differs(patient.root / name, data)]
    if old and not patient.bare:
        what = _("{count} schemas are not those of this wz").format(count=len(old))
        yield patient.ailment(
            "settings", "schemas", what, state="hint", todo=_("`wz init --update` brings them up to date.")
        )


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes().replace(b"\r\n", b"\n") != data  # git on Windows writes the ends of lines anew
    except OSError:
        return True


def _to_be_written(patient: Patient) -> Iterator[Path]:
    yield patient.git_dir
    for name in ("HEAD", "index", "wz"):
        yield patient.git_dir / name
    for name in ("objects", "refs", "refs/heads", "logs", "packed-refs"):
        yield patient.common_dir / name
    yield from sorted((patient.common_dir / "objects").glob("[0-9a-f][0-9a-f]"))
    if not patient.bare:
        yield patient.root
        yield from sorted(patient.root.glob("cases/"))
        yield from sorted(patient.root.glob("cases/*/*/*/"))


def _file_system(place: Path) -> str:
    """The kind of file system, where the system tells (Linux)."""
    with suppress(OSError, IndexError):
        found = ""
        longest = ""
        for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
            about, _dash, kind = line.partition(" - ")
            mounted = about.split()[4]
            if place.is_relative_to(mounted) and len(mounted) >= len(longest):
                longest, found = mounted, kind.split()[0]
        return found
    return ""
