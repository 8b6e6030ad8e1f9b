"""Grant an extension (同意延期): completion moves, and the petitioner is told — 第十四条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal, back_to_unit
from wz.actions.extension_request import EXTENDABLE, days_refusal
from wz.i18n import N_, _
from wz.model.case import Case, State
from wz.model.event import Event
from wz.regulation.law import Law

# The unit may reply while its request waits; the office may still answer the request then.
STATES: frozenset[State] = frozenset({"assigned", "redo", "in-review"})


class ExtensionGrant(Event, tag="extension-grant"):
    days: Annotated[int, Field("days", N_("working days"))]
    informed: Annotated[str, Field("text", N_("how the petitioner was told"))]


def not_requested(case: Case) -> Refusal | None:
    """Why there is no extension to decide on."""
    if case.extension is None:
        return Refusal(
            "14",
            _("no extension has been asked for"),
            _("The unit asks first: `wz extend request`."),
        )
    return None


def decide(case: Case, event: ExtensionGrant, law: Law) -> Refusal | None:
    return not_requested(case) or days_refusal(event.days, law)


def settle(case: Case, event: Event) -> None:
    """The request is answered."""
    case.extension = None
    back_to_unit(case, event)


def apply(case: Case, event: ExtensionGrant, law: Law) -> None:
    owed = case.open_obligation(*EXTENDABLE)
    if owed is not None:
        owed.extended += event.days
    case.grants += 1
    settle(case, event)


ACTION = Action(
    event=ExtensionGrant,
    label="同意延期",
    help=N_("Grant an extension and record how the petitioner was told."),
    example="wz extend grant 8Z5HZT --days 5 --informed 已短信告知",
    article="14",
    who="office",
    states=STATES,
    decide=decide,
    apply=apply,
    subject=lambda event, name: f"+{event.days}",
    ready=lambda case, at, law: case.extension is not None,
)
