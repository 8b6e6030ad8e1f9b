"""`wz forget`: the action, once it is certain that it is meant."""

from collections.abc import Mapping
from typing import Any

import click

from wz.actions.catalog import ACTIONS
from wz.cli.actions import command
from wz.cli.questions import at_terminal
from wz.errors import Usage
from wz.i18n import _
from wz.model.case import Case


def confirm(case: Case, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Nothing brings back what was forgotten, so it is asked once more. Raises Usage where nobody can be asked."""
    if given["yes"] or given["dry_run"] or case.facts.petitioner is None or case.forgotten is not None:
        return  # or it will be refused
    question = _(
        "Nobody will be able to read the petitioner of {case} any more, and nothing undoes it. Forget?"
    ).format(case=case.facts.id)
    if not at_terminal():
        raise Usage(
            _("forgetting cannot be undone, and nobody can be asked whether it is meant"), _("Add --yes to confirm it.")
        )
    click.confirm(question, default=False, abort=True, err=True)


forget = command(
    ACTIONS["forget"],
    extra=[click.Option(["--yes"], is_flag=True, help=_("It is meant; do not ask."))],
    complete=confirm,
)
