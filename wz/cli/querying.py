"""The query as an argument of commands: its help and completion; and what stands in tables of cases."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from wz.cli.context import colours, current
from wz.i18n import _, term

F = TypeVar("F", bound=Callable[..., Any])


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from wz.office.query import completing

    found = list(completing.fields(incomplete))
    if not found:
        registry = current(ctx).registry
        found = list(completing.values(incomplete, registry.law, registry.directory))
    return [CompletionItem(value, help=label or None) for value, label in found]


def query_argument(command: F) -> F:
    """The words of a query, all of which a case must fit."""
    return click.argument("terms", nargs=-1, metavar="[QUERY]...", shell_complete=_complete)(command)


def query_help() -> str:
    """What every command that takes a query says of it."""
    return (
        "\n\n"
        + _(
            "A query: FIELD:VALUE (values joined by commas: any of them), FIELD!=VALUE, an order such as due<DATE or "
            "level>=yellow, or a text that title or content contains; with and, or, not and parentheses; terms side "
            'by side must all fit; what has blanks goes in "quotes". Codes and Chinese names both serve; none and any '
            "are values too. Dates: 2026-12-01, 2026-12, 2026Q4, A..B, today, today+3, today-2w, today+3wd (working "
            "days)."
        )
        + "\n\n"
        + _("Fields: {fields}.").format(
            fields="id, title, content, state, category, unit, assist, about, area, channel, scope, urgent, tag, "
            "source, received, since, due, level, obligation, left, overdue, waiting, waited, rating"
        )
        + " "
        + _("More in docs/query.md.")
    )


def heading(name: str) -> str:
    """A column's heading in the reader's language."""
    from wz.office.columns import ALL

    column, dot, period = name.partition(".")
    if column not in ALL:
        return _("Count")
    return _(ALL[column].label) + (f" ({period})" if dot else "")


def cell(name: str, value: Any) -> str:
    """A value as a table for people shows it."""
    from wz.render.table import one_line, paint

    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(cell(name, one) for one in value)
    if name == "level":
        return paint(named(name, value), value, colours()) if value != "none" else ""
    return one_line(named(name, str(value)))


# The field of the filter language that knows the codes of a column.
_CODES = {"owes": "obligation"}


def named(name: str, code: str) -> str:
    """A code by its Chinese term where messages are Chinese."""
    from wz.office.query import FIELDS

    field = FIELDS.get(_CODES.get(name, name))
    if name in ("guide", "unit", "assist"):
        return term(code, current().registry.directory.name_of(code))
    if name == "route":
        from wz.actions.transfer import ROUTES

        return term(code, ROUTES.get(code, code))
    if field is None or field.known is None:
        return code
    registry = current().registry
    return term(code, field.known(registry.law, registry.directory).get(code, code))
