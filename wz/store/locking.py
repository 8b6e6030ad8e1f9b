"""One at a time: the lock on a repository's work tree, and on errands that others may write beside."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wz.errors import GitFailed
from wz.i18n import _
from wz.store.repository import Repository


class Locking(Repository):
    """The repository that a registry lies in, to be locked."""

    @contextmanager
    def exclusive(self, seconds: float) -> Iterator[None]:
        """Hold the lock. Raises filelock's Timeout, an OSError."""
        from filelock import FileLock

        self.state_dir.mkdir(exist_ok=True)
        with FileLock(self.state_dir / "lock", timeout=seconds, poll_interval=0.01):
            if sys.platform == "win32":
                yield
                return
            import fcntl

            # A wz that is killed lets go of the lock at once, but the git it started may still move the branch: that
            # git shares the bond, which is free only when both are gone.
            bond = os.open(self.state_dir / "bond", os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(bond, fcntl.LOCK_EX | (0 if seconds else fcntl.LOCK_NB))
                self._bond = (bond,)
                yield
            finally:
                self._bond = ()
                os.close(bond)

    @contextmanager
    def reserved(self, errand: str, seconds: float) -> Iterator[None]:
        """One at a time for an errand that others may write beside, such as sending. Raises GitFailed, Unreadable."""
        from filelock import FileLock, Timeout

        try:
            self.state_dir.mkdir(exist_ok=True)
            with FileLock(self.state_dir / f"{errand}.lock", timeout=seconds):
                yield
        except Timeout:
            raise GitFailed(
                _("another wz {errand} has been at work for {seconds:.0f} seconds").format(
                    errand=errand, seconds=seconds
                ),
                _("Try again once it is done."),
            ) from None
