"""Close a supervision (督办办结): what was ordered has been done — 第二十四条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class SuperviseClose(Event, tag="supervise-close"):
    result: Annotated[str, Field("text", N_("result"))]


def decide(case: Case, event: SuperviseClose, law: Law) -> Refusal | None:
    if case.open_obligation("supervision") is None:
        return Refusal(
            "24",
            _("no supervision is open in this case"),
            _("A reply that was approved has met it too; `wz show` tells. Open one with `wz supervise open`."),
        )
    return None


def apply(case: Case, event: SuperviseClose, law: Law) -> None:
    case.meet(event.at, "supervision")
    if case.state == "answered":
        # 23(4): the answer stood already, so nothing else is left to do.
        case.become("closed", event.at)
        case.hold("office", event.at)


ACTION = Action(
    event=SuperviseClose,
    label="督办办结",
    help=N_("Record that what was ordered under supervision has been done."),
    example="wz supervise close 8Z5HZT --result 摊点已全部清理，承办单位已回访",
    article="24",
    who="office",
    states=frozenset({"assigned", "return-requested", "in-review", "redo", "answered"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.result,
    ready=lambda case, at, law: case.open_obligation("supervision") is not None,
)
