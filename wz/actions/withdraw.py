"""Withdraw (撤回诉求): the petitioner takes the matter back."""

from typing import Annotated

from wz.actions.base import Action, Field, always
from wz.i18n import N_
from wz.model.case import OPEN, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Withdraw(Event, tag="withdraw"):
    reason: Annotated[str, Field("text", N_("reason"))]


def apply(case: Case, event: Withdraw, law: Law) -> None:
    case.end_obligations(event.at)
    case.extension = None
    case.submitted = None
    case.become("closed", event.at)


ACTION = Action(
    event=Withdraw,
    label="撤回诉求",
    help=N_("Record that the petitioner takes the matter back."),
    example="wz withdraw 8Z5HZT --reason 问题已自行解决",
    article=None,
    who="petitioner",
    states=OPEN,
    decide=always,
    apply=apply,
    subject=lambda event, name: event.reason,
)
