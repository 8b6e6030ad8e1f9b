"""The petitioner as typed, for `wz new` and `wz correct`; and numbers that stand where anybody can read them."""

from collections.abc import Mapping
from typing import Any

import click

from wz.cli.context import current
from wz.cli.questions import at_terminal
from wz.cli.values import read_text
from wz.errors import Usage
from wz.i18n import _, term
from wz.model.petitioner import FIELDS, Petitioner, entered

_OPTIONS = tuple(FIELDS)


def contact(given: Mapping[str, Any]) -> Petitioner:
    """The petitioner from the options, or asked for on a terminal; empty where nothing is known. Raises Usage."""
    typed = {name: given[name] for name in _OPTIONS if given.get(name) is not None}
    if given.get("petitioner"):
        if typed:
            raise Usage(
                _("--petitioner and --{name} are both given").format(name=next(iter(typed)).replace("_", "-")),
                _("Give one of the two."),
            )
        return entered(from_json(read_text(given["petitioner"], quoting=False)))
    if typed or not at_terminal():
        return entered(typed)
    click.echo(_("The petitioner, sealed before it is written; Enter leaves a line out."), err=True)
    return entered({name: _asked(name) for name in _OPTIONS})


def _asked(name: str) -> str | None:
    while True:
        answer: str = click.prompt(f"  {term(name, FIELDS[name])}", default="", show_default=False, err=True)
        try:
            return getattr(entered({name: answer}), name)  # type: ignore[no-any-return]
        except Usage as error:
            click.echo(error.message, err=True)
            click.echo(error.cure, err=True)


def from_json(text: str) -> Any:
    """Plain data from JSON. Raises Usage, which quotes nothing of it."""
    import msgspec

    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise Usage(
            _("the petitioner is not given as JSON"),
            _("Write an object: {pattern}").format(pattern='{"name": "王小明", "phone": "13800138000"}'),
        ) from None


def seal_found(fields: dict[str, Any], petitioner: Petitioner, choice: bool | None) -> Petitioner:
    """See to numbers that stand in title and content: moved into what is sealed, or left, and then said.

    `fields` are changed where something is moved; a message names kind and place, never the number.
    """
    from wz.office.confidentiality import public_contacts
    from wz.office.found import find, move

    public = public_contacts(current().registry.directory)
    found = find(fields, public)
    if not found or choice is False:
        return petitioner
    for one in found:
        click.echo(
            _("{field}, line {line}, column {column}: {kind}").format(
                field=_(one.field), line=one.line, column=one.column, kind=one.kind_named
            ),
            err=True,
        )
    if choice is None and at_terminal():
        choice = click.confirm(_("Move this into what is sealed?"), default=True, err=True)
    if not choice:
        click.echo(_("Whoever has the registry can read it. --seal-found moves it into what is sealed."), err=True)
        return petitioner
    moved, texts = move(fields, petitioner, public)
    fields |= texts
    return moved
