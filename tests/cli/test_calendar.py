"""Working days with their reasons; a published year pinned, every byte before it kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

BARE = "# 本单位的日历\nformat: 1\n"


@pytest.fixture
def bare(desk: Any) -> Any:
    """A registry whose calendar.yaml pins nothing."""
    (desk.root / "calendar.yaml").write_text(BARE, "utf-8")
    desk.git("commit", "-qam", "calendar: nothing pinned")
    return desk


def test_a_month(reader: Any, fits: Callable[[str, Any], None]) -> None:
    """October 2026: 7 days of National Day, a Saturday worked."""
    found = reader.json("calendar", "2026-10")
    fits("days", found)
    kinds = {day["date"][8:]: day["kind"] for day in found["days"]}
    assert len(kinds) == 31
    assert {day for day, kind in kinds.items() if kind == "holiday"} == {"01", "02", "03", "05", "06", "07"}
    assert {day for day, kind in kinds.items() if kind == "make-up"} == {"10"}
    assert kinds["04"] == "weekend"
    assert sum(day["working"] for day in found["days"]) == 18
    assert (found["published"], found["provisional"], found["month"]) == (True, False, 10)
    text = reader("calendar", "2026-10").out
    rows = [line.split() for line in text.splitlines()]
    assert ["2026-10-10", "Sat", "make-up", "国庆节调休上班"] in rows
    assert ["2026-10-06", "Tue", "holiday", "国庆节（与9月20日调休）"] in rows
    assert "18 working days" in text
    assert "国务院办公厅关于2026年部分节假日安排的通知" in text


def test_a_year(reader: Any, fits: Callable[[str, Any], None]) -> None:
    """A year's table holds the days that are not as their weekday says."""
    import chinese_calendar

    found = reader.json("calendar", "2026")
    fits("days", found)
    assert len(found["days"]) == 365
    assert [day["date"] for day in found["days"] if day["working"] != chinese_calendar.is_workday(
        date.fromisoformat(day["date"]))] == []  # fmt: skip
    text = reader("calendar", "2026").out
    assert "2026-02-14" in text
    assert "2026-03-10" not in text


def test_a_year_without_a_notice_is_provisional(reader: Any) -> None:
    assert reader.json("calendar", "2028")["provisional"] is True
    assert "PROVISIONAL" in reader("calendar", "2028-01").out
    assert "PROVISIONAL" not in reader("calendar", "2025").out


def test_this_month_without_a_period(reader: Any) -> None:
    found = reader.json("calendar")
    assert len(found["days"]) in (28, 29, 30, 31)
    assert reader.json("calendar", "show")["month"] == found["month"]


def test_in_chinese(wz: Any, told: Any) -> None:
    out = wz("calendar", "2026-10", cwd=told, env={"WZ_LANG": "zh_CN"}).out
    assert ["2026-10-10", "周六", "调休上班", "国庆节调休上班"] in [line.split() for line in out.splitlines()]
    assert "Sat" not in out


@pytest.mark.parametrize(
    "period", ["2026-13", "2026-9", "26", "x", "2026-10-01", "0", "1899", "2100", "9999-12", "９999"]
)
def test_what_is_no_period(reader: Any, period: str) -> None:
    assert period in reader("calendar", period, code=2).err


def test_local_days(desk: Any) -> None:
    (desk.root / "calendar.yaml").write_text(
        'format: 1\nclosed:\n  - {date: "2026-03-03", reason: 停电检修, source: 通知}\n'
        'open:\n  - {date: "2026-03-07", reason: 集中办公}\n',
        "utf-8",
    )
    kinds = {
        day["date"]: (day["kind"], day["working"], day["reason"]) for day in desk.json("calendar", "2026-03")["days"]
    }
    assert kinds["2026-03-03"] == ("closed", False, "停电检修")
    assert kinds["2026-03-07"] == ("open", True, "集中办公")


# -- pinning


def test_pin_keeps_every_byte_before_it(bare: Any) -> None:
    head = bare.head()
    done = bare("calendar", "pin", "2026")
    after = (bare.root / "calendar.yaml").read_text("utf-8")
    assert after == BARE + "years:\n" + done.out
    assert bare.git("rev-list", "--parents", "-1", "HEAD").split()[1:] == [head]
    assert bare.git("log", "-1", "--format=%s") == "calendar: pin 2026"
    assert bare.git("log", "-1", "--format=%(trailers:only,unfold)").splitlines() == [
        "Wz-Action: calendar-pin",
        "Wz-Actor: office/zhang",
    ]
    assert bare.clean()
    assert bare("validate").out == ""


def test_a_pinned_year_reads_as_the_published_one(bare: Any) -> None:
    before = [(day["date"], day["working"]) for day in bare.json("calendar", "2024")["days"]]
    bare("calendar", "pin", "2024")
    after = bare.json("calendar", "2024")
    assert [(day["date"], day["working"]) for day in after["days"]] == before
    assert after["published"]
    assert sum(working for _day, working in before) == 251


def test_a_second_year_goes_behind_the_first(bare: Any) -> None:
    bare("calendar", "pin", "2026")
    first = (bare.root / "calendar.yaml").read_bytes()
    bare("calendar", "pin", "2025")
    second = (bare.root / "calendar.yaml").read_bytes()
    assert second.startswith(first)
    assert bare.json("calendar", "2025")["published"]
    assert bare.json("calendar", "2026")["published"]


def test_what_stands_behind_the_years_stays_behind_them(bare: Any) -> None:
    bare("calendar", "pin", "2026")
    path = bare.root / "calendar.yaml"
    tail = '\n# 本地安排\nclosed:\n  - {date: "2026-03-03", reason: 停电检修}  # 供电局通知\n'
    path.write_text(path.read_text("utf-8") + tail, "utf-8")
    bare.git("commit", "-qam", "local")
    before = path.read_text("utf-8")
    added = bare("calendar", "pin", "2025").out
    after = path.read_text("utf-8")
    assert after.replace(added, "", 1) == before
    assert after.endswith(tail)
    assert bare.json("calendar", "2026-03")["days"][2]["reason"] == "停电检修"


@pytest.mark.parametrize("ending", ["", "\n\n", "\n# 末尾的说明\n", "\nyears:\n", "\nyears: {}\n"])
def test_odd_endings(bare: Any, ending: str) -> None:
    """No line end at the end, blank lines, a comment, `years:` empty: pinned all the same, or refused with a cure."""
    path = bare.root / "calendar.yaml"
    path.write_text(BARE.rstrip("\n") + ending, "utf-8")
    bare.git("commit", "-qam", "odd", "--allow-empty")
    before = path.read_text("utf-8")
    done = bare._run("calendar", "pin", "2026", cwd=bare.root)
    if done.code == 0:
        assert path.read_text("utf-8").startswith(before.rstrip("\n"))
        assert bare.json("calendar", "2026")["source"].startswith("国务院办公厅")
        assert bare("validate").out == ""
    else:
        assert (done.code, path.read_text("utf-8")) == (2, before)
        assert "--dry-run" in done.err
    assert bare.clean()


def test_dry_run(bare: Any) -> None:
    head = bare.head()
    assert "'2026-10-10'" in bare("calendar", "pin", "2026", "--dry-run").out
    assert (bare.head(), (bare.root / "calendar.yaml").read_text("utf-8")) == (head, BARE)


@pytest.mark.parametrize(
    ("year", "code", "says"),
    [("2026", 2, ["2026", "already"]), ("2090", 2, ["2090", "holidays"]), ("1999", 2, ["1999"]), ("x", 2, ["x"])],
)
def test_what_cannot_be_pinned(desk: Any, year: str, code: int, says: list[str]) -> None:
    before, head = (desk.root / "calendar.yaml").read_bytes(), desk.head()
    done = desk("calendar", "pin", year, code=code)
    for text in says:
        assert text in done.err
    assert ((desk.root / "calendar.yaml").read_bytes(), desk.head(), done.out) == (before, head, "")


@pytest.mark.parametrize("text", ["format: 1\nformat: 1\n", "- 1\n", "a: [", ""])
def test_a_calendar_that_cannot_be_read(bare: Any, text: str) -> None:
    (bare.root / "calendar.yaml").write_text(text, "utf-8")
    bare.git("commit", "-qam", "broken")
    assert "calendar.yaml:" in bare("calendar", "pin", "2026", code=4).err
    assert bare.clean()


def test_a_unit_pins_nothing(bare: Any) -> None:
    env = {f"GIT_{who}_EMAIL": "li@urban-mgmt.example" for who in ("AUTHOR", "COMMITTER")}
    assert "urban-mgmt/li" in bare("calendar", "pin", "2026", code=3, env=env).err


def test_a_change_that_is_not_committed_is_not_swept_along(bare: Any) -> None:
    (bare.root / "calendar.yaml").write_text(BARE + "# 未提交\n", "utf-8")
    assert "calendar.yaml" in bare("calendar", "pin", "2026", code=5).err
    assert (bare.root / "calendar.yaml").read_text("utf-8") == BARE + "# 未提交\n"
