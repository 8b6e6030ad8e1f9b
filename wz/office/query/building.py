"""From the tree of a query to a predicate on standings."""

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from wz.errors import Usage
from wz.i18n import _, listed
from wz.model import case_id
from wz.model.article import article_name
from wz.model.case import OPEN
from wz.model.directory import Directory
from wz.model.obligation import LEVEL_ORDER
from wz.office.query.days import parse_days
from wz.office.query.fields import ALIASES, ANY, FIELDS, NAMES, NONE, Field, field_name
from wz.office.query.reach import confined_to, fields_of, open_only
from wz.office.query.syntax import And, Comparison, Node, Not, Or, QueryFault, Text, Value, tree
from wz.office.references import close_units
from wz.office.survey import Standing
from wz.regulation.law import Law

Predicate = Callable[[Standing], bool]

_QUOTED = 40
_ORDERED = frozenset({"day", "number", "level"})


class Query(NamedTuple):
    """What a filter asks, so that whoever serves it can do less.

    `fits` tells whether a case fits. `fields` are the fields it reads (`text` for free text); `open_only` says that
    no ended case can fit; `ids` are the full ids that it is confined to, or None.
    """

    text: str
    fits: Predicate
    fields: frozenset[str]
    open_only: bool
    ids: frozenset[str] | None

    def __call__(self, case: Standing) -> bool:
        return self.fits(case)

    @property
    def names_state(self) -> bool:
        """Whether it speaks of the state or names a case, so that ended cases are its own affair."""
        return not self.fields.isdisjoint({"state", "id"})


def parse(terms: Sequence[str], law: Law, directory: Directory, today: date) -> Query:
    """The query that the words of a command line make, all of which a case must fit. Raises QueryFault."""
    text = " ".join(terms)
    root = tree(text, NAMES)
    builder = _Builder(text, law, directory, today)
    return Query(text, builder.predicate(root), fields_of(root), open_only(root), confined_to(root))


class _Builder:
    def __init__(self, text: str, law: Law, directory: Directory, today: date) -> None:
        self.text = text
        self.law = law
        self.directory = directory
        self.today = today

    def predicate(self, node: Node) -> Predicate:
        match node:
            case Text():
                wanted = node.text.casefold()
                return lambda case: wanted in case.facts.title.casefold() or wanted in case.facts.content.casefold()
            case Not():
                inner = self.predicate(node.part)
                return lambda case: not inner(case)
            case And():
                every = [self.predicate(part) for part in node.parts]
                return lambda case: all(one(case) for one in every)
            case Or():
                either = [self.predicate(part) for part in node.parts]
                return lambda case: any(one(case) for one in either)
            case Comparison():
                return self._comparison(node)

    def _comparison(self, node: Comparison) -> Predicate:
        name = field_name(node.field.text)
        if name is None:
            raise self._no_field(node.field)
        field = FIELDS[name]
        if node.relation in ("<", "<=", ">", ">="):
            return self._ordered(name, field, node)
        tests = [self._test(name, field, node.relation, value) for value in node.values]
        read = field.read
        if node.relation == "!=":
            return lambda case: not any(test(read(case)) for test in tests)
        return lambda case: any(test(read(case)) for test in tests)

    def _ordered(self, name: str, field: Field, node: Comparison) -> Predicate:
        if field.kind not in _ORDERED:
            raise self._fault(
                node.field,
                _("{field} has no order").format(field=name),
                _("Use {field}:VALUE; these can be compared: {fields}.").format(
                    field=name, fields=listed(one for one, field in FIELDS.items() if field.kind in _ORDERED)
                ),
            )
        if len(node.values) > 1:
            raise self._fault(
                node.values[1], _("only one value can be compared with"), _("Write {field}:A,B for any of several.")
                .format(field=name),
            )  # fmt: skip
        low, high = self._span(field, node.values[0])
        compare, bound = {
            "<": (operator.lt, low),
            "<=": (operator.le, high),
            ">": (operator.gt, high),
            ">=": (operator.ge, low),
        }[node.relation]
        read = _placed(field)
        return lambda case: any(compare(one, bound) for one in read(case))

    def _test(self, name: str, field: Field, relation: str, value: Value) -> Callable[[list[Any]], bool]:
        """A test of the values that a field has in a case."""
        text = value.text
        if field.kind != "level" and text in NONE:
            return lambda values: not values
        if text in ANY:
            return (lambda values: values != ["none"]) if field.kind == "level" else bool
        match field.kind:
            case "text" if relation == ":":
                wanted = text.casefold()
                return lambda values: any(wanted in one.casefold() for one in values)
            case "id":
                end = case_id.normalise(text)
                if case_id.PATTERN.fullmatch(end) and not case_id.is_valid(end):
                    raise self._fault(
                        value,
                        _("{id} is not a case id: its last symbol does not fit the others").format(id=end),
                        _("A symbol is wrong or two are swapped; check it. `wz list` shows the ids."),
                    )
                return lambda values: any(one.endswith(end) for one in values)
            case "day" | "number" | "level":
                low, high = self._span(field, value)
                place = LEVEL_ORDER.index if field.kind == "level" else _itself
                return lambda values: any(low <= place(one) <= high for one in values)
        codes = self._codes(name, field, value)
        return lambda values: not codes.isdisjoint(values)

    def _span(self, field: Field, value: Value) -> tuple[Any, Any]:
        """The least and the greatest thing that a value names."""
        if field.kind == "day":
            try:
                return parse_days(value.text, self.law, self.today)
            except Usage as error:
                raise self._fault(value, error.message, error.cure) from None
        if field.kind == "level":
            place = LEVEL_ORDER.index(next(iter(self._known("level", field, value))))
            return place, place
        low, dots, high = value.text.partition("..")
        try:
            return int(low or -(10**9)), int(high or 10**9) if dots else int(low)
        except ValueError:
            raise self._fault(
                value, _("{text} is not a number").format(text=_brief(value.text)), _("Write 3, -3 or 1..5.")
            ) from None

    def _codes(self, name: str, field: Field, value: Value) -> frozenset[str]:
        """A value as typed, code or Chinese name, as the codes that it means."""
        text = value.text
        if field.kind in ("unit", "name") and (unit := self.directory.find_unit(text)):
            # A petition may complain of a unit by its id or by any of its names.
            return frozenset({unit.id} if field.kind == "unit" else {text, unit.id, unit.name, *unit.aliases})
        if name == "state" and text in ("open", "未结"):
            return frozenset(OPEN)
        if field.known is None:
            return frozenset({text})
        return self._known(name, field, value)

    def _known(self, name: str, field: Field, value: Value) -> frozenset[str]:
        assert field.known is not None
        known, text = field.known(self.law, self.directory), value.text
        codes = {code for code, label in known.items() if text in (code, label, _article(code))}
        if codes:
            return frozenset(codes)
        if field.kind == "unit":
            cure = close_units(text, self.directory)
        elif close := get_close_matches(text, [*known, *known.values()], 1):
            cure = _("Did you mean {close}?").format(close=close[0])
        else:
            cure = ""
        cure = f"{cure} " + _("Values are: {values}.").format(
            values=listed(f"{code} {label}" for code, label in known.items())
        )
        message = _("{field} has no value {value}").format(field=name, value=_brief(text))
        raise self._fault(value, message, cure.strip())

    def _no_field(self, field: Value) -> QueryFault:
        close = get_close_matches(field.text, [*FIELDS, *ALIASES], 1)
        cure = (
            _("Did you mean {close}?").format(close=close[0])
            if close
            else _("Fields are: {fields}.").format(fields=listed(FIELDS))
        )
        cure += " " + _("To look for it as a text, put it in quotes.")
        return self._fault(field, _("there is no field {field}").format(field=field.text), cure)

    def _fault(self, value: Value, message: str, cure: str) -> QueryFault:
        return QueryFault(self.text, value.start, value.end, message, cure)


def _brief(text: str) -> str:
    """A value as a message quotes it: the whole stands in the line below."""
    return text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"


def _itself(value: Any) -> Any:
    return value


def _placed(field: Field) -> Callable[[Standing], Iterable[Any]]:
    """The values of a field as things that can be compared."""
    if field.kind != "level":
        return field.read
    return lambda case: map(LEVEL_ORDER.index, field.read(case))


def _article(code: str) -> str | None:
    """`7(3)` as 第七条（三）, for whoever types it so."""
    return article_name(code) if code[:1].isdigit() else None
