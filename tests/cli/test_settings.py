"""`wz units` and `wz rules`: the settings as people and scripts read them."""

from collections.abc import Callable
from typing import Any

import pytest


def test_units(reader: Any, fits: Callable[[str, Any], None]) -> None:
    found = reader.json("units")
    fits("units", found)
    assert [unit["id"] for unit in found["units"]][:2] == ["chengguan", "dongxi"]
    rows = [line.split() for line in reader("units").out.splitlines()]
    assert ["urban-mgmt", "城市管理局", "department", "城管局、市城管局、城管", "4"] in rows
    assert len(rows) == 2 + 24


@pytest.mark.parametrize("name", ["urban-mgmt", "城市管理局", "城管"])
def test_one_unit(reader: Any, name: str) -> None:
    (unit,) = reader.json("units", name)
    assert unit["id"] == "urban-mgmt"
    text = reader("units", name).out
    for words in ("urban-mgmt/li", "李思远", "li@urban-mgmt.example", "周启明"):
        assert words in text


def test_no_such_unit(reader: Any) -> None:
    done = reader("units", "城菅局", code=2)
    assert "城菅局" in done.err
    assert "urban-mgmt" in done.err


def test_rules(reader: Any, fits: Callable[[str, Any], None]) -> None:
    fits("rules", reader.json("rules"))
    rows = [line.split() for line in reader("rules").out.splitlines()]
    # 第十三条: contact, decision, completion.
    assert ["consult", "咨询", "2", "第十三条（一）"] in rows
    assert ["complaint", "投诉", "2", "5", "第十三条（二）"] in rows
    assert ["report", "举报", "2", "10", "第十三条（三）"] in rows
    # 第二十六条: from days, whom to urge, points.
    for words in (["blue", "蓝色", "1"], ["yellow", "黄色", "2"], ["red", "红色", "4"]):
        row = next(row for row in rows if row[:1] == words[:1])
        assert row[:3] == words
        assert row[-1] == "第二十六条"
    text = reader("rules").out
    for article in (
        "第七条（一）",
        "第八条（十一）",
        "第十四条",
        "第十七条",
        "第十八条（三）",
        "第二十三条（四）",
        "第二十四条（四）",
    ):
        assert article in text


def test_rules_of_the_registry_replace_the_packaged_ones(desk: Any) -> None:
    """Two days more for a consult, by rules.yaml: what is due follows."""
    import pathlib

    from wz.regulation import rules as package

    packaged = pathlib.Path(package.__file__).with_name("longnan.yaml").read_text("utf-8")
    line = next(line for line in packaged.splitlines() if line.strip().startswith("consult:"))
    changed = line.replace("completion: 2", "completion: 4")
    assert changed != line
    (desk.root / "rules.yaml").write_text(packaged.replace(line, changed), "utf-8")
    case = desk.new("咨询")
    done = desk.json("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    assert [one["due"] for one in done["obligations"]] == ["2026-03-06"]
    assert desk("validate").out == ""
