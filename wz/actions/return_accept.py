"""Accept a return (同意退回): the office defines whose duty it is and will transfer again — 第十一条."""

from typing import Annotated

from wz.actions.base import Action, Field, always
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class ReturnAccept(Event, tag="return-accept"):
    duty: Annotated[str, Field("text", N_("whose duty it is"))]


def apply(case: Case, event: ReturnAccept, law: Law) -> None:
    # The assignment counts for nothing: what it owed is struck off, not ended.
    number = case.assignment.number if case.assignment else 0
    case.obligations = [owed for owed in case.obligations if owed.assignment != number]
    case.assignment = None
    case.extension = None
    case.become("registered", event.at)
    case.hold("office", event.at)


ACTION = Action(
    event=ReturnAccept,
    label="同意退回",
    help=N_("Accept a return: the unit is released, the case can be transferred again."),
    example="wz return accept 8Z5HZT --duty 属市场监督管理局职责",
    article="11",
    who="office",
    states=frozenset({"return-requested"}),
    decide=always,
    apply=apply,
    subject=lambda event, name: event.duty,
)
