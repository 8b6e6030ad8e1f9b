"""Every figure of `wz score` on the sample, recomputed from the case files by other means: plain YAML, the rules of
第十三条至第二十七条 written out here by hand, and chinesecalendar for the working days."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

import chinese_calendar
import pytest
import yaml

ROOT = Path(__file__).parents[2]
END = time(23, 59, 59)
BAD = {"dissatisfied", "very-dissatisfied"}
POINTS = {"blue": 0.5, "yellow": 1.0, "red": 3.0, "referral": 3.0}
CATEGORIES = {  # contact, decision, completion in working days
    "consult": (None, None, 2),
    "complaint": (2, None, 5),
    "report": (None, 2, 10),
    "help": (2, None, 5),
    "suggestion": (2, None, 5),
    "other": (2, None, 5),
}
SAID = ("requested", "granted", "refused")
METHODS = {"sms": 2, "phone": 2, "wechat": 2, "notice": 2}
PERIODS = [
    # --year, more options, --as-of, first day, last day that counts
    (("--year", "2026"), "2026-11-20", date(2026, 1, 1), date(2026, 11, 20)),
    (("--year", "2026", "--quarter", "4"), "2026-11-20", date(2026, 10, 1), date(2026, 11, 20)),
    (("--year", "2026", "--month", "10"), "2026-11-20", date(2026, 10, 1), date(2026, 10, 31)),
    (("--year", "2026", "--month", "11"), "2026-11-20", date(2026, 11, 1), date(2026, 11, 20)),
    (("--year", "2026", "--month", "11"), "2026-11-06", date(2026, 11, 1), date(2026, 11, 6)),
    (("--year", "2026", "--quarter", "3"), "2026-11-20", date(2026, 7, 1), date(2026, 9, 30)),
]


def workdays(after: date, until: date) -> list[date]:
    days = [after + timedelta(n) for n in range(1, (until - after).days + 1)]
    return [day for day in days if chinese_calendar.is_workday(day)]


def due_day(start: date, count: int) -> date:
    return workdays(start, start + timedelta(32))[count - 1]


class Story:
    """One case file as it stood at the end of a day: what was owed, who held it, what was counted."""

    def __init__(self, data: dict[str, Any], last: date) -> None:
        self.last, self.category, self.id = last, data["category"], data["id"]
        events = [
            {**one, "place": place, "at": datetime.fromisoformat(one["at"]).replace(tzinfo=None)}
            for place, one in enumerate(data["events"] or [], 1)
        ]
        events = [one for one in events if one["at"] <= datetime.combine(last, END)]
        gone = {one["event"] for one in events if one["action"] == "retract"}
        events = [one for one in events if one["place"] not in gone]
        self.owed: list[dict[str, Any]] = []
        self.held: list[tuple[datetime, str]] = [(datetime.fromisoformat(data["received"]).replace(tzinfo=None), "")]
        self.seen: list[tuple[str, str, int, date, Any]] = []  # figure, unit, assignment, day, value
        self.unit, self.number, self.bad, self.state = "", 0, 0, ""
        self.start: dict[int, datetime] = {}
        self.justified: dict[int, date] = {}
        self.handed: datetime | None = None
        self.answered: set[int] = set()
        self.struck: set[int] = set()
        self.limit: int | None = None
        for event in sorted(events, key=lambda one: (one["at"], one["place"])):
            self.happens(event["action"], event, event["at"])

    def owe(self, kind: str, at: datetime, days: int, due: date | None = None) -> None:
        self.owed.append(
            {
                "kind": kind,
                "unit": self.unit,
                "number": self.number,
                "start": at,
                "days": days,
                "due": due,
                "over": None,
            }
        )

    def open(self, *kinds: str) -> list[dict[str, Any]]:
        return [one for one in self.owed if one["over"] is None and one["kind"] in kinds]

    def end(self, at: datetime, *kinds: str) -> list[dict[str, Any]]:
        """What of those kinds was open is over."""
        over = self.open(*kinds)
        for one in over:
            one["over"] = at
        return over

    def begin_clocks(self, at: datetime, contacted: bool = False) -> None:
        contact, decision, completion = CATEGORIES[self.category]
        shortest = min(completion, self.limit or completion)
        if contact and not contacted:
            self.owe("contact", at, min(contact, shortest))
        self.owe("decision", at, decision) if decision else self.owe("completion", at, shortest)

    def see(self, figure: str, at: datetime, value: Any = None) -> None:
        self.seen.append((figure, self.unit, self.number, at.date(), value))

    def happens(self, action: str, event: dict[str, Any], at: datetime) -> None:
        """An event's effect; those without a method have none here."""
        effect = getattr(self, action.replace("-", "_"), None)
        if effect:
            effect(event, at)

    def transfer(self, event: dict[str, Any], at: datetime) -> None:
        if self.state == "assigned" and self.unit == event["to"]:
            return
        self.end(at, "contact", "decision", "completion")
        self.unit, self.number, self.state = event["to"], self.number + 1, "assigned"
        self.limit, self.start[self.number], self.contacted = event.get("limit"), at, False
        self.begin_clocks(at)
        self.held.append((at, self.unit))
        self.see("received", at)

    def return_request(self, event: dict[str, Any], at: datetime) -> None:
        self.see("return-requested", at)
        self.state = "return-requested"
        self.held.append((at, ""))

    def return_accept(self, event: dict[str, Any], at: datetime) -> None:
        self.see("return-accepted", at)
        self.struck.add(self.number)
        self.owed = [one for one in self.owed if one["number"] != self.number]
        self.state = "registered"

    def return_refuse(self, event: dict[str, Any], at: datetime) -> None:
        self.see("return-refused", at)
        self.state = "assigned"
        self.held.append((at, self.unit))

    def contact(self, event: dict[str, Any], at: datetime) -> None:
        self.contacted = True
        self.end(at, "contact")

    def correct(self, event: dict[str, Any], at: datetime) -> None:
        if event["field"] == "category":
            self.category = event["value"]
            if self.state == "assigned":
                self.end(at, "contact", "decision", "completion")
                self.begin_clocks(at, self.contacted)

    def decide(self, event: dict[str, Any], at: datetime) -> None:
        if event["decision"] == "decline":
            self.reply(event, at)
        else:
            self.end(at, "decision")
            self.owe("completion", at, min(10, self.limit or 10))

    def reply(self, event: dict[str, Any], at: datetime) -> None:
        self.handed, self.state = at, "in-review"
        self.held.append((at, ""))

    def extension_request(self, event: dict[str, Any], at: datetime) -> None:
        self.see("extension-requested", at)
        self.held.append((at, ""))

    def extension_grant(self, event: dict[str, Any], at: datetime) -> None:
        self.see("extension-granted", at)
        for one in self.open("completion", "redo"):
            one["days"] += event["days"]
        self.extension_answered(at)

    def extension_refuse(self, event: dict[str, Any], at: datetime) -> None:
        self.see("extension-refused", at)
        self.extension_answered(at)

    def extension_answered(self, at: datetime) -> None:
        if self.state != "in-review":
            self.held.append((at, self.unit))

    def send_back(self, event: dict[str, Any], at: datetime) -> None:
        self.state = "redo" if self.bad else "assigned"
        self.held.append((at, self.unit))

    def approve(self, event: dict[str, Any], at: datetime) -> None:
        assert self.handed is not None
        met = self.end(self.handed, "contact", "decision", "completion", "redo", "supervision")
        if self.number not in self.answered:
            self.answered.add(self.number)
            (what,) = [one for one in met if one["kind"] in ("decision", "completion")]
            self.see("answer", at, (self.start[self.number], self.handed, what))
        self.state = "answered"
        self.held.append((at, ""))

    def rate(self, event: dict[str, Any], at: datetime) -> None:
        self.see("rating", at, event["rating"])
        self.state = "closed"
        if event["rating"] in BAD and not self.bad:
            self.bad, self.state = 1, "redo"
            self.see("redo", at)
            self.owe("redo", at, 5)
            self.held.append((at, self.unit))

    def supervise(self, event: dict[str, Any], at: datetime) -> None:
        self.see("supervised", at)
        due = date.fromisoformat(event["due"]) if "due" in event else None
        self.owe("supervision", at, METHODS.get(event["method"], 0), due)

    def refer(self, event: dict[str, Any], at: datetime) -> None:
        self.see("referred", at)

    def justify(self, event: dict[str, Any], at: datetime) -> None:
        self.justified.setdefault(self.number, at.date())

    def withdraw(self, event: dict[str, Any], at: datetime) -> None:
        self.end(at, "contact", "decision", "completion", "redo", "supervision")
        self.state = "closed"

    def charged(self, one: dict[str, Any]) -> list[date]:
        due = one["due"] or due_day(one["start"].date(), one["days"])
        until = min(self.last, one["over"].date()) if one["over"] else self.last
        return [day for day in workdays(due, until) if self.holder(day) == one["unit"]]

    def holder(self, day: date) -> str:
        return [who for since, who in self.held if since <= datetime.combine(day, time.min)][-1]

    def level(self, one: dict[str, Any], by: date) -> tuple[str, date] | None:
        """The worst level an obligation had reached by a day, and when."""
        days = self.charged(one)
        found = None
        for level, needed in (("blue", 1), ("yellow", 2), ("red", 4), ("referral", 7)):
            if len(days) >= needed and days[needed - 1] <= by:
                reasons = self.justified.get(one["number"])
                if not (level == "referral" and reasons and reasons <= days[6]):
                    found = level, days[needed - 1]
        return found

    def worst(self, number: int, by: date) -> tuple[str, date] | None:
        levels = [self.level(one, by) for one in self.owed if one["number"] == number]
        order = ["blue", "yellow", "red", "referral"]
        return max(
            (one for one in levels if one), key=lambda one: (order.index(one[0]), -one[1].toordinal()), default=None
        )


def stories(last: date) -> Iterator[Story]:
    for path in sorted(ROOT.glob("cases/*/*/*/*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if data["received"][:10] <= last.isoformat():
            yield Story(data, last)


def expected(first: date, last: date) -> dict[str, dict[str, Any]]:
    """unit: figure: what it must be."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    days: dict[str, list[int]] = defaultdict(list)
    ratings: dict[str, Counter[str]] = defaultdict(Counter)
    levels: dict[str, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for story in stories(last):
        for figure, unit, number, day, value in story.seen:
            if not first <= day <= last or (number in story.struck and not figure.startswith("return")):
                continue
            if figure == "answer":
                start, handed, what = value
                figure = "late" if story.charged(what) else "on_time"
                days[unit].append(len(workdays(start.date(), handed.date())))
            elif figure == "rating":
                ratings[unit][value] += 1
            counts[unit][figure] += 1
        for number in {one["number"] for one in story.owed}:
            unit = next(one["unit"] for one in story.owed if one["number"] == number)
            now, before = story.worst(number, last), story.worst(number, first - timedelta(1))
            if now and now[0] != (before and before[0]):
                grown = POINTS[now[0]] - (POINTS[before[0]] if before else 0)
                levels[unit][now[0]].append((story.id, grown))
                counts[unit]["criticisms"] += now[0] == "referral"
        if story.state in ("assigned", "return-requested", "in-review", "redo"):
            counts[story.unit]["open"] += 1
            counts[story.unit]["open_overdue"] += any(story.charged(one) for one in story.owed if one["over"] is None)
    return {
        unit: figures(counts[unit], days[unit], ratings[unit], levels[unit])
        for unit in {*counts, *days, *ratings, *levels}
        if counts[unit] or levels[unit]
    }


def figures(
    count: Counter[str], days: list[int], rated: Counter[str], levels: dict[str, list[tuple[str, float]]]
) -> dict[str, Any]:
    answered = count["on_time"] + count["late"]
    return {
        **{
            name: count[name]
            for name in (
                "received", "on_time", "late", "open", "open_overdue", "criticisms", "redo", "supervised", "referred",
            )
        },
        "on_time_rate": round(count["on_time"] / answered, 4) if answered else None,
        "median_days": median(days) if days else None,
        "p90_days": sorted(days)[ceil(len(days) * 0.9) - 1] if days else None,
        "extensions": {
            "requested": count["extension-requested"],
            "granted": count["extension-granted"],
            "refused": count["extension-refused"],
        },
        "returns": {
            "requested": count["return-requested"],
            "granted": count["return-accepted"],
            "refused": count["return-refused"],
        },
        "points": sum(grown for behind in levels.values() for _case, grown in behind),
        "levels": [
            {
                "level": level,
                "assignments": len(levels.get(level, [])),
                "points": sum(grown for _case, grown in levels.get(level, [])),
                "cases": sorted({case for case, _grown in levels.get(level, [])}),
            }
            for level in POINTS
        ],
        "ratings": {
            rating: rated[rating]
            for rating in ("very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied")
        },
        "satisfaction": round(sum(n for rating, n in rated.items() if rating not in BAD) / rated.total(), 4)
        if rated
        else None,
        "redo_rate": round(count["redo"] / answered, 4) if answered else None,
    }  # fmt: skip


@pytest.mark.parametrize(("options", "as_of", "first", "last"), PERIODS, ids=lambda value: str(value))
def test_every_figure(reader: Any, fits: Any, options: Any, as_of: str, first: date, last: date) -> None:
    found = reader.json("score", *options, "--as-of", as_of)
    fits("score", found)
    assert found["as_of"] == f"{last}T23:59:59+08:00"
    wanted = expected(first, last)
    had = {one["unit"]: one for one in found["units"]}
    assert len(had) == 22
    for unit, one in had.items():
        given = {key: value for key, value in one.items() if key not in ("unit", "name", "rank")}
        assert given == wanted.get(unit, figures(Counter(), [], Counter(), {})), unit
    merged: Counter[str] = Counter()
    for figures_of in wanted.values():
        merged.update({key: value for key, value in figures_of.items() if isinstance(value, int | float) and value})
    for name in ("received", "on_time", "late", "open", "open_overdue", "points", "criticisms", "redo", "supervised"):
        assert found["totals"][name] == merged[name], name


def test_the_sample_has_something_of_everything() -> None:
    """Or the test above would prove little."""
    whole = expected(date(2026, 1, 1), date(2026, 11, 20)).values()
    for name in ("received", "on_time", "late", "open", "open_overdue", "points", "criticisms", "redo", "supervised"):
        assert sum(one[name] for one in whole) > 0, name
    assert {level["level"] for one in whole for level in one["levels"] if level["assignments"]} == {*POINTS}
    assert all(sum(one[kind][said] for one in whole) for kind in ("extensions", "returns") for said in SAID)


def test_the_rank(reader: Any) -> None:
    """Fewer points, fewer criticisms, a smaller share late, a smaller share dissatisfied; equals share a rank."""
    units = reader.json("score", "--year", "2026", "--as-of", "2026-11-20")["units"]
    wanted = expected(date(2026, 1, 1), date(2026, 11, 20))

    def merit(unit: str) -> tuple[float, ...]:
        one = wanted[unit]
        late = 0 if one["on_time_rate"] is None else 1 - one["on_time_rate"]
        bad = 0 if one["satisfaction"] is None else 1 - one["satisfaction"]
        return one["points"], one["criticisms"], round(late, 4), round(bad, 4)

    for one in units:
        better = sum(merit(other) < merit(one["unit"]) for other in wanted)
        assert one["rank"] == better + 1
    assert [one["rank"] for one in units] == sorted(one["rank"] for one in units)


def test_the_months_add_up_to_the_quarter(reader: Any) -> None:
    """No return was accepted in a later month than its transfer, so what is counted by its day adds up; see 0G4K2X."""
    quarter = reader.json("score", "--year", "2026", "--quarter", "4", "--as-of", "2026-11-20")["totals"]
    months = [
        reader.json("score", "--year", "2026", "--month", month, "--as-of", "2026-11-20")["totals"]
        for month in ("10", "11")
    ]
    for name in ("received", "on_time", "late", "points", "criticisms", "redo", "supervised", "referred"):
        assert quarter[name] == sum(month[name] for month in months), name
    for name in ("ratings", "extensions", "returns"):
        assert quarter[name] == dict(sum((Counter(month[name]) for month in months), Counter()) | {
            key: 0 for key in quarter[name] if not any(month[name][key] for month in months)
        })  # fmt: skip


def test_a_level_is_charged_once_where_it_was_reached(desk: Any) -> None:
    """Late over a year's end: each period is charged with what the account grew in it.

    A consult given on Wednesday 2025-12-24 is due on 12-26. Overdue working days: 12-29 (blue), 12-30 (yellow), 12-31;
    in 2026 01-04 (a Sunday worked for 01-02; the fourth: red).
    """
    case = desk.new("咨询", "2025-12-24 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2025-12-24 09:00")

    def of(*period: str) -> Any:
        units = desk.json("score", *period, "--as-of", "2026-01-04", "--unit", "城管局")["units"]
        return units[0]["points"], {one["level"]: one["points"] for one in units[0]["levels"] if one["assignments"]}

    assert of("--year", "2025") == (1, {"yellow": 1})
    assert of("--year", "2025", "--quarter", "4") == (1, {"yellow": 1})
    assert of("--year", "2026") == (2, {"red": 2})
    assert of("--year", "2026", "--month", "1") == (2, {"red": 2})


def test_history_brought_in_is_never_scored() -> None:
    """Whatever its case went through."""
    from wz.actions.replay import replay
    from wz.model.case import Step
    from wz.model.event import Event
    from wz.model.instants import end_of_day
    from wz.model.period import period
    from wz.office.tracing import traces
    from wz.store.registry import Registry

    class Import(Event, tag="import"):
        pass

    registry = Registry(ROOT)
    read = registry.read("cases/2026/10/28/20261028-0G4K2X.yaml")
    assert read.facts is not None
    as_of = end_of_day(date(2026, 11, 20))
    case = replay(read.facts, read.events, registry.law, as_of).case
    assert list(traces(case, registry.law, period(2026), as_of))
    case.steps.insert(0, Step(Import(at=read.facts.received, by="office"), 0, None))
    assert list(traces(case, registry.law, period(2026), as_of)) == []


# -- tracing


@pytest.mark.parametrize("unit", ["housing", "urban-mgmt", "shuangqiao", "ecology", "market"])
def test_every_figure_is_the_sum_of_its_traces(reader: Any, fits: Any, unit: str) -> None:
    found = reader.json("score", "--year", "2026", "--as-of", "2026-11-20", "--unit", unit, "--explain")
    fits("score", found)
    (one,) = found["units"]
    traced = found["traces"]
    assert {trace["unit"] for trace in traced} == {unit}

    def number(figure: str) -> int:
        return sum(trace["figure"] == figure for trace in traced)

    assert [number(name) for name in ("received", "on-time", "late", "open", "redo")] == [
        one[name] for name in ("received", "on_time", "late", "open", "redo")
    ]
    for kind, granted in (("extensions", "extension-granted"), ("returns", "return-accepted")):
        assert one[kind]["granted"] == number(granted)
        assert one[kind]["refused"] == number(f"{kind[:-1]}-refused")
        assert one[kind]["requested"] == number(f"{kind[:-1]}-requested")
    assert one["points"] == sum(trace["points"] for trace in traced if trace["figure"] == "points")
    assert one["criticisms"] == sum(trace["points"] for trace in traced if trace["figure"] == "criticism")
    days = [trace["days"] for trace in traced if "days" in trace]
    assert one["median_days"] == (median(days) if days else None)
    assert Counter(trace["rating"] for trace in traced if trace["figure"] == "rating") == Counter(one["ratings"])


def test_explained_for_people(reader: Any) -> None:
    text = reader("score", "--as-of", "2026-11-20", "--unit", "住建局", "--explain").out
    assert "8 working days; completion due 2026-10-27, met 2026-10-30 16:30:01; 3 charged days" in text
    assert "on time 50.0%: 2 of 4 answered" in text
    assert "median 6.5, 90th percentile 12 working days, of 4, 5, 8, 12" in text
    assert "points 1.5 = 0.5 + 1" in text


def test_csv_has_a_row_for_each_unit_and_for_each_trace(reader: Any) -> None:
    options = ("--as-of", "2026-11-20", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(reader("score", *options).out)))
    assert len(rows) == 22
    housing = next(row for row in rows if row["unit"] == "housing")
    assert (housing["points"], housing["blue"], housing["very_dissatisfied"]) == ("1.5", "1", "1")
    traced = list(csv.DictReader(io.StringIO(reader("score", "--unit", "housing", "--explain", *options).out)))
    assert {row["unit"] for row in traced} == {"housing"}
    assert next(row for row in traced if row["figure"] == "redo")["due"] == "2026-11-25"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--quarter", "1", "--month", "2"), "both given"),
        (("--explain",), "--unit"),
        (("--year", "2098"), "2098-01-01"),
        (("--month", "13"), "13"),
        (("--unit", "城管"), ""),
        (("--unit", "城什么局"), "no unit"),
    ],
)
def test_typed_wrongly(reader: Any, options: tuple[str, ...], said: str) -> None:
    done = reader("score", *options, code=0 if not said else 2)
    assert said in done.err


def test_a_file_that_cannot_be_read_is_told(story_desk: Any) -> None:
    story_desk.file("20261120-WN708S").write_text("a: [", "utf-8")
    done = story_desk("score", "--as-of", "2026-11-20", code=4)
    assert "20261120-WN708S.yaml" in done.err
    assert "housing" in done.out
    assert story_desk.json("score", "--as-of", "2026-11-20", code=4)["problems"]
