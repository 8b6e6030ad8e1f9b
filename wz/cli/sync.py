"""`wz sync`: what others recorded comes in, what was recorded here goes out; and conflicts are settled."""

import sys
import threading
from typing import TYPE_CHECKING

import click

from wz.cli.context import current, format_option, registry_option
from wz.i18n import _, labelled, listed, ngettext

if TYPE_CHECKING:
    from wz.office.synced import Movement, Synced

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
        from wz.cli.settling import resolve as settle

        return settle(remote, keep, reason, dry_run, output)
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
    from wz.cli.settling import told

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
            click.echo(told(conflict), err=True)


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


# -- settling conflicts
