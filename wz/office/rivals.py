"""Events that cannot both be lawful: which one stands in another's way, and what rests on it."""

from collections.abc import Collection, Sequence

from wz.actions.replay import Replay, Unlawful, replay
from wz.actions.retract import Retract
from wz.i18n import _
from wz.model.event import Event, Facts
from wz.regulation.law import Law


def resolve_cure(case_id: str) -> str:
    """What settles a conflict."""
    return _("`wz sync --resolve {case}` shows both and asks which stands.").format(case=case_id[-6:])


def conflict_first(case_id: str) -> str:
    """What to do first with a case in which two events are in conflict."""
    return _("The case has events in conflict; settle that first: wz sync --resolve {case}").format(case=case_id[-6:])


def rival_of(facts: Facts, events: Sequence[Event], law: Law, replayed: Replay, one: Unlawful) -> int | None:
    """The place of the nearest event before that one, without which it would be lawful; None where there is none."""
    out = replayed.case.retracted | {other.place for other in replayed.unlawful}
    before = [
        (event.at, place)
        for place, event in enumerate(events, 1)
        if place not in out and (event.at, place) < (one.event.at, one.place)
    ]
    for _at, place in sorted(before, reverse=True):
        if one.place not in _unlawful_without(facts, events, law, {place}):
            return place
    return None


def _unlawful_without(facts: Facts, events: Sequence[Event], law: Law, places: Collection[int]) -> set[int]:
    """The places of the events that are not lawful once those are retracted."""
    last = max(event.at for event in events)
    retractions = [Retract(at=last, by="office", event=place, reason="-") for place in places]
    return {one.place for one in replay(facts, [*events, *retractions], law).unlawful if one.place <= len(events)}


def resting_on(facts: Facts, events: Sequence[Event], law: Law, place: int) -> list[int]:
    """An event, and those that would no longer be lawful without it: their places, the last in legal order first."""
    before = _unlawful_without(facts, events, law, ())
    gone = {place}
    while more := _unlawful_without(facts, events, law, gone) - before - gone:
        gone |= more
    return sorted(gone, key=lambda one: (events[one - 1].at, one), reverse=True)
