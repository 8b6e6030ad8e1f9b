"""What an action or a new case did, for people and for scripts."""

from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, now
from wz.i18n import _, labelled, term
from wz.model.case import STATE_LABELS
from wz.model.event import plain
from wz.model.obligation import KIND_LABELS, Judged, Kind

if TYPE_CHECKING:
    from wz.office.act import Done


def show_done(done: "Done", action: str, output: str, notes: list[str] | None = None) -> None:
    """Print the outcome: one line and what is owed next, or the JSON of `schemas/action.schema.json`."""
    from wz.office.checking import Figures, figures
    from wz.regulation.judging import judge_open

    registry = current().registry
    notes = [*done.notes, *(notes or [])]
    judged = judge_open(done.case, registry.law, now())
    if output == "json":
        from wz.office.showing import obligation_json
        from wz.render.json import pretty

        shown: dict[str, Any] = {
            "case": done.case_id,
            "action": action,
            "path": done.path,
            "commit": done.commit,
            "dry_run": done.commit is None,
            "state": done.case.state,
            "event": plain(done.event) if done.event else None,
            "obligations": [obligation_json(one, registry.rules, registry.directory) for one in judged],
            "notes": notes,
        }
        click.echo(pretty(shown))
        return
    from wz.actions.catalog import ACTIONS

    name = term(action, ACTIONS[action].label if action in ACTIONS else "登记")
    state = term(done.case.state, STATE_LABELS[done.case.state])
    line = labelled(f"{name} {done.case_id}", state)
    click.echo(line if done.commit else _("would be recorded: {line}").format(line=line))
    for one in judged:
        owed: Figures = figures(one, registry.rules, registry.directory)
        click.echo(
            _("  {unit} owes {obligation} by {due}").format(
                unit=term(owed.unit, registry.directory.name_of(owed.unit)),
                obligation=obligation_name(one.obligation.kind),
                due=due_text(one),
            )
        )
    for note in notes:
        click.echo(note, err=True)


def obligation_name(kind: Kind) -> str:
    return term(kind, KIND_LABELS[kind])


def due_text(judged: Judged) -> str:
    """The due day, with its time where that is not midnight, and a mark where it is provisional."""
    text = f"{judged.due:%Y-%m-%d}"
    if f"{judged.due_at:%H:%M:%S}" != "23:59:59":
        text += f" {judged.due_at:%H:%M}"
    return text + (" " + _("(provisional)") if judged.provisional else "")
