"""Given facts and events, then state, obligations and levels: the YAML files beside this one, worked out by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wz.actions.catalog import ACTIONS, typed_event
from wz.actions.replay import replay
from wz.model.case import OPEN, Case
from wz.model.event import Event, Facts
from wz.model.instants import end_of_day, parse_instant, written
from wz.model.obligation import Judged
from wz.model.workdays import Calendar
from wz.office.survey import waiting
from wz.regulation.judging import judge, judge_open
from wz.regulation.law import Law
from wz.regulation.rules import Rules
from wz.store import yamlfile
from wz.store.settings import PACKAGED, CalendarFile, calendar, read_rules

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
FILE = {"name": "文书.txt", "sha256": "0" * 64, "size": 1}
# What a field holds where the situation does not depend on it.
FILLER: dict[str, Any] = {
    "decline": {"ground": "8(11)", "reason": "x", "informed": "x"},
    "brief": {"title": "x", "text": "x"},
    "instruct": {"leader": "x", "text": "x"},
    "transfer": {"to": "urban-mgmt", "route": "duty"},
    "return-request": {"reason": "x", "basis": "x"},
    "return-accept": {"duty": "x"},
    "return-refuse": {"reason": "x"},
    "contact": {"method": "phone", "summary": "x"},
    "decide": {"decision": "accept"},
    "extension-request": {"days": 1, "reason": "x"},
    "extension-grant": {"days": 1, "informed": "x"},
    "extension-refuse": {"reason": "x"},
    "reply": {"handler": "x", "result": "x", "legal_basis": "x", "answer": "x", "informed": "x"},
    "approve": {"publish": True},
    "send-back": {"reason": "x"},
    "rate": {"rating": "satisfied"},
    "find-fault": {"at_fault": True, "reason": "x"},
    "supervise": {"ground": "23(5)", "method": "notice", "text": "x"},
    "supervise-close": {"result": "x"},
    "justify": {"reason": "x"},
    "urge": {"level": "blue", "method": "phone", "to": "x"},
    "refer": {"to": "supervision", "reason": "x"},
    "withdraw": {"reason": "x"},
    "correct": {"reason": "x"},
    "retract": {"reason": "x"},
    "note": {"text": "x"},
    "attach": {"attachments": [FILE]},
    "import": {"from": "x"},
}
KEYS = {"article", "title", "why", "calendar", "rules", "case", "events", "expect", "refused"}
URGE = {None, "handler", "deputy", "principal", "supervision"}


def load(path: Path) -> dict[str, Any]:
    situation: dict[str, Any] = yamlfile.load(path.read_bytes())
    assert set(situation) <= KEYS, set(situation) - KEYS
    return situation


def law_of(situation: dict[str, Any]) -> Law:
    rules = read_rules(PACKAGED).value
    assert isinstance(rules, Rules)
    rules = msgspec.structs.replace(rules, **situation.get("rules", {}))
    days = msgspec.convert({"format": 1, **situation.get("calendar", {})}, CalendarFile)
    return Law(rules, calendar(days))


def facts_of(situation: dict[str, Any]) -> Facts:
    given = situation["case"]
    filled = {"format": 1, "id": "20261123-RSNGR6", "title": "x", "channel": "hotline", "content": "x", **given}
    return msgspec.convert({**filled, "received": written(parse_instant(given["received"]))}, Facts)


def events_of(situation: dict[str, Any], law: Law) -> list[Event]:
    """The events, each filled up; `by` is the office, the petitioner, or the unit that leads at that moment."""
    facts, events = facts_of(situation), list[Event]()
    for given in situation["events"]:
        action = ACTIONS[given["action"]]
        at = parse_instant(given["at"])
        case = replay(facts, events, law, at).case
        by = (
            {"office": "office", "petitioner": "petitioner", "any": "office"}.get(action.who)
            or case.lead
            or "urban-mgmt"
        )
        data = {"by": by, **FILLER[action.name], **given, "at": written(at)}
        if action.name == "reply":
            fill_reply(data, case, at)
        if data.get("decision") == "accept":
            data.setdefault("document", FILE)
        elif data.get("decision") == "decline":
            data = {"reason": "x", "basis": "x", **data}
        # null: really left out
        events.append(typed_event({key: value for key, value in data.items() if value is not None}))
    return events


def fill_reply(data: dict[str, Any], case: Case, at: Any) -> None:
    data.setdefault("handled_on", at.date().isoformat())
    data.setdefault("oa", {"number": "x", "signed_by": "x", "signed_at": written(at)})
    if data["oa"] is not None and "signed_at" in data["oa"]:
        data["oa"] = {**data["oa"], "signed_at": written(parse_instant(data["oa"]["signed_at"]))}
    if case.facts.category in ("complaint", "report"):
        data.setdefault("investigation", True)
    if data.get("investigation") is True:
        data.setdefault("document", FILE)
    if case.state == "redo":
        data.setdefault("redo_ground", "18(1)")


def moment(text: str) -> Any:
    return end_of_day(date.fromisoformat(text)) if len(text) == 10 else parse_instant(text)


def seen(judged: Judged, law: Law) -> dict[str, Any]:
    """What a judged obligation looks like in a situation file."""
    owed = judged.obligation
    level = law.rules.level(judged.level)
    return {
        "kind": owed.kind,
        "unit": owed.unit,
        "due": judged.due.isoformat(),
        "due_time": f"{judged.due_at:%H:%M:%S}",
        "overdue": len(judged.charged),
        "level": judged.level,
        "points": judged.points,
        "days_left": judged.days_left,
        "urge": level.urge if level else None,
        "started": owed.start,
        "article": owed.article,
        "provisional": judged.provisional,
        "met": owed.met,
        "ended": owed.ended,
        "urged": owed.urged,
        "referred": owed.referred,
    }


def agrees(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        if key in ("started", "met", "ended", "referred") and value is not None:
            value = parse_instant(value)
        if found[key] != value:
            return False
    return True


def compare(wanted: list[dict[str, Any]], found: list[dict[str, Any]], *, all_of_them: bool) -> None:
    rest = list(found)
    for one in wanted:
        match = next((other for other in rest if agrees(one, other)), None)
        assert match is not None, f"wanted {one}, found {found}"
        rest.remove(match)
    assert not (all_of_them and rest), f"not expected: {rest}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_situation(path: Path) -> None:
    situation = load(path)
    law, facts = law_of(situation), facts_of(situation)
    if "refused" in situation:
        check_refused(situation, law, facts)
        situation["events"] = situation["events"][:-1]
    events = events_of(situation, law)
    assert replay(facts, events, law).unlawful == []
    for then in situation.get("expect", []):
        as_of = moment(then["as_of"])
        case = replay(facts, events, law, as_of).case
        check_case(case, then, law, as_of)


def check_case(case: Case, then: dict[str, Any], law: Law, as_of: Any) -> None:
    assert case.state == then["state"]
    judged = [seen(judge(case, owed, law, as_of), law) for owed in case.obligations]
    still = [one for one in judged if one["met"] is None and one["ended"] is None]
    compare(then["open"], still if case.state in OPEN else [], all_of_them=True)
    compare(then.get("record", []), [one for one in judged if one not in still], all_of_them=False)
    awaited = [one.awaited for one in waiting(case, law, as_of, judge_open(case, law, as_of))]
    if "waiting" in then:
        wanted = then["waiting"] if isinstance(then["waiting"], list) else [then["waiting"]]
        assert (awaited or [None]) == wanted
    if "unit" in then:
        assert case.lead == then["unit"]
    if "assist" in then:
        assert case.assignment is not None
        assert sorted(case.assignment.assist) == sorted(then["assist"])
    if "grants" in then:
        assert case.grants == then["grants"]


def check_refused(situation: dict[str, Any], law: Law, facts: Facts) -> None:
    """The last event is refused, by that article, with those words; the events before it are lawful."""
    refused = situation["refused"]
    before = events_of({**situation, "events": situation["events"][:-1]}, law)
    assert replay(facts, before, law).unlawful == []
    if refused.pop("missing", None):
        # A field that every such event has is left out: the type refuses before the workflow does.
        with pytest.raises(msgspec.ValidationError, match="missing required field"):
            events_of(situation, law)
        return
    events = events_of(situation, law)
    unlawful = replay(facts, events, law).unlawful
    assert unlawful, "it was allowed"
    first = unlawful[0]
    said = f"{first.refusal.why} {first.refusal.instead}"
    assert refused.get("article", first.refusal.article) == first.refusal.article, first.refusal
    for word in refused.get("says", []):
        assert word in said


def test_every_paragraph_has_a_situation() -> None:
    """Articles 10 to 18, 23, 24, 26 and the second 27, paragraph by paragraph."""
    covered: set[str] = set()
    for path in FILES:
        article = load(path)["article"]
        covered |= {article} if isinstance(article, str) else set(article)
    wanted = {"10(1)", "10(2)", "11", "12", "14", "15(1)", "15(2)", "15(3)", "16", "17", "26"}
    wanted |= {f"13({item})" for item in range(1, 7)} | {f"18({item})" for item in range(1, 4)}
    wanted |= {f"23({item})" for item in range(1, 6)} | {f"24({item})" for item in range(1, 5)} | {"27bis"}
    assert len(FILES) >= 60
    assert wanted - covered == set()


def test_the_files_use_the_national_calendar() -> None:
    """The expectations were worked out with an independent calendar; this is the one that the situations run on."""
    import chinese_calendar

    days = law_of({}).calendar
    assert isinstance(days, Calendar)
    span = days.days(date(2024, 1, 1), date(2026, 12, 31))
    assert [day.date for day in span if day.working != chinese_calendar.is_workday(day.date)] == []
