"""Many actions from a table, typed for real: all or none, in every format, again and again."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wz.actions.catalog import ACTIONS
from wz.cli.columns import columns_of, common_columns

Desk = Any


@pytest.fixture
def cases(begun: Callable[..., list[str]]) -> list[str]:
    """Three registered complaints; the last one came from another system."""
    return begun(_three_cases)


def _three_cases(desk: Desk) -> list[str]:
    return [desk.new(), desk.new(), desk.new("投诉", "2026-03-02 08:30", "--source", "12345:A-7")]


def table(desk: Desk, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    file = Path(desk.root).parent / name
    file.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return file


def xlsx(desk: Desk, name: str, *rows: list[Any]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = Path(desk.root).parent / name
    book.save(file)
    return file


def events(desk: Desk, case: str) -> list[dict[str, Any]]:
    return [one["event"] for one in desk.json("show", case)["events"]]


# -- what is recorded


def test_rows_rest_on_the_rows_before(desk: Desk, cases: list[str]) -> None:
    """A contact is lawful only once the case is assigned (第十三条), which the row before does."""
    file = table(
        desk,
        "rows.csv",
        "case,action,to,route,method,summary,as,at,note",
        f"{cases[0]},transfer,urban-mgmt,duty,,,,2026-03-02 09:00,",
        f"{cases[0][-6:]},contact,,,phone,已去电,urban-mgmt/li,2026-03-02 10:00,急",
        "12345:A-7,transfer,城管局,部门,,,,2026-03-02 09:00,",
    )
    before = desk.commits()
    done = desk("batch", file)
    assert desk.commits() == before + 1
    assert desk.clean()
    assert [(one["action"], one["by"]) for one in events(desk, cases[0])] == [
        ("transfer", "office/zhang"),
        ("contact", "urban-mgmt/li"),
    ]
    assert events(desk, cases[0])[1]["note"] == "急"
    assert events(desk, cases[2])[0]["to"] == "urban-mgmt"
    message = desk.git("log", "-1", "--format=%B")
    assert message.splitlines()[0] == "batch 2 cases: transfer 2、contact 1"
    trailers = [line for line in message.splitlines() if line.startswith("Wz-Case: ")]
    assert trailers == [f"Wz-Case: {cases[0]}", f"Wz-Case: {cases[2]}"]
    assert "3 actions recorded in 1 commit" in done.err
    assert desk("validate").code == 0


def test_chinese_columns_and_actions(desk: Desk, cases: list[str]) -> None:
    """Columns as the schema titles the fields, actions by their labels."""
    file = table(
        desk,
        "转办.csv",
        "案件编号,动作,承办单位,转办依据,协办单位,另有规定的时限,发生时间,备注",
        f"{cases[0]},转办,城市管理局,共同办理,教体局、交警大队,3,2026-03-02 09:00,尽快",
        encoding="gb18030",
    )
    desk("batch", file)
    (event,) = events(desk, cases[0])
    assert (event["to"], event["route"], event["limit"]) == ("urban-mgmt", "joint", 3)
    assert event["assist"] == ["education", "traffic-police"]


def test_a_spreadsheet_with_its_own_dates(desk: Desk, cases: list[str]) -> None:
    from datetime import datetime

    file = xlsx(
        desk,
        "a.xlsx",
        ["case", "action", "to", "route", "limit", "at"],
        [cases[0], "transfer", "urban-mgmt", "duty", 3, datetime(2026, 3, 2, 9, 30)],
    )
    desk("batch", file)
    (event,) = events(desk, cases[0])
    assert (event["at"], event["limit"]) == ("2026-03-02T09:30:00+08:00", 3)


def test_json_lines_and_nested_fields(desk: Desk, cases: list[str]) -> None:
    desk("transfer", cases[0], "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    reply = {
        "case": cases[0], "action": "reply", "as": "urban-mgmt", "at": "2026-03-03 10:00", "handled_on": "2026-03-03",
        "handler": "大队", "result": "已修", "legal_basis": "条例", "answer": "您好", "informed": "已电话",
        "oa": {"number": "1号", "signed_by": "周", "signed_at": "2026-03-03 09:00"},
        "investigation": False, "reason": "事实清楚", "basis": "条例",
    }  # fmt: skip
    file = table(
        desk, "a.jsonl", json.dumps(reply), json.dumps({"case": cases[0], "action": "approve", "publish": True})
    )
    desk("batch", file)
    assert desk.json("show", cases[0])["state"] == "answered"
    assert events(desk, cases[0])[1]["oa"]["number"] == "1号"


def test_documents_lie_beside_the_table(desk: Desk, cases: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "从街道来"
    folder.mkdir()
    (folder / "照片.jpg").write_bytes(b"jpg")
    (folder / "说明.txt").write_text("现场情况\n", encoding="utf-8")
    (folder / "rows.csv").write_text(
        f"case,action,text-file,attach\n{cases[0]},attach,,照片.jpg\n{cases[1]},note,说明.txt,照片.jpg;说明.txt\n",
        "utf-8",
    )
    desk("batch", folder / "rows.csv")
    assert desk.file(cases[0]).with_suffix(".files").joinpath("照片.jpg").read_bytes() == b"jpg"
    assert events(desk, cases[1])[0]["text"] == "现场情况\n"
    assert len(events(desk, cases[1])[0]["attachments"]) == 2
    assert desk.clean()
    for name in ("../secret.txt", str(tmp_path / "secret.txt")):
        (tmp_path / "secret.txt").write_text("x", "utf-8")
        (folder / "rows.csv").write_text(f"case,action,attach\n{cases[0]},attach,{name}\n", "utf-8")
        assert "not in the folder of the table" in desk("batch", folder / "rows.csv", code=2).err


def test_ids_from_another_command(desk: Desk, cases: list[str]) -> None:
    """`wz list … --format ids | wz batch transfer … -`"""
    ids = desk("list", "state:registered", "--format", "ids").out
    desk("batch", "transfer", "--to", "城管局", "--route", "duty", "-", stdin=ids)
    assert {one["unit"] for one in desk.json("list")["cases"]} == {"urban-mgmt"}
    assert desk.git("log", "-1", "--format=%s") == "transfer 3 cases: 城市管理局"
    listed = desk("list", "--format", "ndjson").out
    desk("batch", "note", "--text", "已催办", "--ignore", "*", stdin=listed)
    assert [one["action"] for one in events(desk, cases[1])] == ["transfer", "note"]
    assert desk("batch", "note", "--text", "x", "-", stdin="").err == "The table has no rows.\n"


def test_a_cell_prevails_over_the_option(desk: Desk, cases: list[str]) -> None:
    rows = f"case,to,assist\n{cases[0]},,\n{cases[1]},education,\n"
    desk("batch", "transfer", "--to", "urban-mgmt", "--route", "duty", "-", stdin=rows)
    assert [events(desk, one)[0]["to"] for one in cases[:2]] == ["urban-mgmt", "education"]


def test_actions_are_named_as_their_commands_are(desk: Desk, cases: list[str]) -> None:
    desk("batch", "转办", "--to", "urban-mgmt", "--route", "duty", stdin=cases[0])
    desk("batch", "return", "request", "--as", "urban-mgmt", "--reason", "x", "--basis", "y", stdin=cases[0])
    desk("batch", "return-accept", "--duty", "属教体局", stdin=cases[0])
    assert desk.json("show", cases[0])["state"] == "registered"
    assert "Did you mean transfer" in desk("batch", "trasnfer", "--to", "x", stdin=cases[0], code=2).err
    assert "there is no such file" in desk("batch", "no.csv", code=2).err


def test_one_commit_for_each_row(desk: Desk, cases: list[str]) -> None:
    before = desk.commits()
    desk("batch", "note", "--text", "一", "--per-case", stdin="\n".join(cases))
    assert desk.commits() == before + 3
    assert desk.git("log", "-3", "--format=%s").splitlines() == [f"note {one}: 一" for one in reversed(cases)]
    assert desk.clean()
    assert desk.git("fsck", "--strict") == ""


def test_dry_run_records_nothing(desk: Desk, cases: list[str]) -> None:
    head = desk.head()
    done = desk("batch", "transfer", "--to", "urban-mgmt", "--route", "duty", "--dry-run", stdin=cases[0])
    assert done.out == f"would be recorded: transfer {cases[0]}: assigned\n"
    assert desk.head() == head
    assert desk.clean()


# -- rows at fault


FAULTS = {
    "{c},transfer,nowhere,duty,": (2, "there is no unit nowhere"),
    "{c},transfer,urban-mgmt,,": (2, "missing: --route"),
    "{c},trasnfer,urban-mgmt,duty,": (2, "Did you mean transfer"),
    "{c},,urban-mgmt,duty,": (2, "the row names no action"),
    ",transfer,urban-mgmt,duty,": (2, "the row names no case"),
    "20260302-000000,transfer,urban-mgmt,duty,": (2, "not a case id"),
    "ZZZZZZ,transfer,urban-mgmt,duty,": (2, "no case ends in ZZZZZZ"),
    "12345:B,transfer,urban-mgmt,duty,": (2, "no case came from 12345 with the number B"),
    "{c},transfer,urban-mgmt,duty,2026-03-02": (2, "is not a time"),
    "{c},transfer,urban-mgmt,duty,2199-03-02 09:00": (2, "lies in the future"),
    "{c},transfer,urban-mgmt,duty,2026-03-01 09:00": (3, "before the case was received"),
    "{c},approve,,,": (2, "missing: --publish"),
    "{c},note,urban-mgmt,,": (2, "note takes no to"),
    "{c},rate,,,": (2, "missing: --rating"),
    "{c},new,,,": (2, "no action on a case that is there"),
}


@pytest.mark.parametrize(("row", "fault"), FAULTS.items(), ids=range(len(FAULTS)))
def test_a_row_at_fault(desk: Desk, cases: list[str], row: str, fault: tuple[int, str]) -> None:
    file = table(desk, "f.csv", "case,action,to,route,at", row.format(c=cases[0]))
    head = desk.head()
    done = desk("batch", file, code=fault[0])
    assert f"{file}:2: " in done.err
    assert fault[1] in done.err
    assert desk.head() == head


def test_every_row_at_fault_is_told_and_nothing_recorded(desk: Desk, cases: list[str]) -> None:
    file = table(
        desk,
        "f.csv",
        "case,action,to,route,method,summary,as",
        f"{cases[0]},transfer,urban-mgmt,duty,,,",
        f"{cases[0]},transfer,urban-mgmt,duty,,,",  # the same row again: on record
        f"{cases[1]},contact,,,phone,x,urban-mgmt",  # 第十三条: not yet assigned
        f"{cases[2]},transfer,nowhere,duty,,,",
        f"{cases[2]},contact,,,phone,x,urban-mgmt",  # only for want of the row before
    )
    head, before = desk.head(), desk.file(cases[0]).read_bytes()
    done = desk("batch", file, code=3)  # the gravest code of the rows
    assert [line.split(": ")[0] for line in done.err.splitlines()[:3]] == [f"{file}:{line}" for line in (4, 5, 6)]
    assert "第十三条" in done.err
    assert "(line 5, of the same case, is at fault too)" in done.err
    assert "3 of 5 rows are at fault; nothing has been recorded." in done.err
    assert (desk.head(), desk.file(cases[0]).read_bytes()) == (head, before)
    assert desk.clean()


@pytest.mark.parametrize(
    ("row", "fault"),
    [("transfer,urban-mgmt,duty,yes", "takes no redact"), ("import,,,", "wz import FILE")],
    ids=["redact", "import"],
)
def test_what_no_row_may_ask(desk: Desk, cases: list[str], row: str, fault: str) -> None:
    """Only what an approval publishes is redacted; history comes in by `wz import`, never over a case that is there."""
    file = table(desk, "rows.csv", "case,action,to,route,redact", f"{cases[0]},{row}")
    assert fault in desk("batch", file, code=2).err
    assert "wz import FILE" in desk("batch", "import", file, code=2).err
    assert events(desk, cases[0]) == []


def test_headers_that_are_none(desk: Desk, cases: list[str]) -> None:
    file = table(desk, "f.csv", "case,action,to,rout,colour", f"{cases[0]},transfer,urban-mgmt,duty,x")
    done = desk("batch", file, code=2)
    assert "there is no column rout, colour" in done.err
    assert "Did you mean route?" in done.err
    assert "has no column `case`" in desk("batch", table(desk, "g.csv", "action,to", "note,x"), code=2).err
    file = table(desk, "f.csv", "case,action,to,route,colour", f"{cases[0]},transfer,urban-mgmt,duty,x")
    desk("batch", file, "--ignore", "colour")


def test_cells_that_a_spreadsheet_only_shows_are_told(desk: Desk, cases: list[str]) -> None:
    file = xlsx(desk, "rows.xlsx", ["case", "note", "text"], [cases[0], "=A1", "已催办"])
    assert "without a saved result are read as empty: B2." in desk("batch", "note", file).err


def test_two_columns_that_mean_the_same_lose_no_cell(desk: Desk, cases: list[str]) -> None:
    row = f"{cases[0]},17,transfer,urban-mgmt,,duty"
    file = table(desk, "f.csv", "case,编号,action,to,承办单位,route", row, f",{row.partition(',')[2]}")
    done = desk("batch", file, code=2)
    assert f"{file}:2: {cases[0]}: the columns case and 编号 mean the same" in done.err
    assert f"{file}:3: 17: no case ends in 17" in done.err
    file = table(desk, "g.csv", "case,编号,action,to,承办单位,route", f"{row[:-5]}education,duty")
    assert "the columns to and 承办单位 mean the same" in desk("batch", file, "--ignore", "编号", code=2).err
    desk("batch", table(desk, "h.csv", "case,编号,action,to,承办单位,route", row), "--ignore", "编号")


def test_a_row_without_case_is_named_by_its_line(desk: Desk) -> None:
    file = table(desk, "f.jsonl", '{"case": "X", "action": "note"}', "[]")
    assert f"{file}:2: it is no JSON object" in desk("batch", file, code=2).err


@pytest.mark.parametrize("kind", ["csv", "gb18030", "xlsx", "jsonl"])
def test_the_table_is_given_back_with_what_is_wrong(desk: Desk, cases: list[str], kind: str) -> None:
    """It can be mended and handed in as it is."""
    from wz.store.sheets import read_sheet

    rows = [["case", "action", "text", "as"], [cases[0], "note", "=1+1", None], [cases[1], "note", "乙", "无此单位"]]
    if kind == "xlsx":
        file = xlsx(desk, "f.xlsx", *rows)
    elif kind == "jsonl":
        file = table(desk, "f.jsonl", *(json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:]))
    else:
        encoding = "utf-8" if kind == "csv" else "gb18030"
        file = table(desk, "f.csv", *(",".join(one or "" for one in row) for row in rows), encoding=encoding)
    if kind == "xlsx":  # what is a formula to a spreadsheet has no value before the spreadsheet has worked it out
        file = xlsx(desk, "f.xlsx", rows[0], [cases[0], "note", "甲", None], rows[2])
    errors = file.with_name("errors" + file.suffix)
    desk("batch", file, "--errors", errors, code=2)
    sheet = read_sheet("errors", errors.read_bytes())
    assert sheet.kind == ("csv" if kind == "gb18030" else kind)
    assert sheet.encoding in (("gb18030",) if kind == "gb18030" else (None, "utf-8"))
    assert [row.values["case"] for row in sheet.rows] == cases[:2]
    assert not sheet.rows[0].values.get("问题")
    assert "无此单位" in str(sheet.rows[1].values["问题"])
    if kind in ("csv", "gb18030"):
        assert b",'=1+1," in errors.read_bytes()
        mended = errors.read_bytes().replace("note,乙,无此单位".encode(sheet.encoding), b"note,x,")
        errors.write_bytes(mended)
        desk("batch", errors)
        assert events(desk, cases[0])[0]["text"] == "=1+1"


def test_json(desk: Desk, cases: list[str], fits: Callable[[str, Any], None]) -> None:
    rows = f"case,text\n{cases[0]},一\n"
    good = json.loads(desk("batch", "note", "--format", "json", stdin=rows).out)
    fits("batch", good)
    assert good["rows"][0] | {"key": ""} == {
        "line": 2, "result": "recorded", "case": cases[0], "action": "note", "key": "", "place": 1,
        "at": good["rows"][0]["at"], "state": "registered", "commit": desk.head(), "article": None,
        "message": "", "cure": "",
    }  # fmt: skip
    again = json.loads(desk("batch", "note", "--format", "json", stdin=rows).out)
    fits("batch", again)
    assert again["totals"]["on-record"] == 1
    bad = json.loads(desk("batch", "send-back", "--reason", "x", "--format", "json", stdin=cases[0], code=3).out)
    fits("batch", bad)
    assert (bad["rows"][0]["result"], bad["rows"][0]["article"], bad["commits"]) == ("refused", "16", [])


# -- again


def test_the_same_file_again_does_nothing(desk: Desk, cases: list[str]) -> None:
    file = table(desk, "n.csv", "case,action,text", *(f"{one},note,来电" for one in cases))
    desk("batch", file)
    head = desk.head()
    again = desk("batch", file)
    assert desk.head() == head
    assert again.out.count("on record already (event 1, ") == 3
    assert "3 rows are on record already and have not been repeated" in again.err
    file.write_text(file.read_text("utf-8") + f"{cases[0]},note,又来电\n", "utf-8")
    desk("batch", file)
    assert [one["text"] for one in events(desk, cases[0])] == ["来电", "又来电"]
    desk("batch", file, "--again")
    assert [one["text"] for one in events(desk, cases[0])] == ["来电", "又来电"] * 2
    head = desk.head()
    desk("batch", file)
    assert desk.head() == head


def test_rows_alike_need_keys(desk: Desk, cases: list[str]) -> None:
    desk("batch", "note", "--text", "来电", stdin=f"case\n{cases[0]}\n{cases[0]}\n")
    assert len(events(desk, cases[0])) == 1
    rows = f"case,key\n{cases[1]},早\n{cases[1]},晚\n"
    desk("batch", "note", "--text", "来电", stdin=rows)
    assert [one["key"] for one in events(desk, cases[1])] == ["早", "晚"]
    done = desk("batch", "note", "--text", "别的", stdin=rows, code=2)
    assert "the key 早 is on record for something else" in done.err


def test_after_an_undo_the_rows_are_done_again(desk: Desk, cases: list[str]) -> None:
    rows = "\n".join(cases)
    transfer = ("batch", "transfer", "--to", "urban-mgmt", "--route", "duty")
    desk(*transfer, stdin=rows)
    desk("undo", "--reason", "转错")
    assert {one["state"] for one in desk.json("list")["cases"]} == {"registered"}
    desk(*transfer, stdin=rows)
    assert {one["state"] for one in desk.json("list")["cases"]} == {"assigned"}


def test_two_clones_ran_the_same_file(desk: Desk, cases: list[str], tmp_path: Path) -> None:
    """Merged by standing one after the other, the two tails count once, and a third run does nothing."""
    other = type(desk)(tmp_path / "clone", desk._run)
    subprocess.run(["git", "clone", "-q", str(desk.root), str(other.root)], check=True)
    transfer = ("batch", "transfer", "--to", "urban-mgmt", "--route", "duty")
    desk(*transfer, "--at", "2026-03-02 09:00", stdin=cases[0])
    other(*transfer, "--at", "2026-03-02 09:00", stdin=cases[0])
    ours, theirs = desk.file(cases[0]).read_bytes(), other.file(cases[0]).read_bytes()
    base = theirs.partition(b"events:\n")[0] + b"events:\n"
    desk.file(cases[0]).write_bytes(ours + theirs.removeprefix(base))
    desk.git("commit", "-qam", "merged")
    assert desk("validate").code == 0
    shown = desk.json("show", cases[0])
    assert [one["retracted"] for one in shown["events"]] == [False, True]
    assert shown["state"] == "assigned"
    assert "on record already" in desk(*transfer, "--at", "2026-03-02 09:00", stdin=cases[0]).out


# -- columns


def test_no_column_means_two_things() -> None:
    for action in ACTIONS.values():
        assert not set(columns_of(action)) & set(common_columns()), action.name


def test_what_a_single_action_would_say_is_said_once(
    desk: Desk, cases: list[str], fits: Callable[[str, Any], None]
) -> None:
    """A unit without a key gets the contact on paper: the clerk must know, and not a thousand times."""
    sealed = [desk.new("投诉", "2026-03-02 08:30", "--name", "样例", "--phone", "13800138000") for _each in range(3)]
    ids = "\n".join([cases[0], *sealed])
    command = ("batch", "transfer", "--to", "education", "--route", "duty", "-")
    told = desk.json(*command, "--dry-run", stdin=ids)
    fits("batch", told)
    assert [len(row.get("notes", [])) for row in told["rows"]] == [0, 1, 1, 1]
    done = desk(*command, stdin=ids)
    assert done.err.count("on the paper transfer slip") == 1
    assert "(3 times)" in done.err
