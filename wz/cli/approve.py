"""`wz approve`: the action, and what is left out of what it publishes."""

from collections.abc import Mapping
from typing import Any

import click

from wz.actions.catalog import ACTIONS
from wz.cli.actions import command
from wz.cli.context import current
from wz.cli.questions import at_terminal
from wz.errors import Usage
from wz.i18n import _, term
from wz.model.case import Case


def redact(case: Case, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Add to an approval the texts as published, with personal data left out, and show what was (第二十条)."""
    if not given["redact"]:
        return
    from wz.office import confidentiality

    if not fields.get("publish"):
        raise Usage(_("--redact goes with --publish"), _("Give --publish, or leave --redact out."))
    if case.submitted is None:
        return  # nothing is there to approve, and the action will be refused
    texts = {
        "title": case.facts.title,
        "content": case.facts.content,
        "answer": confidentiality.answer_text(case.submitted),
    } | {name: fields[f"redacted_{name}"] for name in confidentiality.PUBLISHED if f"redacted_{name}" in fields}
    public = confidentiality.public_contacts(current().registry.directory)
    changed, redactions = confidentiality.proposal(texts, public)
    if not changed:
        click.echo(_("No personal data found: nothing is left out."), err=True)
        return
    for found in confidentiality.found_in(texts, public):
        click.echo(_("left out: {found}").format(found=confidentiality.shown(found)), err=True)
    for name, text in changed.items():
        label, chinese = confidentiality.PUBLISHED[name]
        click.echo(_("{field} as published:").format(field=term(_(label), chinese)), err=True)
        click.echo(_indented(text), err=True)
    if at_terminal() and not given["dry_run"]:
        click.confirm(_("Publish it so?"), default=None, abort=True, err=True)
    fields |= {f"redacted_{name}": text for name, text in changed.items()}
    fields["redactions"] = [{name: getattr(one, name) for name in one.__struct_fields__} for one in redactions]


def _indented(text: str) -> str:
    from wz.render.table import one_line

    return "\n".join(f"  {one_line(line)}" for line in text.splitlines())


approve = command(
    ACTIONS["approve"],
    extra=[
        click.Option(
            ["--redact"],
            is_flag=True,
            help=_("Leave personal data out of what is published; shows and records what and where. (第二十条)"),
        )
    ],
    complete=redact,
)
