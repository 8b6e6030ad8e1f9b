"""Where a registry's files are read from: its work tree, or the objects of a commit."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wz.i18n import _

if TYPE_CHECKING:
    from wz.store.repository import Repository

# A case of two hundred thousand events. What is bigger is no case, and to explain what is wrong takes 10 seconds a MiB.
LARGEST = 16 << 20

# A name that begins with a dot is an editor's or the system's; one that is not Unicode is nobody's.
_NAME = r"[^/.\ud800-\udfff][^/\ud800-\udfff]*\.yaml"
_CASE = re.compile(rf"cases/[0-9]+/[0-9]+/[0-9]+/{_NAME}")
_CASE_NAME = re.compile(_NAME)
_FOLDER_OF_CASES = re.compile(r"cases/(?:[0-9]+/){0,3}")


class Files(Protocol):
    """Files named from the registry, with forward slashes."""

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises OSError."""

    def case_paths(self) -> Iterator[str]:
        """The path of every case file, oldest day first."""


class WorkTree:
    """The files as they lie in the folder now, committed or not. Links are not followed: they may lead out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place = os.fspath(root)
        self._sound: set[str] = set()  # folders that are no links, nor lie behind one

    def read(self, name: str) -> bytes:
        folder = name.rpartition("/")[0]
        if folder not in self._sound:
            self._look_at(folder)
        # A Path for each file would cost a third more.
        with open(f"{self._place}/{name}", "rb", buffering=0, opener=_plainly) as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
            return file.read()

    def digest(self, name: str) -> tuple[str, int]:
        """The SHA-256 and the size of a file of any size. Raises OSError."""
        self._look_at(name.rpartition("/")[0])
        with open(f"{self._place}/{name}", "rb", buffering=0, opener=_plainly) as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()

    def _look_at(self, folder: str) -> None:
        place = self.root
        for step in filter(None, folder.split("/")):
            place /= step
            if place.is_symlink():
                raise OSError(errno.ELOOP, _("it is a link, not a folder"), str(place))
        self._sound.add(folder)

    def case_paths(self) -> Iterator[str]:
        for year in _folders(self.root / "cases") if not (self.root / "cases").is_symlink() else ():
            for month in _folders(year):
                for day in _folders(month):
                    names = sorted(entry.name for entry in os.scandir(day) if _is_case(entry))
                    below = f"cases/{Path(year).name}/{Path(month).name}/{Path(day).name}"
                    yield from (f"{below}/{name}" for name in names)


class Recording:
    """The files as a commit has them; no work tree is needed, so a bare repository will do."""

    def __init__(self, git: "Repository", commit: str) -> None:
        self.git = git
        self.commit = commit

    def read(self, name: str) -> bytes:
        content = self.git.committed(self.commit, [name])[0]
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return content

    def case_paths(self) -> Iterator[str]:
        yield from filter(is_case_path, self.blobs)

    @cached_property
    def blobs(self) -> dict[str, str]:
        """The blob of every case file, by its path."""
        return dict(self.git.tree(self.commit, "cases"))


def is_case_path(path: str) -> bool:
    """Whether a file of that name, from the registry, is a case file."""
    return _CASE.fullmatch(path) is not None


def is_folder_of_cases(path: str) -> bool:
    """Whether a folder, its name ending in a slash, may hold case files."""
    return _FOLDER_OF_CASES.fullmatch(path) is not None


def there(root: Path, paths: Iterable[str]) -> dict[str, bool]:
    """Whether each case file is there; a link is one that cannot be read; what lies behind a linked folder is not."""
    places, linked = os.fspath(root), dict[str, bool]()
    return {path: not _is_behind_link(places, path, linked) and _lies(f"{places}/{path}") for path in paths}


def _lies(place: str) -> bool:
    try:
        mode = os.lstat(place).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)


def _is_behind_link(root: str, path: str, known: dict[str, bool]) -> bool:
    """Whether a folder of the path is a link; those looked at already are known."""
    folder = path.rpartition("/")[0]
    if "/" in folder and folder not in known:
        known[folder] = Path(root, folder).is_symlink() or _is_behind_link(root, folder, known)
    return known.get(folder, False)


class Trusted(WorkTree):
    """Files that came with wz or are the user's own: their links are meant."""

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


def plain_size(path: Path) -> int | None:
    """How many bytes a file has; None where it is not there, or is no plain file but a link, folder, pipe or device."""
    try:
        about = path.lstat()
    except OSError:
        return None
    return about.st_size if stat.S_ISREG(about.st_mode) else None


def _plainly(name: str, flags: int) -> int:
    """Open a plain file: no link is followed, and no pipe waited for."""
    opened = os.open(name, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(opened).st_mode
    if not stat.S_ISREG(mode):
        os.close(opened)
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO
        raise OSError(code, os.strerror(code), name)
    return opened


def _is_case(entry: os.DirEntry[str]) -> bool:
    # A pipe or device is no file to git either; a folder in a case's place is a fault to be told.
    return _CASE_NAME.fullmatch(entry.name) is not None and (
        entry.is_file(follow_symlinks=False) or entry.is_symlink() or entry.is_dir()
    )


def _folders(parent: Path | str) -> list[str]:
    try:
        return sorted(
            entry.path for entry in os.scandir(parent) if _is_number(entry.name) and entry.is_dir(follow_symlinks=False)
        )
    except FileNotFoundError:
        return []


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()
