"""Values as people type them, as events carry them: codes by their names, units, days, texts, files."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from wz.actions.base import Field
from wz.cli.context import current
from wz.errors import Usage
from wz.i18n import _, listed, reason_of
from wz.office.act import Document
from wz.office.text import clean


def read_text(path: str, *, quoting: bool = True) -> str:
    """A text from a file in UTF-8, or from standard input for `-`; it is taken as it is.

    Raises Usage; without `quoting` its message does not hold what may have been typed in the file's place.
    """
    named = path if quoting else _("the file that was named")
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Usage(_("{path} is not UTF-8").format(path=named), _("Save it as UTF-8.")) from None
    except OSError as error:
        cure = _("Check the file's name.") if quoting else _("A file's name is wanted, or - for standard input.")
        raise Usage(_("cannot read {path}: {reason}").format(path=named, reason=reason_of(error)), cure) from None


def read_document(path: str) -> Document:
    """A file to be kept beside the case. Raises Usage."""
    try:
        return Document(Path(path).name, Path(path).read_bytes())
    except OSError as error:
        raise Usage(
            _("cannot read {path}: {reason}").format(path=path, reason=reason_of(error)), _("Check the file's name.")
        ) from None


def convert(field: Field, raw: Any, option: str) -> Any:
    """A value as typed, as the event carries it. Raises Usage."""
    from wz.cli.context import happened_at, now
    from wz.model.instants import written
    from wz.office.query import parse_day

    session = current()
    match field.kind:
        case "line" | "text":
            cleaned, removed = clean(str(raw))
            if removed:
                click.echo(
                    _("{count} control characters removed from {option}").format(count=removed, option=option), err=True
                )
            return cleaned
        case "choice":
            return choose(choices_of(field), str(raw), option)
        case "unit":
            return find_unit(str(raw), session.registry.directory)
        case "units":
            names = [name for one in raw for name in str(one).replace("，", ",").split(",") if name.strip()]
            return [find_unit(name.strip(), session.registry.directory) for name in names]
        case "day":
            return parse_day(str(raw), session.registry.law, now().date()).isoformat()
        case "instant":
            return written(happened_at(str(raw)))
        case "file":
            return read_document(str(raw))
        case "yes-no":
            return raw if isinstance(raw, bool) else choose({"yes": "是", "no": "否"}, str(raw), option) == "yes"
    return raw


def choices_of(field: Field) -> Mapping[str, str]:
    if isinstance(field.choices, str):
        named: dict[str, str] = current().registry.rules.choices(field.choices)
        return named
    return field.choices


def choose(choices: Mapping[str, str], text: str, option: str) -> str:
    """A code from itself or its Chinese label. Raises Usage that lists what there is."""
    text = text.strip()
    if text in choices:
        return text
    for code, label in choices.items():
        if text in (label, _article_form(code)):
            return code
    from difflib import get_close_matches

    close = get_close_matches(text, [*choices, *choices.values()], 1)
    raise Usage(
        _("{option}: there is no {value}").format(option=option, value=text or '""'),
        (_("Did you mean {close}?").format(close=close[0]) + " " if close else "")
        + _("It is one of {choices}.").format(choices=listed(f"{code} {label}" for code, label in choices.items())),
    )


def _article_form(code: str) -> str | None:
    """`8(4)` as 第八条（四）, for whoever types it so."""
    from wz.model.article import article_name

    return article_name(code) if code[:1].isdigit() else None


def find_unit(text: str, directory: Any) -> str:
    """A unit's id from its id, name or alias. Raises Usage."""
    from wz.office.references import close_units

    unit = directory.find_unit(text)
    if unit is None:
        raise Usage(_("there is no unit {unit}").format(unit=text), close_units(text, directory))
    return str(unit.id)


def named_unit(text: str, directory: Any) -> str:
    """A unit's id where it is a unit, else the name itself: a petition may be about anybody."""
    unit = directory.find_unit(text)
    return str(unit.id) if unit else text
