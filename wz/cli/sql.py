"""`wz sql`: the registry asked in SQL, read-only."""

import sys
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

import click

from wz.cli.context import as_of_option, current, format_option, now, registry_option, rev_option
from wz.errors import Usage
from wz.i18n import _

UNREADABLE = 4
_MOST_SHOWN = 10_000  # rows of a table for people: more would have to be laid out in memory


_EXAMPLE = """
  wz sql "select unit, count(*) n from cases where open group by unit order by n desc"
  wz sql "select name, count(*) n from obligations join units using (unit) where overdue_days > 0 group by 1"
  wz sql --views"""


@click.command(
    help=_("Ask the registry in SQL (SQLite's), read-only: cases, obligations, events, units.")
    + "\n\n"
    + _(
        "Every row is as of --as-of. Days and instants are ISO 8601 texts, yes and no are 1 and 0, lists are joined by "
        "`;`; workdays(A, B) counts the working days after A up to B. --views shows all tables and columns."
    )
    + "\n\n\b\n"
    + _("Example:")
    + _EXAMPLE
)
@click.argument("statement", required=False, metavar="[SELECT]")
@click.option("--views", is_flag=True, help=_("Show the tables and their columns."))
@as_of_option
@rev_option
@format_option("table", "json", "ndjson", "csv")
@registry_option
def sql(statement: str | None, views: bool, as_of: datetime | None, output: str) -> int:
    from wz.office import tables

    if views:
        _show_views(output)
        return 0
    statement = _read(statement)
    registry = current().registry
    moment = as_of or now()
    problems: list[Any] = []
    with closing(tables.database(registry.law)) as database:
        tables.fill(database, registry, moment, database.needed(statement), problems)
        _print(database.ask(statement), output, moment, problems)
    if problems:
        if output != "json":
            from wz.cli.problems import show_problems

            show_problems(problems)
        return UNREADABLE
    return 0


def _read(statement: str | None) -> str:
    """The query that was typed; from standard input for `-`, or where something is piped in."""
    if statement == "-" or (statement is None and not sys.stdin.isatty()):
        statement = sys.stdin.read()
    if statement is None or not statement.strip():
        raise Usage(_("no query is given"), _('Write wz sql "select …"; `wz sql --views` shows what can be asked.'))
    return statement.strip().rstrip(";")


def _print(answer: Any, output: str, as_of: datetime, problems: list[Any]) -> None:
    match output:
        case "json":
            from wz.model.instants import written
            from wz.render.json import pretty

            rows = [_row(answer.columns, row) for row in answer.rows]
            root = current().registry.root.as_posix()
            click.echo(
                pretty({
                    "as_of": written(as_of),
                    "registry": root,
                    "columns": answer.columns,
                    "rows": rows,
                    "problems": problems,
                })
            )  # fmt: skip
        case "ndjson":
            from wz.render.json import line

            for row in answer.rows:
                click.echo(line(_row(answer.columns, row)))
        case "csv":
            from wz.render.csv import write

            write(sys.stdout.buffer, answer.columns, answer.rows)
        case _:
            _table(answer)


def _row(columns: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(columns, map(_jsonable, row), strict=True))


def _jsonable(value: Any) -> Any:
    """JSON has no bytes, and no infinite numbers."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _shown(value: Any) -> str:
    from wz.render.table import one_line

    value = _jsonable(value)
    return "" if value is None else one_line(str(value))


def _table(answer: Any) -> None:
    from wz.render.table import table

    rows = list(islice(answer.rows, _MOST_SHOWN + 1))
    cells = [[_shown(one) for one in row] for row in rows[:_MOST_SHOWN]]
    right = [
        place
        for place in range(len(answer.columns))
        if rows and all(isinstance(row[place], int | float | None) for row in rows)
    ]
    click.echo(table(answer.columns, cells, right))
    if len(rows) > _MOST_SHOWN:
        click.echo(_("Only the first {count} rows; --format csv gives all.").format(count=_MOST_SHOWN), err=True)


def _show_views(output: str) -> None:
    from wz.office.tables import TABLES

    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty({name: table.columns for name, table in TABLES.items()}))
        return
    for name, table in TABLES.items():
        click.echo(f"{name}: {_(table.about)}")
        click.echo("".join(f"  {column} {kind}\n" for column, kind in table.columns.items()))
