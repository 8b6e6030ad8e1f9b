"""Personal data in a text (第二十条): where identity numbers, telephones, bank cards, e-mails and homes stand in it.

The scanner would rather stop a number that is nobody's than let one pass that is somebody's; what belongs to offices
is told to it (`Public`).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from wz.model import digits
from wz.model.addresses import addresses
from wz.model.digits import Run

Kind = Literal["identity", "bank-card", "mobile", "landline", "email", "address"]
KIND_LABELS: dict[Kind, str] = {
    "identity": "身份证号",
    "bank-card": "银行卡号",
    "mobile": "手机号码",
    "landline": "固定电话",
    "email": "电子邮箱",
    "address": "住址门牌",
}
# The first two digits of an identity number: the province, autonomous region or municipality.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_CARD = re.compile(r"(?:62|60|68|69|9[0-9]|4|5|3[0-9]|2[2-7])\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA_CODE = re.compile(r"0(?:10|2\d|[3-9]\d\d)")
_SERVICE = re.compile(r"[48]00\d{7}")  # 400 and 800 numbers, which nobody has at home
# Words behind which seven or eight digits are a telephone number; other numbers may stand between. In the note that
# stands for a redacted number they are no such words.
_CALL = re.compile(
    r"(?<!〔)(?<!〔固定)(?:电 ?话|座机|致电|来电|拨打|热线|传真|手机|联系|咨询|tel|phone|call)"
    r"[^\d。；;]{0,12}(?:\d[\d ]{4,16}[^\d。；;]{1,4}){0,4}$",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"(?:\+|(?<!\d)00) {0,2}(?!86)[1-9]\d{0,2}(?: {0,3}\d){6,12}")
_EMAIL = re.compile(
    r"[A-Za-z0-9][\w.+-]{0,63}\s{0,2}(?:@|[(\[]at[)\]])\s{0,2}[A-Za-z0-9-]+"
    r"(?:\s{0,2}(?:[.。]|[(\[]dot[)\]])\s{0,2}[A-Za-z0-9-]+)+",
    re.ASCII | re.IGNORECASE,
)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width letters and signs as ASCII


class Hit(NamedTuple):
    """Personal data at text[start:end]."""

    kind: Kind
    start: int
    end: int


class Place(NamedTuple):
    """Where a hit stands, line and column from 1, and the text around it with all personal data masked."""

    line: int
    column: int
    snippet: str


class Public:
    """Telephone numbers, e-mail addresses and addresses that belong to offices and may be published."""

    def __init__(self, contacts: Iterable[str] = ()) -> None:
        self._numbers: set[str] = set()
        self._texts: set[str] = set()
        for contact in contacts:
            text = _squeezed(digits.plain(contact))
            if text.lstrip("+").isdigit():
                self._numbers.add(_national(text.lstrip("+")))
            elif text:
                self._texts.add(text)

    def has_number(self, number: str) -> bool:
        """Whether the number, with or without its area code, is listed."""
        wanted = _national(number)
        return wanted in self._numbers or (
            len(wanted) in (7, 8) and any(one.endswith(wanted) and len(one) > 8 for one in self._numbers)
        )

    def ends_at(self, end: int, plain: str) -> bool:
        """Whether a text that is listed ends there."""
        return any(_squeezed(plain[max(end - 2 * len(text), 0) : end]).endswith(text) for text in self._texts)


NOTHING_PUBLIC = Public()


def scan(text: str, public: Public = NOTHING_PUBLIC) -> list[Hit]:
    """All personal data in the text, in its order; no two hits overlap."""
    plain = digits.plain(text)
    found: list[Hit] = []
    taken: set[int] = set()

    def take(hits: Iterable[Hit]) -> None:
        for hit in hits:
            if taken.isdisjoint(range(hit.start, hit.end)):
                taken.update(range(hit.start, hit.end))
                found.append(hit)

    take(hit for hit in _emails(text) if not public.ends_at(hit.end, plain))
    take(_international(text, plain, public))
    for run in digits.runs(text, plain):
        take(_numbers(run, plain, public))
    homes = (Hit("address", *home) for home in addresses(text, plain))
    take(hit for hit in homes if not public.ends_at(hit.end, plain))
    return sorted(found, key=lambda hit: hit.start)


def place(text: str, hit: Hit, hits: Iterable[Hit]) -> Place:
    """Where the hit stands; `hits` are all those of the text, so that its surroundings show none of them."""
    masked = list(text)
    for one in hits:
        masked[one.start : one.end] = _mask(text[one.start : one.end])
    around = "".join(masked[max(hit.start - 10, 0) : hit.end + 6])
    line = text.count("\n", 0, hit.start) + 1
    return Place(line, hit.start - text.rfind("\n", 0, hit.start), " ".join(around.split()))


def redacted(text: str, hits: Iterable[Hit], fate: str = "已隐去") -> str:
    """The text with a note in the place of each hit: of what kind it was, and what became of it."""
    for hit in sorted(hits, key=lambda one: -one.start):
        text = f"{text[: hit.start]}〔{KIND_LABELS[hit.kind]}{fate}〕{text[hit.end :]}"
    return text


def is_identity(number: str) -> bool:
    """Whether it is an identity number, check digit included."""
    from stdnum.iso7064 import mod_11_2

    if len(number) == 15:
        return _old_identity(number)
    return bool(re.fullmatch(r"\d{17}[\dX]", number)) and _identity(number, 0, 18) and bool(mod_11_2.is_valid(number))


def is_telephone(text: str) -> bool:
    """Whether the whole text is one telephone number, mobile or fixed, as somebody may have it at home or at work."""
    said = "电话"  # what seven or eight digits need before them to be taken for a telephone number
    hits = scan(said + text)
    return len(hits) == 1 and hits[0].kind in ("mobile", "landline") and hits[0].end - hits[0].start >= len(text) - 1


def _mask(text: str) -> str:
    """As long as the text; of a long number its first three and last two characters stay, of anything else one."""
    first, last = (3, 2) if sum(one.isalnum() for one in text) >= 11 else (1, 0)
    inner = range(first, len(text) - last)
    return "".join("*" if place in inner and one.isalnum() else one for place, one in enumerate(text))


def _squeezed(plain: str) -> str:
    return "".join(plain.split()).casefold()


def _national(number: str) -> str:
    """A Chinese number without country code, the zero of the area code, and anything behind it."""
    number = number.removeprefix("0086").removeprefix("86") if len(number) > 11 else number
    return number.lstrip("0")


# -- numbers


def _numbers(run: Run, plain: str, public: Public) -> Iterator[Hit]:
    length = len(run.digits)
    if length >= 18:
        yield from (
            _hit("identity", run, *one) for one in run.windows(18, anywhere=True) if _identity(run.digits, *one)
        )
    for size in range(min(length, 19), 14, -1):
        yield from (_hit("bank-card", run, *one) for one in run.windows(size) if _bank_card(run.digits[slice(*one)]))
    for one in run.windows(11):
        number = run.digits[slice(*one)]
        if _MOBILE.fullmatch(number) and not public.has_number(number):
            yield _hit("mobile", run, *one)
    yield from (_hit("identity", run, *one) for one in run.windows(15) if _old_identity(run.digits[slice(*one)]))
    yield from _landlines(run, plain, public)


def _hit(kind: Kind, run: Run, start: int, end: int) -> Hit:
    start, end = run.whole_groups(start, end)
    return Hit(kind, run.places[start], run.places[end - 1] + 1)


def _identity(number: str, start: int, end: int) -> bool:
    """GB 11643: region, date of birth, serial number, check digit of ISO 7064 mod 11-2.

    The region is not looked up: counties that were abolished live on in numbers. A number that stands alone is taken
    though its last digit does not fit: who mistypes one digit gives the others away.
    """
    from stdnum.iso7064 import mod_11_2

    one = number[start:end]
    if not _PROVINCE.match(one) or "X" in one[:17] or not _day(one[6:10], one[10:12], one[12:14]):
        return False
    return mod_11_2.is_valid(one) or len(number) == 18


def _old_identity(number: str) -> bool:
    """The 15-digit form: a birth in the 20th century, no check digit."""
    return number.isdigit() and bool(_PROVINCE.match(number)) and _day("19" + number[6:8], number[8:10], number[10:12])


def _day(year: str, month: str, day: str) -> bool:
    try:
        return 1880 <= date(int(year), int(month), int(day)).year <= 2099
    except ValueError:
        return False


def _bank_card(number: str) -> bool:
    from stdnum import luhn

    return bool(_CARD.fullmatch(number)) and "00000000" not in number and bool(luhn.is_valid(number))


def _landlines(run: Run, plain: str, public: Public) -> Iterator[Hit]:
    """With an area code anywhere; without one where the words before it say that it is a telephone number."""
    for number, start in enumerate(run.cuts[:-1]):
        for parts, end in enumerate(run.cuts[number + 1 : number + 13], 1):
            called = run.digits[start:end]
            before = plain[max(run.places[start] - 60, 0) : run.places[start]]
            if _fixed_line(called, before, parts):
                if not public.has_number(called):
                    yield _hit("landline", run, start, end)
                break


def _fixed_line(number: str, before: str, parts: int) -> bool:
    if before.endswith("+") and number.startswith("86") and number[2:3] != "0":
        number = "0" + number[2:]  # +86 797 1234567
    if not 7 <= len(number) <= 12 or not number.isdigit() or _SERVICE.fullmatch(number):
        return False
    if area := _AREA_CODE.match(number):
        behind = number[area.end() :]
        return len(behind) in (7, 8) and behind[0] not in "01" and _dialled(number)
    local = len(number) in (7, 8) and number[0] in "2345678" and not (parts > 1 and number.startswith("20"))
    return local and parts <= 2 and bool(_CALL.search(before))


def _dialled(number: str) -> bool:
    """Whether the numbering plan has such a number, and it is none of the service numbers."""
    import phonenumbers

    parsed = phonenumbers.parse(number, "CN")
    kind = phonenumbers.number_type(parsed)
    return kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def _international(text: str, plain: str, public: Public) -> Iterator[Hit]:
    """Numbers of other countries, and of Hong Kong, Macao and Taiwan, behind + or 00."""
    for found in _INTERNATIONAL.finditer(plain) if "+" in plain or "00" in plain else ():
        import phonenumbers

        number = "".join(one for one in found[0] if one.isdigit())
        number = number if found[0].startswith("+") else number[2:]
        try:
            valid = phonenumbers.is_valid_number(phonenumbers.parse("+" + number))
        except phonenumbers.NumberParseException:
            continue
        if valid and not public.has_number(number):
            yield Hit("mobile", *found.span())


def _emails(text: str) -> Iterator[Hit]:
    if "@" in text or "＠" in text or "at" in text or "AT" in text:
        yield from (Hit("email", *found.span()) for found in _EMAIL.finditer(text.translate(_NARROW)))
