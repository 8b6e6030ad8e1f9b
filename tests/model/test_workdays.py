"""Working days against the notices, an independent package and themselves."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wz.model.workdays import Arrangement, Calendar
from wz.store.settings import CalendarFile, OwnDay, calendar, national


@pytest.fixture(scope="module")
def days() -> Calendar:
    return calendar(CalendarFile(format=1))


VECTORS = [
    ("2024-02-08", 1, "2024-02-09"),
    ("2024-02-08", 2, "2024-02-18"),
    ("2024-09-29", 2, "2024-10-08"),
    ("2024-09-29", 5, "2024-10-11"),
    ("2025-01-26", 5, "2025-02-08"),
    ("2026-02-13", 1, "2026-02-14"),
    ("2026-02-13", 2, "2026-02-24"),
    ("2026-09-18", 1, "2026-09-20"),
    ("2026-09-18", 10, "2026-10-09"),
    ("2020-01-22", 2, "2020-02-03"),
    ("2020-01-22", 5, "2020-02-06"),
]


@pytest.mark.parametrize(("start", "count", "due"), VECTORS)
def test_vectors(days: Calendar, start: str, count: int, due: str) -> None:
    assert days.add(date.fromisoformat(start), count) == date.fromisoformat(due)


def test_the_prolonged_spring_festival_of_2020() -> None:
    """On 2020-01-27 the festival was prolonged to 02-02, and 02-01 was no longer worked."""
    first_notice = Arrangement(
        holidays={date(2020, 1, 24) + timedelta(n): "春节" for n in range(7)},
        workdays={date(2020, 1, 19): "调休", date(2020, 2, 1): "调休"},
        published=True,
        source="2019-11-21",
    )
    before = Calendar(lambda _year: first_notice)
    prolonged = [date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)]
    after = Calendar(lambda _year: first_notice, closed=dict.fromkeys(prolonged, "国办发明电〔2020〕1号"))
    start = date(2020, 1, 22)
    assert (before.add(start, 2), after.add(start, 2)) == (date(2020, 1, 31), date(2020, 2, 3))
    assert (before.add(start, 5), after.add(start, 5)) == (date(2020, 2, 4), date(2020, 2, 6))


def test_every_day_of_2007_to_2026_agrees_with_chinesecalendar(days: Calendar) -> None:
    import chinese_calendar

    span = days.days(date(2007, 1, 1), date(2026, 12, 31))
    assert len(span) == 7305
    assert [day.date for day in span if day.working != chinese_calendar.is_workday(day.date)] == []


@pytest.mark.parametrize("day", [date(2005, 12, 31), date(2011, 12, 31)])
def test_a_make_up_saturday_ordered_by_the_next_years_notice(days: Calendar, day: date) -> None:
    assert day.weekday() == 5
    assert days.day(day).kind == "make-up"


def test_a_year_without_a_notice_is_provisional(days: Calendar) -> None:
    unpublished = date(2050, 1, 1)
    assert days.day(unpublished).provisional
    assert days.provisional(date(2049, 12, 30), date(2050, 1, 4))
    assert not days.provisional(date(2026, 11, 2), date(2026, 11, 9))
    assert not days.provisional(date(2025, 12, 31), date(2026, 1, 5))


def test_the_start_alone_in_an_unpublished_year_does_not_make_it_provisional() -> None:
    """The day of the event is not counted, so nothing rests on it."""
    published = {2049: False, 2050: True}
    days = Calendar(lambda year: Arrangement({}, {}, published[year], ""))
    assert not days.provisional(date(2049, 12, 31), date(2050, 1, 3))


def test_the_offices_own_days_prevail() -> None:
    own = CalendarFile(
        format=1,
        closed=[OwnDay(date(2026, 11, 4), "停电")],
        open=[OwnDay(date(2026, 11, 7), "加班")],
        close_of_business="17:30",
    )
    days = calendar(own)
    assert [days.day(date(2026, 11, n)).kind for n in (3, 4, 7, 8)] == ["workday", "closed", "open", "weekend"]
    assert days.day(date(2026, 11, 4)).reason == "停电"
    assert days.add(date(2026, 11, 3), 3) == date(2026, 11, 7)
    assert days.close_of_business == time(17, 30)


def test_names_of_holidays_are_chinese() -> None:
    assert national(2026).holidays[date(2026, 2, 17)].startswith("春节")


@settings(max_examples=300, deadline=None)
@given(start=st.dates(date(2008, 1, 1), date(2026, 6, 30)), count=st.integers(1, 120))
def test_adding_is_counting_day_by_day(start: date, count: int) -> None:
    days = calendar(CalendarFile(format=1))
    counted, day = 0, start
    while counted < count:
        day += timedelta(1)
        counted += days.day(day).working
    assert days.add(start, count) == day
    assert days.count(start, day) == count
    assert days.count(day, start) == -count
    assert days.between(start, day)[-1] == day
    back = days.subtract(day, count)
    assert back == start if days.day(start).working else back < start


@given(start=st.dates(date(2020, 1, 1), date(2025, 1, 1)), first=st.integers(1, 20), second=st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_adding_twice_is_adding_the_sum(start: date, first: int, second: int) -> None:
    days = calendar(CalendarFile(format=1))
    assert days.add(days.add(start, first), second) == days.add(start, first + second)


def test_counts_start_at_one() -> None:
    days = calendar(CalendarFile(format=1))
    with pytest.raises(ValueError):
        days.add(date(2026, 1, 1), 0)
    with pytest.raises(ValueError):
        days.subtract(date(2026, 1, 1), 0)
