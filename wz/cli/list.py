"""`wz list`: cases that fit a filter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from wz.cli.context import as_of_option, colours, current, format_option, now, registry_option, rev_option, width
from wz.i18n import _, ngettext, term

COLUMNS = (
    "case",
    "title",
    "category",
    "state",
    "unit",
    "assist",
    "area",
    "channel",
    "received",
    "urgent",
    "tags",
    "due",
    "level",
    "obligations",
    "rating",
)
UNREADABLE = 4


def _complete_filter(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from wz.office.query import FIELDS

    field, colon, value = incomplete.partition(":")
    if not colon:
        return [f"{one}:" for one in FIELDS if one.startswith(field)]
    if field in ("unit", "assist"):
        return [f"{field}:{unit.id}" for unit in current(ctx).registry.directory.units if unit.id.startswith(value)]
    return []


@click.command(
    "list",
    help=_("Cases that fit every term of the filter; without one, all that are open.")
    + "\n\n"
    + _(
        "Terms: FIELD:VALUE (values joined by commas: any of them), FIELD!=VALUE, due<DATE, level>=yellow, or a text "
        "that title or content contains. Codes and Chinese names both serve. Dates: 2026-12-01, today, today+3, "
        "today+3wd (working days)."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz list unit:urban-mgmt state:assigned level:red 'due<2026-12-01' 路灯",
)
@click.argument("terms", nargs=-1, metavar="[TERM]...", shell_complete=_complete_filter)
@click.option("--all", "everything", is_flag=True, help=_("Closed and declined cases too."))
@as_of_option
@rev_option
@format_option("table", "json", "ndjson", "csv", "ids")
@registry_option
def list_cases(terms: tuple[str, ...], everything: bool, as_of: datetime | None, output: str) -> int:
    from wz.model.case import ENDED
    from wz.office import query
    from wz.office.survey import survey

    registry = current().registry
    moment = as_of or now()
    fits = query.parse(terms, registry.law, registry.directory, moment.date())
    found = survey(registry, moment)
    matching = [one for one in found.standings if fits(one)]
    hidden = 0
    if not everything and not query.names_state(terms):
        shown = [one for one in matching if one.state not in ENDED]
        hidden, matching = len(matching) - len(shown), shown
    rows = [_row(one) for one in matching]
    text = _rendered(rows, output, found.problems, moment)
    if text:
        click.echo(text)
    if hidden and output == "table":
        click.echo(
            ngettext(
                "{count} ended case fits too: --all shows it.", "{count} ended cases fit too: --all shows them.", hidden
            ).format(count=hidden),
            err=True,
        )
    if found.problems and output != "json":
        from wz.cli.problems import show_problems

        show_problems(found.problems)
    return UNREADABLE if found.problems else 0


def _row(one: Any) -> dict[str, Any]:
    facts = one.facts
    return {
        "case": one.id,
        "title": facts.title,
        "category": facts.category,
        "state": one.state,
        "unit": one.unit,
        "assist": one.assist,
        "area": facts.area,
        "channel": facts.channel,
        "received": facts.received.isoformat(),
        "urgent": facts.urgent,
        "tags": facts.tags,
        "due": one.due.isoformat() if one.due else None,
        "level": one.level,
        "obligations": len(one.judged),
        "rating": one.rating,
    }


def _rendered(rows: Sequence[dict[str, Any]], output: str, problems: Sequence[Any], as_of: datetime) -> str:
    match output:
        case "json":
            from wz.model.instants import written
            from wz.render.json import pretty

            root = current().registry.root.as_posix()
            return pretty({"as_of": written(as_of), "registry": root, "cases": rows, "problems": problems})
        case "ndjson":
            from wz.render.json import line

            return "\n".join(map(line, rows))
        case "csv":
            from wz.render.csv import lines

            return lines(COLUMNS, rows)
        case "ids":
            return "\n".join(row["case"] for row in rows)
    return _table(rows)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    from wz.model.case import STATE_LABELS
    from wz.render.table import flexible, paint

    if not rows:
        return _("No case fits.")
    registry, lit = current().registry, colours()
    categories, levels = registry.rules.choices("categories"), registry.rules.choices("levels")
    states = {str(state): label for state, label in STATE_LABELS.items()}
    cells = [
        (
            row["case"],
            row["title"],
            term(row["category"], categories[row["category"]]),
            term(row["state"], states[row["state"]]),
            term(row["unit"], registry.directory.name_of(row["unit"])) if row["unit"] else "",
            row["due"] or "",
            paint(term(row["level"], levels.get(row["level"], "")), row["level"], lit)
            if row["level"] != "none"
            else "",
        )
        for row in rows
    ]
    headers = [_("Case"), _("Title"), _("Category"), _("State"), _("Unit"), _("Due"), _("Level")]
    return flexible(headers, cells, 1, width())
