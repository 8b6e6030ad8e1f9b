"""Correct (更正): a fact reads otherwise from then on; the file keeps what was written first."""

from typing import Annotated, Any

import msgspec

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, listed, term
from wz.model.case import STATE_LABELS, Case
from wz.model.event import Event, Facts, plain
from wz.model.instants import shown
from wz.regulation import deadlines
from wz.regulation.law import Law

FIELDS = {
    "title": "标题",
    "category": "类别",
    "scope": "受理范围",
    "channel": "渠道",
    "received": "收到时间",
    "content": "内容",
    "area": "属地",
    "urgent": "突发类",
    "about": "被投诉对象",
    "petitioner": "诉求人",
    "tags": "标签",
    "source": "来源",
}
_BRIEF = 40  # characters of a value that a message quotes


class Correct(Event, tag="correct"):
    field: Annotated[str, Field("choice", N_("field"), choices=FIELDS)]
    value: Annotated[Any, Field("text", N_("new value"))]
    reason: Annotated[str, Field("text", N_("reason"))]


def corrected(facts: Facts, event: Correct) -> Facts:
    """The facts with the field replaced. Raises msgspec.ValidationError where the value does not fit it."""
    return msgspec.convert({**plain(facts), event.field: event.value}, Facts)


def decide(case: Case, event: Correct, law: Law) -> Refusal | None:
    again = _("Give a value that the field can have; docs/case-format.md lists them.")
    if event.field not in FIELDS:
        return Refusal(
            None,
            _("{field} cannot be corrected").format(field=event.field),
            _("These can: {fields}.").format(fields=listed(FIELDS)),
        )
    named = term(event.field, FIELDS[event.field])
    if event.field == "petitioner":
        return _decide_petitioner(case)
    try:
        facts = corrected(case.facts, event)
    except msgspec.ValidationError:
        value = str(event.value)
        brief = value if len(value) <= _BRIEF else value[: _BRIEF - 1] + "…"
        return Refusal(None, _("{value} does not fit {field}").format(value=brief, field=named), again)
    if facts == case.facts:
        return Refusal(None, _("{field} reads so already").format(field=named), again)
    return _decide_received(case, event, facts) if event.field == "received" else None


def _decide_petitioner(case: Case) -> Refusal | None:
    """A new value has been sealed, so no two are alike; what was forgotten is not entered anew."""
    if case.forgotten is None:
        return None
    return Refusal(
        None,
        _("the petitioner of this case was forgotten on {at}").format(at=shown(case.forgotten.at)),
        _("Register the case anew where the petitioner comes again."),
    )


def _decide_received(case: Case, event: Correct, facts: Facts) -> Refusal | None:
    """Nothing happens in a case before it has come in; what is said of that is said afterwards."""
    happened = [
        one.at
        for place, one in enumerate(case.events, 1)
        if one.at <= event.at and place not in case.retracted and not isinstance(one, Correct)
    ]
    first = min([event.at, *happened])
    if facts.received <= first:
        return None
    return Refusal(
        None,
        _("the case cannot have come in on {received}: it was dealt with on {first} already").format(
            received=shown(facts.received), first=shown(first)
        ),
        _("Give the time with its year, such as 2026-11-23 10:30; or retract what was entered for too early a time."),
    )


def apply(case: Case, event: Correct, law: Law) -> None:
    before = case.facts.category
    case.facts = corrected(case.facts, event)
    if case.facts.category != before and case.state == "assigned":
        _start_clocks_anew(case, event, law)


def _start_clocks_anew(case: Case, event: Correct, law: Law) -> None:
    """The deadlines of the right category run from the correction: the unit could not know of them before."""
    now = case.assignment
    assert now is not None
    case.end_obligations(event.at, but="supervision")  # an order stands whatever the category
    now.accepted = False
    for owed in deadlines.at_transfer(law.rules, case.facts.category, now.unit, event.at, now.limit, now.number):
        if not (owed.kind == "contact" and now.contacted):
            case.obligations.append(owed)


ACTION = Action(
    event=Correct,
    label="更正",
    help=N_("Correct a fact; it reads so from then on."),
    example="wz correct 8Z5HZT --field category --value 咨询 --reason 登记有误",
    article=None,
    who="office",
    states=frozenset(STATE_LABELS),
    decide=decide,
    apply=apply,
    subject=lambda event, name: f"{event.field} = {'已密封' if event.field == 'petitioner' else event.value}",
)
