"""Printing a document of a case: its material, what every document can say of it, and the template that it fills."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from wz.actions.replay import Replay, replay
from wz.actions.transfer import ROUTES
from wz.errors import Refused, Usage, WzError
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.article import article_name, cited
from wz.model.case import Case
from wz.model.directory import ROLE_LABELS, Directory
from wz.model.event import CHANNELS, Event, Facts
from wz.model.instants import SHANGHAI, shown
from wz.model.obligation import KIND_LABELS, Judged
from wz.model.petitioner import Petitioner
from wz.office.act import unreadable
from wz.office.confidentiality import is_about, seen_by, text_for
from wz.office.disclosing import readers
from wz.office.vault import Vault
from wz.regulation.judging import judge, judge_open, worst_level
from wz.regulation.law import Law
from wz.regulation.rules import Level
from wz.store.registry import Registry

# Characters of a title of 22 pt in a line of 156 mm.
_TITLE_LINE = 19


class Given(NamedTuple):
    """What the command line adds to the case: texts and dates that no event says, or instead of the event's."""

    number: str = ""
    title: str = ""
    text: str = ""
    day: date | None = None
    due: date | None = None
    ground: str = ""
    method: str = ""


class Material(NamedTuple):
    """A case as a form is made of it: its facts as registered and as the unit may see them now, and its lawful events
    up to the instant.
    """

    case: Case
    registered: Facts
    facts: Facts
    events: list[Event]
    unit: str
    law: Law
    directory: Directory
    as_of: datetime
    given: Given
    vault: Vault

    def last(self, *actions: str) -> Any:
        """The last event of one of those actions, or None."""
        return next((event for event in reversed(self.events) if event.action in actions), None)

    def at(self, moment: datetime) -> "Material":
        """The same as it stood at an earlier instant: what an order or an urging of then could say."""
        replayed = replay(self.registered, self.case.events, self.law, moment)
        return self._replace(case=replayed.case, events=_lawful(replayed, moment), as_of=moment)

    def text(self, text: str) -> str:
        """A text of the office's or a unit's own, as this unit may see it (第十九条)."""
        return text_for(text, self.case.facts, self.unit, self.directory)

    def of_assignment(self) -> list[Judged]:
        """What the assignment asks of its lead, met or not."""
        number = max((owed.assignment for owed in self.case.obligations), default=0)
        owed = [one for one in self.case.obligations if one.assignment == number]
        return [judge(self.case, one, self.law, self.as_of) for one in owed]

    def judged(self) -> list[Judged]:
        """What this unit owes, or owed, that says how late it is: open obligations first."""
        own = [one for one in judge_open(self.case, self.law, self.as_of) if one.obligation.unit == self.unit]
        return own or [
            judge(self.case, owed, self.law, self.as_of)
            for owed in self.case.obligations
            if owed.unit == self.unit and owed.ended is None
        ]


Fill = Callable[[Material], dict[str, str]]


class Form(NamedTuple):
    """One kind of document: its Chinese name, its article, what its template is filled with beside the common part.

    `of_unit`: there is none before a unit has the case.
    """

    label: str
    article: str
    fill: Fill
    of_unit: bool = True


def document(form: Form, material: Material) -> dict[str, str]:
    """Everything a template can name, in Chinese. Raises Refused where the case has not got so far, Usage where a
    value is missing.
    """
    facts, law, directory = material.facts, material.law, material.directory
    if form.of_unit and not material.unit:
        raise Refused(cited("9", _("the case has not been transferred")), _("First `wz transfer` it."), "9")
    rules, transfer, withheld = law.rules, transfer_of(material), _withheld(material)
    area = directory.area(facts.area) if facts.area else None
    common = {
        "city": directory.city,
        "office": directory.office.name,
        "supervision": directory.supervision.name,
        "rules": rules.title,
        "id": facts.id,
        "title": facts.title,
        "content": paragraphs(facts.content),
        "category": rules.categories[facts.category].label,
        "channel": CHANNELS[facts.channel],
        "scope": rules.choices("scope").get(facts.scope or "", "未列明"),
        "area": area.name if area else "未列明",
        "received": chinese_day(facts.received),
        "unit": directory.name_of(material.unit),
        "transferred": chinese_day(transfer.at) if transfer else "",
        "route": ROUTES.get(transfer.route, "") if transfer else "",
        "assist": _names(transfer.assist, directory) if transfer else "无",
        "guide": _names([transfer.guide] if transfer and transfer.guide else [], directory),
        "number": material.given.number,
        "text": paragraphs(material.text(material.given.text)),
        "withheld": withheld,
        "confidential": withheld or "依据第十九条，不得向被投诉对象透露诉求人的相关信息。",
    }
    return common | {"date": chinese_day(material.given.day or material.as_of)} | form.fill(material)


def material(
    registry: Registry, case_id: str, as_of: datetime, unit: str | None = None, given: Given | None = None
) -> Material:
    """The case as a document of it is made of, for one unit; where none is named, its lead or the last that had it.

    Raises Unreadable where the case cannot be read, Usage where the unit has nothing to do with it.
    """
    read = registry.read(ids.path_of(case_id))
    if read.facts is None:
        raise unreadable(read.problems)
    if read.facts.received > as_of:
        raise Usage(
            _("the case was not there yet: it was received on {received}").format(received=shown(read.facts.received)),
            _("Give a later --as-of."),
        )
    replayed = replay(read.facts, read.events, registry.law, as_of)
    case, events = replayed.case, _lawful(replayed, as_of)
    transfers: list[Any] = [event for event in events if event.action == "transfer"]
    concerned = {one for event in transfers for one in (event.to, *event.assist, event.guide) if one}
    if unit is not None and unit not in concerned:
        raise Usage(
            _("{unit} has nothing to do with the case").format(unit=unit), _("`wz show` says which units have it.")
        )
    chosen = unit or case.lead or (transfers[-1].to if transfers else "")
    facts = seen_by(case.facts, chosen, registry.directory)
    law, directory = registry.law, registry.directory
    vault = Vault(registry)
    return Material(case, read.facts, facts, events, chosen, law, directory, as_of, given or Given(), vault)


def contact(material: Material) -> str:
    """Whom this unit is to call, where it may know and whoever prints can open it; else why not (第十九条)."""
    case, office = material.case, material.directory.office.name
    if case.facts.petitioner is None:
        return "未登记。"
    if case.forgotten is not None:
        return f"已于{chinese_day(case.forgotten.at)}删除（个人信息保护法第四十七条）。"
    if is_about(case.facts, material.unit, material.directory):
        return f"不予提供（第十九条）；需要沟通的，由{office}转达。"
    known = told(material)
    if known is None:
        return f"由{office}另行告知。"
    parts = (("", known.name), ("电话", known.phone), ("身份证号", known.id_number), ("地址", known.address))
    return "；".join(f"{label}{value}" for label, value in (*parts, ("方便联系的时间：", known.hours)) if value) + "。"


def told(material: Material) -> Petitioner | None:
    """The petitioner, where this unit may know and a key held here opens it."""
    found = _sought(material)
    return found if isinstance(found, Petitioner) else None


def closed(material: Material) -> WzError | None:
    """Why the petitioner, of whom this unit may know, cannot be opened here; None where it can, or may not know."""
    found = _sought(material)
    return found if isinstance(found, WzError) else None


def _sought(material: Material) -> Petitioner | WzError | None:
    case = material.case
    if case.facts.petitioner is None or material.unit not in readers(case, material.directory):
        return None
    try:
        return material.vault.open(case)
    except WzError as error:
        return error


def _lawful(replayed: Replay, as_of: datetime) -> list[Event]:
    """The events that had their effect by then, in legal order."""
    case = replayed.case
    out = case.retracted | {one.place for one in replayed.unlawful}
    known = [event for place, event in enumerate(case.events, 1) if place not in out and event.at <= as_of]
    return sorted(known, key=lambda event: event.at)


def chinese_day(moment: date | datetime) -> str:
    """2026年11月5日."""
    local = moment.astimezone(SHANGHAI) if isinstance(moment, datetime) else moment
    return f"{local.year}年{local.month}月{local.day}日"


def paragraphs(text: str) -> str:
    """A text's lines as paragraphs of the document: \\a begins a new one in a template's value."""
    return "\a".join(line.strip() for line in text.splitlines() if line.strip())


def transfer_of(material: Material) -> Any:
    own = [event for event in material.events if event.action == "transfer"]
    return next((one for one in reversed(own) if getattr(one, "to", "") == material.unit), own[-1] if own else None)


def _names(units: list[str], directory: Directory) -> str:
    return "、".join(map(directory.name_of, units)) or "无"


def _withheld(material: Material) -> str:
    """What a unit that is complained of is told of what it does not see (第十九条); nothing for any other."""
    if not is_about(material.case.facts, material.unit, material.directory):
        return ""
    return (
        "本件的被投诉对象为你单位，依据第十九条，诉求人的相关信息不予提供；需要与诉求人沟通的，"
        f"由{material.directory.office.name}转达。"
    )


def heading(before: str, title: str, behind: str) -> str:
    """A document's title; where it is longer than a line it is cut at a sensible place, as GB/T 9704 asks."""
    whole = f"{before}{title}{behind}"
    if len(whole) <= _TITLE_LINE:
        return whole
    return f"{before}\n{title}{behind}" if len(title + behind) <= _TITLE_LINE else f"{before}{title}\n{behind}"


def limit(one: Judged) -> str:
    name = KIND_LABELS[one.obligation.kind]
    due = f"{chinese_day(one.due)}{'' if f'{one.due_at:%H:%M}' == '23:59' else f'{one.due_at:%H:%M}'}前{name}"
    return due + ("（按尚未公布的节假日安排推算）" if one.provisional else "")


def standing(material: Material) -> str:
    """How late the unit is, obligation by obligation."""
    parts = []
    for one in material.judged():
        name, due = KIND_LABELS[one.obligation.kind], chinese_day(one.due)
        level = material.law.rules.level(one.level)
        until = chinese_day(one.obligation.met or material.as_of)
        if level is not None:
            parts.append(f"{name}期限为{due}，截至{until}已超期{len(one.charged)}个工作日，{reached(level)}。")
        elif one.obligation.met:
            parts.append(f"{name}期限为{due}，已于{until}完成。")
        else:
            parts.append(f"{name}期限为{due}，截至{until}未超期。")
    return "".join(parts) or "尚未产生办理期限。"


def reached(level: Level) -> str:
    return "达到移交督查的程度" if level.urge == "supervision" else f"达到“{level.label}”预警"


def worst(material: Material) -> Level | None:
    return material.law.rules.level(worst_level(material.judged()))


def consequence(level: Level, title: str) -> str:
    """What the regulation has in store for a unit at that level (第二十六条)."""
    by_law = f"依据{title}{article_name(level.article)}，超期{level.since}个工作日"
    points = f"，在“五型”政府建设年终考评中计扣{level.points:g}分" if level.points else ""
    criticism = f"，并计入全市通报批评{level.criticisms}次" if level.criticisms else ""
    if level.urge == "supervision":
        return f"{by_law}以上且未说明原因的，转市政府督查室处理{criticism}{points}。"
    return f"{by_law}的，实行“{level.label}”预警，催办承办单位{ROLE_LABELS[level.urge]}{points}{criticism}。"
