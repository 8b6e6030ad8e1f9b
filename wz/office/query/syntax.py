"""From the text of a query to its tree, by recursive descent; what is wrong is pointed at.

    query      = all { "or" all }
    all        = one { [ "and" ] one }
    one        = "not" one | "(" query ")" | comparison | text
    comparison = FIELD ( ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" ) value { "," value }
    value      = WORD | quoted text
    text       = WORD | quoted text

Signs and operators of Chinese keyboards serve too: `：＝≠＜≤＞≥`, `（）`, `，、`, `“”「」`, 且 或 非.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from wz.errors import Usage
from wz.i18n import _

_COMPARISON = re.compile(
    r"(?P<field>[A-Za-z_]+|[\u4e00-\u9fff]{1,8})(?P<gap>\s*)(?P<relation>!=|<=|>=|[:=<>：＝≠＜≤＞≥])\s*"
)
_RELATIONS = {"：": ":", "＝": "=", "≠": "!=", "＜": "<", "≤": "<=", "＞": ">", "≥": ">="}
_OPERATORS = {"and": "and", "or": "or", "not": "not", "且": "and", "或": "or", "非": "not"}
_OPERATOR = re.compile(rf"({'|'.join(_OPERATORS)})(?=[\s()（）]|$)", re.IGNORECASE)
_OPENING, _CLOSING, _COMMAS = "(（", ")）", ",，、"
_QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "‘": "’", "「": "」"}
_DEEPEST = 50


class QueryFault(Usage):
    """A query that cannot be understood; the message points at the place. `start` and `end` count characters."""

    def __init__(self, text: str, start: int, end: int, message: str, cure: str) -> None:
        from wz.render.pointer import pointed

        super().__init__(f"{message}\n{pointed(text, start, end)}", cure)
        self.start, self.end = start, end


class Value(NamedTuple):
    """A value of a comparison, and where it stands."""

    text: str
    start: int
    end: int


class Comparison(NamedTuple):
    """A field, as typed, with a relation (`:`, `=`, `!=`, `<`, `<=`, `>`, `>=`) to any of some values."""

    field: Value
    relation: str
    values: tuple[Value, ...]


class Text(NamedTuple):
    """What title or content must contain."""

    text: str


class Not(NamedTuple):
    part: "Node"


class And(NamedTuple):
    parts: tuple["Node", ...]


class Or(NamedTuple):
    parts: tuple["Node", ...]


Node = Comparison | Text | Not | And | Or


def tree(text: str, names: Collection[str]) -> Node:
    """The tree of a query; of an empty one, an And of nothing. `names` are the fields there are. Raises QueryFault."""
    return _Parser(text, names).whole()


class _Parser:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        if self._at_end():
            return And(())
        found = self._or()
        if not self._at_end():  # only a closing parenthesis ends a query early
            raise self._fault(self.at, self.at + 1, _("no parenthesis is open here"), _("Take it away, or open one."))
        return found

    # -- operators

    def _or(self) -> Node:
        parts = [self._and()]
        while self._operator("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._one()]
        while not self._at_end() and self.text[self.at] not in _CLOSING and self._ahead() != "or":
            self._operator("and")
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Node:
        self._nest()
        try:
            if self._operator("not"):
                return Not(self._one())
            self._expect_something()
            if self.text[self.at] in _OPENING:
                return self._group()
            return self._comparison() or Text(self._word(_CLOSING).text)
        finally:
            self.depth -= 1

    def _group(self) -> Node:
        opened = self.at
        self.at += 1
        found = self._or()
        if self._at_end():
            raise self._fault(opened, opened + 1, _("this parenthesis is not closed"), _("Close it with )."))
        self.at += 1
        return found

    def _nest(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._fault(self.at, self.at + 1, _("nested too deeply"), _("Write it with fewer parentheses."))

    def _expect_something(self) -> None:
        """An operand must begin here."""
        ended = self._at_end()
        if not ended and self.text[self.at] not in _CLOSING and self._ahead() not in ("and", "or"):
            return
        word = _OPERATOR.match(self.text, self.at)
        raise self._fault(
            self.at,
            word.end() if word else self.at + 1,
            _("something to look for is missing here"),
            _('Write FIELD:VALUE or a text; a word such as "or" that is meant as a text goes in quotes.'),
        )

    def _ahead(self) -> str | None:
        """The operator that comes next, if one does."""
        self._at_end()
        found = _OPERATOR.match(self.text, self.at)
        return _OPERATORS[found[1].lower()] if found else None

    def _operator(self, wanted: str) -> bool:
        """Pass over that operator if it comes next."""
        if self._ahead() != wanted:
            return False
        found = _OPERATOR.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return True

    # -- operands

    def _comparison(self) -> Comparison | None:
        found = _COMPARISON.match(self.text, self.at)
        if found is None or not self._is_field(found["field"], gap=bool(found["gap"])):
            return None
        field = Value(found["field"].lower(), self.at, found.end("field"))
        relation = _RELATIONS.get(found["relation"], found["relation"])
        self.at = found.end()
        values = [self._value()]
        while self.at < len(self.text) and self.text[self.at] in _COMMAS:
            self.at += 1
            values.append(self._value())
        return Comparison(field, relation, tuple(values))

    def _is_field(self, name: str, gap: bool) -> bool:
        """Whether a word before a relation is a field's name; a misspelt one is, too, so that it can be told."""
        return name.lower() in self.names or (name.isascii() and not gap)

    def _value(self) -> Value:
        if self._at_end() or self.text[self.at] in _CLOSING + _COMMAS:
            raise self._fault(
                self.at, self.at + 1, _("a value is missing here"), _("Write FIELD:VALUE; `none` for no value at all.")
            )
        return self._word(_CLOSING + _COMMAS)

    def _word(self, ends: str) -> Value:
        """A quoted text, or what stands up to a blank or one of `ends`; parentheses inside a word belong to it."""
        start = self.at
        if (closing := _QUOTES.get(self.text[start])) is not None:
            return self._quoted(closing)
        inside = 0
        while self.at < len(self.text) and not (one := self.text[self.at]).isspace():
            if one in _OPENING:
                inside += 1
            elif inside and one in _CLOSING:
                inside -= 1
            elif not inside and one in ends:
                break
            self.at += 1
        return Value(self.text[start : self.at], start, self.at)

    def _quoted(self, closing: str) -> Value:
        start = self.at
        end = self.text.find(closing, start + 1)
        if end < 0:
            raise self._fault(start, start + 1, _("this quotation is not closed"), _("Close it with the same mark."))
        if not self.text[start + 1 : end].strip():
            raise self._fault(start, end + 1, _("there is nothing in quotes"), _("Write a text between the marks."))
        self.at = end + 1
        return Value(self.text[start + 1 : end], start, self.at)

    def _at_end(self) -> bool:
        """Pass over blanks; whether nothing is left."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at >= len(self.text)

    def _fault(self, start: int, end: int, message: str, cure: str) -> QueryFault:
        return QueryFault(self.text, start, end, message, cure)
