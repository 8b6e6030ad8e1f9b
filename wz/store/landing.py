"""How a new commit becomes the branch's last: one writer at a time, work tree and index brought along, killed or not.

Files and index are prepared before the branch moves (see `pending.py`), so that afterwards only renames are left to do.
Here files are named from the repository's top.
"""

import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store import casekeys, durable
from wz.store.gitfailures import failed, unwritable
from wz.store.gitlocks import drop_stale, is_ours, take
from wz.store.locking import Locking
from wz.store.pending import Journal, Pending
from wz.store.repository import Entry

if TYPE_CHECKING:
    import subprocess

LOCK_SECONDS = 60.0
INDEX_SECONDS = 2.0
# After so many files git notes how they lie there; until then each status compares their contents.
_REFRESH_AFTER = 1000
_LOG_LINE = 4096  # what a line of a branch's log fits into


class Move(NamedTuple):
    """A branch from its old commit to its new one: the files that differ (None: gone), and what each held before.

    `objects` are those that were written for it; None where they are not known. The cases' keys move with it where they
    are given a new commit. `modules` are other repositories in this one, of which the index alone is told.
    """

    ref: str
    old: str | None
    new: str
    files: Mapping[str, Entry | None]
    formers: Sequence[bytes | None]
    objects: Sequence[str] | None = None
    old_keys: str | None = None
    keys: str | None = None
    modules: Mapping[str, Entry | None] = MappingProxyType({})


class Landing(Locking):
    """The repository that a registry lies in, whose branch can be moved."""

    @cached_property
    def pending(self) -> Pending:
        """What is on its way into the work tree."""
        return Pending(self.state_dir, self.layout.top)

    @contextmanager
    def locked(self, *, finish: bool = True) -> Iterator[None]:
        """One writer at a time on a work tree; what a killed one left is mended before anything else, if `finish`.

        Raises GitFailed after LOCK_SECONDS, Unreadable where the lock cannot be written.
        """
        from filelock import Timeout

        try:
            with self.exclusive(LOCK_SECONDS):
                if finish:
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

    def last_moved(self) -> int:
        """When something was last recorded here by this computer's clock, in seconds of the epoch; 0 if not known."""
        with (
            suppress(GitFailed, OSError, ValueError, IndexError),
            (self.layout.git_dir / "logs" / "HEAD").open("rb") as log,
        ):
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_LINE))
            who = log.read().rstrip(b"\n").rpartition(b"\n")[2].partition(b"\t")[0]
            return int(who.split(b" ")[-2])
        return 0

    def refuse_unfinished(self) -> None:
        """Raises GitFailed in the middle of a merge, rebase or the like."""
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

    @contextmanager
    def index(self, seconds: float = INDEX_SECONDS) -> Iterator[bool]:
        """Hold git's lock on the index; False where another git keeps it.

        With the index in hand no `git commit` of the user's can come between.
        """
        held = take(self._index_lock, self.state_dir / "mark", seconds)
        try:
            yield held
        finally:
            if held:
                with suppress(OSError):
                    self._index_lock.unlink()

    def land(self, move: Move, reason: str, *, held: bool) -> bool:
        """Move the branch, whose files are prepared; False when somebody else moved it first.

        An exception means that it has not moved.
        """
        paths, left = list(move.files), self.pending.unindexed
        if held:
            waiting = dict(zip(left, self.entries(move.new, left), strict=True))
            self._draft_index({**waiting, **move.files, **move.modules})
        journal = Journal(move.ref, move.old, move.new, paths, move.old_keys, move.keys, list(move.modules))
        # A power cut asks for this order: the objects and what finishes the commit, the branch, the files.
        self.pending.announce(journal, self._object_folders(move))
        with _uninterrupted():
            # HEAD, not the branch: should the user switch right now, it is the new branch that moves, or none.
            keys = {casekeys.REF: (move.keys, move.old_keys)} if move.keys else {}
            done = self._move(reason, {"HEAD": (move.new, move.old), **keys})
            if done.returncode != 0 and (now := self.head()[1]) != move.new:
                self.pending.discard()
                if now == move.old and (not keys or casekeys.tip(self).commit == move.old_keys):
                    raise failed(["update-ref"], done)
                return False
            self._settle_keys(journal, stands=True)
            with suppress(OSError):  # what cannot be done now the next command does
                durable.sync_folders(self._ref_folders(move))
                if held:
                    self._replace_index()
                gone = {path for path, entry in move.files.items() if entry is None}
                self.pending.place(paths, move.formers, gone=gone)
                self.pending.make_room(place for place, entry in move.modules.items() if entry is not None)
                self.pending.leave_unindexed([] if held else [*left, *paths, *move.modules])
                if held:
                    self._refresh_index(len(paths))
                self.pending.discard()
        return True

    def _move(
        self, reason: str, moves: Mapping[str, tuple[str | None, str | None]]
    ) -> "subprocess.CompletedProcess[bytes]":
        """Move refs from their old commits to their new ones (None: there is no ref), all or none of them."""
        nothing = "0" * max(len(name or "") for move in moves.values() for name in move)
        lines = "".join(f"update {ref} {new or nothing} {old or nothing}\n" for ref, (new, old) in moves.items())
        return self.run("update-ref", "-m", reason, "--stdin", stdin=lines.encode(), check=False, bonded=True)

    def _settle_keys(self, journal: Journal, *, stands: bool) -> None:
        """The keys go with the commit: git moves several refs one after the other, and may be killed in between."""
        if journal.keys is None:
            return
        right, wrong = (journal.keys, journal.old_keys) if stands else (journal.old_keys, journal.keys)
        if casekeys.tip(self).commit == wrong:
            self._move("wz: mended", {casekeys.REF: (right, wrong)})
        casekeys.leave_no_trace(self)

    def _object_folders(self, move: Move) -> list[Path]:
        """The folders that hold the objects, loose or packed: git brings to the disk what it writes, but no folder."""
        objects = self.layout.common_dir / "objects"
        if move.objects is not None:
            names = move.objects
        elif (objects / move.new[:2] / move.new[2:]).exists():
            names = [f"{number:02x}" for number in range(256)]
        else:
            names = []
        return [*dict.fromkeys(objects / name[:2] for name in names), objects / "pack", objects]

    def _ref_folders(self, move: Move) -> Iterator[Path]:
        """The folders that name the refs which have moved."""
        for ref in (move.ref, casekeys.REF) if move.keys else (move.ref,):
            yield from (self.layout.common_dir / ref).parents[: ref.count("/")]

    def _replace_index(self) -> None:
        self.pending.index.replace(self.layout.git_dir / "index")
        durable.sync_folders([self.layout.git_dir])

    def _refresh_index(self, count: int) -> None:
        """Let git note in its index how files lie there that were put there without it: so many more; now and then."""
        note = self.state_dir / "unrefreshed"
        with suppress(FileNotFoundError, ValueError):
            count += int(note.read_text("ascii"))
        if count < _REFRESH_AFTER:
            note.write_text(str(count), "ascii")
            return
        self._copy_index()
        self.run("update-index", "-q", "--refresh", check=False, env={"GIT_INDEX_FILE": str(self.pending.index)})
        self._replace_index()
        note.unlink(missing_ok=True)

    def _copy_index(self) -> None:
        index, draft = self.layout.git_dir / "index", self.pending.index
        draft.unlink(missing_ok=True)
        if index.exists():
            import shutil

            shutil.copyfile(index, draft)

    @property
    def _index_lock(self) -> Path:
        return self.layout.git_dir / "index.lock"

    def _draft_index(self, files: Mapping[str, Entry | None]) -> None:
        """The index as it will be: these files as the commit has them, every other entry untouched."""
        self._copy_index()
        nothing = Entry("0", "0" * max((len(one.blob) for one in files.values() if one is not None), default=40))
        named = ((path, entry or nothing) for path, entry in files.items())
        entries = "".join(f"{entry.mode} {entry.blob}\t{path}\0" for path, entry in named)
        environment = {"GIT_INDEX_FILE": str(self.pending.index)}
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
            drop_stale(self.layout.common_dir / (casekeys.REF + ".lock"))
            stands = self.run("merge-base", "--is-ancestor", journal.new, "HEAD", check=False).returncode == 0
            self._settle_keys(journal, stands=stands)
            if stands:
                former, now = (self._contents_at(commit, journal.paths) for commit in (journal.old, "HEAD"))
                pending.place(journal.paths, former, now)
                modules = zip(journal.modules, self.entries("HEAD", journal.modules), strict=True)
                pending.make_room(place for place, entry in modules if entry is not None)
                pending.leave_unindexed([*pending.unindexed, *journal.paths, *journal.modules])
        if waiting := pending.unindexed:
            with self.index(0) as held:
                if held:
                    commit = self.text("rev-parse", "HEAD")
                    self._draft_index(dict(zip(waiting, self.entries(commit, waiting), strict=True)))
                    self._replace_index()
                    pending.leave_unindexed([])
        pending.discard()

    def _contents_at(self, commit: str | None, places: Sequence[str]) -> list[bytes | None]:
        found = self.entries(commit, places)
        contents = iter(self.contents([one.blob for one in found if one is not None]))
        return [next(contents) if one is not None else None for one in found]


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
