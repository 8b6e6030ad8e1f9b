"""Extension request (申请延期): the unit asks for more time before time runs out — 第十四条."""

from datetime import datetime
from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.regulation.deadlines import due_at
from wz.regulation.law import Law

EXTENDABLE = ("completion", "redo")


class ExtensionRequest(Event, tag="extension-request"):
    days: Annotated[int, Field("days", N_("working days"))]
    reason: Annotated[str, Field("text", N_("reason"))]


def decide(case: Case, event: ExtensionRequest, law: Law) -> Refusal | None:
    return refusal_at(case, event.at, law) or days_refusal(event.days, law)


def refusal_at(case: Case, at: datetime, law: Law) -> Refusal | None:
    """Why no extension can be asked for at that instant."""
    rule = law.rules.extension
    deal = _("Deal with the case; `wz justify` puts reasons for being late on record (第二十六条).")
    if case.facts.urgent and not rule.urgent:
        return Refusal(rule.article, _("urgent matters (突发类) are not extended"), deal)
    if case.grants >= rule.grants:
        return Refusal(
            rule.article,
            _("{grants} extensions have been granted, and there are {limit} at most").format(
                grants=case.grants, limit=rule.grants
            ),
            deal,
        )
    if case.extension is not None:
        return Refusal(
            rule.article,
            _("the request of {at} still awaits the office's word").format(at=shown(case.extension.at)),
            _("Wait for it; the office holds the case meanwhile and nothing is charged."),
        )
    owed = case.open_obligation(*EXTENDABLE)
    if owed is None:
        return Refusal(
            rule.article,
            _("no completion deadline runs yet: the report has not been accepted"),
            _("Decide on the report first (第十三条（三）)."),
        )
    last = due_at(owed, law.calendar)
    if at > last:
        return Refusal(rule.article, _("the deadline passed on {last}").format(last=shown(last)), deal)
    return None


def days_refusal(days: int, law: Law) -> Refusal | None:
    """Why that many days cannot be asked for or granted."""
    longest = law.rules.extension.max_days
    if days < 1 or (longest is not None and days > longest):
        return Refusal(
            law.rules.extension.article,
            _("{days} working days cannot be given").format(days=days),
            _("Give at least 1 working day.")
            if longest is None
            else _("Give from 1 to {longest} working days.").format(longest=longest),
        )
    return None


def apply(case: Case, event: ExtensionRequest, law: Law) -> None:
    case.extension = event
    case.hold("office", event.at)


ACTION = Action(
    event=ExtensionRequest,
    label="申请延期",
    help=N_("Ask the office for more working days."),
    example="wz extend request 8Z5HZT --as urban-mgmt --days 5 --reason 需专业检测",
    article="14",
    who="unit",
    states=frozenset({"assigned", "redo"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: f"+{event.days}",
    ready=lambda case, at, law: refusal_at(case, at, law) is None,
)
