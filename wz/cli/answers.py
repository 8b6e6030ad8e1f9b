"""The fields of an event from the options given; what is missing is asked for, or named."""

from collections.abc import Mapping
from typing import Any

from wz.actions.base import Action
from wz.cli.fields import Asked, asked_fields, flag_parameter
from wz.cli.questions import ask, at_terminal
from wz.cli.values import convert, read_text
from wz.errors import Usage
from wz.i18n import _, listed
from wz.model.case import Case
from wz.office.act import Document


def gather(action: Action, given: Mapping[str, Any], case: Case | None) -> tuple[dict[str, Any], dict[str, Document]]:
    """The event's fields and documents from the options given, asking for what is missing on a terminal.

    Without the case that it is about, nobody is asked. Raises Usage that names every missing option where nobody can
    be asked.
    """
    answers: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    documents: dict[str, Document] = {}
    missing: list[Asked] = []
    for asked in asked_fields(action.event):
        raw = _given(asked, given)
        if raw is not None:
            value = convert(asked.field, raw, asked.option)
        elif case is None or not at_terminal():
            missing += [asked] if asked.required else []
            continue
        elif asked.required or asked.field.asked(answers, case):
            value = ask(asked.label, asked.field, asked.option)
        else:
            continue
        answers[asked.parameter] = value
        if isinstance(value, Document):
            documents[asked.parameter] = value
        else:
            _put(fields, asked.path, value)
    if missing:
        raise Usage(
            _("missing: {options}").format(options=listed(map(_named, missing))),
            _("Example:") + " " + action.example,
        )
    return fields, documents


def _named(asked: Asked) -> str:
    return f"{' / '.join(asked.field.flags) or asked.option} ({asked.label})"


def _given(asked: Asked, given: Mapping[str, Any]) -> Any:
    if asked.field.flags:
        return _flagged(asked, given)
    value = given.get(asked.parameter)
    if value in (None, ()):
        path = given.get(asked.parameter + "_file")
        # A corrected petitioner may be typed in the file's place.
        return read_text(path, quoting=asked.parameter != "value") if path else None
    if given.get(asked.parameter + "_file"):
        raise Usage(
            _("{option} and {option}-file are both given").format(option=asked.option), _("Give one of the two.")
        )
    return value


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        fields = fields.setdefault(step, {})
    fields[path[-1]] = value


def _flagged(asked: Asked, given: Mapping[str, Any]) -> Any:
    """The value that the one flag given stands for. Raises Usage where two are given."""
    flags = list(asked.field.flags)
    typed = [flag for flag in flags if given.get(flag_parameter(flag))]
    if len(typed) > 1:
        raise Usage(_("{options} are both given").format(options=listed(typed)), _("Give one of the two."))
    if not typed:
        return None
    return typed[0] == flags[0] if asked.field.kind == "yes-no" else typed[0].removeprefix("--")
