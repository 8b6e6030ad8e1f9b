"""Note (备注): any party puts a text on record."""

from typing import Annotated

from wz.actions.base import Action, Field, always, nothing
from wz.i18n import N_
from wz.model.case import STATE_LABELS
from wz.model.event import Event


class Note(Event, tag="note"):
    text: Annotated[str, Field("text", N_("text of the note"))]


ACTION = Action(
    event=Note,
    label="备注",
    help=N_("Put a text on record."),
    example="wz note 8Z5HZT --text 诉求人来电催问",
    article=None,
    who="any",
    states=frozenset(STATE_LABELS),
    decide=always,
    apply=nothing,
    subject=lambda event, name: event.text,
)
