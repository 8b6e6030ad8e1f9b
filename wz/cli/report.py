"""`wz report`: the report of a month, a quarter or a year."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wz.cli.context import YEARS, as_of_option, current, now, registry_option, rev_option
from wz.errors import Usage
from wz.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

    from wz.model.period import Period
    from wz.office.reported import Report

UNREADABLE = 4
_FILES = ("html", "docx", "xlsx")
FORMATS = ("md", "html", "docx", "xlsx", "json")
_SPELT = {
    "month": re.compile(r"(\d{4})-(0?[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-?[Qq]([1-4])"),
    "year": re.compile(r"(\d{4})()"),
}
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')  # in a file's name, on one system or another
_EXAMPLES = {"month": "2026-10", "quarter": "2026-Q3", "year": "2026"}


def _complete_period(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The last twelve periods of that kind, newest first."""
    from itertools import islice

    kind = ctx.params.get("kind") or "month"
    return [spelt for spelt in map(_spelt, islice(_ended(kind, now()), 12)) if spelt.startswith(incomplete)]


@click.command(
    help=_(
        "The report of a month, a quarter or a year (月报、季报、年报): volume, deadlines, levels and points, "
        "satisfaction, hot topics, supervised cases, typical cases, beside the period before and a year ago. "
        "Without PERIOD, the last one that has ended. (第二十五条)"
    )
    + "\n\n"
    + _(
        "md and json go to standard output; html, docx and xlsx into a file here, named after the report. Every format "
        "has the same figures. The report is official, so it is in Chinese in any language; it names no petitioner."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz report month"
    + "\n  wz report month 2026-10 --format docx"
    + "\n  wz report quarter 2026-Q3 --format xlsx -o q3.xlsx"
)
@click.argument("kind", type=click.Choice(("month", "quarter", "year")), metavar="month|quarter|year")
@click.argument("period", required=False, metavar="[PERIOD]", shell_complete=_complete_period)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help=_("The form; else what the file's name says, or md.")
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help=_("The file; - for standard output."),
)
@as_of_option
@rev_option
@registry_option
def report(kind: str, period: str | None, form: str | None, output: str | None, as_of: "datetime | None") -> int:
    from wz.office import reporting

    registry, moment = current().registry, as_of or now()
    form = form or _form_of(output)
    wanted = _period(kind, period, moment)
    found = reporting.report(registry, wanted, moment)
    _write(found, form, output)
    if found.problems:
        if form != "json":
            from wz.cli.problems import show_problems

            show_problems(found.problems)
        return UNREADABLE
    return 0


def _ended(kind: str, moment: "datetime") -> Iterator["Period"]:
    """The periods of that kind that have ended by then, newest first."""
    from wz.model.period import period, preceding

    day = moment.date()
    one = period(day.year, (day.month + 2) // 3 if kind == "quarter" else None, day.month if kind == "month" else None)
    while True:
        if one.last < day:
            yield one
        one = preceding(one)


def _spelt(period: "Period") -> str:
    if period.month:
        return f"{period.year}-{period.month:02}"
    return f"{period.year}-Q{period.quarter}" if period.quarter else f"{period.year}"


def _period(kind: str, text: str | None, moment: "datetime") -> "Period":
    from wz.model.period import period

    if text is None:
        return next(_ended(kind, moment))
    spelt = _SPELT[kind].fullmatch(text)
    if spelt is None or int(spelt[1]) not in YEARS:
        raise Usage(
            _("{text} does not say which period").format(text=text),
            _("Write it like this: {example}.").format(example=f"wz report {kind} {_EXAMPLES[kind]}"),
        )
    part = int(spelt[2]) if spelt[2] else None
    wanted = period(int(spelt[1]), part if kind == "quarter" else None, part if kind == "month" else None)
    if wanted.first > moment.date():
        raise Usage(
            _("the period begins on {first}, after {day:%Y-%m-%d}").format(first=wanted.first, day=moment),
            _("Give a period that has begun."),
        )
    return wanted


def _form_of(output: str | None) -> str:
    """The form that the file's name tells; Markdown for standard output."""
    if output is None or output == "-":
        return "md"
    suffix = Path(output).suffix.lower().removeprefix(".")
    form = {"htm": "html", "markdown": "md"}.get(suffix, suffix)
    if form not in FORMATS:
        raise Usage(
            _("{file} does not tell its form").format(file=output),
            _("Add --format, one of {formats}.").format(formats=", ".join(FORMATS)),
        )
    return form


def _write(found: "Report", form: str, output: str | None) -> None:
    from wz.office.bulletin import title_of

    if output is None and form in _FILES:
        output = f"{_UNSAFE.sub('_', title_of(found))}.{form}"
    if output == "-" and form in ("docx", "xlsx") and sys.stdout.isatty():
        raise Usage(_("{form} is not for a terminal").format(form=form), _("Add -o FILE."))
    content = _rendered(found, form)
    if output is None or output == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    from wz.cli.output import opened

    there = Path(output).is_file()
    with opened(output) as out:
        out.write(content)
    said = _("{file} replaced") if there else _("{file} written")
    click.echo(said.format(file=output), err=True)


def _rendered(found: "Report", form: str) -> bytes:
    if form == "json":
        from wz.render.json import pretty

        return (pretty(found) + "\n").encode("utf-8")
    from wz.office.bulletin import paper

    told = paper(found, current().registry.rules)
    match form:
        case "html":
            from wz.render.report.html import document

            return document(told).encode("utf-8")
        case "docx":
            from wz.render.report import docx

            return docx.document(told, lambda message: click.echo(message, err=True))
        case "xlsx":
            from wz.render.report import xlsx

            return xlsx.document(told)
    from wz.render.report import markdown

    return (markdown.document(told) + "\n").encode("utf-8")
