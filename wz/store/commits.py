"""The one way a commit is made.

A commit is built from objects alone (`git fast-import`), so what the user has staged or changed elsewhere is not
touched; the branch moves from its old value to its new one or not at all. Files and index are prepared before it
moves (see `pending.py`), so that afterwards only renames are left to do.
"""

import re
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from wz.errors import GitFailed
from wz.i18n import _
from wz.store.git import Git, Identity, failed, unwritable
from wz.store.pending import Journal, Pending, drop_stale, is_ours

LOCK_SECONDS = 60.0
INDEX_SECONDS = 2.0
_ATTEMPTS = 5


class Committer(Git):
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
                self._mend()
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

    def mend(self) -> None:
        """Finish or discard what a killed writer left; a living one is not waited for."""
        with suppress(GitFailed, OSError):
            if self.pending.waits or is_ours(self._index_lock):
                with self.exclusive(0):
                    self._mend()

    def commit(self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str) -> str:
        """Commit whole files, named from the registry, and bring work tree and index along; the lock must be held.

        `before` is what each file held when the change was decided (None: it did not exist); a file that holds
        something else in the last commit is refused, for then somebody's uncommitted or new work is in the way.
        Returns the commit's name. Raises GitFailed or Unreadable, and then nothing has changed.
        """
        self._refuse_unfinished()
        try:
            for _attempt in range(_ATTEMPTS):
                # With the index in hand no `git commit` of the user's can come between; without it, the next tries.
                with self._index(INDEX_SECONDS) as held:
                    new = self._attempt(changes, before, message, held)
                if new is not None:
                    return new
        except OSError as error:
            self.pending.discard()
            raise unwritable(error) from None
        except GitFailed:
            self.pending.discard()
            raise
        raise GitFailed(_("the branch kept moving while this was recorded"), _("Repeat the command."))

    def _attempt(
        self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str, held: bool
    ) -> str | None:
        """Commit once; None when somebody else moved the branch first. An exception means that it has not moved."""
        paths, ref, old = list(changes), *self.head()
        formers = [before[path] for path in paths]
        for path, former, recorded in zip(paths, formers, self.committed(old, paths), strict=True):
            if former != recorded:
                raise GitFailed(
                    _("{path} has changes that are not committed").format(path=path),
                    _("Commit them (`git commit {path}`) or drop them (`git restore {path}`), then repeat.").format(
                        path=path
                    ),
                )
        self.pending.prepare(changes)
        new = self._build(old, changes, message)
        indexed = [*self.pending.unindexed, *paths]
        if held:
            self._draft_index(new, indexed)
        self.pending.announce(Journal(ref, old, new, paths))
        with uninterrupted():
            # HEAD, not the branch: should the user switch right now, it is the new branch that moves, or none.
            reason = "wz: " + message.partition("\n")[0]
            done = self.run("update-ref", "-m", reason, "HEAD", new, old or "", check=False, bonded=True)
            if done.returncode != 0 and (now := self.head()[1]) != new:
                self.pending.discard()
                if now == old:
                    raise failed(["update-ref"], done)
                return None
            with suppress(OSError):  # what cannot be done now the next command does
                if held:
                    self.pending.index.replace(self.layout.git_dir / "index")
                self.pending.place(paths, formers, changes.values())
                self.pending.leave_unindexed([] if held else indexed)
                self.pending.discard()
        return new

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

    def _build(self, old: str | None, changes: Mapping[str, bytes], message: str) -> str:
        """Write blobs, trees and commit; no ref moves."""
        identity = self.identity
        built = self._imported([self._stanza(old, changes, message)])
        return self._signed(built, old, message.encode("utf-8"), identity) if identity.signs else built

    def _stanza(self, parent: str | None, changes: Mapping[str, bytes], message: str) -> bytes:
        """A commit as fast-import reads it, its mark :1; without a parent it follows the one before it."""
        identity, text = self.identity, message.encode("utf-8")
        parts = [
            b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)
            for mark, content in enumerate(changes.values(), 2)
        ]
        parts.append(
            b"commit refs/wz/scratch\nmark :1\nauthor %s\ncommitter %s\ndata %d\n%s\n"
            % (identity.author.encode(), identity.committer.encode(), len(text), text)
        )
        if parent is not None:
            parts.append(b"from %s\n" % parent.encode())
        for mark, path in enumerate(changes, 2):
            parts.append(b"M 100644 :%d %s\n" % (mark, _quoted(self.layout.prefix + path)))
        return b"".join(parts) + b"\n"

    def _imported(self, stanzas: Sequence[bytes]) -> str:
        """Write the commits of a stream. Returns the name of the last one."""
        # Reset without a new value, the scratch ref never comes to be, and no lock of a ref is taken.
        end = b"get-mark :1\nreset refs/wz/scratch\n\ndone\n"
        stream = b"".join([b"feature done\n", *stanzas, end])
        done = self.run("fast-import", "--quiet", "--done", stdin=stream, check=False)
        if done.returncode != 0:
            self._sweep(done.stderr.decode("utf-8", "replace"))
            raise failed(["fast-import"], done)
        return done.stdout.decode().strip()

    def _sweep(self, words: str) -> None:
        """Remove what a failed fast-import leaves and names: its report, and a pack that may fill the disk."""
        for folder, names in (
            (self.layout.git_dir, r"fast_import_crash_\d+"),
            (self.layout.common_dir / "objects" / "pack", r"tmp_pack_\w+"),
        ):
            for name in re.findall(names, words):
                with suppress(OSError):
                    (folder / name).unlink()

    def _signed(self, built: str, old: str | None, text: bytes, identity: Identity) -> str:
        parent = ["-p", old] if old else []
        arguments = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", built + "^{tree}", *parent, "-F", "-"]
        return self.run(*arguments, stdin=text).stdout.decode().strip()

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

    def _draft_index(self, commit: str, paths: Sequence[str]) -> None:
        """The index as it will be: these files as in the commit, every other entry untouched."""
        index, draft = self.layout.git_dir / "index", self.pending.index
        draft.unlink(missing_ok=True)
        if index.exists():
            shutil.copyfile(index, draft)
        places = [self.layout.prefix + path for path in paths]
        asked = "".join(f"{commit}:{place}\n" for place in places).encode("utf-8", "surrogateescape")
        answers = self.run("cat-file", "--batch-check=%(objectname)", stdin=asked).stdout.splitlines()
        entries = b"".join(
            b"100644 %s 0\t%s\0" % (answer, place.encode("utf-8", "surrogateescape"))
            for place, answer in zip(places, answers, strict=True)
            if not answer.endswith(b" missing")
        )
        environment = {"GIT_INDEX_FILE": str(draft)}
        self.run("update-index", "--add", "--replace", "-z", "--index-info", stdin=entries, env=environment)

    def _mend(self) -> None:
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
                    self._draft_index("HEAD", waiting)
                    pending.index.replace(self.layout.git_dir / "index")
                    pending.leave_unindexed([])
        pending.discard()


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C comes too late for what is about to be done, and is ignored for these milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
