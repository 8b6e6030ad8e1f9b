"""What a query can tell of itself before a case is read: its fields, whether ended cases can fit, the ids it names."""

from wz.model import case_id
from wz.model.case import ENDED, OPEN, STATE_LABELS
from wz.office.query.fields import FIELDS, NONE, field_name
from wz.office.query.syntax import And, Comparison, Node, Not, Or, Text

_EQUALS = frozenset({":", "="})
_STATES = {label: str(state) for state, label in STATE_LABELS.items()}


def fields_of(node: Node) -> frozenset[str]:
    """The fields that it reads; `text` where it looks for a text in title and content."""
    match node:
        case Text():
            return frozenset({"text"})
        case Comparison():
            name = field_name(node.field.text)
            return frozenset({name} if name else ())
        case Not():
            return fields_of(node.part)
        case And() | Or():
            return frozenset().union(*map(fields_of, node.parts))


def open_only(node: Node, negated: bool = False) -> bool:
    """Whether no ended case can fit (or, negated, can fail to fit). False where that is not plain to see."""
    match node:
        case Not():
            return open_only(node.part, not negated)
        case And() | Or():
            found = [open_only(part, negated) for part in node.parts]
            every = isinstance(node, Or) != negated
            return bool(found) and (all(found) if every else any(found))
        case Comparison():
            return _open_only(node, negated)
    return False


def _open_only(node: Comparison, negated: bool) -> bool:
    name = field_name(node.field.text)
    if name is None or (negated and node.relation not in (*_EQUALS, "!=")):
        return False
    excludes = (node.relation == "!=") != negated
    values = {_STATES.get(value.text, value.text) for value in node.values}
    if name == "state":
        return values >= ENDED if excludes else values <= {*OPEN, "open", "未结"}
    if not FIELDS[name].running:
        return False
    if excludes:  # what is not none is something
        return values <= {*NONE}
    if name == "level":  # an ended case's is none, the least
        return node.relation == ">" or (node.relation not in ("<", "<=") and values.isdisjoint(NONE))
    return values.isdisjoint(NONE)


def confined_to(node: Node) -> frozenset[str] | None:
    """The full ids of which a fitting case must bear one; None where it may bear any."""
    if isinstance(node, And):
        return next((found for part in node.parts if (found := confined_to(part)) is not None), None)
    if isinstance(node, Comparison) and field_name(node.field.text) == "id" and node.relation in _EQUALS:
        ids = frozenset(case_id.normalise(value.text) for value in node.values)
        return ids if all(map(case_id.is_valid, ids)) else None
    return None
