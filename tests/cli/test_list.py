"""The filter language on the sample, as of the story's day; what fits was read off the story by hand."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

DAY = ("--as-of", "2026-11-20")
RED = {"EBX9R6", "YXJHQB", "7GR7G6"}
REFERRAL = {"0G4K2X", "NW4SZY"}
YELLOW = {"SX7PW9", "4PDSPM", "B6ERV9"}
BLUE = {"46AZ2B", "H360B9", "XX3DDP"}
DUE_TODAY = {"WPCN9F", "2FBBDA", "3RJ8R8"}


def ends(desk: Any, *terms: str, code: int = 0) -> set[str]:
    """The ends of the ids of the cases that fit."""
    lines = desk("list", *DAY, *terms, "--format", "ids", code=code).out.split()
    assert len(lines) == len(set(lines))
    return {line[-6:] for line in lines}


@pytest.mark.parametrize(
    ("terms", "fitting"),
    [
        (["level:red"], RED),
        (["level:红色"], RED),
        (["level:red,referral"], RED | REFERRAL),
        (["level>=red"], RED | REFERRAL),
        (["level>red"], REFERRAL),
        (["level>=蓝色"], RED | REFERRAL | YELLOW | BLUE),
        (["level<=blue", "level!=none"], BLUE),
        (["unit:urban-mgmt"], {"8Z5HZT", "W53NTT"}),
        (["unit:城管局"], {"8Z5HZT", "W53NTT"}),
        (["unit:城市管理局", "category:举报"], {"W53NTT"}),
        (["state:in-review"], {"3RJ8R8", "46AZ2B", "P07FEW"}),
        (["state:待审核,重办中"], {"3RJ8R8", "46AZ2B", "P07FEW", "4PDSPM", "HMJDZW"}),
        (["state:declined"], {"RHEZNQ", "14RN55"}),
        (["due<2026-11-13"], {"0G4K2X", "NW4SZY", "EBX9R6", "YXJHQB"}),
        (["due<=2026-11-13"], {"0G4K2X", "NW4SZY", "EBX9R6", "YXJHQB", "SX7PW9"}),
        (["due:2026-11-20"], DUE_TODAY),
        (["due:today"], DUE_TODAY),
        (["due>today", "due<=today+1wd", "level:none"], {"ARQEE8", "D50C80", "W84TR3"}),
        (["due>today", "due<=today+3", "level:none"], {"ARQEE8", "D50C80", "W84TR3"}),
        (["due<today-4wd"], {"0G4K2X", "NW4SZY", "EBX9R6", "YXJHQB", "SX7PW9"}),
        (["obligation:redo"], {"4PDSPM", "HMJDZW"}),
        (["obligation:受理决定"], {"P07FEW", "D50C80", "B6ERV9"}),
        (["waiting:transfer"], {"WN708S", "BFYPAE"}),
        (["waiting:延期申请"], {"WPCN9F"}),
        (["received>=2026-11-19"], {"8Z5HZT", "WN708S"}),
        (["received:2026-11-19"], {"8Z5HZT"}),
        (["rating:不满意"], {"4PDSPM"}),
        (["urgent:yes", "--all"], {"9TTAF3"}),
        (["tag:食品安全"], {"ZZYMN9"}),
        (["tag:食品安全", "--all"], {"ZZYMN9", "SV34VH"}),
        (["area:东溪镇"], {"NW4SZY", "46AZ2B"}),
        (["area:dongxi", "channel:网站", "category!=help"], {"NW4SZY"}),
        (["id:20261119-8Z5HZT"], {"8Z5HZT"}),
        (["title:桥"], {"0G4K2X"}),
        (["危桥"], set()),  # a tag is no text: tag:危桥
        (["tag:危桥"], {"0G4K2X"}),
        (["盲道全占"], {"8Z5HZT"}),
        (["category:投诉", "不存在的字"], set()),
        (["level:red or level:referral"], RED | REFERRAL),
        (["level:red", "or", "level:referral"], RED | REFERRAL),
        (["(level:red or level:referral) due<2026-11-08"], {"0G4K2X"}),
        (["level:red or level:referral due<2026-11-08"], RED | {"0G4K2X"}),  # and binds more closely than or
        (["level>=blue and not level>=yellow"], BLUE),
        (["not level:none and not (level:yellow or level:red or level:referral)"], BLUE),
        (["级别：红色，移交督查 且 非（单位：生态环境局 或 单位：双桥镇）"], (RED | REFERRAL) - {"EBX9R6", "0G4K2X"}),
        (["level >= red", "due < 2026-11-08"], {"0G4K2X"}),
        (["overdue>=9"], {"0G4K2X", "EBX9R6"}),
        (["overdue:6..9"], {"NW4SZY", "EBX9R6", "YXJHQB"}),
        (["left<-9 level!=none"], {"0G4K2X"}),
        (["left:0"], DUE_TODAY),
        (["received:2026-11-19..2026-11-20"], {"8Z5HZT", "WN708S"}),
        (["received:2026-10", "level:referral"], {"0G4K2X"}),
        (["waiting:any", "waited>=2"], {"JTXTXK", "8V8931", "ZHVN27", "46AZ2B", "Q6C0VJ", "R9AKTX"}),
        (["unit:none"], {"WN708S", "BFYPAE", "ZHVN27", "Q6C0VJ", "R9AKTX"}),
        (["id:WN708S,wn7o8s"], {"WN708S"}),
        (['title:"便民桥"'], {"0G4K2X"}),
        (["title=古亭村便民桥桥面破洞危及行人"], {"0G4K2X"}),
        (["title=桥"], set()),
        (["content:盲道全占"], {"8Z5HZT"}),
    ],
)
def test_filters(reader: Any, terms: list[str], fitting: set[str]) -> None:
    assert ends(reader, *terms) == fitting


def test_terms_are_taken_together(reader: Any) -> None:
    assert ends(reader, "category:complaint") & ends(reader, "level:red") == ends(
        reader, "category:complaint", "level:red"
    )
    assert ends(reader, "category!=complaint") | ends(reader, "category:complaint") == ends(reader)


def test_open_cases_alone_unless_asked(reader: Any) -> None:
    done = reader("list", *DAY)
    assert len(ends(reader)) == 31
    assert "23" in done.err
    assert "--all" in done.err
    assert len(ends(reader, "--all")) == 54
    assert len(ends(reader, "state:closed")) == 21
    assert ends(reader, "state:open") == ends(reader)


def test_as_of_an_earlier_day(reader: Any) -> None:
    """By the end of 2026-10-12 six petitions had been received; each as it then stood."""
    found = reader.json("list", "--as-of", "2026-10-12", "--all")["cases"]
    assert {one["case"][-6:]: one["state"] for one in found} == {
        "AH14SF": "assigned",
        "JXCRK0": "closed",
        "QDW9H2": "assigned",
        "SV34VH": "assigned",
        "RHEZNQ": "declined",
        "C3PTN5": "registered",
    }


def test_json_csv_and_ndjson_agree(reader: Any, fits: Callable[[str, Any], None]) -> None:
    found = reader.json("list", *DAY, "--all")
    fits("list", found)
    lines = reader("list", *DAY, "--all", "--format", "ndjson").out.splitlines()
    assert [json.loads(line) for line in lines] == found["cases"]
    rows = list(csv.DictReader(io.StringIO(reader("list", *DAY, "--all", "--format", "csv").out)))
    assert [(row["case"], row["title"], row["unit"], row["due"]) for row in rows] == [
        (one["case"], one["title"], one["unit"] or "", one["due"] or "") for one in found["cases"]
    ]
    tags = {row["case"]: row["tags"] for row in rows}
    assert tags["20261008-AH14SF"] == "夜市;油烟"


def test_the_table_names_things_for_people(reader: Any) -> None:
    lines = reader("list", *DAY, "level:red").out.splitlines()
    assert lines[2].split() == ["20261031-EBX9R6", "石材加工点粉尘污染周边住户", "complaint", "assigned", "ecology",
                                "2026-11-09", "red"]  # fmt: skip
    assert reader("list", *DAY, "没有这样的案件").out.strip() == "No case fits."


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("unti:x", ["unti", "unit"]),
        ("colour:red", ["colour", "level"]),
        ("level:green", ["green", "blue", "referral"]),
        ("category:投拆", ["投拆", "complaint"]),
        ("state:done", ["done", "closed"]),
        ("unit:nobody", ["nobody"]),
        ("unit<market", ["unit", "order"]),
        ("due<soon", ["soon", "2026-12-01"]),
        ("due<2026-02-30", ["2026-02-30"]),
        ("due<today+99999", ["today+99999"]),
        ("due>today-99999wd", ["today-99999wd"]),
        ("urgent:maybe", ["maybe", "yes"]),
    ],
)
def test_a_bad_term_is_explained(reader: Any, term: str, says: list[str]) -> None:
    done = reader("list", term, code=2)
    assert done.out == ""
    for text in says:
        assert text in done.err


def test_a_bad_query_is_pointed_at(reader: Any) -> None:
    done = reader("list", "路灯", "level:grene", code=2)
    assert done.err.splitlines() == [
        "error: level has no value grene",
        "  路灯 level:grene",
        "             ^^^^^",
        "Values are: none 无, blue 蓝色, yellow 黄色, red 红色, referral 移交督查.",
    ]


def columns(desk: Any, *arguments: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(desk("list", *DAY, *arguments, "--format", "csv").out)))


def test_columns_and_order(reader: Any, fits: Callable[[str, Any], None]) -> None:
    """By the due day of what falls due first, latest first; of equal ones the oldest case first."""
    rows = columns(reader, "level>=red", "--columns", "case,due,overdue_days", "--sort", "-due")
    assert [row[0][-6:] for row in rows[1:]] == ["7GR7G6", "YXJHQB", "NW4SZY", "EBX9R6", "0G4K2X"]
    assert rows[0] == ["case", "due", "overdue_days"]
    assert rows[-1] == ["20261028-0G4K2X", "2026-11-02", "14"]
    rows = columns(reader, "level>=yellow", "--columns", "level", "--sort", "level,-case")
    assert rows[1:] == [["yellow"]] * 3 + [["red"]] * 3 + [["referral"]] * 2
    found = reader.json("list", *DAY, "--all", "--columns", ",".join(_all_columns()))
    fits("list", found)
    assert list(found["cases"][0]) == _all_columns()
    ids = reader("list", *DAY, "level>=red", "--sort", "due", "--format", "ids").out.split()
    assert ids[0] == "20261028-0G4K2X"


def _all_columns() -> list[str]:
    from wz.office.columns import ALL

    return list(ALL)


def test_what_has_no_value_comes_last(reader: Any) -> None:
    for sign in ("", "-"):
        dues = [row[0] for row in columns(reader, "--columns", "due", "--sort", sign + "due")[1:]]
        assert dues[-1] == ""
        known = [due for due in dues if due]
        assert known == sorted(known, reverse=bool(sign))


def test_groups(reader: Any, fits: Callable[[str, Any], None]) -> None:
    found = reader.json("list", *DAY, "level>=blue", "--group-by", "level")
    fits("groups", found)
    assert {one["level"]: one["count"] for one in found["groups"]} == {
        "red": 3, "yellow": 3, "blue": 3, "referral": 2}  # fmt: skip
    assert found["total"] == 11
    months = columns(reader, "--all", "--group-by", "received.month", "--sort", "received.month")
    assert months == [["received.month", "count"], ["2026-10", months[1][1]], ["2026-11", months[2][1]]]
    assert int(months[1][1]) + int(months[2][1]) == 54
    both = columns(reader, "level>=red", "--group-by", "level,unit", "--sort", "-count,unit")
    assert len(both) == 6
    shown = reader("list", *DAY, "level>=blue", "--group-by", "level").out.splitlines()
    assert shown[0].split() == ["Level", "Count"]
    assert shown[-1] == "11 cases"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--columns", "case,titel"], ["titel", "title"]),
        (["--columns", ""], ["no column"]),
        (["--sort", "-colour"], ["colour", "received"]),
        (["--group-by", "titel"], ["titel", "title"]),
        (["--group-by", "unit.month"], ["unit.month", "received.month"]),
        (["--group-by", "received.moon"], ["received.moon", "month"]),
        (["--group-by", "unit", "--format", "ids"], ["--group-by"]),
        (["--group-by", "unit", "--columns", "case"], ["--group-by"]),
        (["--group-by", "unit", "--sort", "due"], ["due", "count"]),
    ],
)
def test_bad_columns_are_explained(reader: Any, arguments: list[str], says: list[str]) -> None:
    done = reader("list", *arguments, code=2)
    assert done.out == ""
    for text in says:
        assert text in done.err


def test_a_bad_file_is_told_and_hides_no_other(story_desk: Any) -> None:
    story_desk.file("20261120-WN708S").write_text("- not a case\n", "utf-8")
    done = story_desk("list", *DAY, "level:red", code=4)
    assert "WN708S.yaml:1" in done.err
    assert "EBX9R6" in done.out
    assert len(story_desk.json("list", *DAY, code=4)["problems"]) == 1


def test_a_spreadsheet_runs_no_formula(desk: Any) -> None:
    desk("new", "--category", "咨询", "--channel", "网站", "--title", "=HYPERLINK(1)", "--content", "x",
         "--received", "2026-03-02 08:30")  # fmt: skip
    row = next(csv.DictReader(io.StringIO(desk("list", "--format", "csv").out)))
    assert row["title"] == "'=HYPERLINK(1)"
