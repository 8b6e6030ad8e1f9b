"""Working days: which days they are, why, and counting them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Literal, NamedTuple

Kind = Literal["workday", "weekend", "holiday", "make-up", "closed", "open"]
_WORKING: frozenset[Kind] = frozenset({"workday", "make-up", "open"})


class Arrangement(NamedTuple):
    """One calendar year: weekdays off, weekend days worked (调休), and whether the State Council has said so yet."""

    holidays: Mapping[date, str]
    workdays: Mapping[date, str]
    published: bool
    source: str


class Day(NamedTuple):
    """A day with the reason for what it is."""

    date: date
    kind: Kind
    reason: str
    provisional: bool

    @property
    def working(self) -> bool:
        return self.kind in _WORKING


class Calendar:
    """The working days of the registry.

    `year` gives a year's arrangement and is asked once for each year needed; a make-up day belongs to the calendar
    year it falls in, whichever year's notice ordered it. `closed` and `opened` are the office's own days and
    prevail. `close_of_business` is the time at which a deadline ends on its day; None means 24:00 (民法典 203).
    """

    def __init__(
        self,
        year: Callable[[int], Arrangement],
        closed: Mapping[date, str] | None = None,
        opened: Mapping[date, str] | None = None,
        close_of_business: time | None = None,
    ) -> None:
        self._load = year
        self._closed = closed or {}
        self._opened = opened or {}
        self.close_of_business = close_of_business
        self._arrangements: dict[int, Arrangement] = {}
        self._ordinals: list[int] = []  # working days, as proleptic ordinals, of the years _first.._last
        self._first = self._last = 0

    def arrangement(self, year: int) -> Arrangement:
        """The national arrangement of a year, before the office's own days."""
        if year not in self._arrangements:
            self._arrangements[year] = self._load(year)
        return self._arrangements[year]

    def day(self, day: date) -> Day:
        """What a day is, and why."""
        year = self.arrangement(day.year)
        provisional = not year.published
        if day in self._closed:
            return Day(day, "closed", self._closed[day], provisional=False)
        if day in self._opened:
            return Day(day, "open", self._opened[day], provisional=False)
        if day in year.workdays:
            return Day(day, "make-up", year.workdays[day], provisional)
        if day in year.holidays:
            return Day(day, "holiday", year.holidays[day], provisional)
        return Day(day, "weekend" if day.weekday() >= 5 else "workday", "", provisional)

    def days(self, first: date, last: date) -> list[Day]:
        """Every day from first to last, both included."""
        return [self.day(first + timedelta(n)) for n in range((last - first).days + 1)]

    def add(self, start: date, count: int) -> date:
        """The last day of a period of `count` working days; the day of the event does not count (民法典 201)."""
        if count < 1:
            raise ValueError(count)
        self._cover(start.year)
        while True:
            place = bisect_right(self._ordinals, start.toordinal()) + count - 1
            if place < len(self._ordinals):
                return date.fromordinal(self._ordinals[place])
            self._cover(self._last + 1)

    def subtract(self, end: date, count: int) -> date:
        """The `count`-th working day before a day: `subtract(add(d, n), n)` is d, or the working day before it."""
        if count < 1:
            raise ValueError(count)
        self._cover(end.year)
        while True:
            place = bisect_left(self._ordinals, end.toordinal()) - count
            if place >= 0:
                return date.fromordinal(self._ordinals[place])
            self._cover(self._first - 1)

    def between(self, after: date, until: date) -> list[date]:
        """The working days after `after`, up to and including `until`."""
        low, high = self._slice(after, until)
        return [date.fromordinal(ordinal) for ordinal in self._ordinals[low:high]]

    def count(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`; negative when `until` is earlier."""
        if until < after:
            return -self.count(until, after)
        low, high = self._slice(after, until)
        return high - low

    def provisional(self, start: date, end: date) -> bool:
        """Whether a count from `start` to `end` rests on a year whose arrangement is not yet published."""
        return any(not self.arrangement(year).published for year in range((start + timedelta(1)).year, end.year + 1))

    def _slice(self, after: date, until: date) -> tuple[int, int]:
        if until < after:
            return 0, 0
        self._cover(after.year)
        self._cover(until.year)
        return bisect_right(self._ordinals, after.toordinal()), bisect_right(self._ordinals, until.toordinal())

    def _cover(self, year: int) -> None:
        if not self._ordinals:
            self._first, self._last = year, year - 1
        while self._last < year:
            self._last += 1
            self._ordinals += self._working_ordinals(self._last)
        while year < self._first:
            self._first -= 1
            self._ordinals[:0] = self._working_ordinals(self._first)

    def _working_ordinals(self, year: int) -> list[int]:
        return [day.date.toordinal() for day in self.days(date(year, 1, 1), date(year, 12, 31)) if day.working]
