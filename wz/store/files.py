"""Where a registry's files are read from: its work tree, or the objects of a commit."""

import errno
import os
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

from wz.store.git import Git

_CASE = re.compile(r"cases/[0-9]+/[0-9]+/[0-9]+/[^/]+\.yaml")


class Files(Protocol):
    """Files named from the registry, with forward slashes."""

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises OSError."""

    def case_paths(self) -> Iterator[str]:
        """The path of every case file, oldest day first."""


class WorkTree:
    """The files as they lie in the folder now, committed or not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place = os.fspath(root)

    def read(self, name: str) -> bytes:
        with open(f"{self._place}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - a Path a file would cost a third
            return file.read()

    def case_paths(self) -> Iterator[str]:
        for year in _folders(self.root / "cases"):
            for month in _folders(year):
                for day in _folders(month):
                    names = sorted(entry.name for entry in os.scandir(day) if entry.name.endswith(".yaml"))
                    below = f"cases/{Path(year).name}/{Path(month).name}/{Path(day).name}"
                    yield from (f"{below}/{name}" for name in names)


class Recording:
    """The files as a commit has them; no work tree is needed, so a bare repository will do."""

    def __init__(self, git: Git, commit: str) -> None:
        self.git = git
        self.commit = commit

    def read(self, name: str) -> bytes:
        content = self.git.committed(self.commit, [name])[0]
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return content

    def case_paths(self) -> Iterator[str]:
        yield from self.blobs

    @cached_property
    def blobs(self) -> dict[str, str]:
        """The blob of every case file, by its path."""
        return dict(self.git.tree(self.commit, "cases"))


def is_case_path(path: str) -> bool:
    """Whether a file of that name, from the registry, is a case file."""
    return _CASE.fullmatch(path) is not None


def _folders(parent: Path | str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(parent) if _is_number(entry.name) and entry.is_dir())
    except FileNotFoundError:
        return []


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()
