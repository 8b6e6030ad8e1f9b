"""Forget (删除诉求人信息): the case's keys are deleted with this event, and nobody reads the petitioner any more.

个人信息保护法第四十七条 asks it of whoever holds personal information that is no longer needed, or whose owner asks.
"""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import STATE_LABELS, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Forget(Event, tag="forget"):
    reason: Annotated[str, Field("text", N_("reason"))]


def decide(case: Case, event: Forget, law: Law) -> Refusal | None:
    if case.facts.petitioner is None:
        return Refusal(
            None,
            _("no petitioner is sealed in this case, so there is nothing to forget"),
            _("What stands in its texts cannot be taken out: see docs/privacy.md."),
        )
    return None  # not even where it was forgotten already: two clones may both have done it


def apply(case: Case, event: Forget, law: Law) -> None:
    case.forgotten = case.forgotten or event


ACTION = Action(
    event=Forget,
    label="删除诉求人信息",
    help=N_("Forget the petitioner: the case's keys are deleted, and nobody can open what is sealed."),
    example="wz forget 8Z5HZT --reason 诉求人书面申请删除",
    article=None,
    who="office",
    states=frozenset(STATE_LABELS),
    decide=decide,
    apply=apply,
    subject=lambda event, name: "已删除诉求人信息",
    ready=lambda case, at, law: case.facts.petitioner is not None and case.forgotten is None,
)
