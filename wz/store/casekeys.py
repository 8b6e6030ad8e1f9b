"""The keys of the cases: `refs/wz/keys`, where a thing can be deleted.

Each case has a key of its own, to which its petitioner is sealed. The private half lies here, sealed to each holder who
may read it, as `YYYY/MM/DD/ID/HOLDER-FINGERPRINT.age`. The ref's commit has no parents and is replaced, never appended
to: what is taken out of it is gone once git has collected its garbage. It says nothing but its tree, so that two clones
with the same keys have the same commit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import NamedTuple

from wz.model import case_id as ids
from wz.store.git import FEW, Git, quoted
from wz.store.repository import Repository

REF = "refs/wz/keys"
# Changes by path: a sealed key to be kept, or None for a key, or a case's folder, to be taken out; in this order.
Keys = Mapping[str, bytes | None]
# What fast-import calls the ref's new commit; other marks count from 1.
MARK = ":999999999"
_SUFFIX = ".age"
_FILES = ("100644", "100755")
# Whoever made it and when is not on record here, or clones would differ in nothing but that.
_NOBODY = b"wz <wz@invalid> 0 +0000"


class Entry(NamedTuple):
    """Whose sealed copy of which case's key it is; the fingerprint is that of the public key it is sealed to."""

    case_id: str
    holder: str
    fingerprint: str

    @property
    def path(self) -> str:
        return f"{folder_of(self.case_id)}/{self.holder}-{self.fingerprint}{_SUFFIX}"


def folder_of(case_id: str) -> str:
    """Where a case's keys lie."""
    return ids.path_of(case_id).removeprefix("cases/").removesuffix(".yaml")


def entry_of(path: str) -> Entry | None:
    """What a path names; None where it is none of ours."""
    folder, _slash, name = path.rpartition("/")
    holder, _dash, fingerprint = name.removesuffix(_SUFFIX).rpartition("-")
    case_id = folder.rpartition("/")[2]
    found = Entry(case_id, holder, fingerprint)
    return found if holder and ids.PATTERN.fullmatch(case_id) and found.path == path else None


class CaseKeys:
    """The keys as they are, with the changes that are to be recorded; nothing is written here."""

    def __init__(self, git: Repository) -> None:
        self._git = git
        self._known: dict[str, dict[Entry, bytes]] = {}
        self.changes: dict[str, bytes | None] = {}

    def of(self, case_id: str) -> dict[Entry, bytes]:
        """The sealed copies of a case's key."""
        folder = folder_of(case_id)
        if case_id not in self._known:
            self._known[case_id] = dict(self._contents(held(self._git, below=folder)))
        found = dict(self._known[case_id]) if folder not in self.changes else {}
        for path, sealed in self.changes.items():
            if path.startswith(folder + "/") and (entry := entry_of(path)) is not None:
                found.pop(entry, None)
                if sealed is not None:
                    found[entry] = sealed
        return found

    def expect(self, case_ids: Iterable[str]) -> None:
        """Read the keys of many cases at once: asked for each alone, git takes many times as long."""
        folders = {folder_of(one): one for one in case_ids if one not in self._known}
        commit = self._git.commit_of(REF) if len(folders) > 1 else None
        if commit is None:
            return
        blobs = {}
        for folder, entries in self._git.folders(commit, list(folders)).items():
            self._known[folders[folder]] = {}
            for name, one in entries.items():
                entry = entry_of(f"{folder}/{name.decode('utf-8', 'surrogateescape')}")
                if entry is not None and one.mode in _FILES:
                    blobs[entry] = one.blob
        for entry, sealed in self._contents(blobs):
            self._known[entry.case_id][entry] = sealed

    def _contents(self, blobs: Mapping[Entry, str]) -> Iterator[tuple[Entry, bytes]]:
        for entry, sealed in zip(blobs, self._git.contents(list(blobs.values())), strict=True):
            if sealed is not None:
                yield entry, sealed

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is changed inside is as if not done where an exception ends it."""
        before = dict(self.changes)
        try:
            yield
        except BaseException:
            self.changes = before
            raise

    def put(self, entry: Entry, sealed: bytes) -> None:
        """Keep a sealed copy."""
        self.changes.pop(entry.path, None)
        self.changes[entry.path] = sealed

    def drop(self, entry: Entry) -> None:
        """Take a sealed copy out."""
        self.changes.pop(entry.path, None)
        self.changes[entry.path] = None

    def forget(self, case_id: str) -> None:
        """Take out every copy of a case's key."""
        folder = folder_of(case_id)
        for path in [path for path in self.changes if path == folder or path.startswith(folder + "/")]:
            del self.changes[path]
        self.changes[folder] = None


def held(git: Git, commit: str = REF, below: str = "") -> dict[Entry, str]:
    """Every sealed copy at a commit (or those below a folder), with its blob; none where there is no such commit."""
    only = ["--", below] if below else []
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit, *only, check=False).stdout
    found: dict[Entry, str] = {}
    for line in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        about, _tab, path = line.partition("\t")
        if about.startswith(_FILES) and (entry := entry_of(path)) is not None:
            found[entry] = about.rpartition(" ")[2]
    return found


class Tip(NamedTuple):
    """The ref's commit and that commit's tree; None where there is no ref."""

    commit: str | None
    tree: str | None


NO_TIP = Tip(None, None)


def tip(git: Git) -> Tip:
    """Where the ref is now."""
    answers = (
        git.run("cat-file", "--batch-check", stdin=f"{REF}\n{REF}^{{tree}}\n".encode()).stdout.decode().splitlines()
    )
    return Tip(*(None if one.endswith(" missing") else one.partition(" ")[0] for one in answers))


# -- what a commit is made of


def stream(tree: str | None, changes: Keys) -> Iterator[bytes]:
    """The ref's next commit for `git fast-import`, under MARK: that tree with the changes.

    Of a few changes it also asks for the objects that they become.
    """
    # The scratch ref is reset, so that the commit has no parents.
    yield b"reset refs/wz/scratch\n\ncommit refs/wz/scratch\nmark %s\n" % MARK.encode()
    yield b"author %s\ncommitter %s\ndata 0\n" % (_NOBODY, _NOBODY)
    if tree is not None:
        yield b'M 040000 %s ""\n' % tree.encode()
    for path, sealed in changes.items():
        if sealed is None:
            yield b"D %s\n" % path.encode()
        else:
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(sealed), sealed)
    yield b"\n"
    if len(changes) <= FEW:
        parts = (part for path in changes for part in (path, *PurePosixPath(path).parents))
        for part in dict.fromkeys("" if str(part) == "." else str(part) for part in parts):
            yield b'ls %s "%s"\n' % (MARK.encode(), part.encode())


def leave_no_trace(git: Git) -> None:
    """Remove the ref's log, should git keep one: it would hold on to what was taken out."""
    with suppress(OSError):
        (git.layout.common_dir / "logs" / REF).unlink()


# -- two clones


class Gone(NamedTuple):
    """What opens nothing any more, in no clone: the ids of forgotten cases, the fingerprints of revoked keys."""

    cases: Set[str] = frozenset()
    keys: Set[str] = frozenset()


# Which of a copy's contents stays, one of one side alone or those of both, by their blobs; None: it goes.
Choice = Callable[[Entry, Sequence[str]], str | None]


def join(git: Repository, ours: str | None, theirs: str | None, gone: Gone, choose: Choice) -> str:
    """The union of the keys at two commits (None: there are none), as a commit; no ref moves.

    What is gone is left out wherever it comes from; of each copy that the two have otherwise, `choose` tells which
    stays. Only what differs is looked at: most of many thousand keys never change again. The same keys are the same
    commit, whoever joins them.
    """
    nothing = git.text("hash-object", "-t", "tree", "--stdin")
    changes: dict[str, str | None] = dict.fromkeys(map(folder_of, gone.cases))
    for path, (before, now) in git.differing(ours or nothing, theirs or nothing).items():
        blobs = [one.blob for one in (before, now) if one is not None and one.mode in _FILES]
        entry = entry_of(path)
        if entry is None or entry.case_id in gone.cases or entry.fingerprint in gone.keys:
            blobs = []  # whoever may push can put anything there
        changes[path] = choose(entry, blobs) if entry and blobs else None
    if ours is not None:
        changes |= dict.fromkeys(entry.path for entry in _sealed_to(git, ours, gone.keys))
    return _written(git, ours, changes)


def has_sealed_to(git: Git, commit: str, fingerprints: Set[str]) -> bool:
    """Whether any copy at a commit is sealed to one of these keys."""
    return any(True for _entry in _sealed_to(git, commit, fingerprints))


def _sealed_to(git: Git, commit: str, fingerprints: Set[str]) -> Iterator[Entry]:
    """The copies at a commit that are sealed to these keys."""
    if fingerprints:
        listed = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).stdout
        for path in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            if path.removesuffix(_SUFFIX).rpartition("-")[2] in fingerprints and (entry := entry_of(path)):
                yield entry


def with_copies(git: Git, commit: str, copies: Mapping[Entry, bytes]) -> str:
    """A commit of the same keys and these."""
    written = {
        entry.path: git.run("hash-object", "-w", "--stdin", stdin=sealed).stdout.decode("ascii").strip()
        for entry, sealed in copies.items()
    }
    return _written(git, commit, written)


def _written(git: Git, start: str | None, changes: Mapping[str, str | None]) -> str:
    """A commit of another's files with these blobs, or without them; it is the same however often it is made."""
    pieces = [b"feature done\nreset refs/wz/scratch\n\ncommit refs/wz/scratch\nmark :1\n"]
    pieces.append(b"author %s\ncommitter %s\ndata 0\n" % (_NOBODY, _NOBODY))
    if start is not None:
        pieces.append(b'M 040000 %s ""\n' % git.text("rev-parse", f"{start}^{{tree}}").encode())
    pieces += [
        b"D %s\n" % quoted(path) if blob is None else b"M 100644 %s %s\n" % (blob.encode(), quoted(path))
        for path, blob in sorted(changes.items())
    ]
    pieces.append(b"\nget-mark :1\nreset refs/wz/scratch\n\ndone\n")
    return git.run("fast-import", "--quiet", "--done", stdin=b"".join(pieces)).stdout.decode("ascii").strip()
