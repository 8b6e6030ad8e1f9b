"""Which column of a foreign table is which field: by synonym, by a kept profile, by what the user says."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from wz.errors import Usage
from wz.i18n import N_, _, listed, term
from wz.model.petitioner import FIELDS as PETITIONER
from wz.store.settings import explained
from wz.store.yamlfile import YamlFault, dump, load

FIELDS: dict[str, str] = {
    "source_id": N_("number there"),
    "title": N_("title"),
    "content": N_("content"),
    "category": N_("category"),
    "channel": N_("channel"),
    "received": N_("received"),
    "area": N_("area"),
    "scope": N_("scope"),
    "urgent": N_("urgent"),
    "about": N_("about"),
    "tags": N_("tags"),
    "unit": N_("unit that answered there"),
    "answer": N_("answer to the petitioner"),
    "answered_at": N_("answered at"),
    "rating": N_("rating"),
    "status": N_("state there"),
    "system": N_("system"),
    "name": N_("petitioner's name"),
    "phone": N_("petitioner's telephone"),
    "id_number": N_("petitioner's identity number"),
    "address": N_("petitioner's address"),
    "hours": N_("when to call the petitioner"),
}
# What each field is called in Chinese, for --map.
CHINESE: dict[str, str] = {
    "source_id": "编号",
    "title": "标题",
    "content": "内容",
    "category": "类别",
    "channel": "渠道",
    "received": "收到时间",
    "area": "属地",
    "scope": "受理范围",
    "urgent": "突发类",
    "about": "被投诉对象",
    "tags": "标签",
    "unit": "承办单位",
    "answer": "答复",
    "answered_at": "答复时间",
    "rating": "评价",
    "status": "状态",
    "system": "来源系统",
    "name": "诉求人姓名",
    "phone": "诉求人电话",
    "id_number": "诉求人身份证号",
    "address": "诉求人地址",
    "hours": "方便联系的时间",
}
# What is sealed, and so may be taken from columns that tell who the petitioner is.
SEALED = tuple(PETITIONER)
LeftOut = Literal["petitioner", "second", "no-field", "told"]
LEFT_OUT: dict[LeftOut, str] = {
    "petitioner": N_("left out: it tells who the petitioner is (第十九条)"),
    "second": N_("left out: another column serves for its field"),
    "no-field": N_("left out: a case has no field for it"),
    "told": N_("left out, as you said"),
}


class Profile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one source's tables are read.

    `columns` gives each field its header, "" for none; `values` gives each field's codes by what the table says.
    `closed` takes what was answered there for closed there as well.
    """

    format: Literal[1] = 1
    system: str | None = None
    category: str | None = None
    channel: str | None = None
    closed: bool = False
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}


class Columns(msgspec.Struct, frozen=True):
    """The header of each field that has one, and why each other header is left out."""

    fields: dict[str, str]
    left_out: dict[str, LeftOut]


class _Synonyms(msgspec.Struct, frozen=True):
    fields: dict[str, list[str]]
    petitioner: dict[str, list[str]]
    no_unit: list[str]
    values: dict[str, dict[str, str]]


@cache
def synonyms() -> _Synonyms:
    """What headers and values are called elsewhere: `headings.yaml`."""
    data = (files("wz") / "office" / "headings.yaml").read_bytes()
    return msgspec.convert(load(data), _Synonyms)


def matched(headers: Sequence[str], told: Mapping[str, str]) -> Columns:
    """The columns as `told` (a field's header, "" for none), else by synonym. Raises Usage where one is not there."""
    fields = {field: _told(field, header, headers) for field, header in told.items()}
    free = {_normal(header): header for header in reversed(headers) if header not in fields.values()}
    for field, names in synonyms().fields.items():
        if field in fields:
            continue
        if found := next((free.pop(_normal(name)) for name in names if _normal(name) in free), None):
            fields[field] = found
    _seal(fields, headers)
    known = {_normal(name) for names in synonyms().fields.values() for name in names}
    left_out: dict[str, LeftOut] = {}
    for header in headers:
        if header in fields.values():
            continue
        if (meant := _petitioners(header)) is not None:
            left_out[header] = "second" if fields.get(meant) else "petitioner"
        else:
            left_out[header] = "second" if _normal(header) in known else "no-field"
    _refuse_missing(fields, headers)
    return Columns({field: header for field, header in fields.items() if header}, _off(left_out, told, headers))


def _seal(fields: dict[str, str], headers: Sequence[str]) -> None:
    """Take the columns that tell who the petitioner is for what is sealed, the closest name of each field first."""
    free = [header for header in headers if header not in fields.values()]
    meant = {header: _petitioners(header) for header in free}
    for field in SEALED:
        words = synonyms().petitioner[field]
        mine = [header for header in free if meant[header] == field]
        if mine and field not in fields:
            fields[field] = min(mine, key=lambda one: [word in _normal(one) for word in words].index(True))


def _refuse_missing(fields: Mapping[str, str], headers: Sequence[str]) -> None:
    """Without these no row can become a case. Raises Usage."""
    for needed in (("received",), ("title", "content")):
        if not any(fields.get(field) for field in needed):
            raise Usage(
                _("no column is known to be {fields}").format(
                    fields=_(" or ").join(term(field, CHINESE[field]) for field in needed)
                ),
                _("Say which with --map {field}=COLUMN. The columns are: {headers}.").format(
                    field=term(needed[0], CHINESE[needed[0]]), headers=listed(headers)
                ),
            )


def _off(left_out: dict[str, LeftOut], told: Mapping[str, str], headers: Sequence[str]) -> dict[str, LeftOut]:
    """Headers that would have served for a field which is to have none."""
    none = [field for field, header in told.items() if not header]
    off = {_normal(name) for field in none for name in synonyms().fields.get(field, ())}
    return {
        header: "told" if _petitioners(header) in none or (why == "second" and _normal(header) in off) else why
        for header, why in left_out.items()
    }


def _told(field: str, header: str, headers: Sequence[str]) -> str:
    if not header:
        return ""
    found = next((one for one in headers if one == header or _normal(one) == _normal(header)), None)
    if found is None:
        close = get_close_matches(header, headers, 1)
        raise Usage(
            _("there is no column {header} for {field}").format(header=header, field=field),
            _("Did you mean {close}?").format(close=close[0])
            if close
            else _("The columns are: {headers}.").format(headers=listed(headers)),
        )
    if field not in SEALED and names_petitioner(found):
        raise Usage(
            _("the column {header} tells who the petitioner is, and {field} is read by everybody (第十九条)").format(
                header=found, field=field
            ),
            _("Leave it out, or take it for one of {fields}, which are sealed; or rename the column.").format(
                fields=listed(SEALED)
            ),
        )
    return found


def names_petitioner(header: str) -> bool:
    """Whether a column tells the petitioner's name or contact: no field is called so, and its name says so."""
    return _petitioners(header) is not None


def _petitioners(header: str) -> str | None:
    """Which of the petitioner's fields a column tells, `other` where there is none for it; None: no such column."""
    name = _normal(header)
    if any(name == _normal(one) for names in synonyms().fields.values() for one in names):
        return None
    return next((field for field, words in synonyms().petitioner.items() if any(word in name for word in words)), None)


def field_named(text: str) -> str:
    """A field by its code or Chinese name. Raises Usage."""
    text = text.strip()
    for field, chinese in CHINESE.items():
        if text in (field, chinese):
            return field
    wanted = _normal(text)
    for field, names in synonyms().fields.items():
        if wanted in map(_normal, names):
            return field
    raise Usage(
        _("there is no field {field}").format(field=text),
        _("Fields are: {fields}.").format(fields=listed(f"{field} {name}" for field, name in CHINESE.items())),
    )


_NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_NO_WORD = re.compile(r"[\W_]+")


@cache
def _normal(header: str) -> str:
    """A header as it is compared: without width, case, blanks, punctuation, and notes in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return _NO_WORD.sub("", _NOTE.sub("", text)) or text.strip()


# -- profiles


def read_profile(path: Path) -> Profile:
    """A profile kept in a file. Raises Usage that names every fault with its line; OSError."""
    return profile_of(path.name, path.read_bytes())


def profile_of(name: str, data: bytes) -> Profile:
    """A profile by its text; `name` is for messages. Raises Usage."""
    try:
        document = load(data)
    except YamlFault as fault:
        raise Usage(f"{name}:{fault.line or 1}: {fault.message}", fault.cure) from None
    faults = explained(name, "import-profile", data)
    if faults:
        raise Usage("\n".join(f"{one.file}:{one.line or 1}: {one.message}" for one in faults), faults[0].cure)
    return msgspec.convert(document, Profile)


def profile_text(profile: Profile) -> str:
    """A profile as the text of its file."""
    document: dict[str, Any] = {"format": 1} | msgspec.to_builtins(profile)
    return "# wz import --profile\n" + dump(document)
