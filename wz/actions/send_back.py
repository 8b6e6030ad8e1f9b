"""Send back (退回继续办理): what was handed in does not meet the requirements — 第十六条."""

from typing import Annotated

from wz.actions.base import Action, Field, always, back_to_unit
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class SendBack(Event, tag="send-back"):
    reason: Annotated[str, Field("text", N_("reason"))]


def apply(case: Case, event: SendBack, law: Law) -> None:
    case.submitted = None
    case.become(case.resume, event.at)
    back_to_unit(case, event)


ACTION = Action(
    event=SendBack,
    label="退回继续办理",
    help=N_("Send what the unit handed in back to it; the deadline stands."),
    example="wz send-back 8Z5HZT --reason 未正面回应诉求",
    article="16",
    who="office",
    states=frozenset({"in-review"}),
    decide=always,
    apply=apply,
    subject=lambda event, name: event.reason,
)
