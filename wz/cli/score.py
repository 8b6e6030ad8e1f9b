"""`wz score`: the assessment of the units over a year, a quarter or a month."""

from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import (
    as_of_option,
    complete_unit,
    current,
    format_option,
    now,
    registry_option,
    whole_number,
    width,
)
from wz.cli.explained import derived, percent, traced
from wz.errors import Usage
from wz.i18n import _, ngettext, term

if TYPE_CHECKING:
    from datetime import datetime

    from wz.model.period import Period
    from wz.office.scoring import Score, UnitScore

UNREADABLE = 4
COLUMNS = (
    "rank",
    "unit",
    "name",
    "received",
    "on_time",
    "late",
    "on_time_rate",
    "open",
    "open_overdue",
    "median_days",
    "p90_days",
    "extensions_requested",
    "extensions_granted",
    "extensions_refused",
    "returns_requested",
    "returns_granted",
    "returns_refused",
    "points",
    "blue",
    "yellow",
    "red",
    "referral",
    "criticisms",
    "very_satisfied",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "very_dissatisfied",
    "satisfaction",
    "redo",
    "redo_rate",
    "supervised",
    "referred",
)
TRACE_COLUMNS = (
    "figure",
    "on",
    "unit",
    "case",
    "assignment",
    "days",
    "obligation",
    "due",
    "met",
    "charged",
    "level",
    "points",
    "rating",
    "ground",
)


@click.command(
    help=_(
        "The units' assessment over a year, a quarter or a month: cases, time taken, points, criticisms, satisfaction, "
        "rank. As things stood at the period's end. (第二十六条、第二十七条)"
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz score --year 2026\n  wz score --year 2026 --quarter 4 --unit 城管局 --explain"
)
@click.option("--year", type=whole_number(1900, 2099), metavar="YEAR", help=_("The year; else this one."))
@click.option("--quarter", type=whole_number(1, 4), metavar="N", help=_("Only its Nth quarter."))
@click.option("--month", type=whole_number(1, 12), metavar="N", help=_("Only its Nth month."))
@click.option("--unit", metavar="UNIT", help=_("Only this unit; its rank is among all."), shell_complete=complete_unit)
@click.option("--explain", is_flag=True, help=_("Show what each figure of the unit is made of, case by case."))
@as_of_option
@format_option("table", "json", "csv")
@registry_option
def score(
    year: int | None,
    quarter: int | None,
    month: int | None,
    unit: str | None,
    explain: bool,
    as_of: "datetime | None",
    output: str,
) -> int:
    import msgspec

    from wz.model.period import period
    from wz.office import scoring

    registry, moment = current().registry, as_of or now()
    if quarter and month:
        raise Usage(_("{options} are both given").format(options="--quarter, --month"), _("Give one of the two."))
    if unit is not None:
        from wz.cli.values import find_unit

        unit = find_unit(unit, registry.directory)
    elif explain:
        raise Usage(_("--explain is for one unit"), _("Add --unit UNIT; `wz units` shows them."))
    wanted = period(year or moment.year, quarter, month)
    if wanted.first > moment.date():
        raise Usage(
            _("the period begins on {first}, after {day:%Y-%m-%d}").format(first=wanted.first, day=moment),
            _("Give a period that has begun."),
        )
    found = scoring.score(registry, wanted, moment, explain=unit if explain else None)
    if unit is not None:
        found = msgspec.structs.replace(found, units=[one for one in found.units if one.unit == unit])
    click.echo(_rendered(found, explain, output))
    if found.problems:
        if output != "json":
            from wz.cli.problems import show_problems

            show_problems(found.problems)
        return UNREADABLE
    return 0


def _rendered(found: "Score", explain: bool, output: str) -> str:
    match output:
        case "json":
            from wz.render.json import pretty

            return pretty(found)
        case "csv":
            import msgspec

            from wz.render.csv import lines

            if explain:
                rows = [dict.fromkeys(TRACE_COLUMNS) | msgspec.to_builtins(one) for one in found.traces]
                return lines(TRACE_COLUMNS, rows)
            return lines(COLUMNS, [_flat(one) for one in found.units])
    parts = [_heading(found), _table(found)]
    if explain:
        parts += [traced(found.traces), *(derived(one, found.traces) for one in found.units)]
    return "\n\n".join(part for part in parts if part)


def _flat(one: "UnitScore") -> dict[str, Any]:
    """A unit as one row: requests, levels and ratings each in columns of their own."""
    import msgspec

    row: dict[str, Any] = msgspec.to_builtins(one)
    for name in ("extensions", "returns"):
        row |= {f"{name}_{key}": value for key, value in row.pop(name).items()}
    row |= {level["level"]: level["assignments"] for level in row.pop("levels")}
    row |= {rating.replace("-", "_"): count for rating, count in row.pop("ratings").items()}
    return dict.fromkeys(COLUMNS) | row


def _heading(found: "Score") -> str:
    return _("{city}, {period}, as of {as_of:%Y-%m-%d %H:%M}").format(
        city=found.city, period=_named(found.period), as_of=found.as_of
    )


def _named(period: "Period") -> str:
    if period.month:
        return f"{period.year}-{period.month:02}"
    return f"{period.year} Q{period.quarter}" if period.quarter else f"{period.year}"


def _table(found: "Score") -> str:
    from wz.render.table import flexible

    busy = [one for one in found.units if one.rank is not None]
    idle = len(found.units) - len(busy)
    rows = [_row(one) for one in busy]
    headers = [
        _("Rank"),
        _("Unit"),
        _("Received"),
        _("On time"),
        _("Late"),
        _("Open"),
        _("Median"),
        _("P90"),
        _("Extended"),
        _("Returns"),
        _("Points"),
        _("Criticisms"),
        _("Satisfied"),
        _("Redone"),
    ]
    text = flexible(headers, rows, 1, width(), right=[0, *range(2, len(headers))]) if rows else ""
    if idle:
        note = ngettext("{count} unit had no cases.", "{count} units had no cases.", idle).format(count=idle)
        text = f"{text}\n\n{note}" if text else note
    return text


def _row(one: "UnitScore") -> tuple[object, ...]:
    returns = f"{one.returns.requested}" + (
        " " + _("({refused} refused)").format(refused=one.returns.refused) if one.returns.refused else ""
    )
    return (
        one.rank,
        term(one.unit, one.name),
        one.received,
        one.on_time,
        one.late,
        one.open,
        "" if one.median_days is None else f"{one.median_days:g}",
        "" if one.p90_days is None else one.p90_days,
        one.extensions.granted,
        returns,
        f"{one.points:g}",
        one.criticisms,
        percent(one.satisfaction),
        one.redo,
    )
