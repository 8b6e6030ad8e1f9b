"""Attach (附件): any party adds documents."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal, nothing
from wz.i18n import N_, _
from wz.model.case import STATE_LABELS, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Attach(Event, tag="attach"):
    text: Annotated[str | None, Field("text", N_("what the documents are"))] = None


def decide(case: Case, event: Attach, law: Law) -> Refusal | None:
    if not event.attachments:
        return Refusal(None, _("no file is given"), _("Add --attach FILE, once for each file."))
    return None


ACTION = Action(
    event=Attach,
    label="附件",
    help=N_("Add documents to a case."),
    example="wz attach 8Z5HZT --attach 现场照片.jpg",
    article=None,
    who="any",
    states=frozenset(STATE_LABELS),
    decide=decide,
    apply=nothing,
    subject=lambda event, name: "、".join(file.name for file in event.attachments),
)
