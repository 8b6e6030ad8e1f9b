"""What a monthly, quarterly or yearly report says: its values, `wz report --format json` (第二十五条)."""

from datetime import date, datetime
from typing import Literal

import msgspec

from wz.model.obligation import Kind, LevelId
from wz.model.period import Period
from wz.model.problem import Problem
from wz.office.accounting import Typical
from wz.office.scoring import Figures, UnitScore

Unit = Literal["cases", "days", "points", "times", "share"]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A figure beside that of the period before (环比) and of the same period a year ago (同比).

    A change is relative (0.1: a tenth more), of a share the difference; null where there is nothing to compare with.
    """

    id: str
    label: str
    unit: Unit
    value: float | None
    previous: float | None
    change: float | None
    year_ago: float | None
    year_change: float | None


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the cases received are of one category, channel, area or unit; null: of none."""

    code: str | None
    label: str
    count: int
    share: float | None
    previous: int | None
    year_ago: int | None


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """Cases received in a month, 2026-10, up to the end of the report."""

    month: str
    received: int


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment that reached a warning level in the period, and what its account grew by (第二十六条)."""

    case: str
    unit: str
    name: str
    category: str
    level: LevelId
    on: date
    obligation: Kind | None
    due: date | None
    charged: int | None
    points: float | None


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """An order of supervision, with its ground (第二十三条), or a referral to the supervision office (第二十六条)."""

    case: str
    unit: str
    name: str
    category: str
    figure: Literal["supervised", "referred"]
    ground: str | None
    on: date


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Like cases (第二十三条（二）), named by the words that most of them share: no petition's title, nor its text."""

    name: str
    cases: list[str]
    open: list[str]
    since: date
    until: date
    units: list[str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`wz report --format json`, as `schemas/report.schema.json` declares it: what every other format is made of.

    `as_of` is the instant whose state it tells: the period's end, or earlier where that has not come. `drawn_up` is
    the day on which it was made. Imported history counts in the volume alone.
    """

    as_of: datetime
    drawn_up: date
    registry: str
    city: str
    office: str
    period: Period
    received: int
    imported: int
    declined: int
    overview: list[Compared]
    categories: list[Volume]
    channels: list[Volume]
    areas: list[Volume]
    units: list[Volume]
    months: list[Month]
    totals: Figures
    scores: list[UnitScore]
    warned: list[Warned]
    watched: list[Watched]
    topics: list[Topic]
    typical: list[Typical]
    problems: list[Problem]
