"""Where the bytes of a lost object may still be: the work tree, git's index, other clones, remotes."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from wz.i18n import _
from wz.office.doctoring.patient import Patient
from wz.store.git import Git
from wz.store.repository import Repository, blob_name


class Found(NamedTuple):
    """An object whose bytes fit its name, and whence they are."""

    kind: str
    content: bytes
    source: str
    bring: Callable[[], None] = lambda: None  # everything it refers to, too


class Sources:
    """All the places to look; what has to be made or fetched for it lies in a folder that `close` removes."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._scratch = patient.git_dir / "wz" / f"fetched-{os.getpid()}"

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def find(self, name: str, kind: str, path: str) -> Found | None:
        """The object of that name; `kind` and `path` as far as they are known."""
        if path and kind in ("", "blob") and (found := self._in_later_version(name, path)):
            return found
        if kind in ("", "tree") and (found := _from(self._folders, name, _("the folders that git's index knows"))):
            return found
        for git, source in self._clones:
            if found := _from(git, name, source):
                return found._replace(bring=partial(self._bring, git, name))
        return None

    def _in_later_version(self, name: str, path: str) -> Found | None:
        """A file as it lies there or as the last commit has it; of a case also its beginning, for it has only grown."""
        place = self._patient.top / path
        later = [(place.read_bytes(), _("the file {path}"))] if not self._patient.bare and place.is_file() else []
        last = self._patient.git.run("cat-file", "blob", f"HEAD:{path}", check=False)
        later += [(last.stdout, _("the last commit's {path}"))] if last.returncode == 0 else []
        for content, source in later:
            for beginning in (content, *(_beginnings(content) if path.endswith(".yaml") else ())):
                if blob_name(beginning, len(name)) == name:
                    return Found("blob", beginning, source.format(path=path))
        return None

    @cached_property
    def _folders(self) -> Git | None:
        """The folders of the last commit, made anew from git's index among objects of their own."""
        if self._patient.bare or not (self._patient.git_dir / "index").exists():
            return None
        objects = self._scratch / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._patient.git_dir / "index", self._scratch / "index")
        git = Git(
            self._patient.root,
            {
                "GIT_OBJECT_DIRECTORY": str(objects),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{self._patient.common_dir / "objects"}"',
                "GIT_INDEX_FILE": str(self._scratch / "index"),
            },
        )
        # What the index remembers of folders names the lost ones; without it, they are all made anew.
        entries = git.run("ls-files", "--stage", "-z", check=False).stdout
        (self._scratch / "index").unlink()
        git.run("update-index", "-z", "--add", "--index-info", stdin=entries, check=False)
        git.run("write-tree", "--missing-ok", check=False)
        return git

    def _bring(self, git: Git, name: str) -> None:
        """Take from another clone all that it refers to and is not here: one by one, that would take long."""
        listed = git.run("rev-list", "--objects", name, check=False).stdout.decode("utf-8", "surrogateescape")
        names = "".join(line.partition(" ")[0] + "\n" for line in listed.splitlines())
        here = self._patient.git.run("cat-file", "--batch-check", stdin=names.encode(), check=False).stdout
        wanted = b"".join(line.split(b" ")[0] + b"\n" for line in here.splitlines() if line.endswith(b" missing"))
        if wanted:
            pack = git.run("pack-objects", "-q", "--stdout", stdin=wanted, check=False).stdout
            self._patient.git.run("unpack-objects", "-q", stdin=pack, check=False)

    @cached_property
    def _clones(self) -> list[tuple[Git, str]]:
        return list(self._other_clones())

    def _other_clones(self) -> Iterator[tuple[Git, str]]:
        for donor in self._patient.donors:
            yield Git(donor), str(donor)
        if not self._patient.fix:  # only looking asks no other computer
            return
        for remote in self._patient.git.run("remote", check=False).stdout.decode("utf-8", "replace").split():
            if (fetched := self._fetched(remote)) is not None:
                yield fetched, _("the remote {name}").format(name=remote)

    def _fetched(self, remote: str) -> Git | None:
        """All that a remote has, in a repository of its own: this one may be too broken to fetch into."""
        done = self._patient.git.run("remote", "get-url", remote, check=False)
        address = done.stdout.decode("utf-8", "replace").strip()
        place = self._scratch / f"remote-{len(list(self._scratch.glob('remote-*')))}"
        place.mkdir(parents=True, exist_ok=True)
        git = Repository(place)
        if not address or git.run("init", "-q", "--bare", check=False).returncode:
            return None
        if (local := self._patient.root / address).is_dir():
            address = str(local)
        fetched = git.run("fetch", "-q", "--no-auto-gc", "--", address, "+refs/*:refs/*", check=False)
        return git if fetched.returncode == 0 else None


def _from(git: Git | None, name: str, source: str) -> Found | None:
    """The object out of another set of objects; git has held it against its name."""
    if git is None or not git.root.is_dir():
        return None
    kind = git.run("cat-file", "-t", name, check=False)
    if kind.returncode:
        return None
    word = kind.stdout.decode().strip()
    content = git.run("cat-file", word, name, check=False)
    return Found(word, content.stdout, source) if content.returncode == 0 else None


def _beginnings(content: bytes) -> Iterator[bytes]:
    """What a file that only grows may have been before, longest first."""
    place = content.rfind(b"\n", 0, len(content) - 1)
    while place >= 0:
        yield content[: place + 1]
        place = content.rfind(b"\n", 0, place)


def is_usable(donor: Path) -> bool:
    """Whether a folder is a repository that objects can be taken from."""
    return donor.is_dir() and Git(donor).present
