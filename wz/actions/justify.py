"""Justify (说明原因): the unit says why it is late, before the case is referred — 第二十六条."""

from datetime import datetime
from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.deadlines import due_at
from wz.regulation.law import Law


class Justify(Event, tag="justify"):
    reason: Annotated[str, Field("text", N_("reason for being late"))]


def open_deadlines(case: Case, law: Law) -> list[datetime]:
    return [due_at(owed, law.calendar) for owed in case.obligations if owed.open]


def decide(case: Case, event: Justify, law: Law) -> Refusal | None:
    deadlines = open_deadlines(case, law)
    if not any(event.at > due for due in deadlines):
        return Refusal(
            "26",
            _("nothing in this case is overdue; the next deadline is {day:%Y-%m-%d}").format(day=min(deadlines))
            if deadlines
            else _("nothing in this case is overdue"),
            _("Reasons are given once a deadline has passed; before it, ask for an extension (第十四条)."),
        )
    return None


def apply(case: Case, event: Justify, law: Law) -> None:
    if case.assignment:
        case.justifications.setdefault(case.assignment.number, event.at)


ACTION = Action(
    event=Justify,
    label="说明原因",
    help=N_("Put on record why an overdue case is late."),
    example="wz justify 8Z5HZT --as urban-mgmt --reason 等待第三方检测报告",
    article="26",
    who="unit",
    states=frozenset({"assigned", "return-requested", "in-review", "answered", "redo"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: name(event.by.partition("/")[0]),
    ready=lambda case, at, law: any(at > due for due in open_deadlines(case, law)),
)
