"""Git's lock files: taken with a mark of ours, and removed where a killed git or wz has left them."""

import os
import time
from contextlib import suppress
from pathlib import Path

from wz.store import durable

_MARK = b"wz: this lock is stale once no wz is running\n"


def _appear(marked: Path, lock: Path) -> None:
    try:
        os.link(marked, lock)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with lock.open("xb") as file:
            file.write(_MARK)


def is_ours(lock: Path) -> bool:
    """Whether a lock file is one that wz made."""
    with suppress(OSError):
        return lock.read_bytes() == _MARK
    return False


def drop_stale(lock: Path) -> None:
    """Remove a ref's lock that a killed git left: git holds those for milliseconds only."""
    with suppress(FileNotFoundError):
        taken = lock.stat().st_mtime_ns
        time.sleep(1.0)
        if lock.stat().st_mtime_ns == taken:
            lock.unlink()


def take(lock: Path, mark: Path, seconds: float) -> bool:
    """Create git's lock file, waiting a while for a git that has it. Raises OSError where it cannot be written.

    It appears with its mark in it, so that a killed writer's lock is never mistaken for somebody else's; the `mark`, of
    which every lock is a second name, has long been on the disk, so that the same holds after a power cut.
    """
    deadline = time.monotonic() + seconds
    mark.parent.mkdir(parents=True, exist_ok=True)
    if not is_ours(mark):
        mark.unlink(missing_ok=True)
        durable.write(mark, _MARK)
    while True:
        try:
            _appear(mark, lock)
            return True
        except FileExistsError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
