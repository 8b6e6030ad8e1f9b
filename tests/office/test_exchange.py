"""A registry goes out line by line and comes back the same; what is not lawful does not come in."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from wz.model.instants import end_of_day, parse_instant
from wz.office import exchange
from wz.office.checking import check
from wz.office.survey import survey
from wz.store.registry import Registry

AS_OF = end_of_day(date(2026, 11, 20))
NOW = parse_instant("2026-11-26 12:00")


def lines_of(registry: Registry) -> list[bytes]:
    problems: list[Any] = []
    lines = list(exchange.lines(registry, AS_OF, problems))
    assert problems == []
    return lines


@pytest.fixture(scope="module")
def lines(told: Path) -> list[bytes]:
    return lines_of(Registry(told))


def restored(registry: Registry, lines: list[bytes], **more: Any) -> exchange.Restored:
    return exchange.restore(registry, lines, by="office/zhang", now=NOW, file="cases.jsonl", **more)


def test_a_restored_registry_owes_the_same_and_reads_the_same(told: Path, office: Path, lines: list[bytes]) -> None:
    """The sample's files were written by wz, so they come back byte for byte; a second time brings nothing."""
    source, copy = Registry(told), Registry(office)
    done = restored(copy, lines)
    assert (len(done.written), done.present, done.problems) == (54, [], [])
    for path in source.case_paths():
        assert (office / path).read_bytes() == (told / path).read_bytes()
    views = [check(survey(one, AS_OF), "", one.rules, one.directory) for one in (source, copy)]
    assert views[0] == views[1]
    assert len(views[0].obligations) == 27
    assert lines_of(copy) == lines
    again = restored(copy, lines)
    assert (again.written, len(again.present), again.problems, again.commit) == ([], 54, [], None)
    log = ["git", "-C", str(office), "log", "-1", "--format=%s%n%b"]
    told_by = subprocess.run(log, check=True, capture_output=True).stdout.decode().splitlines()
    assert told_by[0] == "import: 54 cases"
    assert sum(line.startswith("Wz-Case: ") for line in told_by) == 54
    assert not subprocess.run(
        ["git", "-C", str(office), "status", "--porcelain"], check=True, capture_output=True
    ).stdout


def test_an_earlier_moment_leaves_out_what_came_later(told: Path) -> None:
    day = end_of_day(date(2026, 10, 12))
    lines = [json.loads(line) for line in exchange.lines(Registry(told), day, [])]
    assert len(lines) == 6
    assert all(event["at"] <= "2026-10-12T23:59:59+08:00" for line in lines for event in line["events"])


def test_what_was_corrected_goes_out_as_it_was_received(told: Path, lines: list[bytes]) -> None:
    """The facts are the file's first, and the correction an event: else the history would be told otherwise."""
    whole = [json.loads(line) for line in lines]
    corrected = [one for one in whole if any(event["action"] == "correct" for event in one["events"])]
    assert corrected
    for one in corrected:
        event = next(event for event in one["events"] if event["action"] == "correct")
        assert one.get(event["field"]) != event["value"]


@pytest.fixture
def case(lines: list[bytes]) -> dict[str, Any]:
    """8Z5HZT: a complaint of 2026-11-19 21:16:38, transferred to urban-mgmt on 11-20."""
    found: dict[str, Any] = next(one for one in map(json.loads, lines) if one["id"] == "20261119-8Z5HZT")
    return found


def _with(**fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda case: {**case, **fields}


def _event(place: int, **fields: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda case: {**case, "events": [
        {**event, **fields} if number == place else event for number, event in enumerate(case["events"])
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "article", "says"),
    [
        (_with(title="", colour="x"), None, ["title", "colour"]),
        (_with(id="20261119-8Z5HZA"), None, ["20261119-8Z5HZA", "case id"]),
        (_with(format=2), None, ["format 2", "newer"]),
        (_with(area="nowhere"), None, ["nowhere"]),
        (_with(received="2026-11-31T08:00:00+08:00"), None, ["received"]),
        (_with(received="2027-01-04T08:00:00+08:00"), None, ["future"]),
        (_with(shielded=True), "19", ["shielded"]),
        (_with(events="none"), None, ["events"]),
        (_event(0, to="nobody"), None, ["events[1].to", "nobody"]),
        (_event(0, by="office/nobody"), None, ["events[1].by", "office/nobody"]),
        (_event(0, by="market"), "9", ["events[1]", "transfer", "market"]),
        (_event(0, at="2026-11-01T08:00:00+08:00"), None, ["events[1]", "before the case was received"]),
        (_event(0, at="2026-11-27T08:00:00+08:00"), None, ["events[1].at", "future"]),
        (_event(0, action="dance"), None, ["events[1]"]),
        (lambda case: {**case, "events": case["events"] * 2}, "12", ["events[2]", "transfer"]),
        (lambda case: [case], None, ["mapping"]),
        (lambda case: None, None, ["mapping"]),
    ],
)
def test_an_unlawful_line_is_refused(
    office: Path, case: dict[str, Any], change: Any, article: str | None, says: list[str]
) -> None:
    """With everything that is wrong; and the good lines beside it do not come in either."""
    registry = Registry(office)
    good = json.dumps(case).encode()
    done = restored(registry, [good, json.dumps(change(case), ensure_ascii=False).encode()])
    assert (done.written, done.commit, list(registry.case_paths())) == ([], None, [])
    told = " ".join(problem.message for problem in done.problems)
    for text in says:
        assert text in told
    assert all((one.file, one.line) == ("cases.jsonl", 2) for one in done.problems)
    assert article in [one.article for one in done.problems]


@pytest.mark.parametrize("line", [b"{", b'{"id": "\xff"}', b"[1, 2", b"hello", b'{"a":' * 5000])
def test_what_is_not_json_is_refused(office: Path, line: bytes) -> None:
    done = restored(Registry(office), [line])
    assert len(done.problems) == 1
    assert "JSON" in done.problems[0].message


def test_a_line_tells_that_it_is_a_case(lines: list[bytes]) -> None:
    assert all(map(exchange.is_case, lines))
    for line in (b"{}", b"[]", b"", b"{", b'{"id": "20261119-8Z5HZT", "title": "x"}', b"\xff"):
        assert not exchange.is_case(line)


def test_the_same_case_twice_and_another_of_its_id(office: Path, case: dict[str, Any]) -> None:
    registry = Registry(office)
    line = json.dumps(case).encode()
    assert "two lines" in restored(registry, [line, b"\n", line]).problems[0].message
    assert restored(registry, [line], dry_run=True).commit is None
    assert list(registry.case_paths()) == []
    assert restored(registry, [line]).commit
    other = json.dumps({**case, "title": "另一个标题"}).encode()
    assert "differs" in restored(registry, [other]).problems[0].message
