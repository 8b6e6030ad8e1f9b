"""Options from the fields of an event, and questions for what is missing when a person sits at the terminal."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import click
import msgspec

from wz.actions.base import Action, Field
from wz.cli.context import complete_unit, current, whole_number
from wz.errors import Usage
from wz.i18n import _, reason_of
from wz.model.case import Case
from wz.office.act import Document
from wz.office.text import clean

_COMMON = frozenset({"at", "by", "note", "attachments"})


class Asked(NamedTuple):
    """One field of an event as a question: its dotted path in the event, its declaration, whether it must be given."""

    path: tuple[str, ...]
    field: Field
    required: bool

    @property
    def parameter(self) -> str:
        return "_".join(self.path)

    @property
    def option(self) -> str:
        return "--" + self.parameter.replace("_", "-")

    @property
    def label(self) -> str:
        return _(self.field.label)


def asked_fields(event: type[msgspec.Struct], path: tuple[str, ...] = ()) -> Iterator[Asked]:
    """The declared fields of an event type, nested ones flattened, in their order."""
    hints = get_type_hints(event, include_extras=True)
    required = {one.name for one in msgspec.structs.fields(event) if one.required}
    for name in event.__struct_fields__:
        if name in _COMMON and not path:
            continue
        hint = hints[name]
        if get_origin(hint) is Annotated:
            field = next(one for one in get_args(hint) if isinstance(one, Field))
            yield Asked((*path, name), field, name in required)
        elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from asked_fields(hint, (*path, name))


# -- options


def options(asked: Asked) -> list[click.Option]:
    """The options that give a field on the command line."""
    field, label = asked.field, asked.label
    if field.flags:
        return [_flag(asked, flag) for flag in field.flags]
    match field.kind:
        case "text":
            return [
                click.Option([asked.option, asked.parameter], metavar="TEXT", help=_about(asked)),
                click.Option(
                    [asked.option + "-file", asked.parameter + "_file"],
                    metavar="FILE",
                    type=click.Path(dir_okay=False, allow_dash=True),
                    help=_("{label}, from a file; - is standard input").format(label=label),
                ),
            ]
        case "units":
            return [
                click.Option(
                    [asked.option, asked.parameter],
                    multiple=True,
                    metavar="UNIT",
                    help=_about(asked),
                    shell_complete=complete_unit,
                )
            ]
        case "file":
            return [
                click.Option(
                    [asked.option, asked.parameter],
                    metavar="FILE",
                    help=_about(asked),
                    type=click.Path(exists=True, dir_okay=False),
                )
            ]
        case "choice":
            completer = None if isinstance(field.choices, str) else complete_from(field.choices)
            return [
                click.Option(
                    [asked.option, asked.parameter],
                    metavar="CODE",
                    help=_about(asked, _listed(field)),
                    shell_complete=completer,
                )
            ]
    metavar, kind, completer = _PLAIN[field.kind]
    return [
        click.Option(
            [asked.option, asked.parameter], metavar=metavar, type=kind, help=_about(asked), shell_complete=completer
        )
    ]


def _about(asked: Asked, choices: str = "") -> str:
    text = asked.label + (f": {choices}" if choices else "")
    return f"{text}  [{_('required')}]" if asked.required else text


def _listed(field: Field) -> str:
    if isinstance(field.choices, str):
        return _("see `wz rules`")
    return ", ".join(f"{code} {label}" for code, label in field.choices.items())


def _flag(asked: Asked, flag: str) -> click.Option:
    other = next(one for one in asked.field.flags if one != flag)
    either = "  " + _("[this or {other} is required]").format(other=other) if asked.required else ""
    return click.Option([flag, _flag_parameter(flag)], is_flag=True, help=_(asked.field.flags[flag]) + either)


def _flag_parameter(flag: str) -> str:
    return "flag_" + flag.removeprefix("--").replace("-", "_")


def _flagged(asked: Asked, given: Mapping[str, Any]) -> Any:
    """The value that the one flag given stands for. Raises Usage where two are given."""
    flags = list(asked.field.flags)
    typed = [flag for flag in flags if given.get(_flag_parameter(flag))]
    if len(typed) > 1:
        raise Usage(_("{options} are both given").format(options=", ".join(typed)), _("Give one of the two."))
    if not typed:
        return None
    return typed[0] == flags[0] if asked.field.kind == "yes-no" else typed[0].removeprefix("--")


def complete_from(choices: Mapping[str, str]) -> Any:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(code, help=label) for code, label in choices.items() if code.startswith(incomplete)]

    return complete


_PLAIN: dict[str, tuple[str, Any, Any]] = {
    "line": ("TEXT", str, None),
    "unit": ("UNIT", str, complete_unit),
    "days": ("DAYS", whole_number(1), None),
    "place": ("N", whole_number(1), None),
    "day": ("DATE", str, None),
    "instant": ("TIME", str, None),
    "yes-no": ("yes|no", str, None),
}


# -- answers


def gather(action: Action, given: Mapping[str, Any], case: Case) -> tuple[dict[str, Any], dict[str, Document]]:
    """The event's fields and documents from the options given, asking for what is missing on a terminal.

    Raises Usage that names every missing option where nobody can be asked.
    """
    answers: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    documents: dict[str, Document] = {}
    missing: list[Asked] = []
    for asked in asked_fields(action.event):
        raw = _given(asked, given)
        if raw is not None:
            value = convert(asked.field, raw, asked.option)
        elif not (asked.required or asked.field.asked(answers, case)):
            continue
        elif at_terminal():
            value = ask(asked.label, asked.field, asked.option)
        else:
            missing += [asked] if asked.required else []
            continue
        answers[asked.parameter] = value
        if isinstance(value, Document):
            documents[asked.parameter] = value
        else:
            _put(fields, asked.path, value)
    if missing:
        raise Usage(
            _("missing: {options}").format(options=", ".join(_named(one) for one in missing)),
            _("Example:") + "  " + action.example,
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
        return read_text(path) if path else None
    if given.get(asked.parameter + "_file"):
        raise Usage(
            _("{option} and {option}-file are both given").format(option=asked.option), _("Give one of the two.")
        )
    return value


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        fields = fields.setdefault(step, {})
    fields[path[-1]] = value


def read_text(path: str) -> str:
    """A text from a file in UTF-8, or from standard input for `-`; it is taken as it is. Raises Usage."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Usage(_("{path} is not UTF-8").format(path=path), _("Save it as UTF-8.")) from None
    except OSError as error:
        raise Usage(
            _("cannot read {path}: {reason}").format(path=path, reason=reason_of(error)), _("Check the file's name.")
        ) from None


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
        + _("It is one of {choices}.").format(choices=", ".join(f"{code} {label}" for code, label in choices.items())),
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


# -- questions


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
        return click.prompt(label, err=True)
    answer: str = click.prompt(_("{label} (number, code or name)").format(label=label), err=True).strip()
    if answer not in choices and answer.isdecimal() and 1 <= int(answer) <= len(choices):
        answer = list(choices)[int(answer) - 1]
    return (answer,) if field.kind == "units" else answer


def _ask_text(label: str) -> str:
    answer: str = click.prompt(
        _("{label} (Enter alone opens an editor)").format(label=label), default="", show_default=False, err=True
    )
    while not answer.strip():
        answer = (click.edit("") or "").rstrip("\n")
        if not answer.strip():
            click.confirm(_("The text is empty. Open the editor again?"), abort=True, default=True, err=True)
    return answer
