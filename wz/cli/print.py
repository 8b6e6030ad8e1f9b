"""`wz print`: the official documents of a case, as Word files."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from wz.cli.actions import complete_case
from wz.cli.context import as_of_option, complete_unit, current, now, registry_option
from wz.cli.values import choose, find_unit, read_text
from wz.errors import Unreadable, Usage
from wz.i18n import N_, _, reason_of

_NAMES = {
    "transfer": N_("the unit is given the case"),
    "answer": N_("the written answer to the petitioner"),
    "supervision": N_("the unit is ordered to deal with it"),
    "return": N_("a request to return it, and the office's word"),
    "opinion": N_("the unit's opinion on duties performed, in a redo"),
    "urge": N_("the unit is urged, being late"),
    "criticism": N_("criticism before the whole city"),
    "brief": N_("a matter of weight for the leaders"),
}


@click.command(
    "print",
    help=_(
        "An official document of a case as a Word file, from a template that the office can edit. (第十条、第十五条)"
    )
    + "\n\n"
    + _("Forms: {forms}.").format(forms="; ".join(f"{name} ({_(about)})" for name, about in _NAMES.items()))
    + "\n\n"
    + _(
        "Templates in the registry's folder `forms` go before the packaged ones. A unit that the petition complains of "
        "gets a document that holds nothing of the petitioner. (第十九条)"
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz print 8Z5HZT --form transfer\n  wz print 0G4K2X --form urge --number 龙五型办催〔2026〕3号"
    + "\n  wz print --templates forms",
)
@click.argument("case", metavar="CASE", required=False, shell_complete=complete_case)
@click.option("--form", type=click.Choice(list(_NAMES)), metavar="FORM", help=_("Which document."))
@click.option(
    "--unit", metavar="UNIT", help=_("For which unit; else the one that leads."), shell_complete=complete_unit
)
@click.option("--number", metavar="TEXT", help=_("Number of the document (文号)."))
@click.option("--date", "day", metavar="DATE", help=_("Date of the document; else that of its event."))
@click.option("--title", metavar="TEXT", help=_("Title of a brief that the case does not hold."))
@click.option("--text", metavar="TEXT", help=_("What the document says, where no event says it, or besides."))
@click.option(
    "--text-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help=_("The same, from a file; - is standard input."),
)
@click.option("--ground", metavar="CODE", help=_("Ground of supervision, or of a redo; see `wz rules`."))
@click.option("--method", metavar="CODE", help=_("Way of supervision; see `wz rules`."))
@click.option("--due", metavar="DATE", help=_("Day by which a supervised case must be done."))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help=_("The file to write; else named after case and form, here. - is standard output."),
)
@click.option("--force", is_flag=True, help=_("Replace a file that is there already."))
@click.option(
    "--templates",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Write the packaged templates into a folder, to be edited; those already there stay."),
)
@as_of_option
@registry_option
def print_form(case: str | None, form: str | None, templates: Path | None, **given: Any) -> None:
    if templates is not None:
        _copy(templates)
        return
    missing = [name for name, value in (("CASE", case), ("--form", form)) if value is None]
    if missing or case is None or form is None:
        raise Usage(_("missing: {options}").format(options=", ".join(missing)), _("`wz print --help` shows examples."))
    from wz.office.forms import FORMS
    from wz.office.printing import closed, document, material, told
    from wz.office.templates import template
    from wz.render.docx import fill

    registry = current().registry
    case_id = registry.resolve(case)
    unit = find_unit(given["unit"], registry.directory) if given["unit"] else None
    moment: datetime = given["as_of"] or now()
    name, bare = template(registry, form)
    stuff = material(registry, case_id, moment, unit, _given(given))
    values = document(FORMS[form], stuff)
    if "contact" in values and told(stuff) is not None:
        click.echo(_("It holds the petitioner's contact: hand it over, and keep no file of it."), err=True)
    if "contact" in values and (why := closed(stuff)) is not None:
        click.echo(_("The petitioner's contact is not in it. {why}").format(why=f"{why.message}\n{why.cure}"), err=True)
    _write(fill(bare, values, name), given["output"] or f"{case_id}-{FORMS[form].label}.docx", given["force"])


def _given(given: dict[str, Any]) -> Any:
    """What was typed, as the forms take it. Raises Usage."""
    from wz.office.printing import Given
    from wz.office.query import parse_day

    registry = current().registry

    def day(text: str | None) -> date | None:
        return parse_day(text, registry.law, now().date()) if text else None

    if given["text"] and given["text_file"]:
        raise Usage(_("{option} and {option}-file are both given").format(option="--text"), _("Give one of the two."))
    rules = registry.rules
    grounds = rules.choices("grounds.supervise") | rules.choices("grounds.redo")
    methods = {method.id: method.label for method in rules.supervision.methods}
    return Given(
        number=given["number"] or "",
        title=given["title"] or "",
        text=given["text"] or (read_text(given["text_file"]) if given["text_file"] else ""),
        day=day(given["day"]),
        due=day(given["due"]),
        ground=choose(grounds, given["ground"], "--ground") if given["ground"] else "",
        method=choose(methods, given["method"], "--method") if given["method"] else "",
    )


def _copy(folder: Path) -> None:
    from wz.office.templates import copy_templates

    written = list(copy_templates(folder))
    for path in written:
        click.echo(path.as_posix())
    if not written:
        click.echo(_("All templates are there already."), err=True)


def _write(content: bytes, target: str, force: bool) -> None:
    if target == "-":
        if sys.stdout.isatty():
            raise Usage(_("{form} is not for a terminal").format(form="docx"), _("Add -o FILE."))
        sys.stdout.buffer.write(content)
        return
    path = Path(target)
    if path.exists() and not force:
        raise Usage(
            _("{path} is there already").format(path=target),
            _("Name another file with -o, or replace it with --force."),
        )
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=target, reason=reason_of(error)), _("Choose another place.")
        ) from None
    click.echo(target)
