"""`wz list`: cases that fit a query, as rows or counted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from wz.cli.context import as_of_option, current, format_option, now, registry_option, rev_option, width
from wz.cli.querying import query_argument, query_help
from wz.errors import Usage
from wz.i18n import _, ngettext

UNREADABLE = 4
_TABLE = ("case", "title", "category", "state", "unit", "due", "level")


def _complete_columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from wz.office.columns import ALL

    before, _comma, last = incomplete.rpartition(",")
    head = f"{before}," if before else ""
    sign = "-" if last.startswith("-") and param.name == "sort" else ""
    return [f"{head}{sign}{name}" for name in ALL if name.startswith(last.removeprefix(sign))]


@click.command(
    "list",
    help=_("Cases that fit the query; without one, all that are open.")
    + query_help()
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz list unit:urban-mgmt state:assigned level:red 'due<2026-12-01' 路灯"
    + "\n  wz list 'due<today+3wd and not (waiting:any or urgent:yes)' --sort due,-level"
    + "\n  wz list --all 'received>=2026-10' --group-by unit,received.month"
    + "\n  wz list level:red --columns case,unit,owes,overdue_days --format csv",
)
@query_argument
@click.option("--all", "everything", is_flag=True, help=_("Closed and declined cases too."))
@click.option(
    "--sort",
    metavar="COLUMNS",
    shell_complete=_complete_columns,
    help=_("Order by these columns; -COLUMN is largest or latest first. Else oldest first."),
)
@click.option("--columns", metavar="COLUMNS", shell_complete=_complete_columns, help=_("These columns, in this order."))
@click.option(
    "--group-by",
    metavar="COLUMNS",
    shell_complete=_complete_columns,
    help=_("Count the cases by these columns; days by received.month (year, quarter, month, week, day)."),
)
@as_of_option
@rev_option
@format_option("table", "json", "ndjson", "csv", "ids")
@registry_option
def list_cases(
    terms: tuple[str, ...],
    everything: bool,
    sort: str | None,
    columns: str | None,
    group_by: str | None,
    as_of: datetime | None,
    output: str,
) -> int:
    registry = current().foreseeing()
    from wz.office import columns as columns_of
    from wz.office import query
    from wz.office.listing import fitting

    moment = as_of or now()
    asked = query.parse(terms, registry.law, registry.directory, moment.date())
    known = list(columns_of.ALL)
    by = columns_of.groups(group_by) if group_by is not None else []
    if by:
        if output == "ids" or columns is not None:
            raise Usage(_("--group-by counts cases, so it has no --columns and no ids"), _("Leave out one of the two."))
        names = known = [*(group.name for group in by), "count"]
    else:
        shown = _TABLE if output == "table" else columns_of.COLUMNS
        names = list(shown) if columns is None else columns_of.chosen(columns, known)
    order = columns_of.orders(sort, known) if sort is not None else []
    problems: list[Any] = []
    everything = everything or asked.names_state
    found = fitting(registry, asked, moment, problems, ended=everything or output == "table")
    matching, hidden = _parted(found, everything)
    if by:
        rows = _counted(matching, by)
    else:
        needed = dict.fromkeys([*names, "case", *(one.column for one in order)])
        rows = [{name: columns_of.ALL[name].read(one) for name in needed} for one in matching]
    columns_of.arrange(rows, order)
    _print(rows, names, output, problems, moment, len(matching) if by else None)
    _report(hidden if output == "table" else 0, problems if output != "json" else [])
    return UNREADABLE if problems else 0


def _parted(found: Iterable[Any], everything: bool) -> tuple[list[Any], int]:
    """The cases that are wanted, and how many ended ones fit besides."""
    from wz.model.case import ENDED

    matching, hidden = [], 0
    for one in found:
        if everything or one.state not in ENDED:
            matching.append(one)
        else:
            hidden += 1
    return matching, hidden


def _counted(matching: Sequence[Any], by: Sequence[Any]) -> list[dict[str, Any]]:
    from wz.office.listing import counted

    names = [group.name for group in by]
    return [{**dict(zip(names, values, strict=True)), "count": count} for values, count in counted(matching, by)]


def _report(hidden: int, problems: Sequence[Any]) -> None:
    """What stands beside the result: ended cases that fit too, files that cannot be read."""
    if hidden:
        click.echo(
            ngettext(
                "{count} ended case fits too: --all shows it.", "{count} ended cases fit too: --all shows them.", hidden
            ).format(count=hidden),
            err=True,
        )
    if problems:
        from wz.cli.problems import show_problems

        show_problems(problems)


def _print(
    rows: Sequence[dict[str, Any]],
    names: Sequence[str],
    output: str,
    problems: Sequence[Any],
    as_of: datetime,
    total: int | None,
) -> None:
    """Print rows; `total` is the number of cases where they are counted, else None."""
    match output:
        case "json":
            from wz.model.instants import written
            from wz.render.json import pretty

            shown = [{name: row[name] for name in names} for row in rows]
            body = {"cases": shown} if total is None else {"groups": shown, "total": total}
            root = current().registry.root.as_posix()
            click.echo(pretty({"as_of": written(as_of), "registry": root, **body, "problems": problems}))
        case "ndjson":
            from wz.render.json import line

            for row in rows:
                click.echo(line({name: row[name] for name in names}))
        case "csv":
            from wz.render.csv import lines

            click.echo(lines(names, rows))
        case "ids":
            for row in rows:
                click.echo(row["case"])
        case _:
            click.echo(_table(rows, names, total))


def _table(rows: Sequence[dict[str, Any]], names: Sequence[str], total: int | None) -> str:
    from wz.cli.querying import cell, heading
    from wz.render.table import flexible, table

    if not rows:
        return _("No case fits.")
    cells = [[cell(name, row[name]) for name in names] for row in rows]
    headers = [heading(name) for name in names]
    right = [place for place, name in enumerate(names) if isinstance(rows[0][name], int | float)]
    long = next((place for place, name in enumerate(names) if name in ("title", "content")), None)
    shown = table(headers, cells, right) if long is None else flexible(headers, cells, long, width(), right)
    if total is None:
        return shown
    return shown + "\n\n" + ngettext("{count} case", "{count} cases", total).format(count=total)
