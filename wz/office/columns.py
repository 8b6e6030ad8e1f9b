"""The columns of a case: what `list` shows and orders by, and what spreadsheets get."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from wz.errors import Usage
from wz.i18n import N_, _
from wz.model.instants import SHANGHAI
from wz.model.obligation import LEVEL_ORDER
from wz.office.survey import Standing

# What a column holds: a date, datetime, int or float, bool, str, or a list of str; None where there is nothing.
ColumnKind = Literal["text", "code", "texts", "day", "instant", "number", "yes-no"]


class Column(NamedTuple):
    """One column: its label for people, what it holds, how it is read off a case."""

    label: str
    kind: ColumnKind
    read: Callable[[Standing], Any]


def _local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def _source(part: str) -> Callable[[Standing], str | None]:
    return lambda case: getattr(case.facts.source, part) if case.facts.source else None


COLUMNS: dict[str, Column] = {
    "case": Column(N_("Case"), "text", lambda case: case.id),
    "title": Column(N_("Title"), "text", lambda case: case.facts.title),
    "category": Column(N_("Category"), "code", lambda case: case.facts.category),
    "state": Column(N_("State"), "code", lambda case: case.state),
    "unit": Column(N_("Unit"), "code", lambda case: case.unit),
    "assist": Column(N_("Assisting"), "texts", lambda case: case.assist),
    "area": Column(N_("Area"), "code", lambda case: case.facts.area),
    "channel": Column(N_("Channel"), "code", lambda case: case.facts.channel),
    "received": Column(N_("Received"), "instant", lambda case: _local(case.facts.received)),
    "urgent": Column(N_("Urgent"), "yes-no", lambda case: case.facts.urgent),
    "tags": Column(N_("Tags"), "texts", lambda case: case.facts.tags),
    "due": Column(N_("Due"), "day", lambda case: case.due),
    "level": Column(N_("Level"), "code", lambda case: case.level),
    "obligations": Column(N_("Owed"), "number", lambda case: len(case.judged)),
    "rating": Column(N_("Rating"), "code", lambda case: case.rating),
}
# What may be asked for besides.
MORE: dict[str, Column] = {
    "since": Column(N_("Since"), "instant", lambda case: _local(case.since)),
    "scope": Column(N_("Scope"), "code", lambda case: case.facts.scope),
    "about": Column(N_("About"), "texts", lambda case: case.facts.about),
    "content": Column(N_("Content"), "text", lambda case: case.facts.content),
    "source_system": Column(N_("Source"), "text", _source("system")),
    "source_id": Column(N_("Number there"), "text", _source("id")),
    "days_left": Column(
        N_("Days left"), "number", lambda case: min((one.days_left for one in case.judged), default=None)
    ),
    "overdue_days": Column(
        N_("Days over"), "number", lambda case: max((len(one.charged) for one in case.judged), default=None)
    ),
    "points": Column(N_("Points"), "number", lambda case: max((one.points for one in case.judged), default=None)),
    "owes": Column(N_("Owes"), "texts", lambda case: [one.obligation.kind for one in case.judged]),
    "waiting": Column(N_("For"), "texts", lambda case: [one.awaited for one in case.waiting]),
    "provisional": Column(N_("Provisional"), "yes-no", lambda case: any(one.provisional for one in case.judged)),
}
ALL = COLUMNS | MORE
# How a day or an instant is cut for grouping, and how each of its parts is written.
PERIODS: dict[str, Callable[[date], str]] = {
    "year": lambda day: f"{day:%Y}",
    "quarter": lambda day: f"{day:%Y}Q{(day.month + 2) // 3}",
    "month": lambda day: f"{day:%Y-%m}",
    "week": lambda day: "{}-W{:02}".format(*day.isocalendar()[:2]),
    "day": lambda day: f"{day:%Y-%m-%d}",
}


def chosen(text: str, among: Sequence[str]) -> list[str]:
    """The columns that a list such as `case,title,due` names, in its order. Raises Usage."""
    names = [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
    for name in names:
        if name not in among:
            raise _no_column(name, among)
    if not names:
        raise Usage(_("no column is named"), _("Columns are: {columns}.").format(columns=", ".join(among)))
    return list(dict.fromkeys(names))


def _no_column(name: str, among: Sequence[str]) -> Usage:
    close = get_close_matches(name, among, 1)
    hint = _("Did you mean {close}?").format(close=close[0]) + " " if close else ""
    return Usage(
        _("there is no column {column}").format(column=name),
        hint + _("Columns are: {columns}.").format(columns=", ".join(among)),
    )


class Order(NamedTuple):
    """Order by a column; `down`: largest or latest first. What has no value comes last either way."""

    column: str
    down: bool


def orders(text: str, among: Sequence[str]) -> list[Order]:
    """`level,-received`: by level, then latest receipt first. Raises Usage."""
    names = [one.strip() for one in text.replace("，", ",").split(",") if one.strip()]
    return [Order(chosen(name.lstrip("-"), among)[0], name.startswith("-")) for name in names]


def arrange(rows: list[dict[str, Any]], by: Sequence[Order]) -> None:
    """Sort rows of values in place; levels by how far they have gone, everything else by its value."""
    for order in reversed(by):  # sorting is stable, so the last key is sorted by first
        some = [row for row in rows if row[order.column] not in (None, [])]
        none = [row for row in rows if row[order.column] in (None, [])]
        some.sort(key=lambda row: _rank(order.column, row[order.column]), reverse=order.down)
        rows[:] = some + none


def _rank(column: str, value: Any) -> Any:
    return LEVEL_ORDER.index(value) if column == "level" else value


class Group(NamedTuple):
    """A column to group by, and the period that its days are cut to."""

    column: str
    period: str | None

    @property
    def name(self) -> str:
        return f"{self.column}.{self.period}" if self.period else self.column

    def values(self, case: Standing) -> list[Any]:
        """Into which groups a case falls: one for each value of a column that may have several."""
        column = ALL[self.column]
        value = column.read(case)
        if isinstance(value, list):
            return list(value) or [None]
        if value is not None and column.kind in ("day", "instant"):
            return [PERIODS[self.period or "day"](value)]
        return [value]


def groups(text: str) -> list[Group]:
    """`unit,received.month`. Raises Usage."""
    found = []
    for one in (one.strip() for one in text.replace("，", ",").split(",")):
        name, dot, period = one.partition(".")
        column = chosen(name, list(ALL))[0]
        if dot and (period not in PERIODS or ALL[column].kind not in ("day", "instant")):
            raise Usage(
                _("{group} cannot be grouped by").format(group=one),
                _("Days can be grouped by {periods}: received.month.").format(periods=", ".join(PERIODS)),
            )
        found.append(Group(column, period if dot else None))
    return found
