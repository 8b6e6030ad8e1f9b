"""`wz log`: the history of a case, with its commits."""

import time
from typing import TYPE_CHECKING

import click

from wz.cli.actions import complete_case
from wz.cli.context import current, format_option, registry_option, rev_option, width
from wz.i18n import _, term

if TYPE_CHECKING:
    from wz.office.history import Entry

# A log that takes longer is worth a commit graph.
_SLOW_SECONDS = 1.0


@click.command(
    help=_("The history of a case: what happened, whose act it was, who recorded it when, in which commit.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz log 8Z5HZT"
)
@click.argument("case", metavar="CASE", shell_complete=complete_case)
@format_option("table", "json")
@rev_option
@registry_option
def log(case: str, output: str) -> None:
    from wz.office.history import history

    registry = current().registry
    case_id = registry.resolve(case)
    began = time.monotonic()
    entries = history(registry, case_id)
    slow = time.monotonic() - began > _SLOW_SECONDS
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty({"case": case_id, "entries": entries}))
    else:
        click.echo(_table(entries))
    if registry.git.present and registry.git.shallow:
        click.echo(
            _(
                "This clone is shallow: what was recorded earlier is shown with its oldest commit. "
                "Fetch the history: git fetch --unshallow."
            ),
            err=True,
        )
    elif slow:
        click.echo(_("The history is long; preparing it once, so that the next log is quick."), err=True)
        registry.git.quicken_history()


def _table(entries: "list[Entry]") -> str:
    from wz.model.instants import shown
    from wz.render.table import flexible, one_line

    headers = ["#", _("Happened"), _("Action"), _("By"), _("Recorded"), _("Author"), _("Commit"), _("What")]
    rows = [
        (
            "" if one.place is None else one.place,
            shown(one.at),
            action_name(one.action),
            one.by,
            shown(one.recorded) if one.recorded else _("not committed"),
            one_line(one.author or ""),
            (one.commit or "")[:9],
            one.summary,
        )
        for one in entries
    ]
    return flexible(headers, rows, 7, width())


def action_name(name: str) -> str:
    """An action, or the registration, in the reader's language."""
    from wz.actions.catalog import ACTIONS

    return term(name, ACTIONS[name].label if name in ACTIONS else "登记")
