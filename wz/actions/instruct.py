"""Instruct (领导批示): a city leader's instruction, recorded by the office — 第九条, 第二十三条（一）."""

from datetime import date
from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import OPEN, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Instruct(Event, tag="instruct"):
    leader: Annotated[str, Field("line", N_("leader"))]
    text: Annotated[str, Field("text", N_("text of the instruction"))]
    due: Annotated[date | None, Field("day", N_("due day"))] = None


def decide(case: Case, event: Instruct, law: Law) -> Refusal | None:
    if event.due is not None and event.due < event.at.date():
        return Refusal(
            "24(4)",
            _("the due day {due} is before the instruction of {at}").format(due=event.due, at=event.at.date()),
            _("Give a later day, or leave --due out."),
        )
    return None


def apply(case: Case, event: Instruct, law: Law) -> None:
    case.instructed = event.at
    if case.state == "awaiting-instruction":
        case.become("registered", event.at)


ACTION = Action(
    event=Instruct,
    label="领导批示",
    help=N_("Record a leader's instruction."),
    example="wz instruct 8Z5HZT --leader 副市长王某 --text 请住建局尽快处理",
    article="9",
    who="office",
    states=OPEN,
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.leader,
)
