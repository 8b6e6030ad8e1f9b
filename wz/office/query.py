"""The filter language of `wz list`: `unit:urban-mgmt state:assigned level>=yellow due<2026-12-01 路灯`."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from wz.errors import Usage
from wz.i18n import _, listed
from wz.model.case import ENDED, STATE_LABELS
from wz.model.directory import Directory
from wz.model.event import CHANNELS
from wz.model.obligation import KIND_LABELS, LEVEL_ORDER
from wz.office.survey import AWAITED_LABELS, Standing
from wz.regulation.law import Law

Predicate = Callable[[Standing], bool]

_TERM = re.compile(r"(?P<field>[a-z_]+)(?P<relation>!=|<=|>=|[:=<>])(?P<value>.+)", re.DOTALL)
_RELATIVE = re.compile(r"today(?:(?P<sign>[+-])(?P<count>[0-9]{1,4})(?P<working>wd)?)?")

# What a field is of a case; a field with several values matches when one of them does.
_VALUES: dict[str, Callable[[Standing], Any]] = {
    "about": lambda case: case.facts.about,
    "area": lambda case: case.facts.area,
    "assist": lambda case: case.assist,
    "category": lambda case: case.facts.category,
    "channel": lambda case: case.facts.channel,
    "due": lambda case: [judged.due for judged in case.judged],
    "id": lambda case: case.id,
    "level": lambda case: case.level,
    "obligation": lambda case: [judged.obligation.kind for judged in case.judged],
    "rating": lambda case: case.rating,
    "received": lambda case: case.facts.received.date(),
    "scope": lambda case: case.facts.scope,
    "source": lambda case: f"{case.facts.source.system}:{case.facts.source.id}" if case.facts.source else None,
    "state": lambda case: case.state,
    "tag": lambda case: case.facts.tags,
    "title": lambda case: case.facts.title,
    "unit": lambda case: case.unit,
    "urgent": lambda case: "yes" if case.facts.urgent else "no",
    "waiting": lambda case: [one.awaited for one in case.waiting],
}
FIELDS = tuple(_VALUES)
_DATES = frozenset({"due", "received"})
_CONTAINED = frozenset({"title"})


def parse(terms: Sequence[str], law: Law, directory: Directory, today: date) -> Predicate:
    """A predicate that holds for the cases which every term fits.

    A term is `field:value` (values joined by commas: any of them), `field!=value`, an order (`due<…`, `level>=…`),
    or a text that title or content must contain. Raises Usage for a field or value that does not exist.
    """
    predicates = [_predicate(term, law, directory, today) for term in terms]
    return lambda case: all(predicate(case) for predicate in predicates)


def names_state(terms: Sequence[str]) -> bool:
    """Whether a filter speaks of the state or names a case, so that ended cases are its own affair."""
    return any((match := _TERM.fullmatch(term)) and match["field"] in ("state", "id") for term in terms)


def _predicate(term: str, law: Law, directory: Directory, today: date) -> Predicate:
    match = _TERM.fullmatch(term)
    if match is None:
        wanted = term.casefold()
        return lambda case: wanted in case.facts.title.casefold() or wanted in case.facts.content.casefold()
    field, relation = match["field"], match["relation"]
    if field not in _VALUES:
        from difflib import get_close_matches

        close = get_close_matches(field, FIELDS, 1)
        raise Usage(
            _("there is no field {field} in {term}").format(field=field, term=term),
            _("Did you mean {close}?").format(close=close[0])
            if close
            else _("Fields are: {fields}.").format(fields=listed(FIELDS)),
        )
    values = [_value(field, one, law, directory, today) for one in match["value"].split(",")]
    if relation in ("<", "<=", ">", ">="):
        return _ordered(field, relation, values[0], term)
    holds = _any_of(field, [one for value in values for one in (value if isinstance(value, set) else {value})])
    return (lambda case: not holds(case)) if relation == "!=" else holds


def _any_of(field: str, wanted: list[Any]) -> Predicate:
    read = _VALUES[field]
    if field in _CONTAINED:
        return lambda case: any(one in read(case) for one in wanted)

    def holds(case: Standing) -> bool:
        value = read(case)
        return any(one in wanted for one in value) if isinstance(value, list) else value in wanted

    return holds


def _ordered(field: str, relation: str, bound: Any, term: str) -> Predicate:
    if field == "level":
        order: Callable[[Any], Any] = LEVEL_ORDER.index
    elif field in _DATES:
        order = date.toordinal
    else:
        raise Usage(
            _("{field} has no order, in {term}").format(field=field, term=term),
            _("Use {field}:VALUE; due, received and level can be compared.").format(field=field),
        )
    compare: dict[str, Callable[[Any], bool]] = {
        "<": lambda value: order(value) < order(bound),
        "<=": lambda value: order(value) <= order(bound),
        ">": lambda value: order(value) > order(bound),
        ">=": lambda value: order(value) >= order(bound),
    }
    test, read = compare[relation], _VALUES[field]

    def holds(case: Standing) -> bool:
        value = read(case)
        return any(map(test, value)) if isinstance(value, list) else test(value)

    return holds


def _value(field: str, text: str, law: Law, directory: Directory, today: date) -> Any:
    """A value as typed, code or Chinese name, as the code."""
    if field in _DATES:
        return parse_day(text, law, today)
    if field in ("unit", "assist", "about") and (unit := directory.find_unit(text)):
        return unit.id
    if field == "area":
        return next((area.id for area in directory.areas if text in (area.id, area.name)), text)
    if field == "state" and text == "open":
        return set(STATE_LABELS) - ENDED
    known = _known_values(field, law, directory)
    if known is None:
        return text
    by_name = {name: code for code, name in known.items()}
    code = text if text in known else by_name.get(text)
    if code is None:
        raise Usage(
            _("{field} has no value {value}").format(field=field, value=text),
            _("Values are: {values}.").format(values=listed(f"{code} {name}" for code, name in known.items())),
        )
    return code


def _known_values(field: str, law: Law, directory: Directory) -> dict[str, str] | None:
    match field:
        case "state":
            return {str(state): label for state, label in STATE_LABELS.items()}
        case "category":
            return law.rules.choices("categories")
        case "rating":
            return law.rules.choices("ratings")
        case "channel":
            return CHANNELS
        case "level":
            return {"none": "无", **law.rules.choices("levels")}
        case "urgent":
            return {"yes": "是", "no": "否"}
        case "unit" | "assist":
            return {unit.id: unit.name for unit in directory.units}
        case "obligation":
            return {str(kind): label for kind, label in KIND_LABELS.items()}
        case "waiting":
            return {str(awaited): label for awaited, label in AWAITED_LABELS.items()}
    return None


def parse_day(text: str, law: Law, today: date) -> date:
    """`2026-12-01`, `today`, `today+3` (days), `today+3wd` (working days). Raises Usage."""
    if match := _RELATIVE.fullmatch(text):
        count = int(match["count"] or 0)
        if match["working"] and count:
            shift = law.calendar.add if match["sign"] == "+" else law.calendar.subtract
            return shift(today, count)
        return today + timedelta(-count if match["sign"] == "-" else count)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Usage(
            _("{text} is not a day").format(text=text), _("Write 2026-12-01, today, today+3 or today+3wd.")
        ) from None
