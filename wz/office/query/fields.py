"""The fields of the filter language: what each is of a case, and which values it takes."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from wz.i18n import N_
from wz.model.case import STATE_LABELS
from wz.model.directory import Directory
from wz.model.event import CHANNELS
from wz.model.instants import SHANGHAI
from wz.model.obligation import KIND_LABELS
from wz.office.survey import AWAITED_LABELS, Standing
from wz.regulation.law import Law

# A code is one of a list; a name is any; a text is searched; days, numbers and levels have an order.
FieldKind = Literal["code", "unit", "name", "text", "id", "day", "number", "level"]


class Field(NamedTuple):
    """One field.

    `read` gives its values in a case: none, one or several. `running` says that only a case that has not ended has a
    value; `known` are the codes it takes with their Chinese labels.
    """

    label: str
    about: str
    kind: FieldKind
    read: Callable[[Standing], list[Any]]
    known: Callable[[Law, Directory], Mapping[str, str]] | None = None
    running: bool = False


def _given(value: Any) -> list[Any]:
    return [] if value is None else [value]


def _source(case: Standing) -> list[str]:
    source = case.facts.source
    return [] if source is None else [f"{source.system}:{source.id}", source.system, source.id]


def _labels(labels: Mapping[Any, str]) -> Callable[[Law, Directory], Mapping[str, str]]:
    return lambda law, directory: {str(code): label for code, label in labels.items()}


def _choices(name: str) -> Callable[[Law, Directory], Mapping[str, str]]:
    return lambda law, directory: law.rules.choices(name)


def _units(law: Law, directory: Directory) -> Mapping[str, str]:
    return {unit.id: unit.name for unit in directory.units}


def _areas(law: Law, directory: Directory) -> Mapping[str, str]:
    return {area.id: area.name for area in directory.areas}


def _levels(law: Law, directory: Directory) -> Mapping[str, str]:
    return {"none": "无", **law.rules.choices("levels")}


FIELDS: dict[str, Field] = {
    "id": Field("编号", N_("the case's id, or an end of it"), "id", lambda case: [case.id]),
    "title": Field("标题", N_("`:` contains, `=` is exactly"), "text", lambda case: [case.facts.title]),
    "content": Field("内容", N_("`:` contains, `=` is exactly"), "text", lambda case: [case.facts.content]),
    "state": Field(
        "状态", N_("`open` for all that have not ended"), "code", lambda case: [case.state], _labels(STATE_LABELS)
    ),
    "category": Field("类别", "", "code", lambda case: [case.facts.category], _choices("categories")),
    "unit": Field("单位", N_("lead unit, by id, name or alias"), "unit", lambda case: _given(case.unit), _units),
    "assist": Field("协办", N_("assisting units"), "unit", lambda case: case.assist, _units),
    "about": Field("被投诉对象", N_("whom it complains of"), "name", lambda case: case.facts.about),
    "area": Field("属地", "", "code", lambda case: _given(case.facts.area), _areas),
    "channel": Field("渠道", "", "code", lambda case: [case.facts.channel], _labels(CHANNELS)),
    "scope": Field("受理范围", N_("item of 第七条"), "code", lambda case: _given(case.facts.scope), _choices("scope")),
    "urgent": Field(
        "突发类", "", "code", lambda case: ["yes" if case.facts.urgent else "no"], _labels({"yes": "是", "no": "否"})
    ),
    "tag": Field("标签", N_("the office's key words"), "name", lambda case: case.facts.tags),
    "source": Field("来源", N_("SYSTEM, its number there, or SYSTEM:NUMBER"), "name", _source),
    "received": Field(
        "收到", N_("day of receipt"), "day", lambda case: [case.facts.received.astimezone(SHANGHAI).date()]
    ),
    "since": Field(
        "状态起", N_("day on which the present state began"), "day",
        lambda case: [case.since.astimezone(SHANGHAI).date()],
    ),
    "due": Field(
        "到期", N_("day on which something falls due"), "day", lambda case: [one.due for one in case.judged], None, True
    ),
    "level": Field("级别", N_("worst warning level"), "level", lambda case: [case.level], _levels, True),
    "obligation": Field(
        "义务",
        N_("what is still owed"),
        "code",
        lambda case: [one.obligation.kind for one in case.judged],
        _labels(KIND_LABELS),
        True,
    ),
    "left": Field(
        "剩余", N_("working days left, negative when late"), "number",
        lambda case: [one.days_left for one in case.judged], None, True,
    ),
    "overdue": Field(
        "超期", N_("charged overdue days"), "number", lambda case: [len(one.charged) for one in case.judged], None, True
    ),
    "waiting": Field(
        "待办", N_("what waits for the office"), "code", lambda case: [one.awaited for one in case.waiting],
        _labels(AWAITED_LABELS), True,
    ),
    "waited": Field(
        "已等", N_("working days that it has waited for the office"), "number",
        lambda case: [one.days for one in case.waiting], None, True,
    ),
    "rating": Field("评价", N_("the last rating"), "code", lambda case: _given(case.rating), _choices("ratings")),
}  # fmt: skip
# Other words for a field: what the columns call it, and the Chinese names.
ALIASES: dict[str, str] = {
    "case": "id",
    "tags": "tag",
    "days_left": "left",
    "overdue_days": "overdue",
    "obligations": "obligation",
    "承办单位": "unit",
    "收到时间": "received",
    "到期日": "due",
    "预警": "level",
    "案件": "id",
} | {field.label: name for name, field in FIELDS.items()}
NAMES = frozenset(FIELDS) | frozenset(ALIASES)
# What stands for no value at all, and for any.
NONE, ANY = ("none", "无"), ("any", "有")


def field_name(typed: str) -> str | None:
    """The field that a word means."""
    name = ALIASES.get(typed, typed)
    return name if name in FIELDS else None
