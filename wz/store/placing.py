"""Files put into a folder by renaming: what lies there, what may lie there, what is moved where."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from wz.store import durable
from wz.store.git import FEW

_EXDEV = 18
_AT_ONCE = 16


def is_inside(path: str, *, windows: bool = os.name == "nt") -> bool:
    """Whether a path, with forward slashes, stays in the folder from which it is named, and out of any `.git`.

    On Windows a backslash or a colon leads to another folder, drive or stream; elsewhere names may hold them.
    """
    steps = path.split("/")
    named = not any(step in ("", ".", "..") or step.rstrip(" .").lower() == ".git" for step in steps)
    return named and not any(mark in path for mark in ("\\:\0" if windows else "\0"))


def holds(path: str, content: bytes | None) -> bool:
    """Whether that is what git would keep of the file (None: there is nothing); a device holds nothing of ours."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return content is None
    return (stat.S_ISREG(mode) or stat.S_ISLNK(mode)) and content_at(path) == content


def content_at(path: str) -> bytes | None:
    """What git would keep of a file: of a link its target; None where there is none."""
    try:
        return Path(path).read_bytes() if not Path(path).is_symlink() else os.fsencode(Path(path).readlink())
    except (FileNotFoundError, NotADirectoryError):
        return None


def write(path: str, content: bytes) -> None:
    try:
        with open(path, "wb", buffering=0) as file:  # noqa: PTH123 - a hundred thousand times
            written = file.write(content)
            while written < len(content):
                written += file.write(content[written:])
    except OSError as error:
        error.filename = error.filename or path
        raise


def link(path: str, target: bytes) -> bool:
    """Make a link; False where the system has none, as git then writes the target into a file."""
    try:
        Path(path).unlink(missing_ok=True)
        Path(path).symlink_to(os.fsdecode(target))
    except (OSError, NotImplementedError, ValueError):
        return False
    return True


def move_over(moves: Sequence[tuple[str, str]]) -> None:
    """Rename over what is there. The disk takes its time to let go of what was; of many, several at once."""
    if len(moves) <= FEW:
        for prepared, target in moves:
            move(prepared, target)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _moved in pool.map(move, *zip(*moves, strict=True)):
            pass


def move(prepared: str, target: str) -> None:
    """Rename into place; over a file-system border, copy beside the target first."""
    try:
        try:
            os.replace(prepared, target)  # noqa: PTH105 - a hundred thousand times
        except FileNotFoundError:
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            Path(prepared).replace(target)
    except OSError as error:
        if error.errno != _EXDEV:
            raise
        beside = Path(target).with_name(f".{Path(target).name}.wz-new")
        try:
            durable.write(beside, Path(prepared).read_bytes())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        Path(prepared).unlink()
