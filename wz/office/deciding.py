"""Whether an event may be: typed, lawful in its legal place, and good in the file as it would be."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wz.actions.base import Action
from wz.actions.catalog import typed_event
from wz.actions.correct import Correct
from wz.actions.replay import Unlawful, replay
from wz.errors import InTheWay, Refused, Unreadable, Usage
from wz.i18n import _
from wz.model.article import cited
from wz.model.case import Case
from wz.model.event import Event, Facts, plain
from wz.model.instants import shown, written
from wz.model.problem import Problem
from wz.office.references import missing_in_event
from wz.office.rivals import conflict_first
from wz.store import casefile
from wz.store.casefile import CaseFile
from wz.store.registry import Registry
from wz.store.schema import faults, where


def compose(action: Action, fields: Mapping[str, Any], by: str, at: datetime) -> Event:
    """The event, typed. Raises Usage where a field is missing or does not fit."""
    import msgspec

    try:
        return typed_event({"action": action.name, "at": written(at), "by": by, **fields})
    except msgspec.ValidationError as error:
        raise Usage(str(error), _("`wz {action} --help` shows the fields.").format(action=action.name)) from None


def decide(registry: Registry, facts: Facts, events: list[Event], *new: Event) -> Case:
    """The case with the new events in their legal places.

    Raises Refused where the whole would not be lawful, or personal data would be published.
    """
    # What a conflict has left unlawful has no effect; it may stay so, for whatever reason.
    before = {one.place for one in replay(facts, events, registry.law).unlawful}
    after = replay(facts, [*events, *new], registry.law)
    unlawful = [one for one in after.unlawful if one.place not in before]
    if unlawful:
        own = next((one for one in unlawful if one.place > len(events)), None)
        refused = _refused(own) if own else _refused_for_another(unlawful[0])
        if before:  # it may rest on what gave way in a conflict
            refused.cure = f"{refused.cure} {conflict_first(facts.id)}".strip()
        raise refused
    for event in new:
        if event.action == "approve":
            from wz.office.confidentiality import refuse_personal

            refuse_personal(registry.directory, after.case, event)
    return after.case


def _refused(one: Unlawful) -> Refused:
    return Refused(cited(one.refusal.article, one.refusal.why), one.refusal.instead, one.refusal.article)


def _refused_for_another(one: Unlawful) -> Refused:
    return InTheWay(
        cited(
            one.refusal.article,
            _("event {place} ({action}, {at}) would no longer be lawful: {why}").format(
                place=one.place, action=one.event.action, at=shown(one.event.at), why=one.refusal.why
            ),
        ),
        _("Retract that event first, or give another time with --at."),
        one.refusal.article,
    )


def refuse_event(registry: Registry, event: Event, now: datetime) -> None:
    """What an event names must exist, and it cannot lie ahead. Raises Usage."""
    if event.at > now:
        raise Usage(
            _("{at} lies in the future (it is {now})").format(at=shown(event.at), now=shown(now)),
            _("Give with --at when it happened, or leave --at out."),
        )
    for missing in missing_in_event(event, registry.directory):
        raise Usage(missing.message, missing.cure)


def refuse_misfit(facts: Facts, event: Correct) -> None:
    """A corrected fact must be one that a case file may begin with. Raises Usage."""
    for fault in faults("case", {**plain(facts), event.field: event.value, "events": None}):
        raise Usage(f"{where(fault.path)}: {fault.message}", fault.cure)


def refuse_text(path: str, data: bytes) -> CaseFile:
    """The file as it would be, which must be good: what is wrong with it lies in what was typed. Raises Usage."""
    grown = casefile.parse(path, data)
    if grown.problems:
        raise Usage("\n".join(problem.message for problem in grown.problems), grown.problems[0].cure)
    return grown


def unreadable(problems: list[Problem]) -> Unreadable:
    """A case file that cannot be worked on."""
    return Unreadable(
        "\n".join(f"{one.file}:{one.line or 1}: {one.message} {one.cure}".rstrip() for one in problems),
        _("Mend the file and commit it; `git log` shows who changed it."),
    )
