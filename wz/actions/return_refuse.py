"""Refuse a return (不同意退回): the unit goes on, on the same clocks — 第十一条."""

from typing import Annotated

from wz.actions.base import Action, Field, always, back_to_unit
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class ReturnRefuse(Event, tag="return-refuse"):
    reason: Annotated[str, Field("text", N_("reason"))]


def apply(case: Case, event: ReturnRefuse, law: Law) -> None:
    case.become("assigned", event.at)
    back_to_unit(case, event)


ACTION = Action(
    event=ReturnRefuse,
    label="不同意退回",
    help=N_("Refuse a return: the unit goes on, on the same clocks."),
    example="wz return refuse 8Z5HZT --reason 属你单位职责",
    article="11",
    who="office",
    states=frozenset({"return-requested"}),
    decide=always,
    apply=apply,
    subject=lambda event, name: event.reason,
)
