"""The kinds of official documents (第九条、第十条、第十五条、第十八条、第二十四条、第二十六条) and what each says."""

from collections.abc import Mapping
from typing import Any

from wz.errors import Refused, Usage
from wz.i18n import _
from wz.model.article import article_name, cited
from wz.model.directory import ROLE_LABELS
from wz.model.instants import SHANGHAI
from wz.model.obligation import LEVEL_ORDER
from wz.office.confidentiality import answer_text
from wz.office.printing import (
    Form,
    Material,
    chinese_day,
    consequence,
    contact,
    heading,
    limit,
    paragraphs,
    reached,
    standing,
    transfer_of,
    worst,
)
from wz.office.urging import of_case


def _transfer(material: Material) -> dict[str, str]:
    transfer = transfer_of(material)
    rules = material.law.rules
    owed = [one for one in material.of_assignment() if one.obligation.kind in ("contact", "decision", "completion")]
    requirements = [
        f"1.属于本单位职责的，在办理时限内办结；认为不属于的，自收到本单之日起{rules.returns.days}个工作日内申请退回并说明理由和依据。",
        "2.期限内无法办结的，在期限届满前申请延期。" if not material.facts.urgent else "2.本件为突发类事项，不予延期。",
        "3.办结后形成书面答复，经OA送签后通过平台提交，列明办理时间、具体办理单位、办理结果、依据和回复诉求人的情况。",
    ]
    if rules.categories[material.facts.category].investigation:
        requirements.append("4.决定调查处理的上传调查受理文书；不予调查处理的，说明理由和法律依据。")
    limits = [limit(one) for one in owed]
    if rules.categories[material.facts.category].from_decision and not any(
        one.obligation.kind == "completion" for one in owed
    ):
        limits.append(f"受理后{rules.categories[material.facts.category].completion}个工作日内办结")
    return {
        "contact": contact(material),
        "deadlines": "；".join(limits) + "。",
        "requirements": "\a".join(requirements),
        "date": chinese_day(material.given.day or transfer.at),
    }


def _answer(material: Material) -> dict[str, str]:
    case = material.case
    answer = case.submitted or case.answer
    if answer is None or answer.by.partition("/")[0] != material.unit:
        raise _not_yet("15", _("{unit} has not handed in an answer").format(unit=material.unit), _("First `wz reply`."))
    oa = getattr(answer, "oa", None)
    return {
        "answer": paragraphs(material.text(answer_text(answer))),
        "heading": heading("关于", f"“{material.facts.title}”", "的答复"),
        "number": ("（送审稿）" if case.submitted is not None else "")
        + (material.given.number or (oa.number if oa else "")),
        "date": chinese_day(material.given.day or (oa.signed_at if oa else answer.at)),
    }


def _supervision(material: Material) -> dict[str, str]:
    event, given, rules = material.last("supervise"), material.given, material.law.rules
    ground = given.ground or (event.ground if event else "")
    method_id = given.method or (event.method if event else "")
    text = given.text or (event.text if event else "")
    missing = [name for name, value in (("--ground", ground), ("--method", method_id), ("--text", text)) if not value]
    if missing:
        raise _missing(missing, _("the case holds no supervision order"))
    method = rules.method(method_id)
    if method is None or ground not in rules.choices("grounds.supervise"):
        raise Usage(
            _("there is no {value}").format(value=method_id if method is None else ground), _("See `wz rules`.")
        )
    ordered = (event.at if event else material.as_of).astimezone(SHANGHAI)
    due = given.due or (event.due if event else None)
    if due is None and method.days:
        due = material.law.calendar.add((given.day or ordered.date()), method.days)
    if due is None:
        raise _missing(["--due"], _("an order of this kind sets its own due day"))
    clause = f"{article_name(ground)}“{rules.choices('grounds.supervise')[ground]}”"
    return {
        "heading": heading("关于督办", f"“{material.facts.title}”", "的通知"),
        "ground": f"{clause}规定的督办范围",
        "method": f"{method.label}（{article_name(method.article)}）",
        "text": paragraphs(material.text(text)),
        "due": chinese_day(due),
        "standing": standing(material.at(event.at) if event else material),
        "date": chinese_day(given.day or ordered),
    }


def _return(material: Material) -> dict[str, str]:
    request = material.last("return-request")
    if request is None:
        raise _not_yet("10(2)", _("nobody has asked to return the case"), _("First `wz return request`."))
    later = [event for event in material.events if event.at >= request.at]
    word: Any = next((one for one in later if one.action in ("return-accept", "return-refuse")), None)
    accepted = word is not None and word.action == "return-accept"
    days = material.law.rules.returns.days
    transfer = next(
        (one for one in reversed(material.events) if one.action == "transfer" and one.at <= request.at), request
    )
    return {
        "requested": chinese_day(request.at),
        "transferred": chinese_day(transfer.at),
        "limit": chinese_day(material.law.calendar.add(transfer.at.astimezone(SHANGHAI).date(), days)),
        "reason": paragraphs(material.text(request.reason)),
        "basis": paragraphs(material.text(request.basis)),
        "finding": "待审核" if word is None else "同意退回，另行转派" if accepted else "不同意退回，由承办单位继续办理",
        "explanation": paragraphs(material.text((word.duty if accepted else word.reason) if word else "")),
        "reviewed": chinese_day(word.at) if word else "",
        "days": f"{days}",
    }


def _opinion(material: Material) -> dict[str, str]:
    case, rules = material.case, material.law.rules
    rated = next((event for event in material.events if event.action == "rate"), None)
    if rated is None or not rules.bad_rating(case.ratings[0]):
        raise _not_yet("18", _("the case has not been sent back to be redone"), _("It is, once it is rated badly."))
    reply = material.last("reply")
    if reply.redo_ground and reply.redo_ground != "18(3)":
        raise _not_yet(
            "18(3)",
            _("the reply to the redo falls under {ground}").format(ground=reply.redo_ground),
            _("An opinion on duties performed belongs to 18(3)."),
        )
    ground = (reply.redo_ground if reply else None) or material.given.ground or "18(3)"
    return {
        "heading": heading("关于", f"“{material.facts.title}”", "的书面履责意见"),
        "rating": rules.choices("ratings")[case.ratings[0]],
        "redo_since": chinese_day(rated.at),
        "result": paragraphs(material.text(reply.result)),
        "legal_basis": paragraphs(material.text(reply.legal_basis)),
        "ground": f"本件属于{article_name(ground)}所列情形：{rules.choices('grounds.redo').get(ground, '')}",
        "informed": paragraphs(material.text(reply.informed)),
        "date": chinese_day(material.given.day or reply.at),
    }


def _urge(material: Material) -> dict[str, str]:
    case, directory, rules = material.case, material.directory, material.law.rules
    ready = next(of_case(case, material.law, directory, material.as_of), None) if case.lead == material.unit else None
    recorded: Any = next((event for event in reversed(material.events) if _urges(event, material)), None)
    if ready is None and recorded is None:
        raise _not_yet("26", _("nothing calls for urging {unit}").format(unit=material.unit), _("See `wz why`."))
    # The urging on record is printed, as things stood when it was made, until a worse level is reached.
    urging: Any = ready
    if recorded and not (ready and LEVEL_ORDER.index(recorded.level) < LEVEL_ORDER.index(ready.level)):
        urging, material = recorded, material.at(recorded.at)
    level = rules.level(urging.level)
    assert level is not None
    return {
        "heading": heading("关于催办", f"“{material.facts.title}”", "的通知"),
        "level": reached(level),
        "person": _addressed(urging.to.removeprefix(directory.name_of(material.unit))),
        "standing": standing(material),
        "consequence": consequence(level, rules.title),
        "date": chinese_day(material.given.day or material.as_of),
    }


def _urges(event: Any, material: Material) -> bool:
    """Whether the event urged this unit: the lead of that time."""
    return event.action == "urge" and material.at(event.at).case.lead == material.unit


def _addressed(to: str) -> str:
    """方正平（主要领导） as 主要领导方正平同志; what names nobody so, as it is."""
    name, bracket, role = to.removesuffix("）").partition("（")
    return f"{role}{name}同志" if bracket and role in ROLE_LABELS.values() else to


def _criticism(material: Material) -> dict[str, str]:
    level = worst(material)
    if level is None or not level.criticisms:
        raise _not_yet(
            "26",
            _("{unit} has not reached the level at which it is criticised before the whole city").format(
                unit=material.unit
            ),
            _("`wz check` shows the levels."),
        )
    name = material.directory.name_of(material.unit)
    refer: Any = next(
        (one for one in material.events if one.action == "refer" and getattr(one, "to", "") == "supervision"), None
    )
    referred = f"本件已于{chinese_day(refer.at)}转{material.directory.supervision.name}处理。" if refer else ""
    return {
        "heading": heading(f"关于对{name}", "逾期未办结问政事项", "的通报"),
        "standing": standing(material),
        "consequence": consequence(level, material.law.rules.title) + referred,
    }


def _brief(material: Material) -> dict[str, str]:
    event, instruct = material.last("brief"), material.last("instruct")
    title = material.given.title or (event.title if event else "")
    text = material.given.text or (event.text if event else "")
    if not (title and text):
        raise _missing(["--title", "--text"], _("the case holds no brief"))
    words = f"{instruct.leader}：{instruct.text}（{chinese_day(instruct.at)}）" if instruct else ""
    return {
        "brief_title": title,
        "text": paragraphs(text),
        "instruction": words,
        "date": chinese_day(material.given.day or (event.at if event else material.as_of)),
    }


def _not_yet(article: str, why: str, instead: str) -> Refused:
    return Refused(cited(article, why), instead, article)


def _missing(options: list[str], why: str) -> Usage:
    return Usage(
        _("{why}; missing: {options}").format(why=why, options=", ".join(options)),
        _("Give them, or first record the event."),
    )


FORMS: Mapping[str, Form] = {
    "transfer": Form("交办单", "10", _transfer),
    "answer": Form("答复", "15", _answer),
    "supervision": Form("督办通知", "24(2)", _supervision),
    "return": Form("退回申请审核表", "10(2)", _return),
    "opinion": Form("履责意见", "18(3)", _opinion),
    "urge": Form("催办通知", "26", _urge),
    "criticism": Form("通报", "26", _criticism),
    "brief": Form("信息专报", "9", _brief, of_unit=False),
}
