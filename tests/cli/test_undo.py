"""Taking back: the last event of a case, all of a commit; what rests on it is named; an undo is undone."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Any
TRANSFER = ("transfer", "--to", "urban-mgmt", "--route", "duty")


@pytest.fixture
def cases(begun: Callable[..., list[str]]) -> list[str]:
    """Three complaints, transferred by one batch."""
    return begun(_transferred)


def _transferred(desk: Desk) -> list[str]:
    made = [desk.new() for _number in range(3)]
    desk("batch", *TRANSFER, "--at", "2026-03-02 09:00", stdin="\n".join(made))
    return made


def states(desk: Desk) -> list[str]:
    return [one["state"] for one in desk.json("list")["cases"]]


def test_a_whole_batch(desk: Desk, cases: list[str]) -> None:
    batch, before = desk.head(), {one: desk.file(one).read_bytes() for one in cases}
    done = desk("undo", batch[:10], "--reason", "转错单位")
    assert states(desk) == ["registered"] * 3
    assert done.out.count(" is retracted: registered") == 3
    for case in cases:  # nothing is deleted, the reason is on record
        assert desk.file(case).read_bytes().startswith(before[case])
        transfer, retraction = [one["event"] for one in desk.json("show", case)["events"]]
        text = json.dumps(transfer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert retraction | {"at": ""} == {
            "action": "retract", "at": "", "by": "office/zhang", "event": 1, "reason": "转错单位",
            "mark": hashlib.sha256(text.encode()).hexdigest()[:16],
        }  # fmt: skip
    assert desk.git("log", "-1", "--format=%s").startswith(f"retract 3 cases: {batch[:9]} transfer 3 cases")
    assert desk.git("rev-parse", "HEAD^") == batch
    assert desk.clean()
    assert desk("validate").code == 0


def test_an_undo_is_undone(desk: Desk, cases: list[str]) -> None:
    """Without argument it is one's own last commit: first the batch, then the undo."""
    desk("undo", "--reason", "转错单位")
    assert states(desk) == ["registered"] * 3
    desk("undo", "--reason", "没有转错")
    assert states(desk) == ["assigned"] * 3
    assert {one["due"] for one in desk.json("list")["cases"]} == {"2026-03-04"}  # the first transfer's clocks: 第十三条


def test_the_last_event_of_a_case(desk: Desk, cases: list[str]) -> None:
    desk("note", cases[0], "--text", "误录")
    desk("undo", cases[0][-6:], "--reason", "误录")
    shown = desk.json("show", cases[0])
    assert [one["retracted"] for one in shown["events"]] == [False, True, False]
    assert shown["state"] == "assigned"
    assert desk.git("log", "-1", "--format=%s") == f"retract {cases[0]}: #2"


def test_what_rests_on_it_is_named(desk: Desk, cases: list[str]) -> None:
    """第十三条: a contact is the unit's that has the case; without the transfer there is none."""
    batch = desk.head()
    desk(
        "contact",
        cases[1],
        "--as",
        "urban-mgmt",
        "--method",
        "phone",
        "--summary",
        "已去电",
        "--at",
        "2026-03-02 10:00",
    )
    head = desk.head()
    done = desk("undo", batch, "--reason", "转错单位", code=3)
    assert (
        f"{cases[1]}: event 1 (transfer, 2026-03-02 09:00): 第十三条: event 2 (contact, 2026-03-02 10:00)" in done.err
    )
    assert "1 of 3 events cannot be taken back; nothing has been recorded." in done.err
    assert desk.head() == head
    desk("undo", cases[1], "--reason", "误录")
    desk("undo", batch, "--reason", "转错单位")
    assert states(desk) == ["registered"] * 3


def test_what_is_retracted_already_stays_so(desk: Desk, cases: list[str]) -> None:
    batch = desk.head()
    desk("undo", cases[0], "--reason", "转错单位")
    done = desk("undo", batch, "--reason", "都转错了")
    assert f"{cases[0]}: event 1 (transfer, 2026-03-02 09:00) is retracted already" in done.out
    head = desk.head()
    assert desk("undo", batch, "--reason", "都转错了").out.count("already") == 3
    assert desk.head() == head


def test_events_that_moved_are_found(desk: Desk, cases: list[str]) -> None:
    """A merge may have put another event before those of the commit."""
    batch = desk.head()
    file = desk.file(cases[0])
    text = file.read_text("utf-8")
    note = "  - action: note\n    at: '2026-03-02T08:40:00+08:00'\n    by: office/zhang\n    text: 来电\n"
    file.write_text(text.replace("events:\n", "events:\n" + note), "utf-8")
    desk.git("commit", "-qam", "merged")
    desk("undo", batch, "--reason", "转错单位")
    assert [one["retracted"] for one in desk.json("show", cases[0])["events"]] == [False, True, False]


def test_dry_run_and_json(desk: Desk, cases: list[str], fits: Callable[[str, Any], None]) -> None:
    head = desk.head()
    would = json.loads(desk("undo", "--reason", "x", "--dry-run", "--format", "json").out)
    fits("undo", would)
    assert (would["undone"], would["commit"], desk.head()) == (head, None, head)
    assert {one["result"] for one in would["events"]} == {"possible"}
    done = json.loads(desk("undo", "--reason", "x", "--format", "json").out)
    fits("undo", done)
    assert (done["undone"], done["commit"]) == (head, desk.head())
    assert {one["result"] for one in done["events"]} == {"retracted"}


def test_where_a_shallow_clone_ends_not_everything_is_taken_back(desk: Desk, cases: list[str], tmp_path: Path) -> None:
    """Its oldest commit seems to have recorded all there is."""
    clone, email = tmp_path / "clone", desk.git("config", "user.email").strip()
    desk.git("clone", "-q", "--depth", "1", desk.root.as_uri(), str(clone))
    desk.git("-C", str(clone), "config", "user.email", email)
    for what in ([], ["HEAD"]):
        done = desk("undo", *what, "--reason", "x", "--registry", clone, code=2)
        assert "this clone is shallow" in done.err
    desk("undo", cases[0], "--reason", "x", "--dry-run", "--registry", clone)


def test_what_cannot_be_meant(desk: Desk, cases: list[str], office: Any) -> None:
    assert "missing: --reason" in desk("undo", cases[0], code=2).err
    assert "no case ends in ZZZZZZ" in desk("undo", "ZZZZZZ", "--reason", "x", code=2).err
    new = desk.new()
    assert "recorded no event: new " in desk("undo", "HEAD", "--reason", "x", code=2).err
    assert "has no event yet" in desk("undo", new, "--reason", "x", code=2).err
    desk.git("config", "user.email", "li@urban-mgmt.example")
    done = desk("undo", "--reason", "x", code=2)
    assert "nothing of li@urban-mgmt.example is on record" in done.err
    done = desk("undo", cases[0], "--reason", "x", code=3)  # the office's transfer is not the unit's to retract
    assert "event 1 was entered by office/zhang" in done.err
    assert "Whoever entered an event retracts it, or the office does." in done.err  # and not "take it back first"
