"""`wz hook`: gates before a commit, before a push, and on the server that receives it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import now, registry_option
from wz.i18n import _, ngettext

if TYPE_CHECKING:
    from wz.office.auditing.finding import Finding
    from wz.store.git import Git

REFUSED = 1


@click.group(
    help=_("Gates that keep the history auditable: in a clone before a commit and a push, on a server for each push.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz hook install\n  cd /srv/git/registry.git && wz hook install --signed\n  wz hook uninstall"
)
def hook() -> None:
    """The group itself does nothing."""


def _signed_option(command: Any) -> Any:
    return click.option(
        "--signed", is_flag=True, help=_("Every commit must be signed by its author, with a key that is listed.")
    )(command)


@hook.command(
    help=_("Install the gates: pre-commit and pre-push in a clone, pre-receive in a bare repository. Hooks stay.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz hook install\n  wz hook install --only pre-push --signed",
    short_help=_("Install the gates in this repository; hooks that are there already still run."),
)
@click.option(
    "--only",
    type=click.Choice(["pre-commit", "pre-push", "pre-receive"]),
    multiple=True,
    help=_("Only this hook; once for each."),
)
@click.option("--shared", is_flag=True, help=_("Even where core.hooksPath is shared with other repositories."))
@_signed_option
@registry_option
def install(only: tuple[str, ...], shared: bool, signed: bool) -> None:
    from wz.office.hooks import CLONE, SERVER
    from wz.office.hooks import install as write

    git = _git()
    names = only or (SERVER if git.bare else CLONE)
    for one in write(git, names, signed=signed, shared=shared):
        click.echo(_("{path} is installed").format(path=one.path))
        if one.kept:
            click.echo(_("  the hook that was there runs first: {path}").format(path=one.kept))


@hook.command(
    help=_("Take the gates away again; the hooks that were there before come back.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz hook uninstall"
)
@registry_option
def uninstall() -> None:
    from wz.office.hooks import uninstall as remove

    removed = remove(_git())
    click.echo("\n".join(_("{path} is taken away").format(path=path) for path in removed) or _("No gate is installed."))


@hook.command(
    "pre-commit",
    help=_("Refuse a commit by hand that would not pass the audit. Git runs it; `wz` itself does not need it.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz hook pre-commit",
)
@registry_option
def pre_commit() -> int:
    from wz.office.gate import staged

    return _answer(
        staged(_git(), now()),
        _("Nothing was committed. `git restore --staged --worktree FILE` takes it back."),
    )


@hook.command(
    "pre-push",
    help=_("Refuse a push that would not pass the audit. Git runs it and tells it what would be pushed.")
    + "\n\n\b\n"
    + _("Example:")
    + '\n  wz hook pre-push "$@"',
)
@click.argument("remote", default="origin")
@click.argument("address", required=False)
@_signed_option
@registry_option
def pre_push(remote: str, address: str | None, signed: bool) -> int:
    from wz.office.gate import pushed, updates_pushed
    from wz.store.past import Past

    git = _git()
    past = Past(git, git.layout.prefix)
    try:
        return _answer(pushed(past, updates_pushed(_told()), remote, now(), signed=signed), _undo())
    finally:
        past.close()


@hook.command(
    "pre-receive",
    help=_("Refuse a push on the server, with each fault, its article and what helps. Git runs it in the repository.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz hook pre-receive --signed",
)
@click.option("--prefix", metavar="DIR", default="", help=_("The registry's folder in the repository; else its top."))
@_signed_option
def pre_receive(prefix: str, signed: bool) -> int:
    from wz.office.gate import received, receiving_git, updates_received
    from wz.store.past import Past

    place = prefix.replace("\\", "/").strip("/")
    past = Past(receiving_git(), f"{place}/" if place else "")
    try:
        return _answer(received(past, updates_received(_told()), now(), signed=signed), _undo())
    finally:
        past.close()


def _git() -> "Git":
    """The repository here, or that of --registry; a hook must not need more of a registry than that."""
    from wz.store.git import Git

    chosen = click.get_current_context().meta.get("wz.registry")
    return Git(Path(chosen or ".").absolute())


def _told() -> list[str]:
    """What git says on standard input, one ref a line."""
    lines = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").splitlines()
    return [line for line in lines if line.strip()]


def _undo() -> str:
    return _(
        "Nothing was pushed. Take these commits back (`git reset --keep origin/main` drops what was not pushed), "
        "and record it anew with `wz`."
    )


def _answer(findings: "list[Finding]", remedy: str) -> int:
    """Nothing where all is well; else every fault with its article and what helps, on stderr, which git passes on."""
    if not findings:
        return 0
    from wz.cli.audit import finding_lines

    count = len(findings)
    title = ngettext("wz: refused, there is {count} fault", "wz: refused, there are {count} faults", count)
    click.echo(title.format(count=count), err=True)
    click.echo(finding_lines(findings), err=True)
    click.echo(remedy, err=True)
    return REFUSED
