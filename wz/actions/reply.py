"""Reply (提交办理情况): the unit hands in what it did and the answer — 第十五条, 第十八条."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, listed
from wz.model.case import Case
from wz.model.event import Event, File
from wz.model.instants import shown
from wz.regulation.law import Law


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The OA procedure in which the unit signed the answer (第十五条)."""

    number: Annotated[str, Field("line", N_("OA document number"))]
    signed_by: Annotated[str, Field("line", N_("signed by"))]
    signed_at: Annotated[datetime, Field("instant", N_("signed at"))]


def _investigable(answers: Mapping[str, Any], case: Case) -> bool:
    return case.facts.category in ("complaint", "report")


def _investigated(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("investigation") is True


def _not_investigated(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("investigation") is False


def _redone(answers: Mapping[str, Any], case: Case) -> bool:
    return case.state == "redo"


def _only_duties(answers: Mapping[str, Any], case: Case) -> bool:
    return answers.get("redo_ground") == "18(3)"


class Reply(Event, tag="reply"):
    handled_on: Annotated[date, Field("day", N_("day on which it was dealt with"))]
    handler: Annotated[str, Field("line", N_("who dealt with it"))]
    result: Annotated[str, Field("text", N_("result"))]
    legal_basis: Annotated[str, Field("text", N_("laws and policies it rests on"))]
    answer: Annotated[str, Field("text", N_("answer to the petitioner"))]
    informed: Annotated[str, Field("text", N_("how the petitioner was told"))]
    oa: Approval
    investigation: Annotated[
        bool | None,
        Field(
            "yes-no",
            N_("investigated"),
            flags={"--investigated": N_("it was investigated"), "--not-investigated": N_("it was not investigated")},
            asked=_investigable,
        ),
    ] = None
    document: Annotated[File | None, Field("file", N_("investigation document"), asked=_investigated)] = None
    reason: Annotated[str | None, Field("text", N_("reason for not investigating"), asked=_not_investigated)] = None
    basis: Annotated[str | None, Field("text", N_("legal basis for not investigating"), asked=_not_investigated)] = None
    redo_ground: Annotated[str | None, Field("choice", N_("redo ground"), choices="grounds.redo", asked=_redone)] = None
    duty_opinion: Annotated[File | None, Field("file", N_("opinion on duties performed"), asked=_only_duties)] = None


def decide(case: Case, event: Reply, law: Law) -> Refusal | None:
    if case.open_obligation("decision"):
        return Refusal(
            "13(3)",
            _("the report has not been decided on"),
            _("First `wz decide --accept` or `--decline`."),
        )
    if case.state == "redo":
        refusal = _decide_redo(event, law)
    elif event.redo_ground or event.duty_opinion:
        refusal = Refusal("18", _("the case is not being redone"), _("Leave out --redo-ground and --duty-opinion."))
    else:
        refusal = None
    if refusal is None and law.rules.categories[case.facts.category].investigation:
        refusal = _decide_investigation(event)
    return refusal or _decide_days(case, event)


def _decide_days(case: Case, event: Reply) -> Refusal | None:
    """The work lies between receipt and reply, the signature before the reply."""
    received, replied = case.facts.received.date(), event.at.date()
    if not received <= event.handled_on <= replied:
        return Refusal(
            "15(1)",
            _("it cannot have been dealt with on {day}: it was received on {received} and the reply is of {at}").format(
                day=event.handled_on, received=received, at=replied
            ),
            _("Give the day on which it was dealt with."),
        )
    if event.oa.signed_at > event.at:
        return Refusal(
            "15",
            _("signed at {signed}, after the reply of {at}").format(
                signed=shown(event.oa.signed_at), at=shown(event.at)
            ),
            _("Reply once the answer is signed; --at says when it was handed in."),
        )
    return None


def _decide_redo(event: Reply, law: Law) -> Refusal | None:
    grounds = law.rules.choices("grounds.redo")
    if event.redo_ground not in grounds:
        return Refusal(
            "18",
            _("the reply to a redo says under which item of 第十八条 it falls"),
            _("Add --redo-ground with one of {grounds}.").format(grounds=listed(grounds)),
        )
    if event.redo_ground == "18(3)" and event.duty_opinion is None:
        return Refusal(
            "18(3)",
            _("18(3) needs the written opinion on duties performed (履责意见)"),
            _("Add --duty-opinion FILE."),
        )
    return None


def _decide_investigation(event: Reply) -> Refusal | None:
    if event.investigation is None:
        return Refusal(
            "15(3)",
            _("a complaint or report says whether it was investigated"),
            _("Add --investigated with --document, or --not-investigated with --reason and --basis."),
        )
    if event.investigation and event.document is None:
        return Refusal("15(3)", _("an investigation needs its document (调查受理文书)"), _("Add --document FILE."))
    if not event.investigation and not (event.reason and event.basis):
        return Refusal(
            "15(3)",
            _("not investigating needs its reason and legal basis"),
            _("Add --reason and --basis."),
        )
    return None


def apply(case: Case, event: Reply, law: Law) -> None:
    case.submitted = event
    case.resume = case.state
    case.become("in-review", event.at)
    case.hold("office", event.at)


ACTION = Action(
    event=Reply,
    label="提交办理情况",
    help=N_("Hand in what was done and the answer to the petitioner."),
    example=(
        "wz reply 8Z5HZT --as urban-mgmt --handled-on 2026-11-23 --handler 市容管理大队 --result 已清理并增设停放点"
        " --legal-basis 《城市市容和环境卫生管理条例》第十四条 --answer-file 答复.txt --informed 已电话告知"
        " --oa-number 龙城管〔2026〕12号 --oa-signed-by 周启明 --oa-signed-at '2026-11-23 15:00'"
        " --investigated --document 调查受理文书.pdf"
    ),
    article="15",
    who="unit",
    states=frozenset({"assigned", "redo"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: name(event.by.partition("/")[0]),
    ready=lambda case, at, law: case.open_obligation("decision") is None,
)
