"""Questions for what is missing, when a person sits at the terminal."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from wz.actions.base import Field
from wz.cli.context import current, whole_number
from wz.cli.values import choices_of, convert
from wz.errors import Usage
from wz.i18n import _


def at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(label: str, field: Field, option: str) -> Any:
    """Ask on the terminal until there is an answer that fits, and give it as the event carries it.

    Choices are numbered and shown with their Chinese labels; what is wrong with an answer is said before asking again.
    """
    choices = _choices_shown(field)
    for number, (code, name) in enumerate(choices.items(), 1):
        click.echo(f"  {number:>2}  {code}  {name}", err=True)
    while True:
        try:
            return convert(field, _answer(label, field, choices), option)
        except Usage as error:
            click.echo(error.message, err=True)
            click.echo(error.cure, err=True)


def _choices_shown(field: Field) -> Mapping[str, str]:
    if field.kind in ("unit", "units"):
        return {unit.id: unit.name for unit in current().registry.directory.units}
    return choices_of(field) if field.kind == "choice" else {}


def _answer(label: str, field: Field, choices: Mapping[str, str]) -> Any:
    if field.kind == "yes-no":
        return click.confirm(label, default=None, err=True)
    if field.kind == "text":
        return _ask_text(label)
    if field.kind in ("days", "place"):
        return click.prompt(label, type=whole_number(1), err=True)
    if not choices:
        return _ask_line(label)
    answer: str = click.prompt(_("{label} (number, code or name)").format(label=label), err=True).strip()
    if answer not in choices and answer.isdecimal() and 1 <= int(answer) <= len(choices):
        answer = list(choices)[int(answer) - 1]
    return (answer,) if field.kind == "units" else answer


def _ask_line(label: str) -> str:
    answer = ""
    while not answer.strip():  # click asks again where nothing was typed, not where blanks were
        answer = click.prompt(label, err=True)
    return answer


def _ask_text(label: str) -> str:
    answer: str = click.prompt(
        _("{label} (Enter alone opens an editor)").format(label=label), default="", show_default=False, err=True
    )
    while not answer.strip():
        answer = _edited()
        if not answer.strip():
            click.confirm(_("The text is empty. Open the editor again?"), abort=True, default=True, err=True)
    return answer


def _edited() -> str:
    """A text from the editor. Raises Usage where there is none to be started, so that it is asked for again."""
    try:
        return (click.edit("") or "").rstrip("\n")
    except click.ClickException as error:
        raise Usage(
            error.format_message(), _("Type the text here, or set EDITOR to an editor that is there.")
        ) from None
