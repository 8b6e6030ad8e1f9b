"""The one way a commit is made.

A commit is built from objects alone (`git fast-import`), so what the user has staged or changed elsewhere is not
touched; the branch moves from its old value to its new one or not at all. Files and index are prepared before it
moves (see `pending.py`), so that afterwards only renames are left to do.
"""

import re
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store import durable
from wz.store.git import FEW, Identity, failed, unwritable
from wz.store.pending import Journal, Pending, drop_stale, is_ours
from wz.store.repository import Repository, blob_name

LOCK_SECONDS = 60.0
_INDEX_SECONDS = 2.0
_ATTEMPTS = 5


class Step(NamedTuple):
    """One commit to be made: whole files, named from the registry, the message, and whose it is unless git's own."""

    changes: Mapping[str, bytes]
    message: str
    identity: Identity | None = None


class Committer(Repository):
    """The repository that a registry lies in, to be written to."""

    @cached_property
    def pending(self) -> Pending:
        """What is on its way into the work tree."""
        return Pending(self.state_dir, self.root)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time on a work tree; what a killed one left is mended before anything else.

        Raises GitFailed after LOCK_SECONDS, Unreadable where the lock cannot be written.
        """
        from filelock import Timeout

        try:
            with self.exclusive(LOCK_SECONDS):
                self.finish()
                yield
        except Timeout:
            raise GitFailed(
                _("another wz has been working on this registry for {seconds:.0f} seconds").format(
                    seconds=LOCK_SECONDS
                ),
                _("Try again once it is done."),
            ) from None
        except OSError as error:
            raise unwritable(error) from None

    def mend(self) -> bool:
        """Finish or discard what a killed writer left; a living one is not waited for. False where nothing was left."""
        with suppress(GitFailed, OSError):
            if self.pending.waits or is_ours(self._index_lock):
                with self.exclusive(0):
                    self.finish()
                return True
        return False

    def commit(self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str) -> str:
        """Make one commit; see `record`. Returns its name."""
        return self.record([Step(changes, message)], before)[-1]

    def record(self, steps: Sequence[Step], before: Mapping[str, bytes | None]) -> list[str]:
        """Make commits one on another, all or none, and bring work tree and index along; the lock must be held.

        `before` is what each file held when the change was decided (None: it did not exist); a file that holds
        something else in the last commit is refused, for then somebody's uncommitted or new work is in the way.
        Returns the commits' names. Raises GitFailed or Unreadable, and then nothing has changed.
        """
        self._refuse_unfinished()
        try:
            for _attempt in range(_ATTEMPTS):
                # With the index in hand no `git commit` of the user's can come between; without it, the next tries.
                with self._index(_INDEX_SECONDS) as held:
                    made = self._attempt(steps, before, held)
                if made is not None:
                    return made
        except OSError as error:
            self.pending.discard()
            raise unwritable(error) from None
        except GitFailed:
            self.pending.discard()
            raise
        raise GitFailed(_("the branch kept moving while this was recorded"), _("Repeat the command."))

    def _attempt(self, steps: Sequence[Step], before: Mapping[str, bytes | None], held: bool) -> list[str] | None:
        """Commit once; None when somebody else moved the branch first. An exception means that it has not moved."""
        paths = list(dict.fromkeys(path for step in steps for path in step.changes))
        ref, old = self.head()
        formers = [before[path] for path in paths]
        for path, former, recorded in zip(paths, formers, self.blobs(old, paths), strict=True):
            if recorded != (None if former is None else blob_name(former, len(old or ""))):
                if recorded is None and old is not None:  # or its folder cannot be read, and git says so
                    self.run("ls-tree", old, "--", path)
                raise GitFailed(
                    _("{path} has changes that are not committed").format(path=path),
                    _("Commit them (`git commit {path}`) or drop them (`git restore {path}`), then repeat.").format(
                        path=path
                    ),
                )
        made, blobs, folders = self._build(old, steps, paths)
        new, left = made[-1], self.pending.unindexed
        indexed = [*left, *paths]
        if held:
            self._draft_index({**dict(zip(left, self.blobs(new, left), strict=True)), **blobs})
        # A power cut asks for this order: the objects and what finishes the commit, the branch, the files.
        self.pending.announce(Journal(ref, old, new, paths), folders)
        with _uninterrupted():
            # HEAD, not the branch: should the user switch right now, it is the new branch that moves, or none.
            reason = "wz: " + steps[-1].message.partition("\n")[0]
            done = self.run("update-ref", "-m", reason, "HEAD", new, old or "", check=False, bonded=True)
            if done.returncode != 0 and (now := self.head()[1]) != new:
                self.pending.discard()
                if now == old:
                    raise failed(["update-ref"], done)
                return None
            self._sync_branch(ref)
            with suppress(OSError):  # what cannot be done now the next command does
                if held:
                    self._replace_index()
                self.pending.place(paths, formers)
                self.pending.leave_unindexed([] if held else indexed)
                self.pending.discard()
        return made

    def _refuse_unfinished(self) -> None:
        for name, what in (
            ("MERGE_HEAD", "merge"),
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
        ):
            if (self.layout.git_dir / name).exists():
                raise GitFailed(
                    _("a git {what} is not finished").format(what=what),
                    _("Finish it, or run `git {what} --abort`; then repeat.").format(what=what),
                )

    # -- the commit's objects

    def _build(
        self, old: str | None, steps: Sequence[Step], paths: Sequence[str]
    ) -> tuple[list[str], dict[str, str], list[Path]]:
        """Write blobs, trees and commits, each on the one before, and prepare the files; no ref moves.

        Returns the commits, the object of each file as it is after the last, and the folders that hold what is new.
        """
        blobs: dict[str, int] = {}
        commits: list[int] = []
        marks = self.pending.marks
        marks.unlink(missing_ok=True)
        # Of many new files git need not look for what they share, nor press them hard: its next gc does both.
        many = ("-c", "core.compression=1"), ("--depth=0",)
        before, behind = many if len(paths) > FEW else ((), ())
        done = self.feed(
            *before,
            "fast-import",
            "--quiet",
            "--done",
            *behind,
            f"--export-marks={marks}",
            pieces=self._stream(old, steps, paths, blobs, commits),
            broken=self._sweep,
        )
        if done.returncode != 0:
            self._sweep(done.stderr.decode("utf-8", "replace"))
            raise failed(["fast-import"], done)
        names = dict(line.split(" ") for line in marks.read_text("ascii").splitlines())
        built = [names[f":{mark}"] for mark in commits]
        built = self._signed(built, old, steps) if self.identity.signs else built
        trees = [line.split()[2] for line in done.stdout.decode("utf-8", "replace").splitlines()]
        folders = self._object_folders([*names.values(), *trees, *built], many=_are_many(steps, paths))
        return built, {path: names[f":{mark}"] for path, mark in blobs.items()}, folders

    def _stream(
        self,
        old: str | None,
        steps: Sequence[Step],
        paths: Sequence[str],
        blobs: dict[str, int],
        commits: list[int],
    ) -> Iterator[bytes]:
        """What fast-import reads, made as it is read; the marks of files and commits are noted on the way."""
        yield b"feature done\n"
        contents = self.pending.prepare(paths, (pair for step in steps for pair in step.changes.items()))
        mark = 0
        for number, step in enumerate(steps):
            for path, content in islice(contents, len(step.changes)):
                mark += 1
                blobs[path] = mark
                yield b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)
            mark += 1
            commits.append(mark)
            text, identity = step.message.encode("utf-8"), step.identity or self.identity
            author, committer = identity.author.encode(), identity.committer.encode()
            yield b"commit refs/wz/scratch\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
                *(mark, author, committer, len(text), text),
            )
            if number == 0 and old is not None:
                yield b"from %s\n" % old.encode()
            for path in step.changes:
                yield b"M 100644 :%d %s\n" % (blobs[path], _quoted(self.layout.prefix + path))
            yield b"\n"
            if not _are_many(steps, paths):
                yield from (b"ls :%d %s\n" % (mark, _quoted(folder)) for folder in self._folders(step.changes))
        for _rest in contents:  # nothing is left, but what was prepared is to be made safe
            pass
        # Reset without a new value, the scratch ref never comes to be, and no lock of a ref is taken.
        yield b"reset refs/wz/scratch\n\ndone\n"

    def _folders(self, paths: Iterable[str]) -> Iterator[str]:
        """The folders above files, from the repository's top ("") on: those whose trees a commit makes anew."""
        places = (PurePosixPath(self.layout.prefix + path) for path in paths)
        above = dict.fromkeys(folder for place in places for folder in place.parents)
        return ("" if folder == PurePosixPath(".") else folder.as_posix() for folder in above)

    def _object_folders(self, names: Sequence[str], *, many: bool) -> list[Path]:
        """The folders that hold these objects, loose or packed: git syncs what it writes, but no folder.

        Of many not all are named, for the trees are not asked for: unless they went into a pack, any folder may be it.
        """
        objects = self.layout.common_dir / "objects"
        if many and (objects / names[-1][:2] / names[-1][2:]).exists():
            names = [f"{number:02x}" for number in range(256)]
        elif many:
            names = []
        return [*dict.fromkeys(objects / name[:2] for name in names), objects / "pack", objects]

    def _sync_branch(self, ref: str) -> None:
        """See that the branch outlives a power cut. The commit stands already, so a disk that cannot is no failure."""
        place = self.layout.common_dir / ref
        with suppress(OSError):
            durable.sync_folders(
                folder for folder in place.parents if folder.is_relative_to(self.layout.common_dir / "refs")
            )

    def _sweep(self, words: str) -> None:
        """Remove what a failed fast-import leaves and names: its report, and a pack that may fill the disk."""
        for folder, names in (
            (self.layout.git_dir, r"fast_import_crash_\d+"),
            (self.layout.common_dir / "objects" / "pack", r"tmp_pack_\w+"),
        ):
            for name in re.findall(names, words):
                with suppress(OSError):
                    (folder / name).unlink()

    def _signed(self, built: Sequence[str], old: str | None, steps: Sequence[Step]) -> list[str]:
        """The same commits with git's signature, each on the signed one before."""
        signed: list[str] = []
        for commit, step in zip(built, steps, strict=True):
            parent = signed[-1] if signed else old
            parents = ["-p", parent] if parent else []
            arguments = [
                "-c",
                "i18n.commitEncoding=UTF-8",
                "commit-tree",
                "-S",
                commit + "^{tree}",
                *parents,
                "-F",
                "-",
            ]
            signed.append(self.run(*arguments, stdin=step.message.encode("utf-8")).stdout.decode().strip())
        return signed

    # -- work tree and index

    @property
    def _index_lock(self) -> Path:
        return self.layout.git_dir / "index.lock"

    @contextmanager
    def _index(self, seconds: float) -> Iterator[bool]:
        """Hold git's lock on the index; False where another git keeps it."""
        held = self.pending.take(self._index_lock, seconds)
        try:
            yield held
        finally:
            if held:
                with suppress(OSError):
                    self._index_lock.unlink()

    def _replace_index(self) -> None:
        self.pending.index.replace(self.layout.git_dir / "index")
        durable.sync_folders([self.layout.git_dir])

    def _draft_index(self, blobs: Mapping[str, str | None]) -> None:
        """The index as it will be: these files as the commit has them, every other entry untouched."""
        index, draft = self.layout.git_dir / "index", self.pending.index
        draft.unlink(missing_ok=True)
        if index.exists():
            import shutil

            shutil.copyfile(index, draft)
        entries = "".join(
            f"100644 {blob} 0\t{self.layout.prefix}{path}\0" for path, blob in blobs.items() if blob is not None
        )
        environment = {"GIT_INDEX_FILE": str(draft)}
        self.run(
            "update-index",
            "--add",
            "--replace",
            "-z",
            "--index-info",
            stdin=entries.encode("utf-8", "surrogateescape"),
            env=environment,
        )

    def finish(self) -> None:
        """What a killed writer left: finish it if its commit stands, else forget it. The lock must be held."""
        pending = self.pending
        if is_ours(self._index_lock):
            self._index_lock.unlink()
        if journal := pending.announced():
            drop_stale(self.layout.git_dir / "HEAD.lock")
            drop_stale(self.layout.common_dir / (journal.ref + ".lock"))
            if self.run("merge-base", "--is-ancestor", journal.new, "HEAD", check=False).returncode == 0:
                former, now = (self.committed(commit, journal.paths) for commit in (journal.old, "HEAD"))
                pending.place(journal.paths, former, now)
                pending.leave_unindexed([*pending.unindexed, *journal.paths])
        if waiting := pending.unindexed:
            with self._index(0) as held:
                if held:
                    commit = self.text("rev-parse", "HEAD")
                    self._draft_index(dict(zip(waiting, self.blobs(commit, waiting), strict=True)))
                    self._replace_index()
                    pending.leave_unindexed([])
        pending.discard()


def _are_many(steps: Sequence[Step], paths: Sequence[str]) -> bool:
    return len(steps) + len(paths) > FEW


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C comes too late for what is about to be done, and is ignored for these milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
