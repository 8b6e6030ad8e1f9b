"""`wz calendar`: working days with reasons; and pinning a year."""

from datetime import date, timedelta
from typing import Any

import click

from wz.cli.context import YEARS, colours, current, format_option, now, registry_option, rev_option, whole_number
from wz.errors import Usage
from wz.i18n import _, term

KINDS = {
    "workday": "工作日",
    "weekend": "周末",
    "holiday": "节假日",
    "make-up": "调休上班",
    "closed": "本地停办",
    "open": "本地加班",
}


class PeriodOrCommand(click.Group):
    """`wz calendar`, `wz calendar 2026-10`, `wz calendar pin 2027`: what is no subcommand is a period to show."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[0] not in (*self.commands, "-h", "--help") if args else not ctx.resilient_parsing:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=PeriodOrCommand,
    help=_(
        "A month or a year with the reason for every day off and every make-up day; "
        "`pin` writes a year into calendar.yaml."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz calendar 2026-10\n  wz calendar 2026\n  wz calendar pin 2026",
)
def calendar() -> None:
    """The group itself does nothing."""


@calendar.command(
    help=_("Show a month (2026-10) or a year (2026); without one, this month.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz calendar show 2026-10",
    short_help=_("Show a month (2026-10) or a year (2026); without one, this month."),
)
@click.argument("period", required=False)
@format_option("table", "json")
@rev_option
@registry_option
def show(period: str | None, output: str) -> None:
    first, last, month = _period(period or f"{now():%Y-%m}")
    working = current().registry.calendar
    days = working.days(first, last)
    year = working.arrangement(first.year)
    if output == "json":
        from wz.render.json import pretty

        click.echo(
            pretty(
                {
                    "year": first.year,
                    "month": month,
                    "published": year.published,
                    "provisional": not year.published,
                    "source": year.source,
                    "close_of_business": f"{working.close_of_business:%H:%M}" if working.close_of_business else None,
                    "days": [
                        {
                            "date": day.date,
                            "weekday": day.date.isoweekday(),
                            "working": day.working,
                            "kind": day.kind,
                            "reason": day.reason,
                        }
                        for day in days
                    ],
                }
            )
        )
        return
    click.echo(_text(days, month, year))


def _period(text: str) -> tuple[date, date, int | None]:
    try:
        first = date.fromisoformat(text + ("-01" if "-" in text else "-01-01"))
    except ValueError:
        first = date.min
    if first.year not in YEARS:
        raise Usage(_("{text} is neither a month nor a year").format(text=text), _("Write 2026-10 or 2026."))
    if "-" in text:
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1), first.month
    return first, first.replace(month=12, day=31), None


def _text(days: list[Any], month: int | None, year: Any) -> str:
    from wz.render.table import paint, table

    lit = colours()
    notable = [day for day in days if month is not None or day.kind not in ("workday", "weekend")]
    colour = {"holiday": "red", "closed": "red", "make-up": "blue", "open": "blue", "weekend": "dim"}
    rows = [
        (
            f"{day.date:%Y-%m-%d}",
            weekday(day.date),
            paint(term(day.kind, KINDS[day.kind]), colour.get(day.kind, ""), lit),
            day.reason,
        )
        for day in notable
    ]
    worked = sum(day.working for day in days)
    status = (
        _("published: {source}").format(source=year.source)
        if year.published
        else _("PROVISIONAL: no arrangement for this year has been published yet; deadlines that rest on it may move")
    )
    return "\n".join(
        [
            table([_("Day"), _("Weekday"), _("Kind"), _("Reason")], rows),
            "",
            _("{count} working days").format(count=worked),
            status,
        ]
    )


_WEEKDAYS = (
    ("Mon", "周一"),
    ("Tue", "周二"),
    ("Wed", "周三"),
    ("Thu", "周四"),
    ("Fri", "周五"),
    ("Sat", "周六"),
    ("Sun", "周日"),
)


def weekday(day: date) -> str:
    return term(*_WEEKDAYS[day.weekday()])


@calendar.command(
    help=_("Write a published year's arrangement into calendar.yaml, so that no update moves it.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz calendar pin 2026",
    short_help=_("Write a published year's arrangement into calendar.yaml, so that no update moves it."),
)
@click.argument("year", type=whole_number(2001, 2100))
@click.option("--dry-run", is_flag=True, help=_("Print what would be written; write nothing."))
@registry_option
def pin(year: int, dry_run: bool) -> None:
    from wz.office.pinning import pin as pin_year

    added, commit = pin_year(current().registry, year, dry_run=dry_run)
    click.echo(added, nl=False)
    if commit:
        click.echo(_("calendar.yaml now pins {year} ({commit})").format(year=year, commit=commit[:9]), err=True)
