"""What holds of any lawful run of actions, and of any bytes where a case file should be."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wz.actions.catalog import ACTIONS, typed_event
from wz.actions.replay import possible, replay
from wz.actions.retract import Retract
from wz.cli.problems import problem_lines
from wz.errors import Refused
from wz.model.case import ENDED, Case
from wz.model.directory import Body, Directory
from wz.model.event import Event, Facts
from wz.model.instants import instant, parse_instant, written
from wz.office import checking
from wz.office.deciding import decide
from wz.office.survey import survey
from wz.office.text import clean
from wz.office.validating import validate
from wz.regulation.judging import judge, judge_open
from wz.regulation.law import Law
from wz.store import casefile
from wz.store.registry import Registry
from wz.store.settings import PACKAGED, CalendarFile, calendar, read_rules

ID = "20261120-WN708S"
FILE = {"name": "文书.txt", "sha256": "0" * 64, "size": 1}
UNITS = ("urban-mgmt", "market", "water")
# Texts as the commands take them, rich in what YAML could take for its own.
ODD = st.lists(
    st.sampled_from(["\n", "\n\n", "\t", "  ", ": ", "- ", "#", "'", '"', "|", "\u2028", "\xa0", "...", "😀"])
    | st.text()
)
TEXT = ODD.map(lambda parts: "".join(parts)[:20]).flatmap(
    lambda odd: st.sampled_from([f"字{odd}", f"{odd}字", f"{odd}字{odd}"]).map(lambda text: clean(text)[0])
)


def law_here() -> Law:
    rules = read_rules(PACKAGED).value
    assert rules is not None
    return Law(rules, calendar(msgspec.convert({"format": 1}, CalendarFile)))


LAW = law_here()
# As much of a registry as deciding asks for.
HERE = SimpleNamespace(
    law=LAW,
    directory=Directory(format=1, city="市", office=Body(id="office", name="办"), supervision=Body(id="s", name="督")),
)


class Run(NamedTuple):
    """A case's facts, and events each of which was accepted when it came."""

    facts: Facts
    events: list[Event]


# -- drawing a run


def fields_of(name: str, case: Case, at: datetime, draw: Callable[[Any], Any]) -> dict[str, Any]:
    """Fields for an event of that action, some of them such that it will be refused."""
    text = draw(TEXT)
    if name == "reply":
        return reply_fields(case, at, text)
    if name == "retract":
        return {"event": draw(st.integers(1, len(case.events) + 2)), "reason": text}
    fields: dict[str, Any] = draw(FIELDS.get(name, st.just({"reason": text})))
    return fields


def texts(*names: str, **more: Any) -> Any:
    return st.fixed_dictionaries({**dict.fromkeys(names, TEXT), **more})


DAYS = st.integers(1, 6)
FIELDS: dict[str, Any] = {
    "decline": texts("reason", "informed", ground=st.sampled_from(["8(1)", "8(11)"])),
    "brief": texts("title", "text"),
    "instruct": texts("leader", "text"),
    "transfer": st.fixed_dictionaries(
        {
            "to": st.sampled_from(UNITS),
            "route": st.sampled_from(["area", "duty", "quick-coordination", "joint"]),
            "assist": st.lists(st.sampled_from(UNITS), unique=True, max_size=2),
        },
        optional={"limit": st.integers(1, 12)},
    ),
    "return-request": texts("reason", "basis"),
    "return-accept": texts("duty"),
    "contact": texts("summary", method=st.just("phone")),
    "decide": texts(decision=st.just("accept"), document=st.just(FILE))
    | texts("reason", "basis", decision=st.just("decline")),
    "extension-request": texts("reason", days=DAYS),
    "extension-grant": texts("informed", days=DAYS),
    "approve": texts(publish=st.just(True)) | texts("reason", publish=st.just(False)),
    "find-fault": texts("reason", at_fault=st.booleans()),
    "supervise": texts(
        "text",
        ground=st.sampled_from(["23(1)", "23(2)", "23(3)", "23(4)", "23(5)"]),
        method=st.sampled_from(["sms", "phone", "notice"]),
    )
    | texts("text", ground=st.sampled_from(["23(2)", "23(4)"]), method=st.just("onsite"), due=st.just("2026-12-01")),
    "supervise-close": texts("result"),
    "urge": texts("to", level=st.sampled_from(["blue", "yellow", "red", "referral"]), method=st.just("phone")),
    "refer": texts("reason", to=st.sampled_from(["supervision", "supervision", "police"])),
    "rate": texts(rating=st.sampled_from(["satisfied", "dissatisfied", "very-dissatisfied"])),
    "correct": texts("reason", "value", field=st.sampled_from(["title", "content"]))
    | texts("reason", field=st.just("category"), value=st.sampled_from(["consult", "report", "help"]))
    | texts("reason", field=st.just("urgent"), value=st.just(True)),
    "note": texts("text") | texts("text", "note"),
    "attach": st.just({"attachments": [FILE]}),
}


def reply_fields(case: Case, at: datetime, text: str) -> dict[str, Any]:
    texts = dict.fromkeys(("handler", "result", "legal_basis", "answer", "informed"), text)
    fields: dict[str, Any] = {
        **texts,
        "handled_on": at.date().isoformat(),
        "oa": {"number": text, "signed_by": text, "signed_at": written(at)},
    }
    if case.facts.category in ("complaint", "report"):
        fields |= {"investigation": False, "reason": text, "basis": text}
    return fields | ({"redo_ground": "18(1)"} if case.state == "redo" else {})


@st.composite
def runs(draw: Callable[[Any], Any], *, late: bool, without: tuple[str, ...] = (), steps: int = 14) -> Run:
    """A run of up to `steps` accepted events; with `late`, some are entered after others that came later."""
    received = instant(
        date(2026, draw(st.integers(1, 11)), draw(st.integers(1, 28))), parse_instant("2026-01-01 09:30").time()
    )
    facts = msgspec.convert(
        {
            "format": 1,
            "id": ID,
            "title": draw(TEXT),
            "category": draw(st.sampled_from(list(LAW.rules.categories))),
            "channel": "website",
            "received": written(received),
            "content": draw(TEXT),
        },
        Facts,
    )
    events: list[Event] = []
    now = received
    for _step in range(draw(st.integers(1, steps))):
        # Mostly within the working day, sometimes over days: 7 days late must be reached as well.
        now += timedelta(minutes=draw(st.sampled_from([0, 1, 90, 600, 1440, 3 * 1440, 9 * 1440])))
        at = now - timedelta(minutes=draw(st.sampled_from([0, 0, 60, 2000]))) if late else now
        case = replay(facts, events, LAW, at).case
        names = [action.name for action in possible(case, at, LAW) if action.name not in without]
        names += [name for name in ("rate", "approve") if name not in without]  # now and then out of turn
        name = draw(st.sampled_from(names))
        action = ACTIONS[name]
        by = {"office": "office/zhang", "petitioner": "petitioner"}.get(action.who) or case.lead or "office"
        data = {"action": name, "at": written(at), "by": by, **fields_of(name, case, at, draw)}
        event = typed_event(data)
        try:
            after = decide(HERE, facts, events, event)  # type: ignore[arg-type]
        except Refused:
            continue
        events.append(event)
        assert alike(after, replay(facts, events, LAW).case)
    return Run(facts, events)


def alike(one: Case, other: Case, *leaving_out: str) -> bool:
    """Whether two cases are the same, but for some fields."""

    def plain(case: Case) -> dict[str, Any]:
        return {name: getattr(case, name) for name in case.__struct_fields__ if name not in leaving_out}

    return plain(one) == plain(other)


# -- what holds of every run


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs(late=True))
def test_a_run_replays_to_the_same_state_and_every_prefix_is_lawful(run: Run) -> None:
    untouched = msgspec.json.encode([run.facts, run.events])
    for length in range(len(run.events) + 1):
        first, second = (replay(run.facts, run.events[:length], LAW) for _time in range(2))
        assert first.unlawful == []
        assert alike(first.case, second.case)
    assert msgspec.json.encode([run.facts, run.events]) == untouched


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs(late=True))
def test_what_the_regulation_bounds_stays_bounded(run: Run) -> None:
    for length in range(len(run.events) + 1):
        case = replay(run.facts, run.events[:length], LAW).case
        assert case.grants <= 2
        assert len(case.ratings) <= 2
        assert sum(owed.kind == "redo" for owed in case.obligations) <= 1
        owing = [owed for owed in case.obligations if owed.open]
        assert len({(owed.kind, owed.article) for owed in owing}) == len(owing)
        if case.state == "answered" and case.fault:
            assert {owed.kind for owed in owing} <= {"supervision"}
        elif case.state in ENDED or case.state == "answered":
            assert owing == []
        assert all(len({*owed.urged}) == len(owed.urged) for owed in case.obligations)
        if owing:
            assert {owed.unit for owed in owing} == {case.lead}
        moments = [custody.since for custody in case.custody]
        assert moments == sorted(moments)
        assert all(owed.met is None or owed.ended is None for owed in case.obligations)
        retractions = [(place, one.event) for place, one in enumerate(case.events, 1) if isinstance(one, Retract)]
        assert all(1 <= named < place for place, named in retractions)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs(late=True, without=("retract",)), days=st.integers(0, 40))
def test_as_of_is_as_if_later_events_had_not_been(run: Run, days: int) -> None:
    """A retraction names a place in the file, so here are none; see the next test."""
    as_of = run.facts.received + timedelta(days=days)
    then = replay(run.facts, run.events, LAW, as_of)
    alone = replay(run.facts, [event for event in run.events if event.at <= as_of], LAW)
    assert alike(then.case, alone.case, "events")
    assert judge_open(then.case, LAW, as_of) == judge_open(alone.case, LAW, as_of)
    assert len(then.unlawful) == len(alone.unlawful)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs(late=False), days=st.integers(0, 40))
def test_as_of_with_retractions(run: Run, days: int) -> None:
    """Entered as they happened, the events until then are the beginning of the file."""
    as_of = run.facts.received + timedelta(days=days)
    then = replay(run.facts, run.events, LAW, as_of)
    alone = replay(run.facts, [event for event in run.events if event.at <= as_of], LAW)
    assert then.unlawful == alone.unlawful == []
    assert alike(then.case, alone.case, "events")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs(late=False), days=st.lists(st.integers(0, 60), min_size=2, max_size=4))
def test_what_was_charged_stays_charged(run: Run, days: list[int]) -> None:
    """With nothing new happening, time only adds overdue days."""
    last = max([run.facts.received, *(event.at for event in run.events)])
    case = replay(run.facts, run.events, LAW).case
    for owed in case.obligations:
        judged = [judge(case, owed, LAW, last + timedelta(days=more)) for more in sorted(days)]
        assert len({one.due for one in judged}) == 1
        for earlier, later in pairwise(judged):
            assert later.charged[: len(earlier.charged)] == earlier.charged
            assert later.points >= earlier.points
            assert later.days_left <= earlier.days_left


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(runs(late=True))
def test_the_file_only_grows_and_reads_back_equal(run: Run) -> None:
    data = casefile.new_text(run.facts)
    for event in run.events:
        longer = casefile.with_event(data, event)
        assert longer.startswith(data)
        data = longer
    read = casefile.parse("x", data)
    assert read.problems == []
    assert (read.facts, read.events) == (run.facts, run.events)


@settings(max_examples=300, deadline=None)
@given(title=TEXT, content=TEXT)
def test_every_text_that_is_taken_reads_back_equal(title: str, content: str) -> None:
    facts = msgspec.convert(
        {"format": 1, "id": ID, "title": title, "category": "consult", "channel": "website",
         "received": "2026-11-20T09:00:00+08:00", "content": content},
        Facts,
    )  # fmt: skip
    read = casefile.parse("x", casefile.new_text(facts))
    assert (read.facts, read.events, read.problems) == (facts, [], [])


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    cleaned, _removed = clean(text)
    assert clean(cleaned) == (cleaned, 0)


# -- any bytes at all

GOOD = (Path(__file__).parents[2] / "cases/2026/11/05/20261105-SX7PW9.yaml").read_bytes()
PIECES = [
    *(
        b"\n",
        b"  ",
        b"- ",
        b": ",
        b"null",
        b"'",
        b'"',
        b"&a",
        b"*a",
        b"!!str ",
        b"---\n",
        b"{",
        b"]",
        b"|",
        b"\t",
        b"\\",
    ),
    *(
        b"\xff",
        b"\x00",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"2026-02-30",
        b"99999999999999999999",
        b"true",
        b"events:\n",
    ),
]


@st.composite
def spoiled(draw: Callable[[Any], Any]) -> bytes:
    """A good case file with pieces taken out, put in or moved."""
    data = GOOD
    for _time in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(start + draw(st.sampled_from([0, 0, 1, 8, 60])), len(data))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=3) | st.just(data[end : end + 40]))
        data = data[:start] + piece + data[end:]
    return data


@pytest.fixture(scope="module")
def shelf(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry without git, with one good case and room for another."""
    root = tmp_path_factory.mktemp("shelf")
    for name in ("units.yaml", "calendar.yaml"):
        (root / name).write_bytes((founded / name).read_bytes())
    for day, name in (("05", "20261105-SX7PW9"), ("20", ID)):
        path = root / f"cases/2026/11/{day}/{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_bytes(GOOD)
    return Registry(root)


@settings(max_examples=400, deadline=None)
@given(data=st.binary(max_size=80) | spoiled())
def test_no_bytes_crash_reading_commands(shelf: Registry, data: bytes) -> None:
    """Whatever a file holds, it is judged or it is a problem, and the case beside it is judged."""
    path = f"cases/2026/11/20/{ID}.yaml"
    (shelf.root / path).write_bytes(data)
    as_of = parse_instant("2026-11-20 23:59:59")
    found = survey(shelf, as_of)
    report = checking.check(found, "x", shelf.rules, shelf.directory)
    msgspec.json.encode(report)
    assert "20261105-SX7PW9" in {one.id for one in found.standings}
    assert (
        len(found.standings) == 2
        or any(one.file == path for one in found.problems)
        or received_later(shelf, path, as_of)
    )
    told = validate(shelf, as_of)
    assert {one.file for one in found.problems} <= {one.file for one in told.problems}
    assert "\x1b" not in problem_lines(told.problems)
    lines = len(re.split(rb"\r\n|\n|\r|\xc2\x85|\xe2\x80[\xa8\xa9]", data))  # YAML's line breaks
    assert all(one.line is None or 1 <= one.line <= lines for one in told.problems if one.file == path)


def received_later(shelf: Registry, path: str, as_of: datetime) -> bool:
    facts = shelf.read(path).facts
    return facts is not None and facts.received > as_of
