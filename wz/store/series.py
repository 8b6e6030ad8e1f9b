"""Many commits in a row, written by one git: for a new registry into which a whole history is brought.

Seven processes and three waits for the disk at each commit would take most of the time. Here the lock is held
throughout, one `git fast-import` writes all commits, and branch and index move once, at the end. Meanwhile the files
lie in the work tree; a series that fails takes them back, one that is killed leaves them there, not committed. The
commits are not signed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wz.errors import GitFailed
from wz.i18n import _
from wz.store.commits import INDEX_SECONDS, Committer, uninterrupted
from wz.store.git import failed, unwritable
from wz.store.pending import Journal


class Series(Committer):
    """The repository of a registry; what is committed while a series is `begun` is part of it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._stanzas: list[bytes] | None = None
        # What each file of the series held before it.
        self._former: dict[str, bytes | None] = {}

    @contextmanager
    def begun(self) -> Iterator[None]:
        """All or nothing: where anything is raised, no commit is made. Raises GitFailed or Unreadable."""
        with super().locked(), self._index(INDEX_SECONDS) as held:
            self._refuse_unfinished()
            ref, old = self.head()
            self._stanzas, self._former = [], {}
            try:
                yield
                self._record(ref, old, held)
            except BaseException as error:
                self._take_back()
                if isinstance(error, OSError):
                    raise unwritable(error) from None
                raise
            finally:
                self._stanzas = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        if self._stanzas is not None:
            yield
            return
        with super().locked():
            yield

    def committed(self, commit: str | None, paths: Sequence[str]) -> list[bytes | None]:
        """Within a series, what lies in the work tree is what its last commit holds."""
        return super().committed(commit, paths) if self._stanzas is None else [*map(self._content, paths)]

    def commit(self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str) -> str:
        """Within a series, returns the commit's place in it: it has no name before the end."""
        if self._stanzas is None:
            return super().commit(changes, before, message)
        for path, content in changes.items():
            if self._content(path) != before[path]:
                raise GitFailed(_("{path} has changes that are not committed").format(path=path))
            self._former.setdefault(path, before[path])
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content)
        self._stanzas.append(self._stanza(None, changes, message))
        return f":{len(self._stanzas)}"

    def _record(self, ref: str, old: str | None, held: bool) -> None:
        """Write the commits, then move the branch from its old value to the last of them."""
        if not self._stanzas:
            return
        start = b"reset refs/wz/scratch\nfrom %s\n\n" % old.encode() if old else b""
        new, paths = self._imported([start, *self._stanzas]), list(self._former)
        if held:
            self._draft_index(new, [*self.pending.unindexed, *paths])
        self.pending.announce(Journal(ref, old, new, paths))
        with uninterrupted():
            arguments = ["update-ref", "-m", "wz: a series", "HEAD", new, old or ""]
            done = self.run(*arguments, check=False, bonded=True)
            if done.returncode != 0 and self.head()[1] != new:
                self.pending.discard()
                raise failed(arguments, done)
            with suppress(OSError):  # what cannot be done now the next command does
                if held:
                    self.pending.index.replace(self.layout.git_dir / "index")
                self.pending.leave_unindexed([] if held else [*self.pending.unindexed, *paths])
                self.pending.discard()

    def _take_back(self) -> None:
        for path, former in self._former.items():
            with suppress(OSError):
                if former is None:
                    (self.root / path).unlink(missing_ok=True)
                else:
                    (self.root / path).write_bytes(former)

    def _content(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None
