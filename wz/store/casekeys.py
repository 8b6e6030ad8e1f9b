"""The keys of the cases: `refs/wz/keys`, where a thing can be deleted.

Each case has a key of its own, to which its petitioner is sealed. The private half lies here, sealed to each holder who
may read it, as `YYYY/MM/DD/ID/HOLDER-FINGERPRINT.age`. The ref's commit has no parents and is replaced, never appended
to: what is taken out of it is gone once git has collected its garbage. It says nothing but its tree, so that two clones
with the same keys have the same commit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import NamedTuple

from wz.model import case_id as ids
from wz.store.git import FEW, Git
from wz.store.repository import Repository

REF = "refs/wz/keys"
# Changes by path: a sealed key to be kept, or None for a key, or a case's folder, to be taken out; in this order.
Keys = Mapping[str, bytes | None]
# What fast-import calls the ref's new commit; other marks count from 1.
MARK = ":999999999"
_SUFFIX = ".age"
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
        self.changes: dict[str, bytes | None] = {}
        self._read: dict[str, dict[Entry, bytes]] = {}

    def read_ahead(self, case_ids: Iterable[str]) -> None:
        """Read the keys of these cases at once; git takes as long for one. Those read before are not kept."""
        places = {folder_of(one): one for one in case_ids}
        self._read = {one: {} for one in places.values()}
        commit = tip(self._git).commit
        if commit is None or not places:
            return
        blobs = {
            found: file.blob
            for place, files in self._git.folders(commit, list(places)).items()
            for name, file in files.items()
            if (found := entry_of(f"{place}/{name.decode('utf-8', 'surrogateescape')}")) is not None
        }
        for found, sealed in zip(blobs, self._git.contents(list(blobs.values())), strict=True):
            if sealed is not None:
                self._read[found.case_id][found] = sealed

    def of(self, case_id: str) -> dict[Entry, bytes]:
        """The sealed copies of a case's key."""
        folder = folder_of(case_id)
        found = dict(self._recorded(case_id)) if folder not in self.changes else {}
        for path, sealed in self.changes.items():
            if path.startswith(folder + "/") and (entry := entry_of(path)) is not None:
                found.pop(entry, None)
                if sealed is not None:
                    found[entry] = sealed
        return found

    def _recorded(self, case_id: str) -> Iterator[tuple[Entry, bytes]]:
        if case_id in self._read:
            yield from self._read[case_id].items()
            return
        blobs = held(self._git, below=folder_of(case_id))
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
        if (entry := entry_of(path)) is not None:
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


def join(git: Git, ours: str | None, theirs: str | None, keep: Callable[[Entry, bool], bool]) -> str:
    """The union of the keys at two commits (None: there are none), as a commit; no ref moves.

    `keep` tells of each copy, and of whether both sides have it alike, whether it stays; what does not is left out
    wherever it comes from. Of one path with two contents one is kept, the same on both sides; both open the same key.
    Whoever joins the same keys gets the same commit.
    """
    left, right = (held(git, one) if one else {} for one in (ours, theirs))
    kept = {
        entry.path: min(left.get(entry, blob), right.get(entry, blob))
        for entry, blob in (left | right).items()
        if keep(entry, left.get(entry) == right.get(entry))
    }
    return _written(git, kept)


def _written(git: Git, blobs: Mapping[str, str]) -> str:
    """A commit of these files."""
    pieces = [b"feature done\nreset refs/wz/scratch\n\ncommit refs/wz/scratch\nmark :1\n"]
    pieces.append(b"author %s\ncommitter %s\ndata 0\n" % (_NOBODY, _NOBODY))
    pieces += [b"M 100644 %s %s\n" % (blob.encode(), path.encode()) for path, blob in sorted(blobs.items())]
    pieces.append(b"\nget-mark :1\nreset refs/wz/scratch\n\ndone\n")
    return git.run("fast-import", "--quiet", "--done", stdin=b"".join(pieces)).stdout.decode("ascii").strip()
