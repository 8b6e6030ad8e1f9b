"""Approve (同意办结): what was handed in meets the requirements — 第十五条, 第十六条, 第二十条."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law


def _withholds(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("publish") is False


class Redaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Personal data left out of what is published: in which text, at which line and column (from 1), of what kind."""

    field: str
    line: int
    column: int
    kind: str


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
    redacted_title: Annotated[str | None, Field("line", N_("title as published"))] = None
    redacted_content: Annotated[str | None, Field("text", N_("content as published"))] = None
    redacted_answer: Annotated[str | None, Field("text", N_("answer as published"))] = None
    redactions: list[Redaction] = []  # noqa: RUF012 - msgspec copies it


def decide(case: Case, event: Approve, law: Law) -> Refusal | None:
    if not event.publish and not event.reason:
        return Refusal(
            "20",
            _("withholding an answer needs a reason"),
            _("Add --reason, or --publish the answer."),
        )
    if not event.publish and (
        event.redactions or event.redacted_title or event.redacted_content or event.redacted_answer
    ):
        return Refusal(
            "20",
            _("nothing is published, so nothing is redacted"),
            _("Leave out the redacted texts, or --publish the answer."),
        )
    return None


def apply(case: Case, event: Approve, law: Law) -> None:
    assert case.submitted is not None
    # What was handed in counts from when it was handed in, not from when the office came to it.
    case.meet(case.submitted.at, "contact", "decision", "completion", "redo", "supervision")
    case.answer, case.approval = case.submitted, event
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
