"""Return request (申请退回): the unit holds that the case is not its own — 第十条（二）."""

from datetime import datetime
from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.regulation.deadlines import closing
from wz.regulation.law import Law


class ReturnRequest(Event, tag="return-request"):
    reason: Annotated[str, Field("text", N_("reason"))]
    basis: Annotated[str, Field("text", N_("basis"))]


def last_instant(case: Case, law: Law) -> datetime:
    """Until when the unit may ask to return the case."""
    assert case.assignment is not None
    return closing(law.calendar.add(case.assignment.start.date(), law.rules.returns.days), law.calendar)


def decide(case: Case, event: ReturnRequest, law: Law) -> Refusal | None:
    assert case.assignment is not None
    rule, last = law.rules.returns, last_instant(case, law)
    if event.at > last:
        return Refusal(
            rule.article,
            _("a return can be asked for until {last}, within {days} working day(s) of the transfer of {start}").format(
                last=shown(last), days=rule.days, start=shown(case.assignment.start)
            ),
            _("Deal with the case; or ask the office to bring in another unit by coordination (第十二条)."),
        )
    return None


def apply(case: Case, event: ReturnRequest, law: Law) -> None:
    case.become("return-requested", event.at)
    case.hold("office", event.at)


ACTION = Action(
    event=ReturnRequest,
    label="申请退回",
    help=N_("Ask the office to take back a case that is not the unit's."),
    example="wz return request 8Z5HZT --as urban-mgmt --reason … --basis …",
    article="10(2)",
    who="unit",
    states=frozenset({"assigned"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: name(event.by.partition("/")[0]),
    ready=lambda case, at, law: at <= last_instant(case, law),
)
