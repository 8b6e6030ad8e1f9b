"""One case in full; and the ways to say which one."""

from collections.abc import Callable
from typing import Any

import pytest

DAY = ("--as-of", "2026-11-20")


@pytest.mark.parametrize(
    "name",
    [
        "20261109-46AZ2B",
        "46AZ2B",
        "46az2b",
        "6AZ2B",
        "2026110946AZ2B",
        "20261109-46az2b",
        " 46AZ2B ",
        "20261109-46AZ2B.yaml",
        "cases/2026/11/09/20261109-46AZ2B.yaml",
    ],
)
def test_the_ways_to_name_a_case(reader: Any, name: str) -> None:
    assert reader.json("show", name, *DAY)["case"] == "20261109-46AZ2B"


@pytest.mark.parametrize(("typed_as", "case"), [("0g4k2x", "0G4K2X"), ("OG4K2X", "0G4K2X"), ("XHPJL", None)])
def test_look_alikes(reader: Any, typed_as: str, case: str | None) -> None:
    """O is read as 0, I and L as 1, as in Crockford's base 32."""
    if case is None:
        reader("show", typed_as, code=2)
    else:
        assert reader.json("show", typed_as, *DAY)["case"].endswith(case)


def test_json(reader: Any, fits: Callable[[str, Any], None]) -> None:
    shown = reader.json("show", "SX7PW9", *DAY)
    fits("show", shown)
    assert shown["path"] == "cases/2026/11/05/20261105-SX7PW9.yaml"
    assert (shown["state"], shown["unit"], shown["level"]) == ("assigned", "chengguan", "yellow")
    assert [one["event"]["action"] for one in shown["events"]] == [
        "transfer",
        "contact",
        "extension-request",
        "extension-refuse",
    ]
    assert [one["place"] for one in shown["events"]] == [1, 2, 3, 4]
    owed = {one["obligation"]: one for one in shown["obligations"]}
    assert (owed["contact"]["met"][:10], owed["contact"]["level"]) == ("2026-11-09", "none")
    assert (owed["completion"]["overdue_days"], owed["completion"]["points"]) == (3, 1)
    # Past the completion deadline no extension can be asked for; a reason for being late can be given.
    assert {"reply", "justify", "withdraw", "note"} <= set(shown["next"])
    assert not {"extension-request", "return-request", "approve", "rate", "decide", "decline"} & set(shown["next"])


def test_every_case_of_the_sample_fits_the_schema(reader: Any, fits: Callable[[str, Any], None]) -> None:
    for path in sorted((reader.root / "cases").rglob("*.yaml"))[::4]:
        fits("show", reader.json("show", path.stem))


def test_as_of_an_earlier_day(reader: Any) -> None:
    shown = reader.json("show", "SX7PW9", "--as-of", "2026-11-09")
    assert [one["event"]["action"] for one in shown["events"]] == ["transfer", "contact"]
    assert (shown["level"], shown["state"]) == ("none", "assigned")
    assert {one["obligation"]: one["days_left"] for one in shown["obligations"]}["completion"] == 4


def test_facts_read_as_corrected(reader: Any) -> None:
    """The title was corrected on the way: the file keeps the first one, `show` gives the second, with the event."""
    before = reader.json("show", "H360B9", "--as-of", "2026-11-17 10:00")
    after = reader.json("show", "H360B9", *DAY)
    assert before["facts"]["title"] == "茶坪村水渠塌方无法春灌备耕"
    assert after["facts"]["title"] == "茶坪村水渠塌方三个月无人修影响备耕"
    assert "title: 茶坪村水渠塌方无法春灌备耕" in reader.file("20261116-H360B9").read_text("utf-8")


def test_a_retracted_event_stays_readable(reader: Any) -> None:
    shown = reader.json("show", "X226CE")
    assert [one["place"] for one in shown["events"] if one["retracted"]] == [2]
    text = reader("show", "X226CE").out
    assert "(retracted)" in next(line for line in text.splitlines() if line.startswith("  2. "))


def test_text(reader: Any) -> None:
    text = reader("show", "SX7PW9", *DAY).out
    for words in (
        "20261105-SX7PW9  桃源新村消防通道长期被私家车占用",
        "Category: complaint",
        "State: assigned",
        "Unit: chengguan",
        "Area: chengguan",
        "Tags: 消防通道",
        "3 days charged  [yellow]",
        "  3. 2026-11-13",
        "Possible now: ",
    ):
        assert words in text
    assert reader("show", "8Z5HZT", *DAY).out.count("urban-mgmt owes") == 2


def test_text_in_chinese(wz: Any, told: Any) -> None:
    done = wz("show", "SX7PW9", *DAY, cwd=told, env={"WZ_LANG": "zh_CN"})
    for words in ("投诉", "办理中", "城关镇人民政府", "沟通", "办结", "申请延期", "不同意延期", "[黄色]"):
        assert words in done.out


def test_a_case_with_everything(reader: Any) -> None:
    text = reader("show", "C3PTN5").out
    assert "rating: dissatisfied" in text
    assert "redo_ground: 18(" in text
    assert "State: closed" in text
    assert "document: 违法建设立案登记.txt" in text


def test_a_closed_case_can_still_be_corrected(reader: Any) -> None:
    assert reader.json("show", "AH14SF")["next"] == ["correct", "forget", "retract", "note", "attach"]


def test_a_file_that_cannot_be_read(story_desk: Any) -> None:
    path = story_desk.file("20261120-WN708S")
    path.write_text(path.read_text("utf-8") + "  - {action: rate\n", "utf-8")
    done = story_desk("show", "WN708S", code=4)
    assert "20261120-WN708S.yaml:" in done.err
    assert done.out == ""


def test_an_unlawful_event_is_shown_and_told(story_desk: Any, fits: Callable[[str, Any], None]) -> None:
    path = story_desk.file("20261120-WN708S")
    event = "  - {action: rate, rating: satisfied, at: '2026-11-20T16:30:00+08:00', by: petitioner}\n"
    path.write_text(path.read_text("utf-8") + event, "utf-8")
    shown = story_desk.json("show", "WN708S", *DAY, code=4)
    fits("show", shown)
    assert (shown["state"], [one["article"] for one in shown["problems"]]) == ("registered", ["17"])
    assert "第十七条" in story_desk("show", "WN708S", *DAY, code=4).err


def test_log(reader: Any, fits: Callable[[str, Any], None]) -> None:
    """The late entry of the story: it happened before the request that was recorded before it."""
    log = reader.json("log", "JM25P9")
    fits("log", log)
    entries = log["entries"]
    assert [entry["action"] for entry in entries][:4] == ["new", "transfer", "extension-request", "contact"]
    assert [entry["place"] for entry in entries] == [None, *range(1, len(entries))]
    assert entries[3]["at"] < entries[2]["at"]
    assert entries[3]["recorded"] > entries[2]["recorded"]
    assert all(len(entry["commit"]) == 40 for entry in entries)
    subjects = [reader.git("log", "-1", "--format=%s", entry["commit"]) for entry in entries]
    assert all(
        text.startswith(f"{entry['action']} 20261015-JM25P9: ") for text, entry in zip(subjects, entries, strict=True)
    )
    table = reader("log", "JM25P9").out
    assert entries[3]["commit"][:9] in table
    assert len(table.splitlines()) == 2 + len(entries)


def test_log_of_what_is_not_committed(story_desk: Any) -> None:
    path = story_desk.file("20261120-WN708S")
    event = "  - {action: note, text: 手写, at: '2026-11-20T16:30:00+08:00', by: office/zhang}\n"
    path.write_text(path.read_text("utf-8") + event, "utf-8")
    last = story_desk.json("log", "WN708S")["entries"][-1]
    assert (last["action"], last["commit"], last["author"], last["recorded"]) == ("note", None, None, None)
    assert "not committed" in story_desk("log", "WN708S").out


def test_a_case_is_not_there_before_it_came_in(reader: Any) -> None:
    for command in ("show", "why"):
        done = reader(command, "46AZ2B", "--as-of", "2026-11-08", code=2)
        assert "20261109-46AZ2B came in on 2026-11-09" in done.err
        assert done.out == ""
