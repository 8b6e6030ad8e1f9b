"""`wz check`: the daily view, and the nightly job's."""

from typing import TYPE_CHECKING

import click

from wz.cli.context import (
    as_of_option,
    colours,
    complete_unit,
    current,
    format_option,
    now,
    registry_option,
    rev_option,
    whole_number,
    width,
)
from wz.i18n import _, term

if TYPE_CHECKING:
    from datetime import datetime

    from wz.office.checking import Check, Owed

FINDINGS, UNREADABLE = 1, 4
# A terminal of fewer columns gets short ids, dates and names; a unit's or a person's name then has _NARROW columns.
_ROOMY = 140
_NARROW = 12
_LEVELS = {"none": "无", "blue": "蓝色", "yellow": "黄色", "red": "红色", "referral": "移交督查"}


@click.command(
    help=_("Who owes what by when, worst first; what is due soon; what waits for the office; totals. (第二十六条)")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz check --unit urban-mgmt\n  wz check --format json --fail-on red"
)
@click.option("--unit", metavar="UNIT", help=_("Only what this unit owes."), shell_complete=complete_unit)
@click.option(
    "--within", type=whole_number(0), metavar="N", help=_("Only what is overdue or due within N working days.")
)
@click.option(
    "--fail-on", type=click.Choice(list(_LEVELS)[1:]), help=_("Exit with 1 when that level has been reached.")
)
@as_of_option
@rev_option
@format_option("table", "json", "ndjson", "csv")
@registry_option
def check(unit: str | None, within: int | None, fail_on: str | None, as_of: "datetime | None", output: str) -> int:
    from wz.office import checking
    from wz.office.survey import survey

    registry = current().registry
    moment = as_of or now()
    if unit is not None:
        from wz.cli.values import find_unit

        unit = find_unit(unit, registry.directory)
    report = checking.check(
        survey(registry, moment, ended=False),
        registry.root.as_posix(),
        registry.rules,
        registry.directory,
        unit=unit,
        within=within,
    )
    click.echo(_rendered(report, output))
    if report.problems:
        if output in ("ndjson", "csv"):
            from wz.cli.problems import show_problems

            show_problems(report.problems)
        return UNREADABLE
    failed = fail_on is not None and checking.at_least(report, fail_on)  # type: ignore[arg-type]
    return FINDINGS if failed else 0


def _rendered(report: "Check", output: str) -> str:
    import msgspec

    match output:
        case "json":
            from wz.render.json import pretty

            return pretty(report)
        case "ndjson":
            from wz.render.json import line

            return "\n".join(line(one) for one in report.obligations)
        case "csv":
            from wz.render.csv import lines

            rows = [msgspec.to_builtins(one) for one in report.obligations]
            for row in rows:
                urge = row.pop("urge")
                row |= {"urge_role": urge["role"], "urge_name": urge["name"]}
            return lines(_CSV_COLUMNS, rows)
    return _table(report)


_CSV_COLUMNS = (
    "case",
    "title",
    "category",
    "state",
    "unit",
    "obligation",
    "started",
    "due",
    "due_at",
    "days_left",
    "overdue_days",
    "level",
    "points",
    "urge_role",
    "urge_name",
    "article",
    "provisional",
)


def _table(report: "Check") -> str:
    from wz.render.table import flexible, paint

    lit, wide = colours(), width()
    tight = wide is not None and wide < _ROOMY
    rows: list[tuple[object, ...]]
    directory, rules = current().registry.directory, current().registry.rules
    overdue = [one for one in report.obligations if one.days_left < 0 or report.as_of > one.due_at]
    soon = [one for one in report.obligations if one not in overdue and one.days_left <= rules.due_soon]
    parts = [
        paint(_("As of {as_of:%Y-%m-%d %H:%M}, {city}").format(as_of=report.as_of, city=directory.city), "bold", lit)
    ]

    def section(title: str, body: str) -> None:
        parts.append(paint(title, "bold", lit) + "\n" + body)

    if overdue:
        rows = [
            (
                paint(level_name(one.level), one.level, lit),
                _case(one.case, tight),
                one.title,
                _unit(one.unit, tight),
                _owed(one.obligation),
                _due(one, tight),
                one.overdue_days,
                _urge(one, tight),
            )
            for one in overdue
        ]
        days = _("Days") if tight else _("Days over")
        headers = [_("Level"), _("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), days, _("Urge")]
        section(_("Overdue"), flexible(headers, rows, 2, wide, right=[6]))
    if soon:
        rows = [
            (
                _case(one.case, tight),
                one.title,
                _unit(one.unit, tight),
                _owed(one.obligation),
                _due(one, tight),
                one.days_left,
            )
            for one in soon
        ]
        headers = [_("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), _("Days left")]
        section(
            _("Due within {days} working days").format(days=rules.due_soon), flexible(headers, rows, 1, wide, right=[5])
        )
    if report.waiting:
        rows = [
            (_awaited(one.awaited), _case(one.case, tight), one.title, f"{one.since:%Y-%m-%d %H:%M}", one.days)
            for one in report.waiting
        ]
        headers = [_("For"), _("Case"), _("Title"), _("Since"), _("Working days")]
        section(_("Waiting for the office"), flexible(headers, rows, 2, wide, right=[4]))
    if report.problems:
        from wz.cli.problems import problem_lines

        section(_("Problems"), problem_lines(report.problems))
    parts.append(_totals(report, lit, tight))
    return "\n\n".join(parts)


def _totals(report: "Check", lit: bool, tight: bool) -> str:
    from wz.render.table import paint

    totals = report.totals
    levels = "  ".join(
        paint(f"{level_name(level)} {totals[level]}", level if totals[level] else "", lit)
        for level in reversed(_LEVELS)
        if level != "none"
    )
    return (
        levels
        + ("\n" if tight else "  |  ")
        + _(
            "open obligations {open}, overdue {overdue}, due soon {due_soon}, waiting {waiting}, problems {problems}"
        ).format(**totals)
    )


def level_name(level: str) -> str:
    return term(level, _LEVELS[level])


def _case(case_id: str, tight: bool) -> str:
    """The id; where there is little room, the end of it, which every command takes for it."""
    return case_id.rpartition("-")[2] if tight else case_id


def _unit(unit_id: str, tight: bool) -> str:
    from wz.render.table import shorten

    name = term(unit_id, current().registry.directory.name_of(unit_id))
    return shorten(name, _NARROW) if tight else name


def _owed(kind: str) -> str:
    from wz.cli.done import obligation_name

    return obligation_name(kind)  # type: ignore[arg-type]


def _awaited(awaited: str) -> str:
    from wz.office.survey import AWAITED_LABELS

    return term(awaited, AWAITED_LABELS[awaited])  # type: ignore[index]


def _due(one: "Owed", tight: bool) -> str:
    from wz.cli.done import due_text

    if tight:
        return f"{one.due:%m-%d}" + ("?" if one.provisional else "")
    return due_text(one)  # type: ignore[arg-type]


def _urge(one: "Owed", tight: bool) -> str:
    from wz.model.directory import ROLE_LABELS
    from wz.render.table import shorten

    role = one.urge.role
    if role is None:  # late, but not a day of it is charged: nobody is urged while the office has the case
        held = _("with the office") if one.state in ("in-review", "return-requested") else ""
        return shorten(held, _NARROW) if tight else held
    label = term(role, ROLE_LABELS[role])
    if tight:
        return shorten(one.urge.name if one.urge.name and role != "supervision" else label, _NARROW)
    return f"{label} {one.urge.name}" if one.urge.name and role != "supervision" else one.urge.name or label
