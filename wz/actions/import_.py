"""Import (导入): what another system has already answered, brought in as history; nobody is scored for it."""

from datetime import datetime
from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.regulation.law import Law


class Import(Event, kw_only=True, tag="import", rename={"origin": "from"}):
    """`unit` is a member unit's id, or the name of a unit that is none of ours; a None was not in the source."""

    origin: Annotated[str, Field("line", N_("from"))]
    unit: Annotated[str | None, Field("unit", N_("unit that answered there"))] = None
    answer: Annotated[str | None, Field("text", N_("answer to the petitioner"))] = None
    answered_at: Annotated[datetime, Field("instant", N_("answered at"))]
    rating: Annotated[str | None, Field("choice", N_("rating"), choices="ratings")] = None
    closed: Annotated[bool, Field("yes-no", N_("closed there"))] = False


def decide(case: Case, event: Import, law: Law) -> Refusal | None:
    if case.events[0] is not event:
        return Refusal(
            None,
            _("history is brought in by a case's first event only"),
            _("Record what happened since by the actions themselves."),
        )
    if refusal := out_of_time(case.facts.received, event.answered_at, event.at):
        return refusal
    if event.rating is not None and event.rating not in law.rules.choices("ratings"):
        return Refusal(
            law.rules.rating_article,
            _("{rating} is no rating").format(rating=event.rating),
            _("Give one of {ratings}.").format(ratings=", ".join(law.rules.choices("ratings"))),
        )
    return None


def out_of_time(received: datetime, answered: datetime, at: datetime) -> Refusal | None:
    """An answer lies between receipt and import."""
    if received <= answered <= at:
        return None
    return Refusal(
        None,
        _("answered {answered} lies outside the time from receipt {received} to import {at}").format(
            answered=shown(answered), received=shown(received), at=shown(at)
        ),
        _("Check both times in the source."),
    )


def apply(case: Case, event: Import, law: Law) -> None:
    case.imported = True
    if event.rating is not None:
        case.ratings.append(event.rating)
    # No assignment and no clock: it was another system's, so nothing is owed, charged or redone here.
    case.become("closed" if event.closed or event.rating is not None else "answered", event.answered_at)


ACTION = Action(
    event=Import,
    label="导入",
    help=N_("Bring in what another system has already answered."),
    example="wz import 留言.xlsx",
    article=None,
    who="office",
    states=frozenset({"registered"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.origin,
    ready=lambda case, at, law: False,  # only `wz import` makes such an event, together with its case
)
