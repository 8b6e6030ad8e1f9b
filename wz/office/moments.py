"""Times as other systems write them: Excel's serial numbers, unpadded dates, 上午 and 下午, years in Chinese."""

import re
from datetime import date, datetime, time, timedelta

from wz.model.instants import SHANGHAI, end_of_day, instant
from wz.model.table import Value

_YEARS = range(1900, 2100)
_EXCEL_EPOCH = datetime(1899, 12, 30)
# A number is taken for a spreadsheet's day only where it falls into the years of such platforms: 1954 to 2099.
_SERIALS = range(20_000, 73_051)
_DATE = (
    r"(?P<year>[0-9]{4})\s*(?P<mark>[-/.年])\s*(?P<month>[0-9]{1,2})\s*(?:(?P=mark)|月)\s*(?P<day>[0-9]{1,2})\s*[日号]?"
)
_HALF = r"(?P<half>上午|下午|凌晨|早上|中午|晚上|傍晚|[AaPp]\.?[Mm]\.?)"
_SECOND = r"(?::?\s*(?P<second>[0-9]{1,2})(?:\.[0-9]+)?\s*秒?)?"
_CLOCK = rf"(?P<hour>[0-9]{{1,2}})\s*[:时点]\s*(?:(?P<minute>[0-9]{{1,2}})\s*分?\s*{_SECOND})?"
_WEEKDAY = r"(?:\s*[(]?(?:星期|周)[一二三四五六日天][)]?)?"
_OFFSET = r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})"
_MOMENT = re.compile(
    rf"{_DATE}{_WEEKDAY}(?:\s*T?\s*(?:{_HALF})?\s*{_CLOCK}\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*{_OFFSET}?)?"
)
_COMPACT = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:\s*(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?)?"
)
_MORNING = frozenset({"上午", "凌晨", "早上", "am"})
_FULL_WIDTH = str.maketrans("０１２３４５６７８９：／－（）　", "0123456789:/-() ")


def read_moment(value: Value, ends: bool = False) -> datetime:
    """The instant in Asia/Shanghai that a cell means, in whole seconds.

    A day without clock, or with midnight, which spreadsheets give to a day without, is its first second, or its last
    where the time `ends` something. Raises ValueError.
    """
    if isinstance(value, datetime):
        return _local(value, ends)
    if isinstance(value, date):
        return _day(value, ends)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(float(value), ends)
    text = str(value or "").translate(_FULL_WIDTH).strip()
    found = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text):
            return _serial(float(text), ends)
        raise ValueError(text)
    part = found.groupdict()
    day = date(int(part["year"]), int(part["month"]), int(part["day"]))
    if day.year not in _YEARS:
        raise ValueError(text)
    if part["hour"] is None:
        return _day(day, ends)
    hour = _hour(int(part["hour"]), (part.get("half") or part.get("after") or "").replace(".", "").lower())
    clock = time(hour, int(part["minute"] or 0), int(part["second"] or 0))
    if clock == time():
        return _day(day, ends)
    if offset := part.get("offset"):
        return datetime.fromisoformat(f"{day}T{clock}{offset}").astimezone(SHANGHAI)
    return instant(day, clock)


def _hour(hour: int, half: str) -> int:
    """The hour of 24 from one of 12 with its half of the day; one beyond 12 has said it already."""
    if not half or hour > 12:
        return hour
    if half in _MORNING:
        return hour % 12
    if half == "晚上" and hour == 12:
        raise ValueError(half)  # noon it is not, and of which day it is midnight nobody knows
    return hour if half == "中午" and hour in (11, 12) else hour % 12 + 12


def _day(day: date, ends: bool) -> datetime:
    if day.year not in _YEARS:
        raise ValueError(str(day))
    return end_of_day(day) if ends else instant(day, time())


def _local(moment: datetime, ends: bool) -> datetime:
    if moment.year not in _YEARS:
        raise ValueError(str(moment))
    if moment.time() == time() and moment.tzinfo is None:
        return _day(moment.date(), ends)
    rounded = (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.replace(tzinfo=SHANGHAI) if rounded.tzinfo is None else rounded.astimezone(SHANGHAI)


def _serial(number: float, ends: bool) -> datetime:
    if int(number) not in _SERIALS:
        raise ValueError(str(number))
    moment = _EXCEL_EPOCH + timedelta(days=number)
    return _local(moment, ends)
