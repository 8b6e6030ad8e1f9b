"""`wz sync`: what others recorded comes in, what was recorded here goes out; and conflicts are settled."""

import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, format_option, now, registry_option
from wz.errors import Refused, Usage
from wz.i18n import _, labelled, listed, ngettext, term

if TYPE_CHECKING:
    from wz.office.conflicts import Conflict, Keep, Party
    from wz.office.sync import Movement, Synced

FINDINGS = 1
_PATIENCE = 1.0  # seconds until a stage is worth a line
_SHOWN, _FEW = 8, 3


def _complete_remote(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    names = current(ctx).registry.git.run("remote", check=False).stdout.decode().split()
    return [name for name in names if name.startswith(incomplete)]


@click.command(
    help=_("Bring in what others recorded, and send what was recorded here.")
    + "\n\n"
    + _(
        "REMOTE is a name or address that git knows: a shared folder, ssh, https; else the branch's upstream. A case "
        "that both sides changed is merged by its events: nothing is lost. Where two events cannot both be lawful, "
        "such as two transfers, both stay on record and are named; the one that happened first takes effect until "
        "`wz sync --resolve` has settled it."
    )
    + "\n\n"
    + _("Leaves with 1 where there are such conflicts, with 5 where the remote cannot be reached or files not merged.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz sync\n  wz sync --dry-run\n  wz sync //server/share/registry.git\n  wz sync --resolve 8Z5HZT"
    + "\n  wz sync --resolve 8Z5HZT --keep earlier --reason 重复转办"
)
@click.argument("remote", metavar="[REMOTE]", required=False, shell_complete=_complete_remote)
@click.option("--dry-run", is_flag=True, help=_("Fetch, and show what would come in and go out; change nothing."))
@click.option("--no-push", is_flag=True, help=_("Bring in only; send nothing."))
@click.option(
    "--resolve", is_flag=True, help=_("Settle conflicts: of the case that is given instead of REMOTE, else of all.")
)
@click.option(
    "--keep",
    metavar="earlier|later|N",
    help=_("With --resolve, without questions: which of two events stands, by when it happened or by its number."),
)
@click.option("--reason", metavar="TEXT", help=_("With --keep: why the other is retracted."))
@format_option("text", "json")
@registry_option
def sync(
    remote: str | None, dry_run: bool, no_push: bool, resolve: bool, keep: str | None, reason: str | None, output: str
) -> int:
    if resolve:
        if no_push:
            raise click.UsageError(_("--no-push is not for --resolve"))
        return _resolve(remote, keep, reason, dry_run, output)
    if keep or reason:
        raise click.UsageError(_("--keep and --reason are for --resolve"))
    from wz.office.sync import sync as synced

    with _Patience() as note:
        done = synced(current().registry, remote, push=not no_push, dry_run=dry_run, note=note)
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(done))
    else:
        _tell(done, no_push)
    return FINDINGS if done.conflicts else 0


class _Patience:
    """Says on a terminal what is being done, once that has taken a second."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def __enter__(self) -> "_Patience":
        return self

    def __call__(self, stage: str) -> None:
        self._stop()
        if sys.stderr.isatty():
            self._timer = threading.Timer(_PATIENCE, click.echo, (f"{stage} …",), {"err": True})
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_exception: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


# -- what is told of a sync


def _tell(done: "Synced", no_push: bool) -> None:
    if not done.came.commits and not done.went.commits:
        click.echo(_("Nothing new, here or at {remote}.").format(remote=done.remote))
    if done.came.commits:
        start = _("would come from {remote}") if done.dry_run else _("from {remote}")
        click.echo(labelled(start.format(remote=done.remote), _movement(done.came)))
    if done.went.commits:
        waits = _("waits here for {remote}") if no_push else _("to {remote}")
        start = _("would go to {remote}") if done.dry_run else waits
        click.echo(labelled(start.format(remote=done.remote), _movement(done.went)))
    if done.merged:
        click.echo(labelled(_("changed on both sides, merged by their events"), _ids(done.merged)))
    if done.conflicts:
        click.echo(
            ngettext(
                "{count} conflict: two hands did what cannot both stand. Both are on record.",
                "{count} conflicts: two hands did what cannot both stand. Both are on record.",
                len(done.conflicts),
            ).format(count=len(done.conflicts)),
            err=True,
        )
        for conflict in done.conflicts:
            click.echo(_conflict(conflict), err=True)


def _movement(movement: "Movement") -> str:
    from wz.render.table import one_line

    people = (f"{one_line(one.name)} ({one.commits})" for one in movement.by[:_SHOWN])
    parts = [
        ngettext("{count} commit", "{count} commits", movement.commits).format(count=movement.commits)
        + _(" by {names}").format(names=listed(people)),
    ]
    if movement.new:
        count = len(movement.new)
        parts.append(ngettext("{count} new case", "{count} new cases", count).format(count=count))
    if movement.changed:
        changed = _("{count} changed: {ids}").format(count=len(movement.changed), ids=_ids(movement.changed))
        parts.append(changed)
    if movement.documents:
        count = movement.documents
        parts.append(ngettext("{count} document", "{count} documents", count).format(count=count))
    if movement.others:
        names, count = listed(map(one_line, movement.others[:_FEW])), len(movement.others)
        more = ngettext("{names} and {count} other file", "{names} and {count} other files", count - _FEW)
        parts.append(more.format(names=names, count=count - _FEW) if count > _FEW else names)
    return listed(parts)


def _ids(cases: list[str]) -> str:
    return listed(case[-6:] for case in cases[:_SHOWN]) + (" …" if len(cases) > _SHOWN else "")


def _conflict(conflict: "Conflict") -> str:
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


# -- settling conflicts


def _resolve(case: str | None, keep: str | None, reason: str | None, dry_run: bool, output: str) -> int:
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
            click.echo(_conflict(one))
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
            click.echo("\n" + _conflict(one).rpartition("\n")[0])
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
