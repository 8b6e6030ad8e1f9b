"""Contact (沟通): the unit speaks with the petitioner — 第十三条."""

from typing import Annotated

from wz.actions.base import Action, Field, always
from wz.i18n import N_
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law

METHODS = {
    "phone": "电话",
    "sms": "短信",
    "wechat": "微信",
    "visit": "上门或面谈",
    "online": "平台留言",
    "other": "其他",
}


class Contact(Event, tag="contact"):
    method: Annotated[str, Field("choice", N_("method"), choices=METHODS)]
    summary: Annotated[str, Field("text", N_("summary"))]


def apply(case: Case, event: Contact, law: Law) -> None:
    if case.assignment:
        case.assignment.contacted = True
    case.meet(event.at, "contact")


ACTION = Action(
    event=Contact,
    label="沟通",
    help=N_("Record that the unit spoke with the petitioner."),
    example="wz contact 8Z5HZT --as urban-mgmt --method phone --summary 已电话了解情况",
    article="13",
    who="unit",
    states=frozenset({"assigned", "redo"}),
    decide=always,
    apply=apply,
    subject=lambda event, name: METHODS.get(event.method, event.method),
)
