"""`wz sync --resolve`: conflicts that a merge has brought are shown, and one of two events stands."""

from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, now
from wz.errors import Refused, Usage
from wz.i18n import _, listed, ngettext, term

if TYPE_CHECKING:
    from wz.office.conflicts import Conflict, Keep, Party

FINDINGS = 1


def told(conflict: "Conflict") -> str:
    from wz.model.article import cited
    from wz.render.table import one_line

    place = f"{conflict.file}:{conflict.line}" if conflict.line else conflict.file
    lines = [place, "  " + _event(conflict.event) + ": " + one_line(cited(conflict.article, conflict.reason))]
    if conflict.other:
        lines.append("  " + _("it cannot stand beside {event}").format(event=_event(conflict.other)))
    return "\n".join([*lines, f"  {conflict.cure}"])


def _event(party: "Party") -> str:
    from wz.actions.catalog import ACTIONS
    from wz.model.instants import shown

    action = term(party.action, ACTIONS[party.action].label)
    return _("event {place} ({action}, {by}, {at})").format(
        place=party.place, action=action, by=party.by, at=shown(party.at)
    )


def resolve(case: str | None, keep: str | None, reason: str | None, dry_run: bool, output: str) -> int:
    from wz.model import case_id as ids
    from wz.office import conflicts

    registry = current().registry
    if case is not None:
        found = conflicts.conflicts_in(registry, ids.path_of(registry.resolve(case)))
    else:
        found = list(conflicts.all_conflicts(registry))
    settled: list[conflicts.Settled] = []
    code = 0
    if found and keep is not None:
        settled, code = _settle_all(list(dict.fromkeys(one.case for one in found)), _kept(keep), _why(reason), dry_run)
    elif found and output == "text" and _asks():
        settled = _walk(found, reason, dry_run)
    elif output == "text":
        for one in found:
            click.echo(told(one))
    left = [one for path in dict.fromkeys(one.file for one in found) for one in conflicts.conflicts_in(registry, path)]
    _tell_settled(settled, left, dry_run, output)
    return code or (FINDINGS if left and not (dry_run and settled) else 0)


def _settle_all(cases: list[str], keep: "Keep", reason: str, dry_run: bool) -> tuple[list[Any], int]:
    """Case by case: one in which it cannot be done is told, and keeps no other waiting. The worst exit code."""
    settled, code = [], 0
    for case in cases:
        try:
            settled.append(_settle(case, keep, reason, dry_run))
        except (Usage, Refused) as error:
            if len(cases) == 1:
                raise
            click.echo(f"{case}: {error.message} {error.cure}".rstrip(), err=True)
            code = max(code, error.exit_code)
    return settled, code


def _asks() -> bool:
    from wz.cli.questions import at_terminal

    return at_terminal()


def _kept(text: str) -> "Keep":
    """What --keep says. Raises Usage."""
    if text in ("earlier", "later"):
        return text  # type: ignore[return-value]
    if text.isascii() and text.isdigit():
        return int(text)
    raise Usage(
        _("--keep: {text} is neither earlier nor later nor the number of an event").format(text=text),
        _("`wz show CASE` numbers the events."),
    )


def _why(reason: str | None) -> str:
    from wz.actions.base import Field
    from wz.cli.questions import ask
    from wz.cli.values import convert

    field = Field("text", "reason")
    if reason is not None:
        return str(convert(field, reason, "--reason"))
    if _asks():
        return str(ask(_("reason"), field, "--reason"))
    raise Usage(_("missing: {options}").format(options="--reason"), _("Say why the other is retracted."))


def _settle(case: str, keep: "Keep", reason: str, dry_run: bool) -> Any:
    from wz.office.actors import typist
    from wz.office.conflicts import settle

    session = current()
    by = typist(session.registry.directory, session.email)
    return settle(session.registry, case, keep, reason, by=by, now=now(), dry_run=dry_run)


def _walk(found: "list[Conflict]", reason: str | None, dry_run: bool) -> list[Any]:
    """Conflict by conflict: both events, and which of them stands."""
    from wz.office import conflicts

    registry, settled = current().registry, []
    for path in dict.fromkeys(one.file for one in found):
        skipped: set[int] = set()
        while open_ones := [one for one in conflicts.conflicts_in(registry, path) if one.event.place not in skipped]:
            one = open_ones[0]
            click.echo("\n" + told(one).rpartition("\n")[0])
            options = {str(party.place) for party in (one.event, one.other) if party is not None} | {"s"}
            answer = click.prompt(
                _("Which event stands (its number; s: decide later)"), type=click.Choice(sorted(options))
            )
            if answer == "s" or dry_run:
                skipped.add(one.event.place)
            if answer != "s":
                keep: conflicts.Keep = int(answer) if one.other else "earlier"
                settled.append(_settle(one.case, keep, _why(reason), dry_run))
    return settled


def _tell_settled(settled: list[Any], left: "list[Conflict]", dry_run: bool, output: str) -> None:
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty({"dry_run": dry_run, "settled": settled, "conflicts": left}))
        return
    for one in settled:
        line = _("{case}: retracted {events}").format(
            case=one.case, events=listed(_("event {place}").format(place=place) for place in one.retracted)
        )
        click.echo(_("would be recorded: {line}").format(line=line) if dry_run else line)
    if not left:
        click.echo(_("No conflict is left.") if settled else _("There is no conflict."))
    elif not dry_run:
        left_over = ngettext("{count} conflict is left.", "{count} conflicts are left.", len(left))
        click.echo(left_over.format(count=len(left)), err=True)
