"""A year, a quarter or a month: what scores and reports are drawn up for."""

from datetime import date, timedelta

import msgspec


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar period with its first and its last day."""

    year: int
    quarter: int | None
    month: int | None
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def before(self) -> date:
        """The last day before it."""
        return self.first - timedelta(1)


def period(year: int, quarter: int | None = None, month: int | None = None) -> Period:
    """The year; or one of its quarters (1 to 4) or months (1 to 12)."""
    start, months = (month, 1) if month else (quarter * 3 - 2, 3) if quarter else (1, 12)
    after = start + months
    end = date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(1)
    return Period(year=year, quarter=quarter, month=month, first=date(year, start, 1), last=end)


def preceding(one: Period) -> Period:
    """The period of the same length before it."""
    day = one.before
    if one.month:
        return period(day.year, month=day.month)
    return period(day.year, quarter=(day.month + 2) // 3) if one.quarter else period(day.year)


def year_earlier(one: Period) -> Period:
    """The same period of the year before."""
    return period(one.year - 1, one.quarter, one.month)
