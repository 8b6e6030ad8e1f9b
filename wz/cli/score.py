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
from wz.errors import Usage
from wz.i18n import N_, _, listed, ngettext, term

if TYPE_CHECKING:
    from datetime import datetime

    from wz.model.period import Period
    from wz.office.scoring import Score, UnitScore
    from wz.office.tracing import Trace

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
FIGURES = {
    "received": (N_("received"), "收件"),
    "on-time": (N_("answered on time"), "按期答复"),
    "late": (N_("answered late"), "超期答复"),
    "open": (N_("not yet answered"), "未答复"),
    "extension-requested": (N_("extension asked for"), "申请延期"),
    "extension-granted": (N_("extension granted"), "同意延期"),
    "extension-refused": (N_("extension refused"), "不同意延期"),
    "return-requested": (N_("return asked for"), "申请退回"),
    "return-accepted": (N_("return accepted"), "同意退回"),
    "return-refused": (N_("return refused"), "不同意退回"),
    "points": (N_("points"), "计扣"),
    "criticism": (N_("criticism"), "通报批评"),
    "rating": (N_("rating"), "评价"),
    "redo": (N_("redo"), "重办"),
    "supervised": (N_("supervised"), "督办"),
    "referred": (N_("referred"), "移交督查室"),
}


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
        parts += [_explained(found.traces), *(_derived(one, found) for one in found.units)]
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


def percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"


def _explained(traces: "list[Trace]") -> str:
    """Every trace, figure by figure."""
    from wz.render.table import table

    rows = []
    for figure, (english, chinese) in FIGURES.items():
        rows += [(term(_(english), chinese), one.on, one.case, _detail(one)) for one in traces if one.figure == figure]
    return table([_("Figure"), _("Day"), _("Case"), _("Why")], rows) if rows else _("Nothing counted.")


def _detail(one: "Trace") -> str:
    """What the figure rests on, in words."""
    from wz.cli.check import level_name
    from wz.cli.done import obligation_name
    from wz.model.instants import shown

    rules = current().registry.rules
    match one.figure:
        case "on-time" | "late" if one.met and one.obligation:
            return _("{days} working days; {obligation} due {due}, met {met}; {charged} charged days").format(
                days=one.days,
                obligation=obligation_name(one.obligation),
                due=one.due,
                met=shown(one.met),
                charged=one.charged,
            )
        case "open":
            return _("{charged} charged days").format(charged=one.charged) if one.charged else ""
        case "points" | "criticism" if one.level and one.obligation:
            return _("+{points}: {level}; {obligation} due {due}, {charged} charged days").format(
                points=f"{one.points:g}",
                level=level_name(one.level),
                obligation=obligation_name(one.obligation),
                due=one.due,
                charged=one.charged,
            )
        case "rating":
            return term(one.rating or "", rules.choices("ratings").get(one.rating or "", ""))
        case "redo":
            return _("due {due}").format(due=one.due)
        case "supervised":
            return one.ground or ""
    return ""


def _derived(one: "UnitScore", found: "Score") -> str:
    """How the figures that are no counts come of those that are."""
    answered = one.on_time + one.late
    rated = sum(one.ratings.values())
    bad = sum(count for rating, count in one.ratings.items() if current().registry.rules.bad_rating(rating))
    days = sorted(trace.days for trace in found.traces if trace.days is not None)
    ranked = sum(other.rank is not None for other in found.units)
    lines = []
    if answered:
        lines += [
            _("on time {rate}: {part} of {whole} answered").format(
                rate=percent(one.on_time_rate), part=one.on_time, whole=answered
            ),
            _("median {median}, 90th percentile {p90} working days, of {days}").format(
                median=f"{one.median_days:g}", p90=one.p90_days, days=listed(map(str, days))
            ),
            _("redo rate {rate}: {part} of {whole} answered").format(
                rate=percent(one.redo_rate), part=one.redo, whole=answered
            ),
        ]
    if rated:
        lines.append(
            _("satisfied {rate}: {part} of {whole} ratings").format(
                rate=percent(one.satisfaction), part=rated - bad, whole=rated
            )
        )
    if one.points:
        behind = " + ".join(f"{trace.points:g}" for trace in found.traces if trace.figure == "points" and trace.points)
        lines.append(_("points {points} = {parts}").format(points=f"{one.points:g}", parts=behind))
    if ranked:
        lines.append(_("rank {rank}: by points, criticisms, share late, share dissatisfied").format(rank=one.rank))
    return "\n".join(lines)
