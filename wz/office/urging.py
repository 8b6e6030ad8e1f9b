"""Who must be urged at which level, and the message to each (第二十四条（一）, 第二十六条)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from wz.actions.urge import METHODS
from wz.model.article import article_name
from wz.model.case import Case
from wz.model.directory import ROLE_LABELS, Directory, Person
from wz.model.instants import SHANGHAI
from wz.model.obligation import KIND_LABELS, Judged, Kind, LevelId
from wz.model.problem import Problem
from wz.office.confidentiality import seen_by
from wz.office.survey import replays
from wz.regulation.charging import holder_at
from wz.regulation.judging import judge_open, justified_on, reasons
from wz.regulation.law import Law
from wz.regulation.levels import reached
from wz.regulation.rules import Level
from wz.store.registry import Registry

_NUMBERS = {1: "一", 2: "两", 3: "三"}


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed, since when overdue, and how long: `overdue_days` are charged working days."""

    obligation: Kind
    article: str
    due: date
    overdue_days: int


class Urging(msgspec.Struct, frozen=True, kw_only=True):
    """One person to be urged about one case: what is late, and the message, which is always Chinese.

    `person` is null where units.yaml names nobody with that role. `to` is how the record names the recipient.
    """

    case: str
    title: str
    unit: str
    level: LevelId
    role: str
    person: str | None
    to: str
    late: list[Late]
    points: float
    subject: str
    text: str


def urgings(
    registry: Registry,
    as_of: datetime,
    problems: list[Problem],
    paths: Iterable[str] | None = None,
    unit: str | None = None,
) -> Iterator[Urging]:
    """Everybody who is to be urged and has not been, case by case, the worst level first.

    While a case lies with the office, its unit is not urged.
    """
    law, directory = registry.law, registry.directory
    for replayed in replays(registry, as_of, problems, paths, ended=False):
        case = replayed.case
        if case.lead is not None and (unit is None or case.lead == unit):
            yield from of_case(case, law, directory, as_of)


def of_case(case: Case, law: Law, directory: Directory, as_of: datetime) -> Iterator[Urging]:
    """The urgings due in one case: each obligation at the worst level it has reached."""
    if holder_at(case.custody, as_of) != case.lead:
        return
    by_level: dict[LevelId, list[Judged]] = {}
    for one in judge_open(case, law, as_of):
        passed = reached(one.charged, reasons(case, one.obligation), law.rules)
        # What goes to 督查室 is referred; the unit has been, or still is to be, urged at the level before.
        level = next((level for level in reversed(passed) if not level.unless_justified), None)
        if level is not None and level.id not in one.obligation.urged:
            by_level.setdefault(level.id, []).append(one)
    for level in reversed(law.rules.levels_by_days):
        if level.id in by_level:
            yield _urging(case, law, directory, as_of, level, by_level[level.id])


def _urging(case: Case, law: Law, directory: Directory, as_of: datetime, level: Level, judged: list[Judged]) -> Urging:
    unit = judged[0].obligation.unit
    person = recipient(directory, unit, level.urge)
    label = ROLE_LABELS[level.urge]
    title = seen_by(case.facts, unit, directory).title
    return Urging(
        case=case.facts.id,
        title=title,
        unit=unit,
        level=level.id,
        role=level.urge,
        person=person.id if person else None,
        to=f"{person.name}（{label}）" if person else f"{directory.name_of(unit)}{label}",
        late=[
            Late(
                obligation=one.obligation.kind,
                article=one.obligation.article,
                due=one.due,
                overdue_days=len(one.charged),
            )
            for one in judged
        ],
        points=level.points,
        subject=f"【{level.label}预警催办】{case.facts.id} {' '.join(title.split())}",
        text=_text(case, law, directory, as_of, level, judged, person),
    )


def recipient(directory: Directory, unit_id: str, role: str) -> Person | None:
    """The person of a unit who bears that role."""
    unit = directory.unit(unit_id)
    return unit.holder_of(role) if unit else None


def _text(
    case: Case,
    law: Law,
    directory: Directory,
    as_of: datetime,
    level: Level,
    judged: list[Judged],
    person: Person | None,
) -> str:
    unit, label = directory.name_of(judged[0].obligation.unit), ROLE_LABELS[level.urge]
    category = law.rules.categories[case.facts.category].label
    title = seen_by(case.facts, judged[0].obligation.unit, directory).title
    lines = [
        f"{unit}{label}{person.name}同志：" if person else f"{unit}{label}：",
        f"你单位承办的下列事项超期未办，根据第二十六条实行{level.label}预警，现予催办。",
        f"事项：{case.facts.id}《{' '.join(title.split())}》（{category}）",
        *(_owed(one) for one in judged),
        f"计分：{level.label}预警在年终考评中计扣{level.points:g}分（同一次转办按最重的一级计扣）。",
        _warning(case, law, judged),
        directory.office.name,
        _day(as_of.astimezone(SHANGHAI).date()),
    ]
    return "\n".join(line for line in lines if line)


def _owed(one: Judged) -> str:
    owed = one.obligation
    what = f"应办：{KIND_LABELS[owed.kind]}（{article_name(owed.article)}）"
    if owed.kind == "supervision":
        what = f"应办：{KIND_LABELS[owed.kind]}事项（{article_name(owed.article)}，{_day(owed.start.date())}督办）"
    return f"{what}，{_day(one.due)}到期，已超期{len(one.charged)}个工作日。"


def _warning(case: Case, law: Law, judged: list[Judged]) -> str:
    """What comes next: the referral to 督查室, as long as it can be kept away."""
    referral = next((level for level in law.rules.levels_by_days if level.unless_justified), None)
    if referral is None or any(justified_on(case, one.obligation) for one in judged):
        return "请立即办理，并提交办理情况。"
    criticism = (
        f"，并计入全市通报批评{_NUMBERS.get(referral.criticisms, referral.criticisms)}次" if referral.criticisms else ""
    )
    if any(len(one.charged) >= referral.since for one in judged):
        return f"超期已满{referral.since}个工作日且未说明原因，按规定转办市政府督查室处理{criticism}。请立即办理。"
    return (
        f"请立即办理，并提交办理情况；一时不能办结的，请说明原因。超期满{referral.since}个工作日仍未说明原因的，"
        f"转办市政府督查室处理{criticism}。"
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def method_of(scheme: str) -> str:
    """How an urging sent to such a URL is recorded."""
    if scheme in METHODS:
        return scheme
    if scheme.startswith("mailto"):
        return "email"
    return "wechat" if scheme in ("wecombot", "wxwork", "wechat") else "other"
