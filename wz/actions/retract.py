"""Retract (作废): an event entered by mistake counts for nothing; it stays readable."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from wz.actions.base import Action, Field, Refusal, nothing
from wz.actions.forget import Forget
from wz.i18n import N_, _
from wz.model.case import STATE_LABELS, Case
from wz.model.event import Event, mark_of
from wz.regulation.law import Law

# No event's place: the one that the mark names is not in the file.
NOWHERE = 0


class Retract(Event, tag="retract"):
    """`mark` is what the retracted event is known by: a merge may move it to another place."""

    event: Annotated[int, Field("place", N_("the event's place in the file"))]
    reason: Annotated[str, Field("text", N_("reason"))]
    mark: str | None = None


def placed(events: list[Event]) -> list[Event]:
    """The events of a file, its retractions naming the places at which their events stand now."""
    for number, event in enumerate(events):
        if type(event) is Retract and event.mark is not None:
            place = _place_of(event.mark, event.event, events[:number])
            if place != event.event:
                events[number] = msgspec.structs.replace(event, event=place)
    return events


def _place_of(mark: str, told: int, before: Sequence[Event]) -> int:
    """The place of the event with that mark, the one that was told first; NOWHERE where there is none."""
    if 1 <= told <= len(before) and mark_of(before[told - 1]) == mark:
        return told
    return next((place for place, one in enumerate(before, 1) if mark_of(one) == mark), NOWHERE)


def decide(case: Case, event: Retract, law: Law) -> Refusal | None:
    own_place = next(place for place, one in enumerate(case.events, 1) if one is event)
    if event.event == NOWHERE and event.mark is not None:
        return Refusal(
            None,
            _("the event that it retracts (mark {mark}) is not in the file before it").format(mark=event.mark),
            _("Restore the file as it was recorded; `wz log` shows its commits."),
        )
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
