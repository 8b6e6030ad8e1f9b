"""Cases leave for spreadsheets, calendars, data frames and the public, and nothing leaves that must not."""

import csv
import io
import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

DAY = ("--as-of", "2026-11-20")
SECRET = "住在人民路12号的老李"


def exported(desk: Any, *arguments: str, **more: Any) -> str:
    return str(desk("export", *arguments, **more).out)


def table(desk: Any, *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(desk, "--format", "csv", *arguments))))


# -- sheets


def test_the_columns_are_those_declared(reader: Any) -> None:
    schema = json.loads((Path(__file__).parents[2] / "schemas/export.schema.json").read_text("utf-8"))
    rows = table(reader, *DAY)
    assert list(rows[0]) == list(schema["properties"])
    assert len(rows) == 54  # ended ones too
    assert len(table(reader, *DAY, "state:open")) == 31
    named = table(reader, *DAY, "id:8Z5HZT", "--columns", "case,due,unit")
    assert named == [{"case": "20261119-8Z5HZT", "due": "2026-11-24", "unit": "urban-mgmt"}]


def test_values_fit_the_schema(told: Path, fits: Callable[[str, Any], None]) -> None:
    from wz.model.instants import end_of_day
    from wz.office.records import COLUMNS, records, values
    from wz.office.tables import EVERYTHING
    from wz.store.registry import Registry

    for record in records(Registry(told), EVERYTHING, end_of_day(date(2026, 11, 20)), []):
        row = dict(zip(COLUMNS, values(record, COLUMNS), strict=True))
        fits("export", json.loads(json.dumps(row, default=lambda one: one.isoformat())))


def test_csv_for_excel(desk: Any, tmp_path: Path) -> None:
    """A byte-order mark and CR LF when asked for; a cell that a spreadsheet would run is a text."""
    for start in ("=", "+", "-", "@", "＝", "＋"):
        desk("new", "--category", "咨询", "--channel", "网站", "--title", f"{start}cmd|x", "--content", f"{start}1+1",
             "--received", "2026-03-02 08:30", "--tag", f"{start}a")  # fmt: skip
    file = tmp_path / "a.csv"
    assert "6 cases" in desk("export", "--bom", "-o", file).err
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfcase,")
    assert data.count(b"\r\n") == 7
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        assert row["title"].startswith("'")
        assert row["content"].startswith("'")
        assert row["tags"].startswith("'")
    assert exported(desk, "--format", "csv").startswith("case,")


def test_xlsx_has_real_days_and_numbers_and_no_formula(desk: Any, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    case = desk.new("投诉", "2026-03-02 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00:05")
    title, content = '=HYPERLINK("http://x")', "_x000D_#N/A" + "长" * 40_000
    (tmp_path / "content.txt").write_text(content, "utf-8")
    desk("new", "--category", "咨询", "--channel", "网站", "--title", title, "--content-file", tmp_path / "content.txt",
         "--received", "2026-03-03 08:31")  # fmt: skip
    done = desk("export", "-o", tmp_path / "a.xlsx", "--as-of", "2026-03-04")
    assert "1 text was cut at 32767" in done.err
    sheet = load_workbook(tmp_path / "a.xlsx").active
    heads = [cell.value for cell in sheet[1]]
    first, second = (dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:{sheet.cell(3, len(heads)).coordinate}")
    assert first["received"].value == datetime(2026, 3, 2, 8, 30)
    assert first["transferred"].value == datetime(2026, 3, 2, 9, 0, 5)
    assert first["due"].value.date() == date(2026, 3, 4)  # contact, two working days after the transfer
    assert (first["due"].number_format, first["received"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
    assert (first["days_left"].value, first["days_left"].data_type) == (0, "n")
    assert (second["title"].value, second["title"].data_type) == (title, "s")
    assert second["content"].value.startswith("_x005F_x000D_#N/A长")
    assert len(second["content"].value) == 32_767


def test_more_rows_than_excel_takes(reader: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wz.render.xlsx.MOST_ROWS", 51)
    assert "at most 51 rows" in reader("export", "-o", tmp_path / "a.xlsx", code=2).err
    assert list(tmp_path.iterdir()) == []


def test_labels_are_for_people(reader: Any) -> None:
    row = table(reader, *DAY, "id:8Z5HZT", "--labels", "--columns", "case,category,unit,urgent,owes")[0]
    assert row == {"Case": "20261119-8Z5HZT", "Category": "complaint", "Unit": "urban-mgmt", "Urgent": "no",
                   "Owes": "contact;completion"}  # fmt: skip


def test_labels_in_chinese(wz: Any, told: Path) -> None:
    done = wz("export", "id:8Z5HZT", *DAY, "--format", "csv", "--labels", "--columns", "case,category,unit,owes,route",
              cwd=told, env={"WZ_LANG": "zh_CN"})  # fmt: skip
    assert done.out.splitlines()[1] == "20261119-8Z5HZT,投诉,城市管理局,沟通;办结,部门"


def test_parquet_is_typed(reader: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    reader("export", *DAY, "-o", tmp_path / "a.parquet")
    read = pq.read_table(tmp_path / "a.parquet")
    rows = read.to_pylist()
    assert len(rows) == 54
    row = next(row for row in rows if row["case"] == "20261119-8Z5HZT")
    assert row["due"] == date(2026, 11, 24)
    assert row["received"].isoformat() == "2026-11-19T21:16:38+08:00"
    assert (row["tags"], row["urgent"], row["rating"]) == (["共享单车"], False, None)


def test_without_pyarrow_it_says_what_to_install(reader: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"before")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install pyarrow" in reader("export", "-o", tmp_path / "a.parquet", code=2).err
    assert [(one.name, one.read_bytes()) for one in tmp_path.glob("*.parquet*")] == [("a.parquet", b"before")]
    assert not list(tmp_path.glob(".*"))


# -- calendars


def calendar(desk: Any, *arguments: str) -> dict[str, Any]:
    from icalendar import Calendar

    read = Calendar.from_ical(exported(desk, "--format", "ics", *arguments))
    events = {str(event["UID"]): event for event in read.walk("VEVENT")}
    assert len(events) == len(read.walk("VEVENT"))
    return events


def test_deadlines_of_the_sample(reader: Any) -> None:
    """As `check` has them: 27 open obligations; WPCN9F's is the story's day itself."""
    events = calendar(reader, *DAY)
    assert len(events) == 27
    due = {str(event["SUMMARY"])[-6:]: event["DTSTART"].dt for event in events.values()}
    assert due["WPCN9F"] == date(2026, 11, 20)
    assert len(calendar(reader, *DAY, "unit:urban-mgmt")) == len(
        reader.json("check", *DAY, "--unit", "urban-mgmt")["obligations"]
    )


def test_a_deadline_keeps_its_uid_when_it_moves(desk: Any) -> None:
    """Transferred on Friday 2026-02-06: contact by Tuesday, completion by Friday 13. Two more working days are granted:
    Saturday 14, made up for the Spring Festival, and Tuesday 24, the first after it."""
    case = desk.new("投诉", "2026-02-06 08:30")
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-02-06 09:00")
    before = calendar(desk, "--as-of", "2026-02-09")
    assert {event["DTSTART"].dt for event in before.values()} == {date(2026, 2, 10), date(2026, 2, 13)}
    uid = next(uid for uid, event in before.items() if "completion" in event["SUMMARY"])
    assert before[uid]["DTEND"].dt == date(2026, 2, 14)
    assert before[uid]["SEQUENCE"] == 0
    # At nine on the working day before, and at nine on the day.
    assert [alarm["TRIGGER"].dt for alarm in before[uid].walk("VALARM")] == [timedelta(hours=-15), timedelta(hours=9)]
    desk("extend", "request", case, "--as", "urban-mgmt", "--days", "2", "--reason", "缺件", "--at", "2026-02-10 09:00")
    desk("extend", "grant", case, "--days", "2", "--informed", "已告知", "--at", "2026-02-10 10:00")
    after = calendar(desk, "--as-of", "2026-02-24")
    assert after[uid]["DTSTART"].dt == date(2026, 2, 24)
    assert after[uid]["SEQUENCE"] == 2
    # The working day before is Saturday 14, ten days earlier.
    assert after[uid].walk("VALARM")[0]["TRIGGER"].dt == timedelta(days=-10, hours=9)
    late = calendar(desk, "--as-of", "2026-02-25")
    assert not late[uid].walk("VALARM")
    assert str(late[uid]["SUMMARY"]).startswith("OVERDUE completion urban-mgmt")


# -- the public


def test_open311_has_published_answers_alone(story_desk: Any, fits: Callable[[str, Any], None]) -> None:
    found = json.loads(exported(story_desk, "--format", "open311", *DAY))
    fits("open311", found)
    published = {row["case"] for row in table(story_desk, *DAY) if row["published"] == "yes"}
    assert published
    assert {one["service_request_id"] for one in found} == published
    done = story_desk("export", "--format", "open311", "state:in-review", *DAY)
    assert done.out == "[]\n"
    assert "3 cases are left out" in done.err


def test_an_answer_not_yet_approved_does_not_leave(desk: Any) -> None:
    """Published, rated badly, answered anew: until the second answer is approved too, the public reads the first."""
    case = desk.new("咨询", "2026-03-02 08:30")
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")

    def hand_in(answer: str, day: int) -> None:
        at = f"2026-03-{day:02}"
        ground = ("--redo-ground", "18(1)") if day > 3 else ()
        desk("reply", case, "--as", "urban-mgmt", "--handled-on", at, "--handler", "所", "--result", "x",
             "--answer", answer, "--legal-basis", "条例", "--informed", "电话", "--oa-number", "1",
             "--oa-signed-by", "周", "--oa-signed-at", f"{at} 09:00", "--at", f"{at} 10:00", *ground)  # fmt: skip

    def public() -> list[tuple[str, str]]:
        found = json.loads(exported(desk, "--format", "open311", "--as-of", "2026-03-08"))
        return [(one["status"], one["status_notes"]) for one in found]

    hand_in("第一次答复", 3)
    assert public() == []
    desk("approve", case, "--publish", "--at", "2026-03-03 11:00")
    assert public() == [("closed", "第一次答复")]
    desk("rate", case, "--rating", "不满意", "--at", "2026-03-04 09:00")
    assert public() == [("open", "第一次答复")]
    hand_in("第二次答复", 5)
    assert public() == [("open", "第一次答复")]
    desk("send-back", case, "--reason", "不够", "--at", "2026-03-05 11:00")
    assert public() == [("open", "第一次答复")]
    hand_in("第三次答复", 6)
    desk("approve", case, "--publish", "--at", "2026-03-06 11:00")
    assert public() == [("closed", "第三次答复")]


def test_the_public_reads_the_redacted_texts(desk: Any) -> None:
    """第二十条: as redacted by the approval; left out whole once a correction brings personal data in."""
    case = desk(
        *("new", "--category", "咨询", "--channel", "网站", "--title", "路灯不亮", "--content", "请致电13800138000"),
        *("--received", "2026-03-02 08:30", "--format", "id"),
    ).out.strip()
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    desk("reply", case, "--as", "urban-mgmt", "--handled-on", "2026-03-02", "--handler", "所", "--result", "x",
         "--answer", "已致电13800138000", "--legal-basis", "条例", "--informed", "电话", "--oa-number", "1",
         "--oa-signed-by", "周", "--oa-signed-at", "2026-03-02 10:00", "--at", "2026-03-02 11:00")  # fmt: skip
    desk("approve", case, "--publish", "--redact", "--at", "2026-03-02 12:00")
    (one,) = json.loads(exported(desk, "--format", "open311", "--as-of", "2026-03-08"))
    assert one["description"] == "路灯不亮\n\n请致电〔手机号码已隐去〕"
    assert one["status_notes"] == "已致电〔手机号码已隐去〕"
    desk(
        *("correct", case, "--field", "title", "--value", "13900139000路灯不亮"),
        *("--reason", "更正", "--at", "2026-03-03 09:00"),
    )
    done = desk("export", "--format", "open311", "--as-of", "2026-03-08")
    assert done.out == "[]\n"
    assert "1 case is left out" in done.err


# -- a unit's eyes (第十九条)


@pytest.fixture
def accused(desk: Any, begun: Callable[..., None]) -> Any:
    """Three cases with urban-mgmt: one complains of it, one of somebody else, one of a person of it; and another's."""
    begun(_accuse)
    return desk


def _accuse(desk: Any) -> None:
    for about, to in (
        ("城管局", "urban-mgmt"),
        ("某饭店", "urban-mgmt"),
        ("城管局执法队员", "urban-mgmt"),
        ("", "market"),
    ):
        given = ("--about", about) if about else ()
        desk("new", "--category", "投诉", "--channel", "网站", "--title", SECRET, "--content", SECRET, "--tag", SECRET,
             "--source", f"12345:{SECRET}", "--received", "2026-03-02 08:30", *given)  # fmt: skip
        case = max(desk("list", "unit:none", "--format", "ids").out.split())
        desk("transfer", case, "--to", to, "--route", "duty", "--at", "2026-03-02 09:00", "--note", SECRET)


@pytest.mark.parametrize("form", ["csv", "jsonl", "ics"])
def test_nothing_of_the_petitioner_goes_to_whom_is_complained_of(accused: Any, form: str) -> None:
    of_others = accused("list", "about:某饭店", "--format", "ids").out.strip()
    shielded = [
        "id:" + one for one in accused("list", "unit:urban-mgmt", "about!=某饭店", "--format", "ids").out.split()
    ]
    assert len(shielded) == 2
    given = ("--for", "城管局", "--format", form, "--as-of", "2026-03-03")
    assert SECRET in exported(accused, *given, "id:" + of_others)
    for case in shielded:
        found = exported(accused, *given, case)
        assert case.partition("-")[2] in found
        assert SECRET[:2] not in found
    everything = exported(accused, *given)
    assert "market" not in everything


def test_a_shielded_case_is_not_found_by_its_texts(accused: Any) -> None:
    for asked in (SECRET, f"title:{SECRET}", f"tag:{SECRET}", "about:城管局", f"not content:{SECRET}"):
        rows = table(accused, "--for", "urban-mgmt", asked)
        assert {row["shielded"] for row in rows} <= {"no"}
    assert len(table(accused, "--for", "urban-mgmt", "unit:urban-mgmt")) == 3
    assert table(accused, "--for", "urban-mgmt", "unit:market") == []


def test_shielded_lines_fit_their_schema_and_cannot_come_back(accused: Any, office: Path) -> None:
    from wz.cli.context import now
    from wz.office.exchange import case_text
    from wz.store.registry import Registry

    registry = Registry(office)
    lines = exported(accused, "--for", "urban-mgmt").splitlines()
    shielded = [line for line in lines if json.loads(line).get("shielded")]
    assert len(shielded) == 2
    for line in shielded:
        assert exchange_accepts(json.loads(line))
        problems = case_text(line, registry.law, registry.directory, now())
        assert isinstance(problems, list)
        assert problems[0].article == "19"


def exchange_accepts(data: Any) -> bool:
    from jsonschema import Draft202012Validator
    from referencing import Registry as Schemas
    from referencing import Resource

    folder = Path(__file__).parents[2] / "schemas"
    exchange, case = (json.loads((folder / f"{name}.schema.json").read_text("utf-8")) for name in ("exchange", "case"))
    known = Schemas().with_resource(case["$id"], Resource.from_contents(case))
    return Draft202012Validator(exchange, registry=known).is_valid(data)


# -- files and faults


def test_a_file_is_there_whole_or_as_it_was(reader: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("before", "utf-8")
    reader("export", "level:grene", "-o", file, code=2)
    assert file.read_text("utf-8") == "before"
    reader("export", *DAY, "-o", file)
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) == 54
    assert all(exchange_accepts(json.loads(line)) for line in lines)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert "cannot write" in reader("export", "-o", tmp_path / "no" / "a.jsonl", code=4).err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_what_is_no_file_is_not_replaced(reader: Any, tmp_path: Path) -> None:
    """A device or a pipe is written to, a link stays one."""
    pipe, link = tmp_path / "pipe.csv", tmp_path / "link.csv"
    os.mkfifo(pipe)
    read: list[str] = []
    taker = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    taker.start()
    reader("export", *DAY, "-o", pipe)
    taker.join(10)
    assert read[0].startswith("case,")
    assert pipe.is_fifo()
    link.symlink_to(tmp_path / "real.csv")
    reader("export", *DAY, "-o", link)
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_text("utf-8") == read[0]


def test_a_file_that_cannot_be_read_is_told(story_desk: Any, tmp_path: Path) -> None:
    story_desk.file("20261120-WN708S").write_text("- not a case\n", "utf-8")
    done = story_desk("export", *DAY, "-o", tmp_path / "a.csv", code=4)
    assert "WN708S.yaml:1" in done.err
    assert "not in the export" in done.err
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8"))))) == 53


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "x.doc"], ["x.doc", "--format", "xlsx"]),
        (["-o", "x.jsonl", "--columns", "case"], ["--columns", "jsonl", "csv"]),
        (["--format", "parquet", "--labels"], ["--labels", "parquet"]),
        (["-o", "x.xlsx", "--bom"], ["--bom", "xlsx"]),
        (["--format", "csv", "--columns", "titel"], ["titel", "title"]),
        (["--for", "nobody"], ["nobody"]),
    ],
)
def test_what_has_no_meaning_is_refused(reader: Any, arguments: list[str], says: list[str]) -> None:
    done = reader("export", *arguments, code=2)
    for text in says:
        assert text in done.err
