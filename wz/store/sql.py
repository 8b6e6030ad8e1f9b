"""A database in memory that can be asked and not written to: SQLite, filled once, then locked."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wz.errors import Usage
from wz.i18n import _

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_LONGEST = 50_000_000  # bytes of one value: zeroblob() must not eat the memory
_STEPS = 20_000  # virtual-machine steps between looks at whether somebody pressed Ctrl-C

Tables = Mapping[str, Mapping[str, str]]


class Answer(NamedTuple):
    """The columns of an answer, no name twice, and its rows one at a time."""

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


class Database:
    """Tables in memory. `tables` are their columns with the types that SQLite gives them."""

    def __init__(self, tables: Tables, functions: Mapping[str, tuple[int, Callable[..., Any]]]) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._tables = tables
        for name, (count, function) in functions.items():
            self._connection.create_function(name, count, function, deterministic=True)
        for name, columns in tables.items():
            declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self._connection.execute(f'create table "{name}" ({declared})')

    def close(self) -> None:
        self._connection.close()

    def needed(self, statement: str) -> frozenset[str]:
        """The tables that a statement reads. Raises Usage where it is no query or would do more than read."""
        read: set[str] = set()

        def see(action: int, table: str | None, *_more: str | None) -> int:
            if action == sqlite3.SQLITE_READ and table in self._tables:
                read.add(str(table))
            return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY

        self._connection.set_authorizer(see)
        try:
            self._connection.execute(f"explain {statement}").close()
        except UnicodeEncodeError:  # the terminal's encoding is another than the system's
            raise Usage(_("the query is not UTF-8"), _("Set the terminal to UTF-8.")) from None
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._explained(error, statement) from None
        finally:
            self._connection.set_authorizer(None)
        return frozenset(read)

    def fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into a table; a row has a value for each column."""
        marks = ", ".join("?" * len(self._tables[table]))
        with self._connection:
            self._connection.executemany(f'insert into "{table}" values ({marks})', rows)  # noqa: S608 - our own names

    def ask(self, statement: str) -> Answer:
        """The answer to a query. From now on nothing can be written. Raises Usage, also while rows are taken."""
        connection = self._connection
        connection.set_authorizer(
            lambda action, *_more: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
        )
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.set_progress_handler(lambda: 0, _STEPS)
        try:
            cursor = connection.execute(statement)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._explained(error, statement) from None
        if cursor.description is None:  # it was no query at all
            raise _only_reads()
        columns = _apart([column[0] for column in cursor.description])
        return Answer(columns, self._rows(cursor, statement))

    def _rows(self, cursor: sqlite3.Cursor, statement: str) -> Iterator[tuple[Any, ...]]:
        try:
            yield from cursor
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._explained(error, statement) from None

    def _explained(self, error: Exception, statement: str) -> Usage:
        text = str(error)
        if text == "interrupted":  # Ctrl-C, which SQLite answers for Python
            raise KeyboardInterrupt
        if any(word in text for word in ("not authorized", "authorization denied", "prohibited")):
            return _only_reads()
        if "one statement at a time" in text:
            return Usage(_("only one query is carried out"), _("Ask one thing at a time."))
        if isinstance(error, sqlite3.ProgrammingError):  # ? or :name, for which there is no value
            return Usage(_("SQL: {error}").format(error=text), _("Write the values into the query."))
        return Usage(_("SQL: {error}").format(error=text), self._hint(text))

    def _hint(self, text: str) -> str:
        from difflib import get_close_matches

        wanted = text.rpartition(": ")[2].rpartition(".")[2]
        if "no such column" in text:
            known = [column for columns in self._tables.values() for column in columns]
        elif "no such table" in text:
            known = list(self._tables)
        else:
            return _("`wz sql --views` shows what can be asked.")
        close = get_close_matches(wanted, known, 1)
        hint = _("Did you mean {close}?").format(close=close[0]) + " " if close else ""
        return hint + _("`wz sql --views` shows what can be asked.")


def _only_reads() -> Usage:
    return Usage(_("a query only reads here"), _("Begin with select, with or values."))


def _apart(names: Sequence[str]) -> list[str]:
    """Names of which none is there twice: a second `case` is `case_2`."""
    found: list[str] = []
    for name in names:
        number, unique = 1, name
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found.append(unique)
    return found
