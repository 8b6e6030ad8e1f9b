"""What is read from git: files at a commit, what has changed, the history of a file."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from wz.store.git import FEW, Git
from wz.store.gitfailures import failed

# The modes of files and of links.
_FILES = ("100", "120")
_MODULE = "160000"
_ABSENT = ":000000"
_NAME_LENGTHS = (40, 64)  # hexadecimal digits of SHA-1 and SHA-256
# Of a commit: name, author, instant, trailers.
_HISTORY = "%H%x01%an <%ae>%x01%cI%x01%(trailers:only,unfold)"


class Entry(NamedTuple):
    """A file of a commit: its mode, such as 100644, and the name of its content.

    Or another repository in this one, a submodule: then the name is that of its commit.
    """

    mode: str
    blob: str

    @property
    def is_module(self) -> bool:
        return self.mode == _MODULE


class Difference(NamedTuple):
    """A file as two commits have it; None: there is none."""

    before: Entry | None
    now: Entry | None


class Recorded(NamedTuple):
    """A commit that touched a file, and the file's content in it; None where the commit removed it."""

    name: str
    author: str
    at: datetime
    trailers: dict[str, str]
    content: bytes | None


class Repository(Git):
    """The repository that a registry lies in, to be read from."""

    def committed(self, commit: str | None, paths: Sequence[str]) -> list[bytes | None]:
        """The content of files, named from the registry, at a commit; None where there is no such file."""
        if commit is None or not paths:
            return [None] * len(paths)
        if len(paths) <= FEW:
            return self.contents([f"{commit}:{self.layout.prefix}{path}" for path in paths])
        # git looks up each path anew from the top; for many, their folders are quicker.
        names = self.blobs(commit, paths)
        contents = iter(self.contents([name for name in names if name]))
        return [next(contents) if name else None for name in names]

    def blobs(self, commit: str | None, paths: Sequence[str]) -> list[str | None]:
        """Git's names for the contents of files, named from the registry, at a commit; None where there is no file."""
        prefix = self.layout.prefix if commit is not None else ""
        return [entry and entry.blob for entry in self.entries(commit, [prefix + path for path in paths])]

    def entries(self, commit: str | None, places: Sequence[str]) -> list["Entry | None"]:
        """The files at these places, named from the repository's top, at a commit; None where there is none.

        It reads folders rather than files: most of many files lie in a few of them.
        """
        if commit is None:
            return [None] * len(places)
        commit = commit if len(commit) in _NAME_LENGTHS else self.text("rev-parse", commit)
        trees = self.folders(commit, list(dict.fromkeys(place.rpartition("/")[0] for place in places)))
        return [
            trees[folder].get(name.encode("utf-8", "surrogateescape"))
            for folder, _slash, name in (place.rpartition("/") for place in places)
        ]

    def folders(self, commit: str, places: Sequence[str]) -> dict[str, dict[bytes, "Entry"]]:
        """What lies in these folders, named from the repository's top, at a commit (its name), by name.

        Nothing lies in a folder that is not there.
        """
        names = "".join(f"{commit}:{place}\n" for place in places)
        listed = _split_batch(
            self.run("cat-file", "--batch", stdin=names.encode("utf-8", "surrogateescape")).stdout, len(places)
        )
        size = len(commit) // 2
        return {place: _entries(tree or b"", size) for place, tree in zip(places, listed, strict=True)}

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """The content of blobs by their names, or as COMMIT:PATH; None where there is none."""
        if not blobs:
            return []
        names = "".join(f"{blob}\n" for blob in blobs)
        found = _split_batch(
            self.run("cat-file", "--batch", stdin=names.encode("utf-8", "surrogateescape")).stdout, len(blobs)
        )
        self.refuse_partial(blob for blob, content in zip(blobs, found, strict=True) if content is None)
        return found

    def committed_at(self, commit: str) -> datetime:
        """When a commit was made."""
        return datetime.fromisoformat(self.text("show", "-s", "--format=%cI", commit))

    @property
    def shallow(self) -> bool:
        """Whether the clone was made without its older commits."""
        return bool(self.oldest_of_shallow)

    @property
    def oldest_of_shallow(self) -> frozenset[str]:
        """The commits at which a shallow clone begins; none where the history is whole."""
        try:
            return frozenset((self.layout.common_dir / "shallow").read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def tree(self, commit: str, below: str) -> Iterator[tuple[str, str]]:
        """Every file below a folder of the registry at a commit, with its blob, by path; a link's is its target."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", self.layout.prefix + below).stdout
        skip = len(self.layout.prefix)
        for entry in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, _tab, path = entry.partition("\t")
            mode, _type, blob = about.split(" ")
            if mode.startswith(_FILES):
                yield path[skip:], blob

    def changed(self, old: str, new: str, below: str) -> Iterator[tuple[str, str | None]]:
        """The files below a folder that differ between two commits, with the blob in the new one; None: gone."""
        skip = len(self.layout.prefix)
        for place, (_before, now) in self.differing(old, new, below).items():
            yield place[skip:], now.blob if now is not None and now.mode.startswith(_FILES) else None

    def differing(self, old: str, new: str, below: str | None = None) -> dict[str, "Difference"]:
        """What differs between two commits, by its place from the repository's top, or below a folder of the registry.

        Repositories in the repository are among it, named by their commits.
        """
        paths = ["--", below] if below else []
        raw = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new, *paths).stdout
        parts = iter(raw.decode("utf-8", "surrogateescape").split("\0")[:-1])
        found = {}
        for about, place in zip(parts, parts, strict=True):
            before, mode, blob_before, blob, _status = about.split(" ")
            found[place] = Difference(
                None if before == _ABSENT else Entry(before[1:], blob_before),
                None if mode == _ABSENT[1:] else Entry(mode, blob),
            )
        return found

    def modified(self, places: Sequence[str]) -> list[str]:
        """Which of these files, named from the repository's top, are in the work tree otherwise than in the index."""
        wanted = set(places)
        told = self.run("diff-files", "--name-only", "-z", "--no-renames").stdout
        return [one for one in told.decode("utf-8", "surrogateescape").split("\0") if one in wanted]

    def history(self, path: str, revision: str = "HEAD") -> Iterator["Recorded"]:
        """The commits up to a revision that touched a file, oldest first, with the file as it then was."""
        done = self.run(
            "log", "--reverse", "--topo-order", "-z", f"--format={_HISTORY}", revision, "--", path, check=False
        )
        if done.returncode != 0:
            if (self.last_commit() if revision == "HEAD" else self.commit_of(revision)) is None:
                return  # before the first commit
            raise failed(["log"], done)
        entries = [entry.split("\x01") for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry]
        blobs = self.contents([f"{entry[0]}:{self.layout.prefix}{path}" for entry in entries])
        for (name, author, at, trailers), content in zip(entries, blobs, strict=True):
            pairs = (line.partition(": ") for line in trailers.splitlines())
            yield Recorded(
                name, author, datetime.fromisoformat(at), {key: value for key, colon, value in pairs if colon}, content
            )

    def quicken_history(self) -> None:
        """Write what lets git find the commits of one file without looking at all of them; git keeps it up itself."""
        self.run("commit-graph", "write", "--reachable", "--changed-paths", "--split", check=False)


def blob_name(content: bytes, length: int) -> str:
    """Git's name for a content, in as many hexadecimal digits as the repository's names have."""
    digest = hashlib.sha1(usedforsecurity=False) if length == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(content) + content)
    return digest.hexdigest()


def _entries(tree: bytes, size: int) -> dict[bytes, Entry]:
    """The files of a folder as git keeps it: `mode name`, a zero byte, the object's name in `size` bytes."""
    found: dict[bytes, Entry] = {}
    place = 0
    while place < len(tree):
        end = tree.index(b"\0", place)
        mode, _blank, name = tree[place:end].partition(b" ")
        found[name] = Entry(mode.decode("ascii"), tree[end + 1 : end + 1 + size].hex())
        place = end + 1 + size
    return found


def _split_batch(output: bytes, count: int) -> list[bytes | None]:
    """The contents in the answer of `git cat-file --batch`."""
    contents: list[bytes | None] = []
    place = 0
    for _number in range(count):
        end = output.index(b"\n", place)
        header = output[place:end]
        place = end + 1
        if header.endswith((b" missing", b" ambiguous")):
            contents.append(None)
            continue
        size = int(header.rpartition(b" ")[2])
        contents.append(output[place : place + size])
        place += size + 1
    return contents
