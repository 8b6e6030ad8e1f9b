"""Mistakes are mended by events: what was written first stays in the file, byte for byte."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-03-03 10:00")


@pytest.fixture
def assigned(begun: Callable[..., str]) -> str:
    """A complaint with the urban management since 2026-03-02 09:00."""
    return begun(_assigned)


def _assigned(desk: Any) -> str:
    case: str = desk.new("投诉", "2026-03-02 08:30", "--tag", "路灯")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    return case


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("title", "新的标题", "新的标题"),
        ("标题", "多行\n\t标题\u2028", "多行\n\t标题\u2028"),
        ("category", "求助", "help"),
        ("类别", "consult", "consult"),
        ("scope", "7(3)", "7(3)"),
        ("channel", "热线电话", "hotline"),
        ("received", "2026-03-01 20:00", "2026-03-01T20:00:00+08:00"),
        ("content", "第一行\n第二行\n\n", "第一行\n第二行\n\n"),
        ("area", "城关镇", "chengguan"),
        ("urgent", "是", True),
        ("about", "城管局，某物业公司", ["urban-mgmt", "某物业公司"]),
        ("tags", "路灯, 夜间", ["路灯", "夜间"]),
        ("source", "12345:0077", {"system": "12345", "id": "0077"}),
    ],
)
def test_every_fact_can_be_corrected(
    desk: Any, assigned: str, field: str, value: str, kept: Any, fits: Callable[[str, Any], None]
) -> None:
    before = desk.file(assigned).read_bytes()
    done = desk.json("correct", assigned, "--field", field, "--value", value, "--reason", "登记有误", *AT)
    fits("action", done)
    name = done["event"]["field"]
    assert done["event"]["value"] == kept
    assert desk.file(assigned).read_bytes().startswith(before)
    shown = desk.json("show", assigned)
    assert shown["facts"][name] == kept
    # Before the correction it read otherwise.
    assert desk.json("show", assigned, "--as-of", "2026-03-03 09:00")["facts"].get(name) != kept
    assert desk("validate").out == ""
    fits("show", shown)


@pytest.mark.parametrize(
    ("field", "value", "code", "says"),
    [
        ("title", "路灯不亮", 3, ["reads so already", "title"]),
        ("tags", "路灯", 3, ["tags"]),
        ("id", "20260302-000000", 2, ["id"]),
        ("petitioner", "张三", 2, ["petitioner"]),
        ("category", "投拆", 2, ["投拆", "投诉"]),
        ("area", "火星", 2, ["火星"]),
        ("urgent", "也许", 2, ["也许"]),
        ("received", "2026-03-01", 2, ["2026-03-01"]),
        ("received", "2026-03-02 09:01", 3, ["2026-03-02 09:01", "dealt with on 2026-03-02 09:00"]),
        ("received", "2099-03-01 09:00", 3, ["2099-03-01"]),
        ("source", "12345", 2, ["SYSTEM:NUMBER"]),
        ("title", " ", 2, ["title"]),
        ("title", "题" * 501, 2, ["title"]),
    ],
)
def test_what_cannot_be_corrected(desk: Any, assigned: str, field: str, value: str, code: int, says: list[str]) -> None:
    before, head = desk.file(assigned).read_bytes(), desk.head()
    done = desk("correct", assigned, "--field", field, "--value", value, "--reason", "x", *AT, code=code)
    for text in says:
        assert text in done.err
    assert (desk.file(assigned).read_bytes(), desk.head()) == (before, head)


def test_the_category_corrected_starts_the_clocks_anew(desk: Any, assigned: str) -> None:
    """Corrected on Tuesday 03-03 to a consult: 2 working days from then."""
    done = desk.json("correct", assigned, "--field", "category", "--value", "咨询", "--reason", "x", *AT)
    assert [(one["obligation"], one["due"]) for one in done["obligations"]] == [("completion", "2026-03-05")]


def test_a_list_finds_a_case_by_what_was_corrected(desk: Any, assigned: str) -> None:
    desk("correct", assigned, "--field", "about", "--value", "城管局", "--reason", "x", *AT)
    assert desk("list", "about:城市管理局", "--format", "ids").out.strip() == assigned
    assert desk("list", "about:urban-mgmt", "--format", "ids").out.strip() == assigned


def test_correcting_a_closed_case(desk: Any, assigned: str) -> None:
    desk("withdraw", assigned, "--reason", "x", *AT)
    desk("correct", assigned, "--field", "title", "--value", "新题", "--reason", "x")
    shown = desk.json("show", assigned)
    assert (shown["state"], shown["facts"]["title"]) == ("closed", "新题")


def test_the_new_value_from_a_file(desk: Any, assigned: str, tmp_path: Path) -> None:
    path = tmp_path / "正文.txt"
    path.write_bytes("甲\r\n乙\x07\n".encode())
    done = desk("correct", assigned, "--field", "content", "--value-file", path, "--reason", "x", *AT)
    assert "1 control characters removed from --value" in done.err
    assert desk.json("show", assigned)["facts"]["content"] == "甲\n乙\n"


# -- retracting


def contacted(desk: Any, case: str) -> None:
    desk("contact", case, "--as", "urban-mgmt", "--method", "电话", "--summary", "x", *AT)


def test_a_retracted_event_counts_for_nothing_and_stays(desk: Any, assigned: str) -> None:
    contacted(desk, assigned)
    before = desk.file(assigned).read_bytes()
    done = desk.json("retract", assigned, "--event", "2", "--reason", "误录", "--at", "2026-03-03 11:00")
    assert {one["obligation"]: one["due"] for one in done["obligations"]} == {
        "contact": "2026-03-04",
        "completion": "2026-03-09",
    }
    assert desk.file(assigned).read_bytes().startswith(before)
    shown = desk.json("show", assigned)
    assert [one["retracted"] for one in shown["events"]] == [False, True, False]
    assert desk("validate").out == ""


def test_a_retraction_can_be_retracted(desk: Any, assigned: str) -> None:
    contacted(desk, assigned)
    desk("retract", assigned, "--event", "2", "--reason", "误录", "--at", "2026-03-03 11:00")
    done = desk.json("retract", assigned, "--event", "3", "--reason", "作废有误", "--at", "2026-03-03 12:00")
    assert [one["obligation"] for one in done["obligations"]] == ["completion"]
    assert [one["retracted"] for one in desk.json("show", assigned)["events"]] == [False, False, True, False]


def test_before_the_retraction_the_event_counted(desk: Any, assigned: str) -> None:
    contacted(desk, assigned)
    desk("retract", assigned, "--event", "2", "--reason", "误录", "--at", "2026-03-03 11:00")
    before = desk.json("show", assigned, "--as-of", "2026-03-03 10:30")
    assert next(one["met"] for one in before["obligations"] if one["obligation"] == "contact")
    assert not any(one["retracted"] for one in before["events"])


def test_what_cannot_be_retracted(desk: Any, assigned: str) -> None:
    contacted(desk, assigned)
    # The contact rests on the transfer.
    refused = desk("retract", assigned, "--event", "1", "--reason", "x", "--at", "2026-03-03 11:00", code=3)
    assert "event 2" in refused.err
    for place in ("0", "-1", "x"):
        desk("retract", assigned, "--event", place, "--reason", "x", code=2)
    for place in ("3", "99"):
        assert place in desk("retract", assigned, "--event", place, "--reason", "x", code=3).err
    li = {f"GIT_{who}_EMAIL": "li@urban-mgmt.example" for who in ("AUTHOR", "COMMITTER")}
    assert "office/zhang" in desk("retract", assigned, "--event", "1", "--reason", "x", code=3, env=li).err
    desk("retract", assigned, "--event", "2", "--reason", "x", env=li)  # the unit's own
    assert "already" in desk("retract", assigned, "--event", "2", "--reason", "x", code=3).err
    assert desk("validate").out == ""


def test_a_late_entry_takes_its_legal_place(desk: Any, assigned: str) -> None:
    """Monday's call, typed in on Wednesday after Tuesday's return request, is accepted; file order stays."""
    desk(
        "return", "request", assigned, "--as", "urban-mgmt", "--reason", "x", "--basis", "x", "--at", "2026-03-03 16:00"
    )
    contact = ("contact", assigned, "--as", "urban-mgmt", "--method", "电话", "--summary", "x")
    desk(*contact, "--at", "2026-03-04 09:00", code=3)
    done = desk.json(*contact, "--at", "2026-03-02 17:00")
    assert (done["state"], [one["obligation"] for one in done["obligations"]]) == ("return-requested", ["completion"])
    assert [one["event"]["action"] for one in desk.json("show", assigned)["events"]] == [
        "transfer",
        "return-request",
        "contact",
    ]
    # A late entry that would undo what is recorded is refused, and says what.
    refused = desk("withdraw", assigned, "--reason", "x", "--at", "2026-03-02 12:00", code=3)
    assert "event 3 (contact, 2026-03-02 17:00)" in refused.err


@pytest.mark.parametrize(
    "at", ["2026-03-02 08:29", "2099-01-01 09:00", "2026-03-03", "10:60", "昨天", "2026-02-30 10:00"]
)
def test_times_that_cannot_be(desk: Any, assigned: str, at: str) -> None:
    head = desk.head()
    done = desk("note", assigned, "--text", "x", "--at", at, code=3 if at.startswith("2026-03-02") else 2)
    assert at[:10] in done.err
    assert desk.head() == head
