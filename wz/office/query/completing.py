"""What can follow in a query that is being typed: fields, then their values."""

import re
from collections.abc import Iterator

from wz.i18n import _
from wz.model.directory import Directory
from wz.office.query.fields import ANY, FIELDS, NONE, Field, field_name
from wz.regulation.law import Law

_LAST = re.compile(r"(?P<field>\w+)(?P<relation>!=|<=|>=|[:=<>])(?P<before>(?:[^\s,]*,)*)(?P<value>[^\s,]*)")
_DAYS = ("today", "yesterday", "today+3wd", "today-7", "today-1w")


def fields(typed: str) -> Iterator[tuple[str, str]]:
    """The fields whose name begins as typed, each with its colon, and what they are."""
    head, last = _split(typed)
    for name, field in FIELDS.items():
        if name.startswith(last):
            yield f"{head}{name}:", f"{field.label} {_(field.about)}" if field.about else field.label


def values(typed: str, law: Law, directory: Directory) -> Iterator[tuple[str, str]]:
    """What the last term could become once its field stands, each with its Chinese name; commas part several values."""
    head, last = _split(typed)
    match = _LAST.fullmatch(last)
    name = match and field_name(match["field"])
    if not match or not name:
        return
    start = last[: match.start("value")]
    for code, label in _known(name, FIELDS[name], law, directory):
        if code.startswith(match["value"]) or label.startswith(match["value"]):
            yield head + start + code, label


def _known(name: str, field: Field, law: Law, directory: Directory) -> Iterator[tuple[str, str]]:
    if name == "state":
        yield "open", "未结"
    if field.kind == "day":
        yield from ((day, "") for day in _DAYS)
    if field.known is not None:
        yield from field.known(law, directory).items()
    elif field.kind == "name":
        yield from ((unit.id, unit.name) for unit in directory.units if name == "about")
        yield from ((one[0], one[1]) for one in (NONE, ANY))


def _split(typed: str) -> tuple[str, str]:
    """What stands before the last term, and the last term."""
    start = max(typed.rfind(" "), typed.rfind("(")) + 1
    return typed[:start], typed[start:]
