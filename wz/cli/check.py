"""`wz check`: the daily view, and the nightly job's."""

from typing import TYPE_CHECKING

import click

from wz.cli.check_words import (
    LEVELS,
    awaited_name,
    case_name,
    compared,
    due_name,
    level_name,
    owed_name,
    totals_line,
    unit_name,
    urge_text,
)
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
from wz.cli.output import give, output_option
from wz.cli.querying import query_argument
from wz.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

    from wz.office.checking import Check, Owed
    from wz.office.comparing import Before
    from wz.office.query import Query
    from wz.office.survey import Survey

FINDINGS, UNREADABLE = 1, 4
# A terminal of fewer columns gets short ids, dates and names.
_ROOMY = 140


@click.command(
    help=_("Who owes what by when, worst first; what is due soon; what waits for the office; totals. (第二十六条)")
    + "\n\n"
    + _("With a query, only the cases that fit it; `wz list --help` and docs/query.md say how it is written.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz check --unit urban-mgmt\n  wz check --format json --fail-on red"
    + "\n  wz check category:complaint 'due<today+3wd'"
    + "\n  wz check --new-since yesterday --format html --output check.html"
)
@query_argument
@click.option("--unit", metavar="UNIT", help=_("Only what this unit owes."), shell_complete=complete_unit)
@click.option(
    "--within", type=whole_number(0), metavar="N", help=_("Only what is overdue or due within N working days.")
)
@click.option("--fail-on", type=click.Choice(list(LEVELS)[1:]), help=_("Exit with 1 when that level has been reached."))
@click.option(
    "--new-since",
    metavar="DAY|COMMIT",
    help=_("Only what became worse since then: a level that rose, or newly overdue."),
)
@click.option("--all", "everything", is_flag=True, help=_("Also what is due later; the other formats always have it."))
@as_of_option
@rev_option
@format_option("table", "json", "ndjson", "csv", "junit", "github", "markdown", "html")
@output_option
@registry_option
def check(
    terms: tuple[str, ...],
    unit: str | None,
    within: int | None,
    fail_on: str | None,
    new_since: str | None,
    everything: bool,
    as_of: "datetime | None",
    output: str,
    to: str | None,
) -> int:
    registry = current().foreseeing()
    from wz.office import checking
    from wz.office.survey import survey

    moment = as_of or now()
    if unit is not None:
        from wz.cli.values import find_unit

        unit = find_unit(unit, registry.directory)
    asked = _asked(terms, moment)
    found = survey(registry, moment, ended=False)
    before = None if new_since is None else _before(new_since, found)
    if asked is not None:
        found.standings = list(filter(asked.fits, found.standings))
    report = checking.check(
        found,
        registry.root.as_posix(),
        registry.rules,
        registry.directory,
        unit=unit,
        within=within,
        before=before,
    )
    if output == "table":
        text = _table(report, everything)
    else:
        from wz.cli.check_formats import rendered

        text = rendered(report, output, fail_on)
    give(text, to)
    if report.problems:
        if output in ("ndjson", "csv"):
            from wz.cli.problems import show_problems

            show_problems(report.problems)
        return UNREADABLE
    failed = fail_on is not None and any(checking.reached(one, fail_on) for one in report.obligations)  # type: ignore[arg-type]
    return FINDINGS if failed else 0


def _asked(terms: tuple[str, ...], as_of: "datetime") -> "Query | None":
    """The query, where there is one. Raises QueryFault."""
    if not terms:
        return None
    from wz.office import query

    registry = current().registry
    return query.parse(terms, registry.law, registry.directory, as_of.date())


def _before(since: str, found: "Survey") -> "Before":
    """How things stood at a day or a commit; what can be read as a day is one."""
    from wz.cli.context import as_of_instant
    from wz.errors import Usage
    from wz.office import comparing

    try:
        moment = as_of_instant(since)
    except Usage:
        return comparing.before_commit(current().registry, since, found)
    return comparing.before_day(current().registry, moment, found)


def _table(report: "Check", everything: bool) -> str:
    from wz.office import checking
    from wz.render.table import flexible, paint

    lit, wide = colours(), width()
    tight = wide is not None and wide < _ROOMY
    directory, rules = current().registry.directory, current().registry.rules
    parts = [
        paint(_("As of {as_of:%Y-%m-%d %H:%M}, {city}").format(as_of=report.as_of, city=directory.city), "bold", lit),
        *compared(report),
    ]

    def section(title: str, body: str) -> None:
        parts.append(paint(title, "bold", lit) + "\n" + body)

    if overdue := checking.overdue(report):
        section(_("Overdue"), _late(overdue, bool(report.new_since), lit, tight))
    if soon := checking.due_soon(report, rules.due_soon):
        section(_("Due within {days} working days").format(days=rules.due_soon), _ahead(soon, tight))
    if everything and (later := checking.due_later(report, rules.due_soon)):
        section(_("Due later"), _ahead(later, tight))
    if report.waiting:
        rows = [
            (awaited_name(one.awaited), case_name(one.case, tight), one.title, f"{one.since:%Y-%m-%d %H:%M}", one.days)
            for one in report.waiting
        ]
        headers = [_("For"), _("Case"), _("Title"), _("Since"), _("Working days")]
        section(_("Waiting for the office"), flexible(headers, rows, 2, wide, right=[4]))
    if report.problems:
        from wz.cli.problems import problem_lines

        section(_("Problems"), problem_lines(report.problems))
    parts.append(totals_line(report, lit, tight))
    return "\n\n".join(parts)


def _late(overdue: "list[Owed]", compared_with: bool, lit: bool, tight: bool) -> str:
    """What is overdue, and whom to urge; with the level of before, where the report compares."""
    from wz.render.table import flexible, paint

    rows: list[tuple[object, ...]] = [
        (
            paint(level_name(one.level), one.level, lit),
            case_name(one.case, tight),
            one.title,
            unit_name(one.unit, tight),
            owed_name(one.obligation),
            due_name(one, tight),
            one.overdue_days,
            urge_text(one, tight),
        )
        for one in overdue
    ]
    days = _("Days") if tight else _("Days over")
    headers = [_("Level"), _("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), days, _("Urge")]
    if compared_with:
        headers.append(_("Before"))
        rows = [(*row, level_name(one.before) if one.before else "") for row, one in zip(rows, overdue, strict=True)]
    return flexible(headers, rows, 2, width(), right=[6])


def _ahead(due: "list[Owed]", tight: bool) -> str:
    """What is not overdue yet."""
    from wz.render.table import flexible

    rows = [
        (
            case_name(one.case, tight),
            one.title,
            unit_name(one.unit, tight),
            owed_name(one.obligation),
            due_name(one, tight),
            one.days_left,
        )
        for one in due
    ]
    headers = [_("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), _("Days left")]
    return flexible(headers, rows, 1, width(), right=[5])
