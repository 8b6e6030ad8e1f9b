"""Commits as records of what was done: the last of a person, and what one did to which files."""

from collections.abc import Iterator
from typing import NamedTuple

from wz.store.git import Git
from wz.store.repository import Repository


class Touched(NamedTuple):
    """A file that a commit changed, named from the registry, as it was before and after; None: it was not there."""

    path: str
    before: bytes | None
    after: bytes | None


def latest(git: Git, email: str) -> str | None:
    """The last commit of whoever has that e-mail that recorded something of a case; None where there is none."""
    if git.head()[1] is None:
        return None
    filters = ("-F", "-i", f"--author=<{email}>", "--grep=Wz-Case: ", "--all-match", "--no-merges")
    return git.text("log", "-1", "--format=%H", *filters) or None


def subject(git: Git, commit: str) -> str:
    """The first line of a commit's message."""
    return git.text("log", "-1", "--format=%s", commit)


def parents(git: Git, commit: str) -> list[str]:
    """The commits before it: none for the first, several for a merge."""
    return git.text("log", "-1", "--format=%P", commit).split()


def touched(git: Repository, commit: str, below: str) -> Iterator[Touched]:
    """The files below that folder that a commit changed, in the order of their paths."""
    prefix = git.layout.prefix
    options = ("--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames")
    names = (
        git.run("diff-tree", *options, commit, "--", f":(top,literal){prefix}{below}")
        .stdout.decode("utf-8")
        .split("\0")
    )
    paths = [name.removeprefix(prefix) for name in names if name]
    before = git.committed(next(iter(parents(git, commit)), None), paths)
    for path, former, now in zip(paths, before, git.committed(commit, paths), strict=True):
        yield Touched(path, former, now)
