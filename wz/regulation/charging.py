"""Charged days: which overdue working days count against the unit (第二十六条)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from wz.model.case import Custody
from wz.model.instants import SHANGHAI, instant
from wz.model.obligation import Obligation
from wz.model.workdays import Calendar
from wz.regulation.rules import Rules


def holder_at(custody: Sequence[Custody], moment: datetime) -> str | None:
    """Who holds the case at an instant; custody is in order of time."""
    place = bisect_right(custody, moment, key=lambda entry: entry.since)
    return custody[place - 1].holder if place else None


def last_day(obligation: Obligation, as_of: date) -> date:
    """The day up to which overdue days are counted: as-of, or the day it was met or ended."""
    over = obligation.met or obligation.ended
    return min(as_of, over.date()) if over else as_of


def overdue_days(obligation: Obligation, due: date, calendar: Calendar, as_of: date) -> list[date]:
    """The working days after the due day, whoever held the case."""
    return calendar.between(due, last_day(obligation, as_of))


def charged_days(
    obligation: Obligation, due: date, custody: Sequence[Custody], rules: Rules, calendar: Calendar, as_of: date
) -> list[date]:
    """The overdue days that count: those on which the unit held the case at 00:00.

    While a return, an extension or a reply awaits the office's word, the office holds it.
    """
    if rules.charging == "all":
        return overdue_days(obligation, due, calendar, as_of)
    last = last_day(obligation, as_of)
    days: list[date] = []
    for place, (since, holder) in enumerate(custody):
        if holder == obligation.unit:
            until = custody[place + 1].since if place + 1 < len(custody) else None
            # The midnights in [since, until), as the days after `before` up to `end`.
            before = _last_midnight_before(since)
            end = last if until is None else min(last, _last_midnight_before(until))
            days += calendar.between(max(due, before), end)
    return days


def _last_midnight_before(moment: datetime) -> date:
    """The last day whose 00:00 lies before that instant."""
    day = moment.astimezone(SHANGHAI).date()
    return day - timedelta(1) if moment == instant(day, time.min) else day
