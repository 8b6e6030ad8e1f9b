"""`wz undo`: take back the last event of a case, or all events of a commit."""

from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, format_option, now, registry_option
from wz.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from wz.office.undoing import Undoing, Undone

_REASON = N_("reason")


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from wz.cli.actions import complete_case

    return complete_case(ctx, param, incomplete)


@click.command(
    help=_("Take back the last event of a case, or all events that a commit recorded, such as a batch. (作废)")
    + "\n\n"
    + _(
        "Without argument: your own last commit. Each event is retracted by a new event with the reason; nothing is "
        "deleted. Where a later event rests on one of them, that event is named and nothing is recorded. An undo is "
        "undone in the same way."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz undo 8Z5HZT --reason 误录"
    + "\n  wz undo HEAD --reason 批量转错单位 --dry-run"
)
@click.argument("what", metavar="[CASE|COMMIT]", required=False, shell_complete=_complete)
@click.option("--reason", metavar="TEXT", help=_("Reason") + f"  [{_('required')}]")
@click.option("--dry-run", is_flag=True, help=_("Check and show what would be recorded; record nothing."))
@format_option("text", "json")
@registry_option
def undo(what: str | None, reason: str | None, dry_run: bool, output: str) -> int:
    from wz.office import undoing
    from wz.office.actors import typist

    session = current()
    registry = session.registry
    by = typist(registry.directory, session.email)
    meant = undoing.what(registry, what, session.email)
    if output == "text" and meant.commit is not None:
        from wz.store.revisions import subject

        click.echo(f"{meant.commit[:9]} {subject(registry.git, meant.commit)}", err=True)
    undone = undoing.undo(registry, meant, _reason(reason), by=by, now=now(), dry_run=dry_run)
    _show(meant, undone, output, dry_run)
    return max((one.code for one in undone), default=0)


def _reason(given: str | None) -> str:
    """The reason as it is recorded; on a terminal it is asked for. Raises Usage."""
    from wz.actions.base import Field
    from wz.cli.questions import ask, at_terminal
    from wz.cli.values import convert
    from wz.errors import Usage

    field = Field("text", _REASON)
    if given is not None:
        return str(convert(field, given, "--reason"))
    if at_terminal():
        return str(ask(_(_REASON), field, "--reason"))
    raise Usage(_("missing: {options}").format(options="--reason"), _("Say why it is taken back."))


def _show(meant: "Undoing", undone: "list[Undone]", output: str, dry_run: bool) -> None:
    if output == "json":
        from wz.render.json import pretty

        recorded = next((one.commit for one in undone if one.commit), None)
        click.echo(
            pretty(
                {
                    "undone": meant.commit,
                    "dry_run": dry_run,
                    "commit": recorded,
                    "events": [one.plain() for one in undone],
                }
            )
        )
        return
    from wz.cli.outcomes import tell_notes

    faulty = [one for one in undone if one.code]
    for one in faulty or undone:
        click.echo(_line(one), err=bool(one.code))
        if one.code and one.cure:
            click.echo(f"  {one.cure}", err=True)
    tell_notes([] if faulty else undone)
    if faulty:
        click.echo(
            ngettext(
                "{count} of {events} events cannot be taken back; nothing has been recorded.",
                "{count} of {events} events cannot be taken back; nothing has been recorded.",
                len(faulty),
            ).format(count=len(faulty), events=len(undone)),
            err=True,
        )


def _line(one: "Undone") -> str:
    from wz.actions.catalog import ACTIONS
    from wz.i18n import term
    from wz.model.case import STATE_LABELS
    from wz.model.instants import shown

    assert one.action is not None
    assert one.at is not None
    action = term(one.action, ACTIONS[one.action].label)
    event = _("{case}: event {place} ({action}, {at})").format(
        case=one.case, place=one.event, action=action, at=shown(one.at)
    )
    if one.code:
        return f"{event}: {one.message}"
    if one.result == "already":
        return _("{event} is retracted already").format(event=event)
    state = term(one.state, STATE_LABELS[one.state]) if one.state else ""
    line = _("{event} is retracted: {state}").format(event=event, state=state)
    return line if one.commit else _("would be recorded: {line}").format(line=line)
