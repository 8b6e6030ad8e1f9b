"""The index file: a row for each case, under the repository's `.git/wz/`; a cache that decides nothing.

It can be deleted at any moment. A damaged one is found out (SQLite's own checks, a checksum in every row, a sum over
the rows that every reading looks at) and made anew.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from wz.store.rows import Row

_LAYOUT = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cases (
    path TEXT NOT NULL, blob TEXT NOT NULL, received INTEGER NOT NULL, last INTEGER NOT NULL,
    awake INTEGER NOT NULL, faulty INTEGER NOT NULL, source TEXT,
    facts BLOB NOT NULL, events BLOB NOT NULL, outcome BLOB NOT NULL, checksum INTEGER NOT NULL
);
"""
_LOOKUPS = (
    "CREATE UNIQUE INDEX by_path ON cases (path)",
    "CREATE INDEX awake ON cases (awake, checksum) WHERE awake = 1",
    "CREATE INDEX by_last ON cases (last)",
    "CREATE INDEX by_source ON cases (source) WHERE source IS NOT NULL",
)
_COLUMNS = "path, blob, received, last, awake, faulty, source, facts, events, outcome, checksum"
_INSERT = f"INSERT INTO cases ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - the columns are ours
_BUSY_SECONDS = 3.0
_ABANDONED_SECONDS = 600.0


class Damaged(Exception):
    """The index does not hold what was written to it."""


class Index:
    """An open index. Every method raises Damaged or sqlite3.Error where the file is not sound."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    @classmethod
    def open(cls, path: Path) -> "Index":
        """The index that is there. Raises sqlite3.Error where there is none."""
        address = f"{path.as_uri()}?mode=rw"
        return cls(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None))

    def close(self) -> None:
        self._base.close()

    def hold(self) -> None:
        """From here on what is read is all of one moment, whatever other processes write."""
        self._base.execute("BEGIN")

    def about(self) -> dict[str, str]:
        """What the index says of itself: which commit, which tool, which law."""
        return dict(self._base.execute("SELECT name, value FROM about"))

    def select(self, where: str = "", values: Iterable[object] = (), after: str = "") -> Iterator[Row]:
        """The rows behind a path for which a condition of SQL holds (without one, all), by path.

        A condition finds its rows by its own columns: looked for in the order of paths, every row would be looked at.
        """
        path = "+path" if where else "path"
        order = f"SELECT {_COLUMNS} FROM cases WHERE ({where or 'TRUE'}) AND {path} > ? ORDER BY {path}"  # noqa: S608
        for one in map(Row._make, self._base.execute(order, (*values, after))):
            if one.reckoned != one.checksum:
                raise Damaged
            yield one

    def paths(self, ending: str = "") -> Iterator[str]:
        """The path of every case whose id ends so, in order."""
        end = f"{ending}.yaml"
        order = "SELECT path FROM cases WHERE substr(path, -?) = ? ORDER BY path"
        for (path,) in self._base.execute(order, (len(end), end)):
            yield path

    def sound(self) -> bool:
        """Whether the rows that every reading looks at are those that were written."""
        return self.about().get("awake") == self._awake()

    def _awake(self) -> str:
        count, total = self._base.execute("SELECT count(*), total(checksum) FROM cases WHERE awake = 1").fetchone()
        return f"{count} {total:.0f}"

    @contextmanager
    def changing(self) -> Iterator[None]:
        """All that is changed inside, or nothing; one process at a time."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def replace(self, rows: Iterable[Row], gone: Iterable[str], about: Mapping[str, str]) -> None:
        """Put rows in, those of the same path out, and those whose files are gone."""
        self._base.executemany("DELETE FROM cases WHERE path = ?", ((path,) for path in gone))
        for one in rows:
            self._base.execute("DELETE FROM cases WHERE path = ?", (one.path,))
            self._base.execute(_INSERT, one)
        self.describe(about)

    def describe(self, about: Mapping[str, str]) -> None:
        """Say of which commit, tool and law this is now."""
        self._base.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", [*about.items(), ("awake", self._awake())])


def build(path: Path, rows: Iterable[Row], about: Mapping[str, str], old: Index | None = None) -> None:
    """Write a whole index beside the old one, then close that and put the new one in its place.

    Raises OSError, sqlite3.Error.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as base:
            for setting in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
                base.execute(f"PRAGMA {setting}")
            base.executescript(_LAYOUT)
            _sweep(path, draft)
            index = Index(base)
            with index.changing():
                base.executemany(_INSERT, rows)
                for lookup in _LOOKUPS:
                    base.execute(lookup)
                index.describe(about)
        if old is not None:  # Windows replaces no file that is open
            old.close()
        _journal(path).unlink(missing_ok=True)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()


def is_sound(path: Path) -> bool:
    """Whether every row of an index is as it was written; reading looks only at those that it needs."""
    try:
        index = Index.open(path)
    except sqlite3.Error:
        return False
    try:
        for _row in index.select():
            pass
        return index.sound()
    except (sqlite3.Error, Damaged, ValueError):
        return False
    finally:
        index.close()


def drop(path: Path) -> None:
    """Delete an index, closed before."""
    for file in (path, _journal(path)):
        with suppress(OSError):
            file.unlink()


def _sweep(path: Path, draft: Path) -> None:
    """Delete the drafts of killed builders: a living one would have written to its draft meanwhile."""
    now = draft.stat().st_mtime
    for other in path.parent.glob(f"{path.name}.*"):
        with suppress(OSError):
            if other.stat().st_mtime < now - _ABANDONED_SECONDS:
                other.unlink()


def _journal(path: Path) -> Path:
    """SQLite's own: what a killed writer had begun. Left behind, it would be undone in the next index of that name."""
    return path.with_name(f"{path.name}-journal")
