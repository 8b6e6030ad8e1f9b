"""`wz supervise`: order a unit to deal with a case, close the order, find what must be supervised."""

from typing import TYPE_CHECKING, Any

import click

from wz.actions.catalog import ACTIONS
from wz.cli.actions import command
from wz.cli.context import as_of_option, colours, current, format_option, now, registry_option, whole_number, width
from wz.i18n import _, ngettext, term

if TYPE_CHECKING:
    from datetime import datetime

    from wz.office.candidates import Candidate, Candidates, Concentrated

UNREADABLE = 4
COLUMNS = (
    "ground",
    "case",
    "title",
    "state",
    "unit",
    "since",
    "leader",
    "obligation",
    "due",
    "overdue_days",
    "level",
    "first",
    "group",
    "petitioners",
)
_SHOWN = 6  # ids of a group that a table shows

supervise = click.Group(
    "supervise",
    help=_("Supervise a case, close the supervision, find what must be supervised.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz supervise candidates",
    short_help=_("Supervise a case, close the supervision, find what must be supervised."),
)
supervise.add_command(command(ACTIONS["supervise"], "open"))
supervise.add_command(command(ACTIONS["supervise-close"], "close"))


@supervise.command(
    help=_(
        "What 第二十三条 has supervised and is not: leaders' instructions, what is overdue, second bad ratings, and "
        "concentrated complaints: groups of recent cases about the same place or subject."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz supervise candidates\n  wz supervise candidates --since 2026-10-01 --least 5 --format json",
    short_help=_("Find what must be supervised."),
)
@click.option(
    "--since", metavar="DATE", help=_("Group the cases received from that day on; else those of the last 90 days.")
)
@click.option(
    "--least",
    type=whole_number(2),
    default=3,
    show_default=True,
    metavar="N",
    help=_("Show groups of at least N cases."),
)
@as_of_option
@format_option("table", "json", "csv")
@registry_option
def candidates(since: str | None, least: int, as_of: "datetime | None", output: str) -> int:
    from datetime import timedelta

    from wz.office import candidates as office
    from wz.office.query import parse_day

    registry, moment = current().registry, as_of or now()
    first = parse_day(since, registry.law, moment.date()) if since else moment.date() - timedelta(90)
    found = office.candidates(registry, moment, first, least)
    click.echo(_rendered(found, output))
    if found.problems:
        if output != "json":
            from wz.cli.problems import show_problems

            show_problems(found.problems)
        return UNREADABLE
    return 0


def _rendered(found: "Candidates", output: str) -> str:
    match output:
        case "json":
            from wz.render.json import pretty

            return pretty(found)
        case "csv":
            from wz.render.csv import lines

            return lines(COLUMNS, [*map(_row, found.cases), *(row for one in found.groups for row in _rows(one))])
    return _table(found)


def _row(one: "Candidate") -> dict[str, Any]:
    import msgspec

    row: dict[str, Any] = msgspec.to_builtins(one)
    return dict.fromkeys(COLUMNS) | row


def _rows(group: "Concentrated") -> list[dict[str, Any]]:
    """A group as a row for each of its open cases that is not supervised for it."""
    return [
        dict.fromkeys(COLUMNS)
        | {
            "ground": "23(2)",
            "case": case,
            "title": group.title,
            "since": group.since.isoformat(),
            "group": group.name,
            "petitioners": group.petitioners,
        }
        for case in group.open
        if case not in group.supervised
    ]


def _table(found: "Candidates") -> str:
    from wz.render.table import flexible, paint

    lit, wide = colours(), width()
    clauses = current().registry.rules.choices("grounds.supervise")
    parts = []
    for ground in clauses:
        title = paint(f"{ground} {clauses[ground]}", "bold", lit)
        mine = [one for one in found.cases if one.ground == ground]
        if mine:
            rows = [(one.case, one.title, _unit(one.unit), f"{one.since:%Y-%m-%d}", _why(one)) for one in mine]
            headers = [_("Case"), _("Title"), _("Unit"), _("Since"), _("Why")]
            parts.append(title + "\n" + flexible(headers, rows, 1, wide))
        if ground == "23(2)" and found.groups:
            rows_of_groups = [
                (
                    one.name,
                    len(one.cases),
                    one.petitioners,
                    len(one.open),
                    one.since,
                    "、".join(map(_unit, one.units)),
                    _ends(one),
                )
                for one in found.groups
            ]
            headers = [_("About"), _("Cases"), _("Petitioners"), _("Open"), _("Since"), _("Units"), _("Which")]
            parts.append(title + "\n" + flexible(headers, rows_of_groups, 5, wide, right=[1, 2, 3]))
    if not parts:
        return _("Nothing waits to be supervised.")
    return "\n\n".join(parts)


def _unit(unit: str | None) -> str:
    return term(unit, current().registry.directory.name_of(unit)) if unit else ""


def _why(one: "Candidate") -> str:
    from wz.cli.check_words import level_name
    from wz.cli.done import obligation_name

    match one.ground:
        case "23(1)":
            due = " " + _("by {due}").format(due=one.due) if one.due else ""
            return f"{one.leader}{due}"
        case "23(3)" if one.obligation:
            what = _("{obligation} due {due}").format(obligation=obligation_name(one.obligation), due=one.due)
            if not one.overdue_days:
                return what
            days = ngettext("{count} charged day", "{count} charged days", one.overdue_days)
            return f"{what}, {days.format(count=one.overdue_days)}, {level_name(one.level)}"
    if one.first:
        return _("first `wz find-fault`")
    return _("found at fault")


def _ends(group: "Concentrated") -> str:
    """The ends of the ids, the open ones first."""
    ordered = [*group.open, *(case for case in group.cases if case not in group.open)]
    ends = [case.rpartition("-")[2] for case in ordered]
    return " ".join(ends[:_SHOWN]) + (" …" if len(ends) > _SHOWN else "")
