"""The history as git has it: commits with what they changed, and contents by their names, in a stream.

Three processes of git serve a history of any length: `rev-list` names the commits, `diff-tree` says what each changed
against each of its parents, `cat-file` gives contents.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store.git import Git
from wz.store.gitfailures import doctor

_GIT = ("-c", "core.quotePath=false")
_FORMAT = "--format=%H%n%P%n%an%n%ae%n%ce%n%ct%n%B"
_NONE = "000000"
# Names asked for at once: they fit into the smallest pipe there is (4 KB), so that neither side waits for the other.
_AT_ONCE = 80


class Change(NamedTuple):
    """A file that differs from a parent's, named from the registry. Names of contents; None: there is no file."""

    path: str
    mode: str
    old: str | None
    new: str | None


class Commit(NamedTuple):
    """A commit, and for each parent what it changed (a root: against nothing). `at` is the committer's, in seconds."""

    name: str
    parents: tuple[str, ...]
    author_name: str
    author: str
    committer: str
    at: int
    message: str
    changes: tuple[tuple[Change, ...], ...]


class Signature(NamedTuple):
    """What git says of a commit's signature: `verdict` is its letter for it (G is good), `signer` whose key it is."""

    commit: str
    verdict: str
    signer: str
    fingerprint: str
    key: str


class Named(NamedTuple):
    """A commit's name and its parents'."""

    name: str
    parents: tuple[str, ...]


class Past:
    """The history of the repository that a registry lies in; `prefix` is the registry's place in it ("" or "sub/")."""

    def __init__(self, git: Git, prefix: str) -> None:
        self.git = git
        self.prefix = prefix
        self.contents = Contents(git)

    def close(self) -> None:
        self.contents.close()

    def names(self, *range_arguments: str) -> list[Named]:
        """The commits of a range, parents first. Raises GitFailed where git does not know it."""
        done = self.git.run(*_GIT, "rev-list", "--reverse", "--topo-order", "--parents", *range_arguments, "--")
        return [Named(first, tuple(rest)) for first, *rest in map(str.split, done.stdout.decode("ascii").splitlines())]

    def names_at(self, commit: str, paths: Sequence[str]) -> list[str | None]:
        """The names of what files, named from the registry, hold at a commit; None where there is no such file."""
        places = [self.prefix + path for path in paths]
        listed = self.git.run(*_GIT, "ls-tree", "-z", "--full-tree", commit, "--", *places).stdout.decode("utf-8")
        names = {place: meta.split(" ")[2] for meta, _tab, place in map(_parted, filter(None, listed.split("\0")))}
        return [names.get(place) for place in places]

    def versions(self, commit: str, path: str) -> Iterator[str]:
        """The names of what a file held, from a commit back along first parents; nothing for where it was not there."""
        place = self.prefix + path
        done = self.git.run(*_GIT, "rev-list", "--first-parent", commit, "--", f":(top,literal){place}")
        for one in done.stdout.decode("ascii").split():
            if (name := self.names_at(one, [path])[0]) is not None:
                yield name

    def contains(self, descendant: str, ancestor: str) -> bool:
        """Whether the one commit builds on the other."""
        done = self.git.run(*_GIT, "merge-base", "--is-ancestor", ancestor, descendant, check=False)
        return done.returncode == 0

    def shallow(self) -> set[str]:
        """The commits whose parents this clone does not have."""
        if self.git.text("rev-parse", "--is-shallow-repository") != "true":
            return set()
        path = self.git.text("rev-parse", "--git-path", "shallow")
        return set((self.git.root / path).read_text(encoding="ascii").split())

    def common(self, commits: Sequence[str]) -> str | None:
        """The last commit that these are all built on; None where they have none in common."""
        done = self.git.run(*_GIT, "merge-base", "--octopus", *commits, check=False)
        return done.stdout.decode().strip() or None

    def count(self, *range_arguments: str) -> int:
        """How many commits a range has."""
        return int(self.git.text(*_GIT, "rev-list", "--count", *range_arguments, "--"))

    def signatures(self, names: Sequence[str], signers: Path) -> Iterator[Signature]:
        """The signatures of these commits, SSH's held against that file of allowed signers, by `git verify-commit`."""
        done = self.git.run(
            *_GIT, "-c", f"gpg.ssh.allowedSignersFile={signers.as_posix()}", "log", "--no-walk=unsorted", "--stdin",
            "--format=%H%x00%G?%x00%GS%x00%GF%x00%GK", stdin=_lines(names),
        )  # fmt: skip
        for line in done.stdout.decode("utf-8", "replace").strip("\n").split("\n"):
            yield Signature(*line.split("\0"))

    def times(self, names: Sequence[str]) -> dict[str, int]:
        """When these commits were made, in seconds."""
        if not names:
            return {}
        done = self.git.run(*_GIT, "rev-list", "--no-walk", "--timestamp", "--stdin", stdin=_lines(names))
        return {name: int(at) for at, name in map(str.split, done.stdout.decode("ascii").splitlines())}

    def commits(self, named: Sequence[Named]) -> Iterator[Commit]:
        """These commits with what they changed. Raises GitFailed where git leaves one out or gives up half way."""
        process = self.git.start(
            *_GIT, "diff-tree", "--stdin", "-r", "-z", "--raw", "--root", "--always", "--no-renames", "--no-abbrev",
            "--encoding=UTF-8", _FORMAT, "--", *([f":(top,literal){self.prefix}"] if self.prefix else []),
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        # One line for each parent: git would not say which parent an empty comparison is with.
        lines = (f"{name} {parent}\n".encode() for name, parents in named for parent in parents or ("",))
        Thread(target=_feed, args=(process.stdin, lines), daemon=True).start()
        left = len(named)
        try:
            for _name, compared in groupby(_entries(process.stdout), lambda entry: entry[0][0]):
                entries = list(compared)
                left -= 1
                yield self._commit(entries)
        finally:
            process.stdout.close()
            code = process.wait()
        if code or left:
            raise GitFailed(
                _("git {command} failed: {words}").format(command="diff-tree", words=code or named[-left].name),
                doctor(),
            )

    def _commit(self, entries: list[tuple[list[str], list[Change]]]) -> Commit:
        name, _parents, author_name, author, committer, at, message = entries[0][0]
        parents = tuple(header[1] for header, _changes in entries if header[1])
        return Commit(
            name, parents, author_name, author, committer, int(at), message,
            tuple(tuple(self._inside(changes)) for _header, changes in entries),
        )  # fmt: skip

    def _inside(self, changes: list[Change]) -> Iterable[Change]:
        if not self.prefix:
            return changes
        cut = len(self.prefix)
        return (change._replace(path=change.path[cut:]) for change in changes)


class Contents:
    """Contents by their names, over one `git cat-file` that goes on running; what is planned is read ahead."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process = git.start(*_GIT, "cat-file", "--batch")
        self._planned: deque[str] = deque()
        self._read: dict[str, bytes | None] = {}

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def plan(self, names: Iterable[str]) -> None:
        """These will be asked for, once each and in about this order."""
        self._planned = deque(names)
        self._read = {}

    def get(self, name: str) -> bytes | None:
        """A content by its name, or by `COMMIT:PATH`; None where there is none."""
        if name in self._read:
            return self._read.pop(name)
        asked = dict.fromkeys([name])
        if self._planned and name in self._planned:
            while self._planned and len(asked) < _AT_ONCE:
                asked[self._planned.popleft()] = None
        for one, content in zip(asked, self._ask(list(asked)), strict=True):
            self._read[one] = content
        return self._read.pop(name)

    def _ask(self, names: list[str]) -> Iterator[bytes | None]:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        with suppress(OSError):  # a git that has gone answers nothing, which is told below
            requests.write(_lines(names))
            requests.flush()
        for name in names:
            header = answers.readline()
            if not header.endswith(b"\n"):
                raise GitFailed(_("git {command} failed: {words}").format(command="cat-file", words=name))
            if header.endswith((b" missing\n", b" ambiguous\n")):
                self._git.refuse_partial([name])
                yield None
                continue
            size = int(header.rpartition(b" ")[2])
            yield answers.read(size + 1)[:-1]


def name_of_content(content: bytes, like: str) -> str:
    """The name that git gives a content, in the repository's own way of naming (SHA-1 or SHA-256)."""
    digest = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return digest(b"blob %d\0" % len(content) + content).hexdigest()


def _parted(entry: str) -> tuple[str, str, str]:
    return entry.partition("\t")


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("utf-8")


def _feed(pipe: IO[bytes], lines: Iterable[bytes]) -> None:
    with suppress(OSError), pipe:  # a reader that has had enough closes the other end
        for line in lines:
            pipe.write(line)


def _entries(stream: IO[bytes]) -> Iterator[tuple[list[str], list[Change]]]:
    """diff-tree's answers: a header of seven fields, and the files that differ."""
    header: list[str] | None = None
    changes: list[Change] = []
    meta: list[str] | None = None
    for token in _tokens(stream):
        if meta is not None:
            before, mode, old, new, _status = meta
            changes.append(Change(token, mode, old if before != ":000000" else None, new if mode != _NONE else None))
            meta = None
        elif token[:1] == ":":
            meta = token.split(" ")
        elif token[:2] == "\n:":
            meta = token[1:].split(" ")
        elif token:
            if header is not None:
                yield header, changes
            header, changes = token.split("\n", 6), []
    if header is not None:
        yield header, changes


def _tokens(stream: IO[bytes]) -> Iterator[str]:
    """What stands between NULs."""
    rest = b""
    while chunk := stream.read(1 << 18):
        whole, found, rest = (rest + chunk).rpartition(b"\0")
        if found:
            yield from whole.decode("utf-8", "replace").split("\0")
    if rest:
        yield rest.decode("utf-8", "replace")
