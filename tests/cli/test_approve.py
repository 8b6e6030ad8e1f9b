"""Approval for publication: personal data stop it until they are left out or the answer is withheld (第二十条)."""

from pathlib import Path
from typing import Any

import pytest

MOBILE, IDENTITY, LANDLINE = "13800138000", "11010519491231002X", "0797-3512345"
CONTENT = f"人民路路灯三天不亮。\n我的身份证号{IDENTITY}，家住城关镇人民路12号。"


def replied(desk: Any, answer: str, title: str = "路灯不亮", content: str = CONTENT) -> str:
    """A consult of 2026-03-02 with that answer, waiting for review."""
    case: str = desk(
        *("new", "--category", "咨询", "--channel", "网站", "--title", title, "--content", content),
        *("--received", "2026-03-02 08:30", "--format", "id"),
    ).out.strip()
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    desk(
        *("reply", case, "--as", "城管局", "--handled-on", "2026-03-02", "--handler", "路灯所", "--result", "已修复"),
        *("--legal-basis", "条例", "--answer", answer, "--informed", "已电话告知", "--oa-number", "1"),
        *("--oa-signed-by", "周启明", "--oa-signed-at", "2026-03-02 10:00", "--at", "2026-03-02 11:00"),
    )
    return case


def test_personal_data_stop_a_publication(desk: Any) -> None:
    """Each find is shown with its text, line and column, masked; nothing is recorded."""
    case = replied(desk, f"已修复，请致电{MOBILE}。", title=f"{MOBILE}反映路灯不亮")
    head, before = desk.head(), desk.file(case).read_bytes()
    done = desk("approve", case, "--publish", code=3)
    assert "第二十条" in done.err
    for words in (
        "title, line 1, column 1: mobile",
        "content, line 2, column 7: identity",
        "content, line 2, column 31: address",
        "answer, line 1, column 8: mobile",
        "--redact",
        "--withhold",
        "public_contacts",
    ):
        assert words in done.err
    assert MOBILE not in done.err
    assert IDENTITY not in done.err
    assert "人民路12号" not in done.err
    assert (desk.head(), desk.file(case).read_bytes(), desk.clean()) == (head, before, True)


def test_redacted_texts_and_the_decision_are_recorded(desk: Any) -> None:
    case = replied(desk, f"已修复，请致电{MOBILE}。")
    done = desk("approve", case, "--publish", "--redact")
    assert "identity" in done.err
    event = desk.json("show", case)["events"][-1]["event"]
    assert event["redacted_answer"] == "已修复，请致电〔手机号码已隐去〕。"
    assert event["redacted_content"] == (
        "人民路路灯三天不亮。\n我的身份证号〔身份证号已隐去〕，家住城关镇〔住址门牌已隐去〕。"
    )
    assert "redacted_title" not in event
    assert event["redactions"] == [
        {"field": "content", "line": 2, "column": 7, "kind": "identity"},
        {"field": "content", "line": 2, "column": 31, "kind": "address"},
        {"field": "answer", "line": 1, "column": 8, "kind": "mobile"},
    ]
    tail = desk.file(case).read_text("utf-8").partition("approve")[2]
    assert MOBILE not in tail
    assert IDENTITY not in tail
    assert MOBILE not in done.out + done.err
    assert MOBILE not in desk.git("log", "-1")
    assert desk("validate").out == ""
    assert "content 2:7 identity" in desk("show", case).out


def test_dry_run_only_proposes(desk: Any) -> None:
    case = replied(desk, f"请致电{MOBILE}。")
    head = desk.head()
    done = desk("approve", case, "--publish", "--redact", "--dry-run")
    assert "请致电〔手机号码已隐去〕。" in done.err
    assert desk.head() == head


def test_the_offices_own_words(desk: Any, tmp_path: Path) -> None:
    """A redacted text of the office's own, from a file; what it still holds is stopped, or left out with --redact."""
    case = replied(desk, "已修复。")
    (tmp_path / "公开内容.txt").write_text(f"人民路路灯不亮。电话{MOBILE}\n", "utf-8")
    own = ("approve", case, "--publish", "--redacted-content-file", tmp_path / "公开内容.txt")
    assert "content, line 1, column 11: mobile" in desk(*own, code=3).err
    event = desk.json(*own, "--redact")["event"]
    assert event["redacted_content"] == "人民路路灯不亮。电话〔手机号码已隐去〕\n"


def test_withheld_answers_may_hold_them(desk: Any) -> None:
    case = replied(desk, f"请致电{MOBILE}。")
    assert "--reason" in desk("approve", case, "--withhold", code=3).err
    assert "--publish" in desk("approve", case, "--withhold", "--reason", "涉及个人", "--redact", code=2).err
    assert "第二十条" in desk("approve", case, "--withhold", "--reason", "x", "--redacted-title", "y", code=3).err
    desk("approve", case, "--withhold", "--reason", "涉及个人")


def test_nothing_to_redact(desk: Any) -> None:
    case = replied(desk, "已修复。", content="路灯不亮")
    assert "nothing" in desk("approve", case, "--publish", "--redact").err
    event = desk.json("show", case)["events"][-1]["event"]
    assert set(event) == {"action", "at", "by", "publish"}


@pytest.mark.parametrize("listed", ["office", "unit", "person", "channel"])
def test_office_numbers_are_ordinary(desk: Any, listed: str) -> None:
    """Listed in units.yaml under the office, a unit, as a person's office telephone, or as the platform's hotline."""
    case = replied(desk, f"请致电{LANDLINE}（{LANDLINE[5:]}）。", content="路灯不亮")
    assert "landline" in desk("approve", case, "--publish", code=3).err
    units = desk.root / "units.yaml"
    text = units.read_text("utf-8")
    line, replacement = {
        "office": ("  id: office\n", f'  id: office\n  public_contacts: ["{LANDLINE}"]\n'),
        "unit": ("  - id: urban-mgmt\n", f'  - id: urban-mgmt\n    public_contacts: ["{LANDLINE}"]\n'),
        "person": ("{id: li, name: 李思远,", f'{{id: li, name: 李思远, phone: "{LANDLINE}",'),
        "channel": ('hotline: "12345"', f'hotline: "{LANDLINE}"'),
    }[listed]
    assert line in text
    units.write_text(text.replace(line, replacement, 1), "utf-8")
    desk("approve", case, "--publish")


def test_a_persons_mobile_is_not_public(desk: Any) -> None:
    case = replied(desk, f"请致电{MOBILE}。", content="路灯不亮")
    units = desk.root / "units.yaml"
    text = units.read_text("utf-8")
    units.write_text(text.replace("{id: li, name: 李思远,", f'{{id: li, name: 李思远, phone: "{MOBILE}",'), "utf-8")
    assert "mobile" in desk("approve", case, "--publish", code=3).err


def test_the_reasons_of_a_declined_report_are_published_too(desk: Any) -> None:
    case = desk.new("举报", "2026-03-02 08:30")
    desk("transfer", case, "--to", "市监局", "--route", "部门", "--at", "2026-03-02 09:00")
    declined = ("decide", case, "--as", "市监局", "--decline", "--at", "2026-03-03 09:00")
    desk(*declined, "--reason", f"举报人{MOBILE}撤回", "--basis", "条例")
    assert "answer, line 1, column 4: mobile" in desk("approve", case, "--publish", code=3).err
    desk("approve", case, "--publish", "--redact")


@pytest.mark.parametrize("how", ["option", "column"])
def test_many_at_once_leave_personal_data_out_too(desk: Any, how: str, tmp_path: Path, fits: Any) -> None:
    """The refusal's advice works in a batch: for all rows by the option, row by row by the column."""
    case = replied(desk, f"请致电{MOBILE}。", content="路灯不亮")
    table = tmp_path / "table.csv"
    table.write_text(f"case\n{case}\n", "utf-8")
    assert "--redact" in desk("batch", "approve", "--publish", table, code=3).err
    more = ["--redact"] if how == "option" else []
    if how == "column":
        table.write_text(f"case,redact,key\n{case},是,k1\n", "utf-8")
    command = ("batch", "approve", "--publish", *more, table)
    told = desk.json(*command, "--dry-run")
    fits("batch", told)
    row = told["rows"][0]
    assert row["as_published"] == {"answer": "请致电〔手机号码已隐去〕。"}
    assert "line 1, column 4: mobile" in row["left_out"][0]
    assert MOBILE not in desk(*command).out
    event = desk.json("show", case)["events"][-1]["event"]
    assert event["redacted_answer"] == "请致电〔手机号码已隐去〕。"
    assert event["redactions"] == [{"field": "answer", "line": 1, "column": 4, "kind": "mobile"}]
    assert "on record" in desk(*command).out


def test_the_terminal_asks_before_publishing(office: Path, terminal: Any, desk: Any) -> None:
    case = replied(desk, f"请致电{MOBILE}。")
    head = desk.head()
    said = terminal("approve", case, "--publish", "--redact", cwd=office, answers=[("Publish it so?", "n\n")])
    assert said.code == 130
    assert desk.head() == head
    said = terminal("approve", case, "--publish", "--redact", cwd=office, answers=[("Publish it so?", "y\n")])
    assert said.code == 0
    assert desk.head() != head
