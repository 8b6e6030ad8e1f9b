"""Facts and events folded into a case, in legal order; what was not lawful is told, not skipped in silence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from wz.actions.base import Action, Refusal
from wz.actions.catalog import ACTIONS, action_of
from wz.actions.forget import Forget
from wz.actions.retract import Retract
from wz.i18n import _, listed, term
from wz.model.case import STATE_LABELS, Case, Step
from wz.model.event import Event, Facts
from wz.model.instants import shown
from wz.regulation.law import Law


class Unlawful(NamedTuple):
    """An event that the regulation did not allow at its moment; `place` counts from 1 in file order."""

    place: int
    event: Event
    refusal: Refusal


class Replay(NamedTuple):
    case: Case
    unlawful: list[Unlawful]


def replay(facts: Facts, events: Sequence[Event], law: Law, as_of: datetime | None = None) -> Replay:
    """Fold the events into the case's state.

    The order is that of `at`, ties by file order. Events after `as_of` do not exist for it; retracted ones count for
    nothing. An unlawful event is reported and has no effect, so that the rest can still be judged.
    """
    known = [(event.at, place, event) for place, event in enumerate(events, 1) if as_of is None or event.at <= as_of]
    case = Case(
        facts=facts,
        since=facts.received,
        events=list(events),
        retracted=retracted_places((place, event) for _at, place, event in known) if _may_undo(events) else set(),
    )
    case.hold("office", facts.received)
    unlawful = []
    for _at, place, event in sorted(known, key=lambda one: one[:2]):
        if place not in case.retracted and (refusal := _take(case, event, law)) is not None:
            unlawful.append(Unlawful(place, event, refusal))
    return Replay(case, unlawful)


def carry_on(before: Replay, event: Event, law: Law) -> Replay | None:
    """The replay with one more event at the end of the file; `before` must not be used any more.

    None where it must be replayed as a whole, and `before` is as it was: the event is earlier than another, or
    it may take one out of account.
    """
    case, unlawful = before
    if _may_undo([event]) or any(one.at > event.at for one in case.events):
        return None
    case.events.append(event)
    if (refusal := _take(case, event, law)) is not None:
        unlawful.append(Unlawful(len(case.events), event, refusal))
    return before


def _take(case: Case, event: Event, law: Law) -> Refusal | None:
    """Let the event take effect, where it is lawful; else why not."""
    action = action_of(event)
    refusal = refuse(case, action, event, law)
    if refusal is None:
        before = case.assignment
        action.apply(case, event, law)
        now = case.assignment or before  # an accepted return is a step of the assignment that it ends
        case.steps.append(Step(event, now.number, now.unit) if now else Step(event, 0, None))
    return refusal


def _may_undo(events: Iterable[Event]) -> bool:
    """Whether any of them may make an event count for nothing."""
    return any(event.key is not None or isinstance(event, Retract) for event in events)


def retracted_places(known: Iterable[tuple[int, Event]]) -> set[int]:
    """The places of the events that count for nothing. A retraction that is itself retracted does not count.

    Of events from the same row of a batch file (`key`) the first alone counts: two clones may both have run it.
    """
    events = list(known)
    gone, keys = set[int](), set[str]()
    for place, event in events:
        if event.key is not None:
            if event.key in keys:
                gone.add(place)
            keys.add(event.key)
    for place, event in reversed(events):
        if isinstance(event, Retract) and event.event < place and place not in gone:
            gone.add(event.event)
    # What was forgotten stays so, whatever a file says later: the keys are gone.
    gone -= {place for place, event in events if isinstance(event, Forget)}
    return gone


def refuse(case: Case, action: Action, event: Event, law: Law) -> Refusal | None:
    """Why the event is not lawful in this state, or None. Actor and state first, then the action's own rule."""
    return (
        _refuse_actor(case, action, event)
        or _refuse_moment(case, action, event)
        or _refuse_state(case, action, event.at, law)
        or action.decide(case, event, law)
    )


def refuse_now(case: Case, action: Action, at: datetime, law: Law) -> Refusal | None:
    """Why the state as it stands does not allow the action, whatever its fields would be."""
    return _refuse_state(case, action, at, law)


def possible(case: Case, at: datetime, law: Law) -> list[Action]:
    """What can be done with the case at that instant."""
    return [action for action in ACTIONS.values() if case.state in action.states and action.ready(case, at, law)]


def _refuse_actor(case: Case, action: Action, event: Event) -> Refusal | None:
    body = event.by.partition("/")[0]
    match action.who:
        case "office" if body != "office":
            return Refusal(
                action.article,
                _("{action} is for the office, not for {by}").format(action=named(action), by=event.by),
                _("Ask the office to do it."),
            )
        case "petitioner" if body != "petitioner":
            return Refusal(
                action.article,
                _("{action} is the petitioner's, not {by}'s").format(action=named(action), by=event.by),
                _("Leave out --as: the office enters it on the petitioner's behalf."),
            )
        case "unit" if case.lead is not None and body != case.lead:
            return Refusal(
                "10",
                _("the case is with {lead}, so {action} is not for {by}").format(
                    lead=case.lead, action=named(action), by=event.by
                ),
                _("Use --as {lead} to act on the unit's behalf.").format(lead=case.lead),
            )
    return None


def _refuse_moment(case: Case, action: Action, event: Event) -> Refusal | None:
    if event.at < case.facts.received and action.name != "correct":
        return Refusal(
            None,
            _("{at} is before the case was received, on {received}").format(
                at=shown(event.at), received=shown(case.facts.received)
            ),
            _("Give the time with --at; or correct `received` first."),
        )
    return None


def _refuse_state(case: Case, action: Action, at: datetime, law: Law) -> Refusal | None:
    if case.state in action.states:
        return None
    states = listed(term(state, STATE_LABELS[state]) for state in STATE_LABELS if state in action.states)
    return Refusal(
        action.article,
        _("{action} is not possible: the state of the case has been {state} since {since}").format(
            action=named(action), state=term(case.state, STATE_LABELS[case.state]), since=shown(case.since)
        ),
        _("It is possible when the case is {states}. Possible now: {now}.").format(
            states=states, now=listed(named(one) for one in possible(case, at, law))
        ),
    )


def named(action: Action) -> str:
    """The action's name in the reader's language."""
    return term(action.name, action.label)
