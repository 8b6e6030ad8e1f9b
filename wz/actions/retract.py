"""Retract (作废): an event entered by mistake counts for nothing; it stays readable."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal, nothing
from wz.actions.forget import Forget
from wz.i18n import N_, _
from wz.model.case import STATE_LABELS, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Retract(Event, tag="retract"):
    event: Annotated[int, Field("place", N_("the event's place in the file"))]
    reason: Annotated[str, Field("text", N_("reason"))]


def decide(case: Case, event: Retract, law: Law) -> Refusal | None:
    own_place = next(place for place, one in enumerate(case.events, 1) if one is event)
    if not 1 <= event.event < own_place:
        return Refusal(
            None,
            _("there is no event {place} before this one").format(place=event.event),
            _("`wz show` numbers the events."),
        )
    target = case.events[event.event - 1]
    if isinstance(target, Forget):
        return Refusal(
            None,
            _("what event {place} forgot is forgotten: its keys are gone").format(place=event.event),
            _("Ask the petitioner anew, and register the case anew."),
        )
    mine = event.by.partition("/")[0] in (target.by.partition("/")[0], "office")
    if not mine:
        return Refusal(
            None,
            _("event {place} was entered by {by}").format(place=event.event, by=target.by),
            _("Whoever entered an event retracts it, or the office does."),
        )
    earlier = any(
        isinstance(one, Retract) and one.event == event.event and place not in case.retracted
        for place, one in enumerate(case.events[: own_place - 1], 1)
    )
    if earlier:
        return Refusal(
            None,
            _("event {place} has been retracted already").format(place=event.event),
            _("Nothing is left to do."),
        )
    return None


ACTION = Action(
    event=Retract,
    label="作废",
    help=N_("Retract an event entered by mistake."),
    example="wz retract 8Z5HZT --event 3 --reason 误录",
    article=None,
    who="any",
    states=frozenset(STATE_LABELS),
    decide=decide,
    apply=nothing,
    subject=lambda event, name: f"#{event.event}",
)
