"""Days as people write them, relative ones too: `2026-12-01`, `2026-12`, `today+3wd`, `2026-10..2026-12`."""

import re
from datetime import date, timedelta

from wz.errors import Usage
from wz.i18n import _
from wz.regulation.law import Law

_NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1, "昨天": -1, "今天": 0, "明天": 1}
_RELATIVE = re.compile(rf"({'|'.join(_NAMED)})(?:([+-])([0-9]{{1,4}})(d|w|wd)?)?")
_WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_QUOTED = 40  # characters of a text that a message quotes
_MONTHS = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})|-?[Qq]([1-4]))?")


def parse_day(text: str, law: Law, today: date) -> date:
    """`2026-12-01`, `today`, `today+3` (days), `today-2w` (weeks), `today+3wd` (working days). Raises Usage."""
    try:
        if written := _WRITTEN.fullmatch(text):
            return date(*map(int, written.groups()))
        return _relative(text, law, today) or date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Usage(
            _("{text} is not a day").format(text=text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…"),
            _("Write 2026-12-01, today, today+3 or today+3wd."),
        ) from None


def parse_days(text: str, law: Law, today: date) -> tuple[date, date]:
    """The first and last day of what a text names: a day, a month (2026-10), a quarter (2026Q4), a year, or A..B.

    Either end of A..B may be left out. Raises Usage.
    """
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return (
            parse_days(low, law, today)[0] if low else date.min,
            parse_days(high, law, today)[1] if high else date.max,
        )
    if match := _MONTHS.fullmatch(text):
        year, month, quarter = match.groups()
        first = int(month or int(quarter or 1) * 3 - 2)
        months = 1 if month else 3 if quarter else 12
        if 0 < int(year) < 9999 and 1 <= first <= 12:
            return date(int(year), first, 1), _month_start(int(year), first + months) - timedelta(1)
    day = parse_day(text, law, today)
    return day, day


def _relative(text: str, law: Law, today: date) -> date | None:
    match = _RELATIVE.fullmatch(text.lower())
    if match is None:
        return None
    name, sign, number, unit = match.groups()
    day, count = today + timedelta(_NAMED[name]), int(number or 0)
    if unit == "wd" and count:
        return (law.calendar.add if sign == "+" else law.calendar.subtract)(day, count)
    days = count * (7 if unit == "w" else 1)
    return day + timedelta(-days if sign == "-" else days)


def _month_start(year: int, month: int) -> date:
    """The first day of a month; month 13 is the next January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
