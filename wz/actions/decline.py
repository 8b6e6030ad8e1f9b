"""Decline (不予受理): the matter is outside what the platform takes — 第八条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, listed
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class Decline(Event, tag="decline"):
    ground: Annotated[str, Field("choice", N_("ground"), choices="grounds.decline")]
    reason: Annotated[str, Field("text", N_("reason"))]
    informed: Annotated[str, Field("text", N_("how the petitioner was told"))]


def decide(case: Case, event: Decline, law: Law) -> Refusal | None:
    grounds = law.rules.choices("grounds.decline")
    if event.ground not in grounds:
        return Refusal(
            "8",
            _("{ground} is no ground for declining").format(ground=event.ground),
            _("Give one of {grounds}; `wz rules` shows them.").format(grounds=listed(grounds)),
        )
    return None


def apply(case: Case, event: Decline, law: Law) -> None:
    case.become("declined", event.at)


ACTION = Action(
    event=Decline,
    label="不予受理",
    help=N_("Decline a case that the platform does not take."),
    example='wz decline 8Z5HZT --ground "8(4)" --reason 已向法院起诉 --informed 已电话告知',
    article="8",
    who="office",
    states=frozenset({"registered", "awaiting-instruction"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.ground,
)
