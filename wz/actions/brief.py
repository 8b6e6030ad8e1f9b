"""Brief (信息专报): a matter of weight goes to the leaders first — 第九条."""

from typing import Annotated

from wz.actions.base import Action, Field, always
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


class Brief(Event, tag="brief"):
    title: Annotated[str, Field("line", N_("title"))]
    text: Annotated[str, Field("text", N_("text of the report"))]


def apply(case: Case, event: Brief, law: Law) -> None:
    if case.state == "registered":
        case.become("awaiting-instruction", event.at)


ACTION = Action(
    event=Brief,
    label="信息专报",
    help=N_("Report a matter of weight to the leaders, who instruct before it is dealt with."),
    example="wz brief 8Z5HZT --title 关于…的专报 --text-file 专报.txt",
    article="9",
    who="office",
    states=frozenset({"registered", "assigned"}),
    decide=always,
    apply=apply,
    subject=lambda event, name: event.title,
)
