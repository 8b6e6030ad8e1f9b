"""SQL over the registry: the same figures as the other commands', nothing written, faults explained."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DAY = ("--as-of", "2026-11-20")


def rows(desk: Any, statement: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.json("sql", statement, *DAY)["rows"]
    return found


def test_it_counts_as_the_other_commands_do(reader: Any) -> None:
    check = reader.json("check", *DAY)
    assert rows(reader, "select count(*) n from cases") == [{"n": 54}]
    assert rows(reader, "select count(*) n from cases where open") == [{"n": 31}]
    assert rows(reader, "select count(*) n from obligations where open") == [{"n": 27}]
    levels = rows(reader, "select level, count(*) n from obligations where open and level <> 'none' group by level")
    assert {row["level"]: row["n"] for row in levels} == {"referral": 3, "red": 3, "yellow": 3, "blue": 3}
    owed = rows(reader, "select case_id, obligation, due, days_left, overdue_days, points from obligations where open "
                        "order by case_id, due, obligation")  # fmt: skip
    assert [tuple(row.values()) for row in owed] == sorted(
        (
            tuple(one[key] for key in ("case", "obligation", "due", "days_left", "overdue_days", "points"))
            for one in check["obligations"]
        ),
        key=lambda one: (one[0], one[2], one[1]),
    )


def test_events_and_units(reader: Any) -> None:
    [transfer] = rows(reader, "select * from events where case_id = '20261119-8Z5HZT'")
    assert transfer | {"fields": json.loads(transfer["fields"])} == {
        "case_id": "20261119-8Z5HZT", "place": 1, "action": "transfer", "at": "2026-11-20T09:40:22+08:00",
        "by": "office/zhang", "body": "office", "note": None, "counts": 1,
        "fields": {"to": "urban-mgmt", "route": "duty", "disclosed_to": ["urban-mgmt"]}}  # fmt: skip
    joined = "select u.name from cases c join units u using (unit) where c.case_id like '%8Z5HZT'"
    assert rows(reader, joined) == [{"name": "城市管理局"}]
    asked = "select json_extract(fields, '$.to') unit from events where action = 'transfer' and case_id like '%8Z5HZT'"
    assert rows(reader, asked) == [{"unit": "urban-mgmt"}]
    retracted = rows(reader, "select count(*) n from events where not counts")
    assert retracted[0]["n"] >= 1
    assert rows(reader, "select count(*) n from events where at > '2026-11-21'") == [{"n": 0}]


def test_working_days(reader: Any) -> None:
    """From Friday 2026-11-20: Monday is 1 away, the Friday before -5; what is no day has no distance."""
    asked = "select workdays('2026-11-20', '2026-11-23') a, workdays('2026-11-20T09:00:00+08:00', '2026-11-13') b, " \
            "workdays(null, '2026-11-13') c, workdays('x', 'y') d"  # fmt: skip
    assert rows(reader, asked) == [{"a": 1, "b": -5, "c": None, "d": None}]


def test_every_column_is_documented(reader: Any) -> None:
    from wz.office.tables import TABLES

    page = (Path(__file__).parents[2] / "docs/sql.md").read_text("utf-8")
    for name, table in TABLES.items():
        part = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert part, f"{name} is not in docs/sql.md"
        for column in table.columns:
            assert f"`{column}`" in part, f"{name}.{column} is not in docs/sql.md"
    shown = reader("sql", "--views").out
    assert all(f"  {column} " in shown for table in TABLES.values() for column in table.columns)
    assert reader.json("sql", "--views") == {name: table.columns for name, table in TABLES.items()}


def test_forms(reader: Any, fits: Callable[[str, Any], None]) -> None:
    asked = "select case_id, title, due, 1.5 x, 1.5 x from cases where level = 'red' order by due"
    found = reader.json("sql", asked, *DAY)
    fits("sql", found)
    assert found["columns"] == ["case_id", "title", "due", "x", "x_2"]
    assert [row["case_id"][-6:] for row in found["rows"]] == ["EBX9R6", "YXJHQB", "7GR7G6"]
    lines = reader("sql", asked, *DAY, "--format", "ndjson").out.splitlines()
    assert [json.loads(line) for line in lines] == found["rows"]
    assert reader("sql", asked, *DAY, "--format", "csv").out.splitlines()[1] == (
        "20261031-EBX9R6,石材加工点粉尘污染周边住户,2026-11-09,1.5,1.5"
    )
    assert "石材加工点粉尘污染周边住户" in reader("sql", asked, *DAY).out
    assert reader("sql", "-", *DAY, "--format", "csv", stdin="select 1 a;\n").out == "a\n1\n"
    assert reader("sql", *DAY, "--format", "csv", stdin="select '=1' a").out == "a\n'=1\n"
    assert rows(reader, "select x'00ff' a, 9e999 b, null c") == [{"a": "00ff", "b": None, "c": None}]


@pytest.mark.parametrize(
    "statement",
    [
        "delete from cases",
        "insert into cases (case_id) values ('x')",
        "update cases set title = 'x'",
        "drop table cases",
        "create table x (y)",
        "create temp table x (y)",
        "pragma writable_schema = 1",
        "pragma table_info(cases)",
        "attach database 'x.db' as x",
        "vacuum into 'x.db'",
        "begin",
        "reindex",
        "select load_extension('x')",
        "select 1; delete from cases",
        "with x as (select 1) delete from cases",
        "select 1 /*",
        "explain select 1",
        "",
        "   ;",
        "nonsense",
        "select '\x00'",
    ],
)
def test_nothing_but_a_query_is_carried_out(reader: Any, statement: str, tmp_path: Path) -> None:
    """Refused before the registry is read; and if it were not, the tables are a copy in memory."""
    done = reader("sql", statement, code=2, cwd=tmp_path, env={"WZ_REGISTRY": str(reader.root)})
    assert done.out == ""
    assert list(tmp_path.glob("x*")) == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("select titel from cases", ["titel", "title", "--views"]),
        ("select * from case_", ["case_", "cases"]),
        ("select ?", ["values", "into the query"]),
        ("select zeroblob(1000000000)", ["too big"]),
        ("select abs('x', 1)", ["abs"]),
        ("selec 1", ["syntax", "--views"]),
    ],
)
def test_faults_are_explained(reader: Any, statement: str, says: list[str]) -> None:
    done = reader("sql", statement, code=2)
    for text in says:
        assert text in done.err


def test_a_bad_file_is_told(story_desk: Any) -> None:
    story_desk.file("20261120-WN708S").write_text("- not a case\n", "utf-8")
    done = story_desk("sql", "select count(*) from cases", *DAY, "--format", "csv", code=4)
    assert done.out == "count(*)\n53\n"
    assert "WN708S.yaml:1" in done.err
    assert len(story_desk.json("sql", "select 1 from cases", *DAY, code=4)["problems"]) == 1
    assert story_desk("sql", "select 1", code=0).out  # reads no case
