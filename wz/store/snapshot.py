"""The registry as it was recorded at a commit: read like the one on disk, out of git's objects."""

import errno
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import NamedTuple, TypeVar

from wz.errors import GitFailed, Unreadable, Usage
from wz.i18n import _
from wz.model.instants import parse_instant
from wz.store import casefile, settings
from wz.store.git import Git
from wz.store.registry import Registry

# How many files git is asked for at once: few processes, and memory that stays bounded.
_AT_ONCE = 500
T = TypeVar("T")


class Snapshot(Registry):
    """Settings and case files of a registry at a commit. For reading alone.

    Raises Usage where there is no such commit, GitFailed where a shallow clone has left it out.
    """

    def __init__(self, registry: Registry, rev: str) -> None:
        super().__init__(registry.root)
        self.git = registry.git
        self.rev = rev
        self.commit_id = commit_named(registry.git, rev)

    @property
    def files(self) -> "settings.Folder":
        return _Tree(self.git, self.commit_id)

    @cached_property
    def recorded_at(self) -> datetime:
        """When the commit was made."""
        return parse_instant(self.git.text("show", "-s", "--format=%cI", self.commit_id))

    def paths(self) -> Iterator[str]:
        place = f"{self.commit_id}:{self.git.layout.prefix}cases"
        done = self.git.run("ls-tree", "-r", "-z", "--name-only", place, check=False)
        if done.returncode != 0:  # no case had been recorded yet
            return
        for name in done.stdout.decode("utf-8", "replace").split("\0"):
            if name.endswith(".yaml") and name.count("/") == 3:
                yield f"cases/{name}"

    def scan(self, paths: Iterable[str] | None = None) -> Iterator[casefile.CaseFile]:
        """The case files that were there at the commit; of `paths`, those that were."""
        left = iter(self.paths() if paths is None else paths)
        while some := list(islice(left, _AT_ONCE)):
            for path, data in zip(some, self.git.committed(self.commit_id, some), strict=True):
                if data is not None:
                    yield casefile.parse(path, data)

    def _usable(self, found: settings.Settings[T]) -> T:
        try:
            return super()._usable(found)
        except Unreadable as error:
            raise Unreadable(
                _("the settings as of commit {commit} cannot be read: {message}").format(
                    commit=self.commit_id[:10], message=error.message
                ),
                _("Name a commit at which they were good."),
            ) from None


class _Tree(NamedTuple):
    """The registry's folder at a commit."""

    git: Git
    commit: str

    def __truediv__(self, name: str) -> "_Blob":
        return _Blob(name, self.git.committed(self.commit, [name])[0])


class _Blob(NamedTuple):
    """A file at a commit; its content is None where there was none."""

    name: str
    content: bytes | None

    def read_bytes(self) -> bytes:
        if self.content is None:
            raise FileNotFoundError(errno.ENOENT, "", self.name)
        return self.content

    def exists(self) -> bool:
        return self.content is not None


def commit_named(git: Git, rev: str) -> str:
    """The full name of a commit. Raises Usage, or GitFailed where the clone does not reach back to it."""
    done = git.run("rev-parse", "-q", "--verify", rev + "^{commit}", check=False)
    if done.returncode == 0 and not rev.startswith("-"):
        return done.stdout.decode().strip()
    if git.text("rev-parse", "--is-shallow-repository") == "true":
        raise GitFailed(
            _("{rev} is not in this clone, which is shallow: it holds the latest commits only").format(rev=rev),
            _(
                "Fetch the history: git fetch --unshallow; in a GitHub workflow `fetch-depth: 0`, in GitLab "
                "`GIT_DEPTH: 0`. A day, such as yesterday, needs no history."
            ),
        )
    raise Usage(
        _("{rev} is neither a day nor a commit of this registry").format(rev=rev),
        _("Write 2026-11-20, yesterday, or a commit, tag or branch that `git log` knows."),
    )
