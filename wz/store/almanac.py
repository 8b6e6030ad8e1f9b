"""The national calendar as the `holidays` package has told it, kept beside the index; a cache that decides nothing.

That package imports every country there is, which takes longer than most commands do. What it told is kept for its own
version only; a file that is damaged, or cannot be written, is as good as none.
"""

import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from wz.errors import GitFailed
from wz.model.workdays import Arrangement
from wz.store.settings import mark_of_national, national

_NAME = "national.json"


class _Kept(msgspec.Struct):
    """Arrangements by their year, of the package of that mark."""

    mark: str
    years: dict[int, Arrangement]


class Almanac:
    """The arrangement of each year asked for; `folder` says where what is known is kept, and is asked when needed."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder

    def __call__(self, year: int) -> Arrangement:
        """The national arrangement of a calendar year."""
        mark = mark_of_national()
        path = self._path()
        kept = _read(path) if path is not None else None
        known = kept.years if kept is not None and kept.mark == mark else {}
        if year not in known:
            known[year] = national(year)
            if path is not None:
                _write(path, _Kept(mark, known))
        return known[year]

    def _path(self) -> Path | None:
        with suppress(GitFailed):  # a registry in no repository
            return self._folder() / _NAME
        return None


def _read(path: Path) -> _Kept | None:
    with suppress(OSError, ValueError):
        checksum, _line, content = path.read_bytes().partition(b"\n")
        if int(checksum) == zlib.crc32(content):
            return msgspec.json.decode(content, type=_Kept)
    return None


def _write(path: Path, kept: _Kept) -> None:
    content = msgspec.json.encode(kept)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        try:
            draft.write_bytes(b"%d\n%s" % (zlib.crc32(content), content))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
