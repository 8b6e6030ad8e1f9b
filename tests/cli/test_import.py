"""wz import, typed for real against a real repository."""

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from wz.store.yamlfile import load

from .conftest import Desk

ANSWERED = "编号,用户,主题,时间,详情,承办单位,答复意见,答复时间,评价,联系电话\n"
ROWS = (
    '1,张某,路灯不亮,2025/3/4 9:05:00,"\t\t第一段_x000D_\n\t\t第二段",城管局,已修复。,'
    "2025/3/5 下午3:05,满意,13900000000\n"
    "2,李某,停车收费,2025/3/4,为何涨价,部门,已答复。,2025/3/6,,\n"
    "3,王某,广场舞扰民,2025-03-04 20:00,晚上太吵,外市公安局,,,,\n"
)


def put(folder: Path, text: str, name: str = "留言.csv", encoding: str = "gb18030") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def cases(desk: Desk) -> dict[str, Any]:
    found = [load(path.read_bytes()) for path in desk.root.glob("cases/*/*/*/*.yaml")]
    return {case["source"]["id"]: case for case in found}


def test_rows_become_history_and_open_cases_in_one_commit(desk: Desk, tmp_path: Path, fits: Any) -> None:
    before = desk.commits()
    done = desk.json("import", put(tmp_path, ANSWERED + ROWS), "--system", "旧平台")
    fits("import", done)
    assert done["counts"] == {
        "rows": 3, "registered": 1, "answered": 1, "closed": 1, "on_record": 0, "repeated": 0, "rejected": 0,
    }  # fmt: skip
    assert (done["encoding"], done["delimiter"]) == ("gb18030", ",")
    assert desk.commits() == before + 1
    assert desk.clean()
    found = cases(desk)
    lamp = found["1"]
    assert (lamp["title"], lamp["content"], lamp["received"]) == (
        "路灯不亮",
        "第一段\n第二段",
        "2025-03-04T09:05:00+08:00",
    )
    (event,) = lamp["events"]
    assert event["unit"] == "urban-mgmt"
    assert (event["answer"], event["answered_at"]) == ("已修复。", "2025-03-05T15:05:00+08:00")
    assert event["rating"] == "satisfied"
    assert "unit" not in found["2"]["events"][0]
    assert found["2"]["events"][0]["answered_at"] == "2025-03-06T23:59:59+08:00"
    assert not found["3"]["events"]
    assert "13900000000" not in desk.git("show", "HEAD")
    assert desk.json("petitioner", lamp["id"])["petitioner"]["phone"] == "13900000000"
    assert "张某" not in desk.git("show", "HEAD")
    assert desk.git("log", "-1", "--format=%(trailers:key=Wz-Case,valueonly)").split() == [
        one["case"] for one in done["imported"]
    ]
    desk("validate")


def test_a_second_import_does_nothing_and_tells_what_was_answered_since(desk: Desk, tmp_path: Path) -> None:
    file = put(tmp_path, ANSWERED + ROWS)
    desk("import", file, "--system", "旧平台")
    head = desk.head()
    again = desk.json("import", file, "--system", "旧平台")
    assert again["counts"]["on_record"] == 3
    assert again["commit"] is None
    assert desk.head() == head
    later = put(tmp_path, ANSWERED + "3,王某,广场舞扰民,2025-03-04 20:00,晚上太吵,公安局,已劝导,2025-03-09,,\n")
    known = desk.json("import", later, "--system", "旧平台")["known"]
    assert [one["answered_since"] for one in known] == [True]


def test_of_many_that_were_answered_since_the_rest_is_counted(desk: Desk, tmp_path: Path) -> None:
    asked = [f"{n}\t路灯{n}\t2025/3/4\t第{n}盏不亮\t" for n in range(12)]
    head = "编号\t主题\t时间\t内容\t答复\t答复时间\n"
    desk("import", put(tmp_path, head + "\n".join(f"{row}\t" for row in asked)), "--system", "甲")
    answered = "\n".join(f"{row}已修好\t2025/3/6" for row in asked)
    done = desk("import", put(tmp_path, head + answered), "--system", "甲")
    assert done.err.count("has an answer there") == 10
    assert "… and 2 more" in done.err


def test_the_columns_are_shown_before_and_a_dry_run_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    head = desk.head()
    done = desk("import", put(tmp_path, ANSWERED + ROWS), "--dry-run")
    assert "would be imported: 3 of 3 rows" in done.out
    assert "petitioner's telephone" in done.err or "phone" in done.err
    assert "13900000000" not in done.err
    assert "names no unit, only 部门" in done.err
    assert desk.head() == head
    assert desk.clean()


def test_a_key_that_everybody_has_is_told_before_thousands_are_sealed_to_it(desk: Desk, tmp_path: Path) -> None:
    file = put(tmp_path, ANSWERED + ROWS)
    assert "the sample's" in desk("import", file, "--dry-run").err
    assert "the sample's" not in desk("import", file, "--no-petitioners", "--dry-run").err


def test_rows_that_cannot_be_used_are_named_and_given_back(desk: Desk, tmp_path: Path) -> None:
    rows = (
        "4,,,2025/3/4,,,,,,\n5,,标题,昨天,内容,,,,,\n6,,标题,2025/3/4,内容,城管局,答复,2025/3/3,,\n"
        "7,,标题,2225/3/4,内容,,,,,\n8,,标题,2025/3/4,内容,,答复,2025/3/5,很好,\n9,,标题,2025/3/4,内容,,答复,,,\n"
        "1,张某,路灯不亮,2025/3/4,又来一次,,,,,\n10,,标题,2025/3/4,内容,,,,,,多余\n"
    )
    file = put(tmp_path, ANSWERED + ROWS + rows)
    back = tmp_path / "退回.csv"
    done = desk.json("import", file, "--errors", back, code=1)
    assert {one["line"]: one["reason"] for one in done["rejected"]}.keys() == {6, 7, 8, 9, 10, 11, 13}
    assert done["counts"]["repeated"] == 1
    assert sum(value for key, value in done["counts"].items() if key != "rows") == done["counts"]["rows"] == 11
    lines = back.read_text("gb18030").splitlines()
    assert len(lines) == 8
    assert lines[0].endswith(",原因")
    assert "昨天" in lines[2]
    assert "--value rating:很好=CODE" in lines[5]


def test_the_table_itself_is_not_overwritten_with_its_errors(desk: Desk, tmp_path: Path) -> None:
    file = put(tmp_path, ANSWERED + ROWS)
    before = file.read_bytes()
    assert "is the table itself" in desk("import", file, "--errors", file, "--dry-run", code=2).err
    assert file.read_bytes() == before


def test_a_dry_run_keeps_the_profile_that_the_next_run_needs(desk: Desk, tmp_path: Path) -> None:
    file, kept = put(tmp_path, ANSWERED + ROWS), tmp_path / "profile.yaml"
    desk("import", file, "--system", "旧平台", "--dry-run", "--save-profile", kept)
    desk("import", file, "--profile", kept)
    assert {one["source"]["system"] for one in cases(desk).values()} == {"旧平台"}


def test_values_maps_and_profiles(desk: Desk, tmp_path: Path) -> None:
    file = put(tmp_path, "编号\t简述\t时间\t来由\t类型\n1\t路灯\t2025/3/4\t不亮\t来信\n", encoding="utf-16")
    kept = tmp_path / "profile.yaml"
    more = ("--map", "标题=简述", "--map", "content=来由", "--value", "类别:来信=咨询", "--save-profile", kept)
    desk("import", file, "--system", "信箱", "--channel", "网站", *more)
    case = cases(desk)["1"]
    assert (case["title"], case["content"], case["category"], case["channel"]) == ("路灯", "不亮", "consult", "website")
    next_month = put(tmp_path, "编号,简述,时间,来由,类型\n2,修路,2025/4/4,坑洼,来信\n", "四月.csv", "utf-8-sig")
    desk("import", next_month, "--profile", kept)
    assert cases(desk)["2"]["category"] == "consult"
    assert cases(desk)["2"]["source"]["system"] == "信箱"


def test_questions_alone_become_open_cases_and_likely_duplicates_are_shown(desk: Desk, tmp_path: Path) -> None:
    text = "朝阳小区正门到公交站这一段大约两百米，路灯有两个星期不亮了，晚上黑得看不见路，老人孩子不安全。"
    desk("import", put(tmp_path, f"编号,主题,时间,内容\n1,路灯,2025/3/4,{text}\n"), "--system", "甲")
    there = desk.json("list")["cases"][0]["case"]
    again = put(tmp_path, f"编号,主题,时间,内容\n9,灯,2025/3/5,{text}请尽快。\n10,灯,2025/3/6,{text}\n")
    done = desk.json("import", again, "--system", "乙", "--map", "答复=")
    assert [(one["case"], one["likeness"]) for one in done["alike"]][1] == (there, 1.0)
    assert done["alike"][0]["likeness"] < 1
    assert {one["state"] for one in desk.json("list")["cases"]} == {"registered"}


def test_a_spreadsheet_with_dates_of_its_own(desk: Desk, tmp_path: Path) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    book.active.append(["留言编号", "留言主题", "留言时间", "留言详情"])
    book.active.append([12, "路灯", datetime(2025, 3, 4, 9, 5), "不亮"])
    book.active.append([13.0, "修路", "2025/3/4 9:05", "坑洼"])
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "留言.xlsx").write_bytes(out.getvalue())
    desk("import", tmp_path / "留言.xlsx")
    assert {key: case["received"] for key, case in cases(desk).items()} == {
        "12": "2025-03-04T09:05:00+08:00",
        "13": "2025-03-04T09:05:00+08:00",
    }


def test_rows_without_a_number_get_one_that_stays(desk: Desk) -> None:
    rows = "主题,时间,内容\n路灯,2025/3/4,不亮\n路灯,2025/3/4,不亮\n".encode()
    first = desk.json("import", "-", "--system", "纸质", stdin=rows)
    assert first["counts"]["repeated"] == 1
    assert first["known"][0]["same_as_line"] == 2
    assert desk.json("import", "-", "--system", "纸质", stdin=rows)["counts"]["on_record"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "标体=主题"), "there is no field 标体"),
        (("--map", "标题=主体"), "there is no column 主体"),
        (("--map", "标题"), "has no ="),
        (("--value", "类别:甲"), "is not FIELD:TEXT=CODE"),
        (("--value", "标题:甲=乙"), "title has no codes"),
        (("--category", "甲"), "there is no 甲"),
        (("--sheet", "甲"), "no sheets"),
        (("--profile", "没有.yaml"), "cannot read"),
        (("--map", "received="), "no column is known to be received"),
    ],
)
def test_what_was_typed_wrongly_is_said(desk: Desk, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = desk("import", put(tmp_path, ANSWERED + ROWS), *arguments, code=2)
    assert words in done.err
    assert desk.clean()


def test_other_faults_have_their_own_codes(desk: Desk, tmp_path: Path) -> None:
    assert "there is no such file" in desk("import", tmp_path / "没有.csv", code=2).err
    assert "which system" in desk("import", "-", code=2, stdin="主题,时间\n甲,2025/3/4\n").err
    file = put(tmp_path, ANSWERED + ROWS)
    desk("import", file)
    broken = next(desk.root.glob("cases/*/*/*/*.yaml"))
    broken.write_text("x: [", encoding="utf-8")
    assert broken.name in desk("import", file, code=4).err
    desk.git("config", "user.email", "li@urban-mgmt.example")
    desk.git("checkout", "-q", "--", ".")
    assert "import is not for urban-mgmt/li" in desk("import", file, code=3).err


def test_a_terminal_is_asked_and_can_say_no(office: Path, terminal: Any, tmp_path: Path) -> None:
    file = put(tmp_path, ANSWERED + ROWS)
    screen = terminal("import", file, cwd=office, answers=[("Record 3 cases?", "n\n")])
    assert screen.code == 130
    assert not list(office.glob("cases/*/*/*/*.yaml"))
    screen = terminal("import", file, cwd=office, answers=[("Record 3 cases?", "\n")])
    assert screen.code == 0
    assert len(list(office.glob("cases/*/*/*/*.yaml"))) == 3


def test_a_case_file_is_what_pyyaml_reads_too(desk: Desk, tmp_path: Path) -> None:
    desk("import", put(tmp_path, ANSWERED + ROWS))
    for path in desk.root.glob("cases/*/*/*/*.yaml"):
        assert json.dumps(yaml.safe_load(path.read_bytes()), default=str)


def test_whole_cases_come_back_with_their_ids_and_events(desk: Desk, reader: Desk, tmp_path: Path, fits: Any) -> None:
    from datetime import date

    from wz.model.instants import end_of_day
    from wz.office.exchange import lines
    from wz.store.registry import Registry

    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"\n".join(lines(Registry(reader.root), end_of_day(date(2026, 11, 20)), [])) + b"\n")
    done = desk.json("import", file)
    fits("import", done)
    assert len(done["written"]) == 54
    assert desk.clean()
    there, here = (one.json("check", "--as-of", "2026-11-20") for one in (reader, desk))
    assert (there["obligations"], there["totals"]) == (here["obligations"], here["totals"])
    assert "54 there already" in desk("import", file).out
    assert "means nothing" in desk("import", file, "--map", "标题=id", code=2).err
    lawless = json.loads(file.read_bytes().splitlines()[0])
    lawless["id"], lawless["events"] = "20261120-WN708S", [{"action": "send-back"}]
    bad = put(tmp_path, json.dumps(lawless) + "\n", "bad.jsonl", "utf-8")
    head = desk.head()
    assert "bad.jsonl:1:" in desk("import", bad, code=1).err
    assert desk.head() == head


def test_whole_cases_are_brought_in_by_whom_the_roles_allow(desk: Desk, reader: Desk, tmp_path: Path) -> None:
    file = put(tmp_path, reader("export", "--as-of", "2026-11-20").out, "cases.jsonl", "utf-8")
    desk.git("config", "user.email", "li@urban-mgmt.example")
    done = desk("import", file, code=3)
    assert done.err.startswith("error: 第五条: import is not for urban-mgmt/li (unit-handler)")
