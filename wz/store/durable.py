"""What must be on the disk before the next step is taken, so that a power cut may come at any moment.

A file is safe once it is synced; that it is there under its name, once its folder is. Git syncs the contents of what it
writes (`CONFIGURED`), but no folder, so an object or a branch may be gone although its bytes are on the disk.
"""

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

# Left to itself git syncs packs only: loose objects, branches and its index may be empty after a power cut.
_SYNC_ALL = ("core.fsync", "all")
_AT_ONCE = 8


def configured(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which git (2.36 or newer) syncs every file that it writes."""
    count = environment.get("GIT_CONFIG_COUNT", "")
    number = int(count) if count.isascii() and count.isdigit() else 0
    key, value = _SYNC_ALL
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": key,
        f"GIT_CONFIG_VALUE_{number}": value,
    }


def write(path: Path, content: bytes) -> None:
    """Write a file whose bytes are then on the disk. Raises OSError."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            sync(file.fileno())
    except OSError as error:
        error.filename = error.filename or str(path)  # a full disk does not say where
        raise


def sync(descriptor: int) -> None:
    """Bring an open file's bytes to the disk; through its cache too, where the system makes that a thing of its own."""
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # not every file system knows it
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_file(path: Path) -> None:
    """Bring to the disk what somebody has written to a file of ours. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(folders: Iterable[str | Path]) -> None:
    """Bring to the disk which names these folders hold; one that is not there is passed over. Raises OSError.

    All at once: a disk that is told of several together takes little longer than for one.
    """
    if sys.platform == "win32":  # where the names are the file system's own affair
        return
    wanted = list(dict.fromkeys(map(str, folders)))
    failed: list[OSError] = []

    def work() -> None:
        with suppress(IndexError):
            while True:
                try:
                    _sync_folder(wanted.pop())
                except OSError as error:
                    failed.append(error)

    helpers = [threading.Thread(target=work) for _number in range(min(len(wanted), _AT_ONCE) - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if failed:
        raise failed[0]


def _sync_folder(folder: str) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except (FileNotFoundError, PermissionError):
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all() -> None:
    """Bring everything to the disk: of many files, that costs less than one after the other."""
    if hasattr(os, "sync"):
        os.sync()
