"""Decide on a report (受理决定): accept it, or decline with reasons — 第十三条（三）, 第十五条（三）."""

from collections.abc import Mapping
from typing import Annotated, Any

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, term
from wz.model.case import Case
from wz.model.event import Event, File
from wz.regulation import deadlines
from wz.regulation.law import Law

DECISIONS = {"accept": "受理", "decline": "不予受理"}


def _accepts(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("decision") == "accept"


def _declines(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("decision") == "decline"


class Decide(Event, tag="decide"):
    decision: Annotated[
        str,
        Field(
            "choice",
            N_("decision"),
            choices=DECISIONS,
            flags={"--accept": N_("accept it"), "--decline": N_("do not accept it")},
        ),
    ]
    document: Annotated[File | None, Field("file", N_("acceptance document"), asked=_accepts)] = None
    reason: Annotated[str | None, Field("text", N_("reason"), asked=_declines)] = None
    basis: Annotated[str | None, Field("text", N_("legal basis"), asked=_declines)] = None


def decide(case: Case, event: Decide, law: Law) -> Refusal | None:
    if not law.rules.categories[case.facts.category].decision:
        return Refusal(
            "13(3)",
            _("only a report (举报) is decided on; this case is {category}").format(
                category=term(case.facts.category, law.rules.categories[case.facts.category].label)
            ),
            _("Reply to it, or have the office correct the category."),
        )
    if case.assignment and case.assignment.accepted:
        return Refusal("13(3)", _("the report has been accepted already"), _("Deal with it and reply."))
    if event.decision == "accept" and event.document is None:
        return Refusal("15(3)", _("an acceptance needs its document"), _("Add --document FILE."))
    if event.decision == "decline" and not (event.reason and event.basis):
        return Refusal("15(3)", _("a refusal needs its reason and legal basis"), _("Add --reason and --basis."))
    return None


def apply(case: Case, event: Decide, law: Law) -> None:
    assert case.assignment is not None
    if event.decision == "accept":
        now = case.assignment
        now.accepted = True
        case.meet(event.at, "decision")
        case.obligations.append(
            deadlines.at_acceptance(law.rules, case.facts.category, now.unit, event.at, now.limit, now.number)
        )
        return
    case.submitted = event
    case.resume = case.state
    case.become("in-review", event.at)
    case.hold("office", event.at)


ACTION = Action(
    event=Decide,
    label="受理决定",
    help=N_("Decide whether a report is accepted."),
    example="wz decide 8Z5HZT --as market --accept --document 受理通知书.pdf",
    article="13(3)",
    who="unit",
    states=frozenset({"assigned"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: DECISIONS.get(event.decision, event.decision),
    ready=lambda case, at, law: case.open_obligation("decision") is not None,
)
