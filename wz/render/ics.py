"""iCalendar (RFC 5545): days to keep in mind, as calendar programs subscribe to them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from icalendar import Alarm, Calendar, Event

from wz.render.table import one_line

PRODUCT = "-//wz//wz export//ZH"


class Deadline(NamedTuple):
    """A day on which something falls due. `uid` is the same in every export; `sequence` grows when the day moves.

    `alarms` are how long before (negative) or after the day's first minute a reminder comes.
    """

    uid: str
    day: date
    summary: str
    description: str
    categories: Sequence[str]
    sequence: int
    alarms: Sequence[timedelta]


def lines(name: str, deadlines: Iterable[Deadline], made: datetime) -> Iterator[bytes]:
    """A calendar of that name, deadline by deadline; `made` is the instant that it tells of."""
    calendar = Calendar()
    name = one_line(name)  # which icalendar takes as it is
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    head, end = calendar.to_ical().split(b"END:VCALENDAR")
    yield head
    for deadline in deadlines:
        yield _event(deadline, made).to_ical()
    yield b"END:VCALENDAR" + end


def _event(deadline: Deadline, made: datetime) -> Event:
    event = Event()
    event.add("uid", deadline.uid)
    event.add("dtstamp", made)
    event.add("dtstart", deadline.day)
    event.add("dtend", deadline.day + timedelta(1))
    event.add("summary", deadline.summary)
    event.add("description", deadline.description)
    event.add("categories", list(deadline.categories))
    event.add("sequence", deadline.sequence)
    event.add("transp", "TRANSPARENT")
    for before in deadline.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", deadline.summary)
        alarm.add("trigger", before)
        event.add_component(alarm)
    return event
