"""Refuse an extension (不同意延期): the old deadline stands — 第十四条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.actions.extension_grant import STATES, not_requested, settle
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class ExtensionRefuse(Event, tag="extension-refuse"):
    reason: Annotated[str, Field("text", N_("reason"))]


def decide(case: Case, event: ExtensionRefuse, law: Law) -> Refusal | None:
    return not_requested(case)


def apply(case: Case, event: ExtensionRefuse, law: Law) -> None:
    settle(case, event)


ACTION = Action(
    event=ExtensionRefuse,
    label="不同意延期",
    help=N_("Refuse an extension; the deadline stands."),
    example="wz extend refuse 8Z5HZT --reason 具备按期办结条件",
    article="14",
    who="office",
    states=STATES,
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.reason,
    ready=lambda case, at, law: case.extension is not None,
)
