"""Whom a petition comes from: needed to call back and by nobody else, so it is sealed (第十九条)."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from wz.errors import Usage
from wz.i18n import _, term

# How people call its fields.
FIELDS: dict[str, str] = {
    "name": "姓名",
    "phone": "电话",
    "id_number": "身份证号",
    "address": "地址",
    "hours": "方便联系的时间",
}
# Sealed texts are of few lengths, so that a length tells nothing.
_BLOCK = 512


class Moved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that stood in a text of the case and was moved here: in which text, of what kind, as it stood."""

    field: str
    kind: str
    text: str


class Petitioner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Name, telephone, identity number, address, when to call; and numbers moved out of the texts, in their order."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None
    hours: str | None = None
    moved: list[Moved] = []

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return self != Petitioner()

    def plain(self) -> dict[str, Any]:
        """The fields that are known, as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


def packed(petitioner: Petitioner) -> bytes:
    """As JSON, filled up with blanks to a whole number of blocks."""
    data = msgspec.json.encode(petitioner)
    return data + b" " * (-len(data) % _BLOCK)


def unpacked(data: bytes) -> Petitioner:
    """Raises msgspec.MsgspecError where it is no petitioner."""
    return msgspec.json.decode(data, type=Petitioner)


# -- what may be entered

LONGEST = 200
_BETWEEN = re.compile(r"[、，,;；]|\s+(?=[+1０0])")  # between several telephone numbers
_EXTENSION = re.compile(r"\s*(?:转|分机|-|ext\.?|x)\s*\d{1,6}$", re.IGNORECASE)
_COUNTRY = re.compile(r"^(?:\+|00)?86[ -]?(?=1[3-9]\d)")
_FOREIGN = re.compile(r"[A-Z][A-Z0-9]{5,17}")  # passports and permits begin with a letter


def faults(petitioner: Petitioner) -> Iterator[tuple[str, str, str]]:
    """What cannot be right: the field, the fault, the cure. No message holds what was entered."""
    for field, value in petitioner.plain().items():
        if field == "moved":
            continue
        named = term(field, FIELDS[field])
        if not value.strip() or len(value) > LONGEST or not value.isprintable():
            yield (
                field,
                _("{field} does not fit: one line of 1 to {most} characters is wanted").format(
                    field=named, most=LONGEST
                ),
                _("Leave it out where it is not known."),
            )
        elif field == "phone" and not (_is_phone(value) or all(map(_is_phone, _BETWEEN.split(value.strip())))):
            yield (
                field,
                _("{field} does not fit: no such telephone number").format(field=named),
                _("Write 13800138000, 0797-3512345 or +852 5123 4567; 、 between several; put remarks into `hours`."),
            )
        elif field == "id_number" and not _is_number(value):
            yield (
                field,
                _("{field} does not fit: its check digit or its day of birth is wrong").format(field=named),
                _("Compare it with the document; leave it out where it is not needed."),
            )


def _is_phone(text: str) -> bool:
    from wz.model.personal import is_telephone

    text = _COUNTRY.sub("", text.strip())
    return is_telephone(text) or is_telephone(_EXTENSION.sub("", text))


def _is_number(text: str) -> bool:
    from wz.model import digits
    from wz.model.personal import is_identity

    narrow = "".join(digits.plain(text).split()).upper()
    return is_identity(narrow) or bool(_FOREIGN.fullmatch(text.strip().upper()))


def entered(data: Any, before: Petitioner | None = None) -> Petitioner:
    """A petitioner from plain data that somebody entered; what is left out stays as `before` had it, null is nothing.

    Raises Usage, which quotes nothing of it.
    """
    if not isinstance(data, dict) or not all(isinstance(value, str) or value is None for value in data.values()):
        raise Usage(_("this is no petitioner"), _example())
    if unknown := [key for key in data if key not in FIELDS]:
        field = unknown[0] if unknown[0].isidentifier() and unknown[0].isascii() else "?"
        raise Usage(_("a petitioner has no field {field}").format(field=field), _example())
    given = {key: (value or "").strip() or None for key, value in data.items()}
    found = msgspec.structs.replace(before or Petitioner(), **given)
    for _field, fault, cure in faults(found):
        raise Usage(fault, cure)
    return found


def _example() -> str:
    pattern = '{"name": "王小明", "phone": "13800138000", "id_number": "…", "address": "…", "hours": "…"}'
    return _("Write an object, with whichever of these is known: {pattern}").format(pattern=pattern)
