"""`wz export`: cases as files for other programs."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from wz.cli.context import as_of_option, complete_unit, current, now, registry_option, rev_option
from wz.cli.querying import query_argument, query_help
from wz.errors import Usage
from wz.i18n import _, ngettext

UNREADABLE = 4
_FORMS = ("jsonl", "csv", "xlsx", "parquet", "ics", "open311")


def _complete_columns(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from wz.office.records import COLUMNS

    head, comma, last = incomplete.rpartition(",")
    return [f"{head}{comma}{name}" for name in COLUMNS if name.startswith(last)]


@click.command(
    help=_("Cases as a file for other programs: every case that fits the query, ended ones too.")
    + "\n\n"
    + _(
        "jsonl is the complete form: facts and events as the case files have them, a case on each line, to be imported "
        "again. csv, xlsx and parquet are one row for each case, with columns declared in schemas/export.schema.json. "
        "ics are the days on which something falls due, to subscribe to. open311 is a GeoReport v2 requests.json of "
        "the answers approved for publication, and of nothing else (第二十条、第二十一条)."
    )
    + "\n\n"
    + _(
        "With --for, a unit's own cases alone: those that it leads, assists or guides now. Where a petition complains "
        "of it or of its people, nothing is given that could tell who the petitioner is (第十九条)."
    )
    + query_help()
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz export -o cases.jsonl"
    + "\n  wz export state:open --format xlsx --labels -o open.xlsx"
    + "\n  wz export 'received:2026-10' --format csv --bom -o october.csv"
    + "\n  wz export --for urban-mgmt -o urban-mgmt.ics"
)
@query_argument
@click.option(
    "--format", "form", type=click.Choice(_FORMS), help=_("The form; else what the file's name says, or jsonl.")
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help=_("The file; else standard output.")
)
@click.option("--for", "unit", metavar="UNIT", shell_complete=complete_unit, help=_("For that unit's eyes (第十九条)."))
@click.option("--columns", metavar="COLUMNS", shell_complete=_complete_columns, help=_("These columns, in this order."))
@click.option("--labels", is_flag=True, help=_("Headings and codes in the reader's language (csv, xlsx)."))
@click.option("--bom", is_flag=True, help=_("Begin a CSV with a byte-order mark, so that Excel reads its Chinese."))
@as_of_option
@rev_option
@registry_option
def export(
    terms: tuple[str, ...],
    form: str | None,
    output: str | None,
    unit: str | None,
    columns: str | None,
    labels: bool,
    bom: bool,
    as_of: datetime | None,
) -> int:
    from wz.office import exporting, query
    from wz.office.records import COLUMNS

    form = form or _form_of(output)
    _refuse_options(form, columns=columns is not None, labels=labels, bom=bom)
    registry = current().registry
    moment = as_of or now()
    asked = query.parse(terms, registry.law, registry.directory, moment.date())
    reader = _unit(unit)
    names = _columns(columns, list(COLUMNS))
    headings = [_heading(name) for name in names] if labels else names
    job = exporting.Export(registry, asked, moment, reader, names, headings, bom, _cell if labels else None)
    problems: list[Any] = []
    with _target(output, form) as out:
        done = exporting.write(
            form, out, job, problems, lambda found: _watched(found, output, not asked.text and reader is None)
        )
    _report(done, output, problems)
    return UNREADABLE if problems else 0


def _form_of(output: str | None) -> str:
    from wz.office.exporting import SUFFIXES

    if output is None or output == "-":
        return "jsonl"
    suffix = Path(output).suffix.lower()
    found = next((form for form, suffixes in SUFFIXES.items() if suffix in suffixes), None)
    if found is None:
        raise Usage(
            _("{file} does not tell its form").format(file=output),
            _("Add --format, one of {formats}.").format(formats=", ".join(_FORMS)),
        )
    return found


def _refuse_options(form: str, columns: bool, labels: bool, bom: bool) -> None:
    """What has no meaning in a form is refused rather than passed over."""
    for option, given, forms in (
        ("--columns", columns, ("csv", "xlsx", "parquet")),
        ("--labels", labels, ("csv", "xlsx")),
        ("--bom", bom, ("csv",)),
    ):
        if given and form not in forms:
            raise Usage(
                _("{option} has no meaning for {form}").format(option=option, form=form),
                _("It is for {forms}.").format(forms=", ".join(forms)),
            )


def _unit(text: str | None) -> Any:
    if text is None:
        return None
    from wz.cli.values import find_unit

    directory = current().registry.directory
    return directory.unit(find_unit(text, directory))


def _columns(text: str | None, known: list[str]) -> list[str]:
    if text is None:
        return known
    from wz.office.columns import chosen

    return chosen(text, known)


def _heading(name: str) -> str:
    from wz.office.records import COLUMNS

    return _(COLUMNS[name].label)


def _cell(name: str, value: Any) -> object:
    """A value with its codes in the reader's language; what is no code stays as it is."""
    from wz.cli.querying import named
    from wz.office.records import COLUMNS

    kind = COLUMNS[name].kind
    if kind == "yes-no":
        return None if value is None else _("yes") if value else _("no")
    if kind not in ("code", "texts") or value is None:
        return value
    return [named(name, one) for one in value] if isinstance(value, list) else named(name, value)


@contextmanager
def _target(output: str | None, form: str) -> Iterator[IO[bytes]]:
    """Where the export goes: a file that is there whole or as it was, or standard output."""
    from wz.cli.output import opened
    from wz.office.exporting import BINARY

    if output is None or output == "-":
        if form in BINARY and sys.stdout.isatty():
            raise Usage(_("{form} is not for a terminal").format(form=form), _("Add -o FILE."))
        yield sys.stdout.buffer
        return
    with opened(output) as out:
        yield out


def _watched(found: Iterable[Any], output: str | None, whole: bool) -> Iterator[Any]:
    """The records, behind a progress bar where somebody watches; of the `whole` registry, what is left is known."""
    if output in (None, "-") or not sys.stderr.isatty():
        yield from found
        return
    length = len(current().registry.case_paths()) if whole else None
    with click.progressbar(
        found, length=length, label=_("Exporting"), file=sys.stderr, show_pos=True, update_min_steps=200
    ) as bar:
        yield from bar


def _report(done: Any, output: str | None, problems: list[Any]) -> None:
    if output not in (None, "-"):
        click.echo(
            ngettext("{count} case in {file}", "{count} cases in {file}", done.cases).format(
                count=done.cases, file=output
            ),
            err=True,
        )
    if done.unpublished:
        click.echo(
            ngettext(
                "{count} case is left out: no answer of it is approved for publication.",
                "{count} cases are left out: no answer of them is approved for publication.",
                done.unpublished,
            ).format(count=done.unpublished),
            err=True,
        )
    for note in done.notes:
        click.echo(note, err=True)
    if problems:
        from wz.cli.problems import show_problems

        show_problems(problems)
        click.echo(_("What cannot be read is not in the export."), err=True)
