"""`wz approve`: the action, and what is left out of what it publishes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from wz.actions.catalog import ACTIONS
from wz.cli.actions import command
from wz.cli.context import current
from wz.cli.questions import at_terminal
from wz.i18n import _, term
from wz.model.case import Case

if TYPE_CHECKING:
    from wz.office.confidentiality import Proposal


def redact(case: Case, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Add to an approval the texts as published, with personal data left out, and show what was (第二十条)."""
    if not given["redact"]:
        return
    from wz.office.confidentiality import proposed

    proposal = proposed(current().registry.directory, case, fields)
    if case.submitted is None:
        return
    if not proposal.found:
        click.echo(_("No personal data found: nothing is left out."), err=True)
        return
    for line in left_out(proposal):
        click.echo(line, err=True)
    if at_terminal() and not given["dry_run"]:
        click.confirm(_("Publish it so?"), default=None, abort=True, err=True)
    fields |= proposal.fields


def left_out(proposal: "Proposal") -> Iterator[str]:
    """What is left out, find by find, and the texts as they are published."""
    from wz.office.confidentiality import PUBLISHED, shown

    for found in proposal.found:
        yield _("left out: {found}").format(found=shown(found))
    for name, text in proposal.texts.items():
        label, chinese = PUBLISHED[name]
        yield _("{field} as published:").format(field=term(_(label), chinese))
        yield indented(text)


def indented(text: str) -> str:
    """The text's lines, each safe on a terminal."""
    from wz.render.table import one_line

    return "\n".join(f"  {one_line(line)}" for line in text.splitlines())


def redact_option() -> click.Option:
    return click.Option(
        ["--redact"],
        is_flag=True,
        help=_("Leave personal data out of what is published; shows and records what and where. (第二十条)"),
    )


approve = command(ACTIONS["approve"], extra=[redact_option()], complete=redact)
