"""Options made from the declared fields of an event."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import click
import msgspec

from wz.actions.base import Field
from wz.cli.context import complete_unit, whole_number
from wz.i18n import _, labelled, listed

_COMMON = frozenset({"at", "by", "note", "attachments", "key"})


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


@cache
def asked_fields(event: type[msgspec.Struct]) -> tuple[Asked, ...]:
    """The declared fields of an event type, nested ones flattened, in their order."""
    return tuple(_declared(event, ()))


def _declared(event: type[msgspec.Struct], path: tuple[str, ...]) -> Iterator[Asked]:
    hints = get_type_hints(event, include_extras=True)
    required = {one.name for one in msgspec.structs.fields(event) if one.required}
    for name, key in zip(event.__struct_fields__, event.__struct_encode_fields__, strict=True):
        if name in _COMMON and not path:
            continue
        hint = hints[name]
        if get_origin(hint) is Annotated:
            field = next(one for one in get_args(hint) if isinstance(one, Field))
            yield Asked((*path, key), field, name in required)
        elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _declared(hint, (*path, key))


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
    text = labelled(asked.label, choices) if choices else asked.label
    return f"{text}  [{_('required')}]" if asked.required else text


def _listed(field: Field) -> str:
    if isinstance(field.choices, str):
        return _("see `wz rules`")
    return listed(f"{code} {label}" for code, label in field.choices.items())


def _flag(asked: Asked, flag: str) -> click.Option:
    other = next(one for one in asked.field.flags if one != flag)
    either = "  " + _("[this or {other} is required]").format(other=other) if asked.required else ""
    return click.Option([flag, flag_parameter(flag)], is_flag=True, help=_(asked.field.flags[flag]) + either)


def flag_parameter(flag: str) -> str:
    return "flag_" + flag.removeprefix("--").replace("-", "_")


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
