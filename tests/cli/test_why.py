"""How a deadline came about: every day counted, skipped or overdue, with its reason."""

from collections.abc import Callable
from typing import Any

DAY = ("--as-of", "2026-11-20")


def owed(why: Any, kind: str) -> Any:
    return next(one for one in why["obligations"] if one["obligation"] == kind)


def test_a_make_up_saturday_counts(reader: Any, fits: Callable[[str, Any], None]) -> None:
    """Transferred on Friday 2026-10-09: the Saturday after it is worked for National Day, the Sunday is not."""
    why = reader.json("why", "AH14SF", *DAY)
    fits("why", why)
    contact = owed(why, "contact")
    assert [(day["date"], day["n"]) for day in contact["counted"]] == [("2026-10-10", 1), ("2026-10-12", 2)]
    assert "国庆节调休上班" in contact["counted"][0]["why"]
    assert [day["date"] for day in contact["skipped"]] == ["2026-10-11"]
    completion = owed(why, "completion")
    assert (completion["days"], completion["due"], completion["article"]) == (5, "2026-10-15", "13(2)")
    assert completion["met"][:10] == "2026-10-15"
    assert completion["overdue"] == []


def test_days_with_the_office_are_not_charged(reader: Any) -> None:
    """Extension asked for on 11-13 (the due day), refused on 11-17: 11-16 and 11-17 began with the office."""
    completion = owed(reader.json("why", "SX7PW9", *DAY), "completion")
    assert [(day["date"][5:], day["charged"], day["holder"]) for day in completion["overdue"]] == [
        ("11-16", False, "office"),
        ("11-17", False, "office"),
        ("11-18", True, "chengguan"),
        ("11-19", True, "chengguan"),
        ("11-20", True, "chengguan"),
    ]
    assert (completion["overdue_days"], completion["level"], completion["points"]) == (3, "yellow", 1)


def test_an_extension_is_shown(reader: Any) -> None:
    """Accepted on 11-03: 10 working days and 5 granted, 15 in all, to 11-24."""
    completion = owed(reader.json("why", "ZZYMN9", *DAY), "completion")
    assert (completion["days"], completion["extended"], completion["due"]) == (10, 5, "2026-11-24")
    assert [day["n"] for day in completion["counted"]] == list(range(1, 16))
    assert completion["counted"][-1]["date"] == "2026-11-24"
    text = reader("why", "ZZYMN9", *DAY).out
    assert "10 + 5 working days" in text
    assert "第十四条" in text


def test_text_lists_every_day_in_order(reader: Any) -> None:
    text = reader("why", "SX7PW9", *DAY).out
    part = text[text.index("completion") :]
    days = [line.split()[1] for line in part.splitlines() if line.split()[0] in ("-", "!") or line.split()[0].isdigit()]
    days = [one for one in days if one.startswith("2026-")]
    assert days == [f"2026-11-{day:02}" for day in (*range(7, 14), 16, 17, 18, 19, 20)]
    assert "starts 2026-11-06" in part
    assert "due 2026-11-13 23:59:59" in part
    assert "not charged: office held the case" in part
    assert "3 charged days: yellow, 1 points" in part


def test_in_chinese(wz: Any, told: Any) -> None:
    out = wz("why", "AH14SF", *DAY, cwd=told, env={"WZ_LANG": "zh_CN"}).out
    assert "调休上班: 国庆节调休上班" in out
    assert "2026-10-11 周日  周末" in out
    assert "Sun" not in out
    assert "weekend" not in out


def test_before_the_transfer(reader: Any) -> None:
    assert "第十三条" in reader("why", "WN708S").out
    assert reader.json("why", "WN708S")["obligations"] == []


def test_the_reasons_of_local_days_and_of_rules(desk: Any) -> None:
    """A local holiday moves the deadline and says why; a pinned close of business gives the time."""
    calendar = desk.root / "calendar.yaml"
    text = calendar.read_text("utf-8").replace(
        "\nformat: 1\n",
        '\nformat: 1\nclose_of_business: "17:30"\nclosed:\n  - {date: "2026-03-03", reason: 停电检修}\n'
        'open:\n  - {date: "2026-03-07", reason: 集中办公}\n',
        1,
    )
    calendar.write_text(text, "utf-8")
    case = desk.new("求助", "2026-03-02 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    completion = owed(desk.json("why", case), "completion")
    assert completion["due_at"] == "2026-03-09T17:30:00+08:00"
    assert [day["date"][5:] for day in completion["counted"]] == ["03-04", "03-05", "03-06", "03-07", "03-09"]
    assert "集中办公" in completion["counted"][3]["why"]
    assert [(day["date"][5:], "停电检修" in day["why"]) for day in completion["skipped"]] == [
        ("03-03", True),
        ("03-08", False),
    ]
