"""One case file: bytes to facts and events, every fault with its line; and text for what is added."""

from typing import Any, NamedTuple

import msgspec

from wz.actions.catalog import ACTIONS, typed_event
from wz.actions.retract import placed
from wz.i18n import _
from wz.model.event import Event, Facts, plain
from wz.model.problem import Problem
from wz.store import schema
from wz.store.files import LARGEST
from wz.store.settings import explained
from wz.store.yamlfile import YamlFault, dump, dump_item, load, load_strictly

HEADER = "# yaml-language-server: $schema=../../../../schemas/case.schema.json\n"


class CaseFile(NamedTuple):
    """A case file as read. `problems` is empty, or says why facts (None) or some events could not be read.

    Retractions name the places at which their events stand now, which a merge may have moved since they were written.
    """

    path: str
    data: bytes
    facts: Facts | None
    events: list[Event]
    problems: list[Problem]


def parse(path: str, data: bytes) -> CaseFile:
    """Read a case file. Nothing is raised: a file that cannot be read is one with problems."""
    if len(data) > LARGEST:
        message = _("cannot read it: {reason}").format(reason=_("it is too big"))
        return _bad(
            path, b"", [Problem(file=path, message=message, cure=_("A case is text; see what was written to it."))]
        )
    if not data.strip(b"\0"):
        return _bad(path, data, [_emptied(path)])
    try:
        document = load(data)
    except YamlFault as fault:
        return _bad(path, data, [Problem(file=path, line=fault.line, message=fault.message, cure=fault.cure)])
    if not schema.accepts("case", document):
        return _bad(path, data, explained(path, "case", data))
    if next(reversed(document)) != "events":
        line = line_of_key(data, "events")
        return _bad(
            path,
            data,
            [
                Problem(
                    file=path,
                    line=line,
                    message=_("`events` must be the last key"),
                    cure=_("Move `events:` and its list to the end of the file."),
                )
            ],
        )
    events = document.pop("events") or []
    if unknown := [place for place, event in enumerate(events) if event["action"] not in ACTIONS]:
        return _bad(path, data, _not_carried_out(path, data, events, unknown))
    try:
        facts = msgspec.convert(document, Facts)
        return CaseFile(path, data, facts, placed([typed_event(event) for event in events]), [])
    except msgspec.ValidationError:
        return _bad(path, data, _value_problems(path, data, document, events))


def _bad(path: str, data: bytes, problems: list[Problem]) -> CaseFile:
    return CaseFile(path, data, None, [], problems)


def _emptied(path: str) -> Problem:
    """What a power cut or a full disk leaves of a file."""
    return Problem(
        file=path,
        message=_("it is empty, or holds nothing but zeros"),
        cure=_("`wz doctor --fix` restores it, if it was committed."),
    )


def _not_carried_out(path: str, data: bytes, events: list[Any], unknown: list[int]) -> list[Problem]:
    """Events that the format has and this version of wz does not carry out: guessing their effect would be worse."""
    lines = event_lines(data)
    return [
        Problem(
            file=path,
            line=lines.get(place + 1),
            message=_("events[{place}]: this version of wz does not carry out {action}").format(
                place=place + 1, action=events[place]["action"]
            ),
            cure=_("Install a newer wz."),
        )
        for place in unknown
    ]


def _value_problems(path: str, data: bytes, facts: Any, events: list[Any]) -> list[Problem]:
    """What the schema's patterns let through and the types do not: days and times that do not exist."""
    positions = load_strictly(data)[1]
    problems = []
    attempts: list[tuple[tuple[str | int, ...], Any]] = [((), facts)]
    attempts += [(("events", place), event) for place, event in enumerate(events)]
    for where, data_of in attempts:
        try:
            typed_event(data_of) if where else msgspec.convert(data_of, Facts)
        except msgspec.ValidationError as error:
            field = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else ""
            target = (*where, *field.split(".")) if field else where
            problems.append(
                Problem(
                    file=path,
                    line=positions.line(target),
                    message=f"{schema.where(target)}: " + _("no such day or time"),
                    cure=_("Give a day that exists, such as 2026-11-23, or an instant 2026-11-23T09:12:00+08:00."),
                )
            )
    return problems


def event_lines(data: bytes) -> dict[int, int]:
    """The line (from 1) on which each event starts, by its place (from 1)."""
    positions = load_strictly(data)[1]
    return {int(path[1]) + 1: line for path, line in positions.values.items() if len(path) == 2 and path[0] == "events"}


def new_text(facts: Facts) -> bytes:
    """The text of a new case file: facts, then an empty list of events to grow."""
    return text_of(plain(facts), [])


def text_of(facts: dict[str, Any], events: list[dict[str, Any]]) -> bytes:
    """The text of a case file from facts and events as plain data."""
    return "".join([HEADER, dump(facts), "events:\n", *map(dump_item, events)]).encode("utf-8")


def with_event(data: bytes, event: Event) -> bytes:
    """The file with one more event at its end; no byte before it changes."""
    start = data if data.endswith(b"\n") else data + b"\n"
    return start + dump_item(plain(event)).encode("utf-8")


def line_of(data: bytes, path: tuple[str | int, ...]) -> int | None:
    """The line (from 1) of the value at that path, or of the nearest thing around it."""
    return load_strictly(data)[1].line(path)


def line_of_key(data: bytes, key: str) -> int | None:
    """The line (from 1) on which a key of the document stands."""
    return load_strictly(data)[1].keys.get((key,))
