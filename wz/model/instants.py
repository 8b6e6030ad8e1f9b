"""Instants and dates as the registry writes them: ISO 8601, whole seconds, Asia/Shanghai."""

from datetime import date, datetime, time, timedelta, timezone

# China has had one offset and no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
LAST_SECOND = time(23, 59, 59)


def instant(day: date, at: time) -> datetime:
    """That time of that day in Asia/Shanghai."""
    return datetime.combine(day, at, SHANGHAI)


def end_of_day(day: date) -> datetime:
    """The last second of the day: registry times have no fractions."""
    return instant(day, LAST_SECOND)


def written(moment: datetime) -> str:
    """The instant as files and JSON carry it: `2026-11-23T09:12:00+08:00`."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def shown(moment: datetime) -> str:
    """The instant as messages and tables show it: `2026-11-23 09:12`, with seconds only where there are any."""
    local = moment.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def parse_instant(text: str) -> datetime:
    """Read `2026-11-23T09:12[:00][+08:00]`, a blank allowed for the T; without an offset it is Asia/Shanghai.

    Raises ValueError where the text is no instant, or has fractions of a second.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.microsecond:
        raise ValueError(text)
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)
