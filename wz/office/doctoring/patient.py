"""The registry that is examined: found without asking git, which may refuse to look at it."""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

from wz.errors import Unreadable
from wz.i18n import _
from wz.office.doctoring.ailment import Ailment, State
from wz.store import durable
from wz.store.commits import Committer

# A lock or half-written file of git's that is older than this, and that nobody holds, is nobody's.
OLD_SECONDS = 600.0
_GITFILE = "gitdir: "


class Patient:
    """A registry, and whether it is to be mended; what is displaced is kept below `.git/wz/lost`."""

    def __init__(self, root: Path, *, fix: bool, now: datetime, donors: Sequence[Path] = ()) -> None:
        """Raises Unreadable where there is no repository."""
        self.fix, self.now, self.donors = fix, now, list(donors)
        self.top, self.git_dir = _repository(root)
        self.root = root
        self.kept: Path | None = None
        self.ails = False  # whether anything seems wrong so far
        self.named = False  # and was told

    @property
    def common_dir(self) -> Path:
        """Where objects and branches are: of a linked work tree, its main repository."""
        with suppress(OSError, UnicodeDecodeError):
            return (self.git_dir / (self.git_dir / "commondir").read_text("utf-8").strip()).resolve()
        return self.git_dir

    @property
    def bare(self) -> bool:
        return self.top == self.git_dir

    @cached_property
    def git(self) -> Committer:
        return Committer(self.root)

    def name(self, path: Path) -> str:
        """A path as people know it: from the repository's top."""
        return path.relative_to(self.top).as_posix() if path.is_relative_to(self.top) else str(path)

    def keep(self, path: Path) -> Path:
        """Move what is in the way to where it is kept. Raises OSError."""
        target = self._place_in_lost(path)
        shutil.move(path, target)
        return target

    def keep_copy(self, path: Path) -> Path:
        """Keep a copy of what is about to be changed. Raises OSError."""
        target = self._place_in_lost(path)
        shutil.copyfile(path, target)
        return target

    def _place_in_lost(self, path: Path) -> Path:
        if self.kept is None:
            self.kept = self.git_dir / "wz" / "lost" / f"{self.now:%Y%m%d-%H%M%S}-{os.getpid()}"
        target = self.kept / self.name(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def write(self, path: Path, content: bytes) -> None:
        """Put a whole file where there is none or a broken one; it is there wholly or not at all. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.wz-new")
        try:
            durable.write(draft, content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        durable.sync_folders([path.parent])

    def age(self, path: Path) -> float | None:
        """For how many seconds a file was not touched; None where it is gone, infinite where its time has not come."""
        try:
            seconds = self.now.timestamp() - path.stat().st_mtime
        except OSError:
            return None
        return seconds if seconds > -60 else float("inf")

    def is_abandoned(self, path: Path) -> bool:
        """Whether a lock or draft is nobody's: old, or of a time that has not come, and no program has it open."""
        age = self.age(path)
        if age is None or age < OLD_SECONDS or self.users:
            return False
        if age == float("inf"):  # the clock was set back: see whether it is still being written
            before = path.stat().st_mtime_ns, path.stat().st_size
            time.sleep(1.0)
            with suppress(OSError):
                return (path.stat().st_mtime_ns, path.stat().st_size) == before
            return False
        return True

    @cached_property
    def users(self) -> list[str]:
        """The gits at work in this repository just now, as far as the system tells."""
        if sys.platform != "linux":
            return []
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "comm").read_text().strip().startswith("git") and self._is_here(process):
                    found.append(process.name)
        return found

    def _is_here(self, process: Path) -> bool:
        here = (process / "cwd").readlink()
        words = (process / "cmdline").read_bytes().split(b"\0")
        return here.is_relative_to(self.top) or os.fsencode(self.root) in words or os.fsencode(self.top) in words

    def ailment(self, kind: str, place: str, what: str, *, state: State = "found", **more: object) -> Ailment:
        return Ailment(kind=kind, place=place, what=what, state=state, **more)  # type: ignore[arg-type]


def _repository(root: Path) -> tuple[Path, Path]:
    """The top of the work tree and the git folder, by what lies there. Raises Unreadable."""
    for folder in (root, *root.parents):
        place = folder / ".git"
        if place.is_dir():
            return folder, place
        if place.is_file():
            with suppress(OSError, UnicodeDecodeError):
                text = place.read_text("utf-8").strip()
                if text.startswith(_GITFILE):
                    return folder, (folder / text.removeprefix(_GITFILE)).resolve()
        if (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder, folder
    raise Unreadable(
        _("there is no git repository in {folder} or above it").format(folder=root),
        _("Change to the registry's folder, or use --registry DIR. If its .git is gone, clone it anew."),
    )
