"""Approve (同意办结): what was handed in meets the requirements — 第十五条, 第十六条, 第二十条."""

from collections.abc import Mapping
from typing import Annotated, Any

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


def _withholds(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("publish") is False


class Approve(Event, tag="approve"):
    publish: Annotated[
        bool,
        Field(
            "yes-no",
            N_("publish the answer"),
            flags={"--publish": N_("publish the answer"), "--withhold": N_("do not publish it")},
        ),
    ]
    reason: Annotated[str | None, Field("text", N_("reason for withholding"), asked=_withholds)] = None


def decide(case: Case, event: Approve, law: Law) -> Refusal | None:
    if not event.publish and not event.reason:
        return Refusal(
            "20",
            _("withholding an answer needs a reason"),
            _("Add --reason, or --publish the answer."),
        )
    return None


def apply(case: Case, event: Approve, law: Law) -> None:
    assert case.submitted is not None
    # What was handed in counts from when it was handed in, not from when the office came to it.
    case.meet(case.submitted.at, "contact", "decision", "completion", "redo", "supervision")
    case.submitted = None
    case.extension = None
    case.published = event.publish
    case.become("answered", event.at)
    case.hold("office", event.at)


ACTION = Action(
    event=Approve,
    label="同意办结",
    help=N_("Approve what the unit handed in, and say whether the answer is published."),
    example="wz approve 8Z5HZT --publish",
    article="16",
    who="office",
    states=frozenset({"in-review"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: "公开" if event.publish else "不公开",
)
