"""JSON Schemas: accept a good document quickly, explain every fault of a bad one."""

import json
from collections.abc import Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

from wz.i18n import _, listed

jsonschema_rs: Any
try:
    import jsonschema_rs
except ImportError:  # no wheel for this platform: explaining alone is enough, only slower
    jsonschema_rs = None

PathTo = tuple[str | int, ...]
# Nobody mends more at a time, and a file may be made of nothing else.
MOST_FAULTS = 200


class SchemaFault(NamedTuple):
    """One broken rule: where, what is wrong and what is allowed; `key` when a key itself is at fault."""

    path: PathTo
    message: str
    cure: str
    key: str | None = None


def folder() -> Path:
    """Where the schemas lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    packaged = package / "schemas"
    return packaged if packaged.is_dir() else package.parent / "schemas"


# From so many cases on, a validator for each action has paid for its making.
_MANY = 1000
_cases_met = count()


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema by its name, such as `case`."""
    text = (folder() / f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _compiled(name: str) -> Any:
    return jsonschema_rs.validator_for(schema(name))


def accepts(name: str, document: Any) -> bool:
    """Whether the document is good by that schema. One with keys that are not text never is."""
    try:
        if jsonschema_rs is None:
            return not faults(name, document)
        if name == "case" and next(_cases_met) >= _MANY:
            return _accepts_case(document)
        return bool(_compiled(name).is_valid(document))
    except (TypeError, ValueError):
        return False


def _accepts_case(document: Any) -> bool:
    """As the whole schema would, but each event is held against its own action's part, not against all in turn."""
    if not _without_events().is_valid(document):
        return False
    return all(map(_accepts_event, document["events"] or ()))


def accepts_events(events: Any) -> bool:
    """Whether they are a list of events as a case has them; where only the explaining validator is at hand, never."""
    try:
        return jsonschema_rs is not None and isinstance(events, list) and all(map(_accepts_event, events))
    except (TypeError, ValueError):
        return False


def _accepts_event(event: Any) -> bool:
    one = _of_action(event["action"]) if isinstance(event, dict) and "action" in event else None
    return one is not None and bool(one.is_valid(event))


@cache
def _without_events() -> Any:
    whole = schema("case")
    events = {"type": whole["properties"]["events"]["type"]}
    return jsonschema_rs.validator_for({**whole, "properties": {**whole["properties"], "events": events}})


@cache
def _of_action(action: Any) -> Any:
    """The validator of the events of an action; None where the schema knows no such action."""
    whole = schema("case")
    for condition in whole["properties"]["events"]["items"]["allOf"]:
        if condition["if"]["properties"]["action"]["const"] == action:
            return jsonschema_rs.validator_for({"$defs": whole["$defs"], **condition["then"]})
    return None


def faults(name: str, document: Any) -> list[SchemaFault]:
    """The broken rules of the document, in its order; of more than MOST_FAULTS so many, and that there are more."""
    found: dict[SchemaFault, None] = {}
    for fault in _each_fault(name, document):
        found[fault] = None
        if len(found) > MOST_FAULTS:
            more = SchemaFault((), _("it has more faults than these"), _("Mend these first; then they are looked for."))
            return [*list(found)[:-1], more]
    return sorted(found, key=lambda fault: (tuple(map(str, fault.path)), fault.message))


def _each_fault(name: str, document: Any) -> Iterator[SchemaFault]:
    from jsonschema import Draft202012Validator

    whole = schema(name)
    validator = Draft202012Validator(whole)
    events = document.get("events") if name == "case" and isinstance(document, dict) else None
    if jsonschema_rs is None or not isinstance(events, list):
        for error in validator.iter_errors(document):
            yield from _explained(error)
        return
    # The validator that explains takes two milliseconds for an event; of many, only the bad ones are its business.
    for error in validator.iter_errors({**document, "events": []}):
        yield from _explained(error)
    of_events = validator.evolve(schema=whole["properties"]["events"]["items"])
    for place, event in enumerate(events):
        if not accepts_events([event]):
            for error in of_events.iter_errors(event):
                yield from (one._replace(path=("events", place, *one.path)) for one in _explained(error))


def where(path: PathTo) -> str:
    """A path as people read it, list items from 1: `events[2].to`."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _explained(error: Any) -> list[SchemaFault]:
    path: PathTo = tuple(error.absolute_path)
    rule, allowed, value = error.validator, error.validator_value, error.instance
    match rule:
        case "required":
            return [
                SchemaFault(path, _("{key} is missing").format(key=key), _cure_of_missing(error.schema, key))
                for key in allowed
                if key not in value
            ]
        case "additionalProperties":
            known = list(error.schema.get("properties", {}))
            unknown = islice((key for key in value if key not in known), MOST_FAULTS + 1)
            return [_unknown(path, key, known) for key in unknown]
        case "enum" | "const":
            choices = allowed if rule == "enum" else [allowed]
            return [_not_among(path, value, choices)]
        case "uniqueItems":
            return [SchemaFault(path, _("an item is listed twice"), _("Keep it once."))]
    return [SchemaFault(path, _misfit(rule, allowed, value), _described(error.schema))]


def _misfit(rule: str, allowed: Any, value: Any) -> str:
    match rule:
        case "type":
            types = " / ".join(_type_name(name) for name in ([allowed] if isinstance(allowed, str) else allowed))
            return _("must be {type}, not {value}").format(type=types, value=_brief(value))
        case "minimum":
            return _("{value} is less than {bound}").format(value=value, bound=allowed)
        case "maximum":
            return _("{value} is more than {bound}").format(value=value, bound=allowed)
        case "minItems" | "minProperties":
            return _("must not be empty")
        case "maxItems":
            return _("more than {count} items").format(count=allowed)
        case "contains":
            return _("an item is missing")
    return _("{value} is not allowed here").format(value=_brief(value))


def _described(part: Any) -> str:
    """What a part of a schema says of itself, in the reader's language."""
    text = part.get("description") if isinstance(part, dict) else None
    return _(text) if text else ""


def _cure_of_missing(parent: dict[str, Any], key: str) -> str:
    text = _described(parent.get("properties", {}).get(key))
    return _("Add `{key}:`.").format(key=key) + (f" {text}" if text else "")


def _closest(word: str, known: list[str]) -> str | None:
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, 1)), None)


def _unknown(path: PathTo, key: str, known: list[str]) -> SchemaFault:
    close = _closest(str(key), known)
    cure = (
        _("Did you mean {close}?").format(close=close)
        if close
        else _("Known here: {known}.").format(known=listed(known))
    )
    return SchemaFault(path, _("unknown field {key}").format(key=key), cure, key)


def _not_among(path: PathTo, value: Any, choices: list[Any]) -> SchemaFault:
    if path == ("format",) and isinstance(value, int) and not isinstance(value, bool) and value > choices[-1]:
        return SchemaFault(
            path,
            _("format {value} is newer than this wz knows ({known})").format(value=value, known=choices[-1]),
            _("Install a newer wz."),
        )
    close = _closest(str(value), [str(choice) for choice in choices])
    return SchemaFault(
        path,
        _("{value} must be one of {choices}").format(value=_brief(value), choices=listed(map(_brief, choices))),
        _("Did you mean {close}?").format(close=close) if close else "",
    )


def _type_name(name: str) -> str:
    return {
        "string": _("text"),
        "integer": _("a whole number"),
        "number": _("a number"),
        "boolean": _("true or false"),
        "array": _("a list"),
        "object": _("a mapping"),
        "null": _("nothing"),
    }[name]


def _brief(value: Any) -> str:
    if value is None:
        return _("nothing")
    if value == "":
        return '""'
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 40 else text[:39] + "…"
