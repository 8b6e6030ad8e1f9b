"""`wz key`: the keys to which petitioners are sealed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wz.cli.context import complete_unit, current, format_option, now, registry_option
from wz.cli.questions import at_terminal
from wz.cli.values import read_text
from wz.errors import Usage
from wz.i18n import _, labelled, ngettext, term

if TYPE_CHECKING:
    from wz.office.keys import Change

_STATUS = {"current": "在用", "retired": "停用", "revoked": "作废", "unlisted": "未登记"}


@click.group(
    help=_("Keys to which petitioners are sealed: make, list, rotate, back up. (第十九条)")
    + "\n\n"
    + _(
        "A key has two halves. The public one stands in units.yaml and seals; the private one lies on this computer, "
        "outside the registry, and opens. Whoever loses the private half can read nothing any more: back it up."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key list\n  wz key export backup.age",
    short_help=_("Keys to which petitioners are sealed: make, list, rotate, back up."),
)
def key() -> None:
    """The group itself does nothing."""


_for_option = click.option(
    "--for", "named", metavar="UNIT", help=_("Whose key; else your own body's."), shell_complete=complete_unit
)
_passphrase_option = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help=_("The passphrase, from a file; - is standard input. Else it is asked for."),
)


@key.command(
    "new",
    help=_("Make a key. The office's commands list its public half in units.yaml; a unit sends it to the office.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key new\n  wz key new --for urban-mgmt",
    short_help=_("Make a key."),
)
@_for_option
@format_option("text", "json")
@registry_option
def new(named: str | None, output: str) -> None:
    from wz.office.keys import make

    _show(make(current().registry, named, now()), output)


@key.command(
    "rotate",
    help=_("A new key in, the old one out: what is sealed from now on the old one does not open.")
    + "\n\n"
    + _(
        "Open cases are sealed to the new key too, where a key held here opens them; what the old key could open it "
        "still opens, unless --revoke takes that away in every clone that syncs."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key rotate\n  wz key rotate --for urban-mgmt --new age1… --revoke",
)
@_for_option
@click.option("--new", "public", metavar="KEY", help=_("The new public key; else one is made here."))
@click.option("--old", metavar="KEY", help=_("The old one, by itself or its fingerprint, where there are several."))
@click.option(
    "--revoke", is_flag=True, help=_("Take from the old key whatever it could open, as when somebody leaves.")
)
@format_option("text", "json")
@registry_option
def rotate(named: str | None, public: str | None, old: str | None, revoke: bool, output: str) -> None:
    from wz.office.keys import rotate as rotated

    _show(rotated(current().registry, named, now(), public=public, old=old, revoke=revoke), output)


@key.command(
    "list",
    help=_("The keys that units.yaml lists or listed: whose, since when, whether the private half is here.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key list\n  wz key list --format json",
)
@format_option("table", "json")
@registry_option
def list_keys(output: str) -> None:
    from wz.office.keylist import listed
    from wz.office.keys import ring_of

    registry = current().registry
    rows = listed(registry, ring_of(registry))
    if output == "json":
        import msgspec

        from wz.render.json import pretty

        click.echo(pretty({"keys": msgspec.to_builtins(rows)}))
        return
    from wz.render.table import table

    headers = [_("Holder"), _("Key"), _("Fingerprint"), _("Here"), _("Status"), _("Since"), _("Commit")]
    click.echo(
        table(
            headers,
            [
                [
                    term(row.holder, row.holder_name),
                    row.key,
                    row.fingerprint,
                    _("yes") if row.held else "",
                    term(row.status, _STATUS[row.status]),
                    (row.since or "")[:10],
                    (row.since_commit or "")[:9],
                ]
                for row in rows
            ],
        )
    )
    from wz.office.vault import Vault

    if said := Vault(registry).demonstration():
        click.echo(said, err=True)


@key.command(
    "export",
    help=_("Back up the private keys held here in FILE, sealed by a passphrase (an age file).")
    + "\n\n"
    + _("Keep it where the computer's loss does not reach it, and the passphrase elsewhere.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key export /media/usb/wz-keys.age",
)
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@_passphrase_option
@registry_option
def export(file: Path, passphrase_file: str | None) -> None:
    from wz.office.keys import export as exported

    count = exported(current().registry, file, _passphrase(passphrase_file, confirm=True))
    click.echo(
        ngettext("{count} private key is in {file}.", "{count} private keys are in {file}.", count).format(
            count=count, file=file
        )
    )


@key.command(
    "import",
    help=_("Take in keys: a backup or an age key file; or a unit's public key, which is then listed in units.yaml.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz key import /media/usb/wz-keys.age\n  wz key import 城管局公钥.txt --for urban-mgmt"
    + "\n  wz key import age1… --for urban-mgmt",
)
@click.argument("source", metavar="FILE|KEY")
@_for_option
@_passphrase_option
@format_option("text", "json")
@registry_option
def import_keys(source: str, named: str | None, passphrase_file: str | None, output: str) -> None:
    from wz.office import keys
    from wz.store import sealing

    registry = current().registry
    text = source if sealing.is_public(source) else _opened(_file(source), passphrase_file)
    if sealing.PRIVATE_MARK in text:
        written = keys.restore(registry, text, now())
        click.echo("\n".join(map(str, written)) or _("These keys are held here already."))
        return
    public = [word for word in text.split() if word.startswith(sealing.PUBLIC_MARK)]
    if len(public) != 1:
        raise Usage(
            _("{source} holds no key").format(source=source), _("`wz key import --help` shows what can be given.")
        )
    if named is None:
        raise Usage(_("it is not said whose key this is"), _("Add --for UNIT; for the office's own --for office."))
    body, may_list = keys.body_meant(registry, named)
    if not may_list:
        raise Usage(_("only the office lists keys in units.yaml"), _("Send the public key to the office."))
    _show(keys.add(registry, body, public[0], now()), output)


def _file(source: str) -> str:
    """What was given, if it can be a file's name. Raises Usage, which quotes no private key."""
    from wz.office.keys import refuse_foreign

    try:
        there = Path(source).exists()
    except (OSError, ValueError):  # such as a whole key file, pasted
        there = False
    if not there:
        refuse_foreign(source)
    return source


def _opened(source: str, passphrase_file: str | None) -> str:
    """The text of a file of keys; of a backup, once the passphrase opens it. Raises Usage."""
    from wz.store import sealing

    text = read_text(source)
    if not sealing.is_sealed(text.encode("utf-8")):
        return text
    opened = sealing.unlock(text.encode("utf-8"), _passphrase(passphrase_file, confirm=False))
    if opened is None:
        raise Usage(
            _("the passphrase does not open {file}").format(file=source),
            _("Type it again; if it is right, the file was damaged."),
        )
    return opened.decode("utf-8", "replace")


def _passphrase(file: str | None, *, confirm: bool) -> str:
    if file is not None:
        return read_text(file, quoting=False).strip("\r\n")
    if not at_terminal():
        raise Usage(_("a passphrase is needed, and nobody can be asked"), _("Give it with --passphrase-file FILE."))
    answer: str = click.prompt(_("Passphrase"), hide_input=True, confirmation_prompt=confirm, err=True)
    return answer


def _show(change: "Change", output: str) -> None:
    if output == "json":
        from wz.render.json import pretty
        from wz.store.sealing import fingerprint

        click.echo(
            pretty(
                {
                    "holder": change.body.id,
                    "key": change.public,
                    "fingerprint": fingerprint(change.public),
                    "file": str(change.path) if change.path else None,
                    "commit": change.commit,
                    "retired": list(change.retired),
                    "resealed": change.resealed,
                    "left": change.left,
                }
            )
        )
        return
    click.echo(labelled(term(change.body.id, change.body.name), change.public))
    if change.path:
        click.echo(
            _("The private half is in {path}. Back it up: wz key export FILE").format(path=change.path), err=True
        )
        click.echo(_("Without it nobody reads what is sealed to it, and nobody can make it anew."), err=True)
    if change.commit is None:
        click.echo(
            _("Send the public half above to the office, which lists it: wz key import KEY --for {unit}").format(
                unit=change.body.id
            ),
            err=True,
        )
        return
    if change.resealed:
        click.echo(
            ngettext(
                "It opens {count} case that the holder could read before.",
                "It opens {count} cases that the holder could read before.",
                change.resealed,
            ).format(count=change.resealed),
            err=True,
        )
    if change.left:
        click.echo(
            ngettext(
                "{count} case could not be opened here to be sealed to it.",
                "{count} cases could not be opened here to be sealed to it.",
                change.left,
            ).format(count=change.left),
            err=True,
        )
