"""Every kind of fault planted, and every one reported at once with its file, line and cure."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def add(desk: Any, case: str, event: str) -> None:
    path = desk.file(case)
    path.write_text(path.read_text("utf-8") + f"  - {event}\n", "utf-8")


# Each plants one fault, and gives the file, the text of the line complained of, and words of the message.
Planted = tuple[str, str | None, list[str]]


def bad_yaml(desk: Any) -> Planted:
    edit(desk.file("20261120-WN708S"), "\ntitle: ", "\ntitle: [")
    return "WN708S.yaml", None, []


def not_utf8(desk: Any) -> Planted:
    path = desk.file("20261117-BFYPAE")
    path.write_bytes(path.read_bytes().replace("标".encode(), b"\xb1\xea") + "  # 标".encode("gbk"))
    return "BFYPAE.yaml", None, ["UTF-8"]


def unknown_field(desk: Any) -> Planted:
    edit(desk.file("20261119-8Z5HZT"), "\nchannel: ", "\nurgnet: true\nchannel: ")
    return "8Z5HZT.yaml", "urgnet: true", ["urgnet", "urgent"]


def two_schema_faults(desk: Any) -> Planted:
    edit(desk.file("20261118-W84TR3"), "\nchannel: ", "\nchanel: ")
    return "W84TR3.yaml", "chanel: ", ["chanel"]


def events_not_last(desk: Any) -> Planted:
    path = desk.file("20261118-D50C80")
    path.write_text(path.read_text("utf-8") + "tags: [焚烧点]\n", "utf-8")
    edit(path, "tags:\n  - 焚烧\n", "")
    return "D50C80.yaml", "events:", ["events", "last"]


def wrong_check_symbol(desk: Any) -> Planted:
    edit(desk.file("20261117-2FBBDA"), "id: 20261117-2FBBDA", "id: 20261117-2FBBDB")
    return "2FBBDA.yaml", "id: 20261117-2FBBDB", ["20261117-2FBBDB"]


def in_the_wrong_folder(desk: Any) -> Planted:
    path = desk.file("20261117-3RJ8R8")
    path.rename(path.parent.parent / "16" / path.name)
    return "16/20261117-3RJ8R8.yaml", "id: 20261117-3RJ8R8", ["cases/2026/11/17/20261117-3RJ8R8.yaml"]


def another_day_than_the_id(desk: Any) -> Planted:
    edit(desk.file("20261116-XX3DDP"), "received: '2026-11-16T", "received: '2026-11-15T")
    return "XX3DDP.yaml", "received: '2026-11-15T", ["received", "2026-11-15"]


def the_same_id_twice(desk: Any) -> Planted:
    path = desk.file("20261116-H360B9")
    path.with_name("20261116-H360B9-copy.yaml").write_bytes(path.read_bytes())
    return "20261116-H360B9.yaml", "id: 20261116-H360B9", ["20261116-H360B9", "also in"]


def unlawful_event(desk: Any) -> Planted:
    add(desk, "20261116-BWSA8T", "{action: rate, rating: satisfied, at: '2026-11-20T16:00:00+08:00', by: petitioner}")
    return "BWSA8T.yaml", "- {action: rate", ["第十七条", "rate"]


def nobody(desk: Any) -> Planted:
    add(desk, "20261115-ARQEE8", "{action: note, text: x, at: '2026-11-20T16:00:00+08:00', by: office/ghost}")
    return "ARQEE8.yaml", "office/ghost", ["office/ghost"]


def no_such_unit(desk: Any) -> Planted:
    to = "to: urban-mgmt, route: joint, assist: [marcet]"
    add(desk, "20261114-W53NTT", f"{{action: transfer, {to}, at: '2026-11-20T16:00:00+08:00', by: office}}")
    return "W53NTT.yaml", "marcet", ["marcet", "market"]


def no_such_area(desk: Any) -> Planted:
    edit(desk.file("20261112-WPCN9F"), "area: chengguan", "area: mars")
    return "WPCN9F.yaml", "area: mars", ["area", "mars"]


def in_the_future(desk: Any) -> Planted:
    add(desk, "20261113-B6ERV9", "{action: note, text: x, at: '2099-01-01T09:00:00+08:00', by: office}")
    return "B6ERV9.yaml", "2099-01-01", ["2099-01-01", "future"]


def document_gone(desk: Any) -> Planted:
    folder = desk.file("20261010-SV34VH").with_suffix(".files")
    name = sorted(path.name for path in folder.iterdir())[0]
    (folder / name).unlink()
    return "SV34VH.yaml", "sha256: ", [name]


def document_changed(desk: Any) -> Planted:
    path = sorted(desk.file("20261012-C3PTN5").with_suffix(".files").iterdir())[0]
    path.write_bytes(path.read_bytes() + b"!")
    return "C3PTN5.yaml", "sha256: ", [path.name, "sha256"]


def stray_file(desk: Any) -> Planted:
    (desk.root / "cases/2026/笔记.txt").write_text("x", "utf-8")
    return "cases/2026/笔记.txt", None, ["does not belong"]


def a_misfit_correction(desk: Any) -> Planted:
    event = "{action: correct, field: category, value: gossip, reason: x, at: '2026-11-20T16:00:00+08:00', by: office}"
    add(desk, "20261111-9FKZN0", event)
    return "9FKZN0.yaml", "- {action: correct", ["category"]


def a_unit_without_a_handler(desk: Any) -> Planted:
    edit(desk.root / "units.yaml", "name: 傅雪梅, role: handler", "name: 傅雪梅, role: deputy")
    return "units.yaml", "- id: power", ["power", "handler"]


def an_unknown_area_of_a_unit(desk: Any) -> Planted:
    edit(desk.root / "units.yaml", "area: yunling", "area: yunlin")
    return "units.yaml", "- id: yunling", ["yunlin"]


FAULTS = [
    bad_yaml, not_utf8, unknown_field, two_schema_faults, events_not_last, wrong_check_symbol, in_the_wrong_folder,
    another_day_than_the_id, the_same_id_twice, unlawful_event, nobody, no_such_unit, no_such_area, in_the_future,
    document_gone, document_changed, stray_file, a_misfit_correction, a_unit_without_a_handler,
    an_unknown_area_of_a_unit,
]  # fmt: skip


def test_every_fault_at_once(story_desk: Any, fits: Callable[[str, Any], None]) -> None:
    """Twenty faults in as many files: none hides another, and each has its place, its words and its cure."""
    planted = [plant(story_desk) for plant in FAULTS]
    found = story_desk.json("validate", code=1)
    fits("validate", found)
    lines = story_desk("validate", code=1).out.splitlines()
    assert len(lines) == len(found["problems"])
    for file, line, words in planted:
        mine = [one for one in found["problems"] if one["file"].endswith(file)]
        assert mine, file
        fitting = [one for one in mine if all(word in one["message"] + one["cure"] for word in words)]
        assert fitting, (file, words, mine)
        assert all(one["cure"] for one in mine), mine
        if line is not None:
            shown = (story_desk.root / fitting[0]["file"]).read_text("utf-8").splitlines()[fitting[0]["line"] - 1]
            assert line in shown
            assert any(text.startswith(f"{fitting[0]['file']}:{fitting[0]['line']}: ") for text in lines)
    complained = {one["file"] for one in found["problems"]}
    assert len(complained) == len({file for file, _line, _words in planted}) + 1  # the copy of a file, too


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_each_fault_alone(story_desk: Any, plant: Callable[[Any], Planted]) -> None:
    file, _line, words = plant(story_desk)
    problems = story_desk.json("validate", code=1)["problems"]
    assert {one["file"].endswith(file) for one in problems} >= {True}
    assert any(all(word in one["message"] + one["cure"] for word in words) for one in problems)


def test_several_faults_of_one_file(story_desk: Any) -> None:
    path = story_desk.file("20261120-WN708S")
    text = (
        path.read_text("utf-8")
        .replace("category: suggestion", "category: idea")
        .replace("channel: wechat", "channel: fax")
    )
    path.write_text(text.replace("format: 1\n", "format: 1\ncolour: red\n"), "utf-8")
    found = {one["line"]: one["message"] for one in story_desk.json("validate", code=1)["problems"]}
    lines = path.read_text("utf-8").splitlines()
    assert {lines[line - 1].split(":")[0] for line in found} == {"colour", "category", "channel"}


def test_a_newer_format_is_refused_by_that_name(story_desk: Any) -> None:
    edit(story_desk.file("20261120-WN708S"), "format: 1", "format: 2")
    (problem,) = story_desk.json("validate", code=1)["problems"]
    assert "format 2 is newer" in problem["message"]


def test_settings_that_cannot_be_read_hide_no_case(story_desk: Any) -> None:
    """With a calendar that cannot be read, case files are still read; what needs it waits."""
    (story_desk.root / "calendar.yaml").write_text("closed: 1\n", "utf-8")
    bad_yaml(story_desk)
    files = {one["file"] for one in story_desk.json("validate", code=1)["problems"]}
    assert files == {"calendar.yaml", "cases/2026/11/20/20261120-WN708S.yaml"}


def test_units_that_cannot_be_read_hide_no_case(story_desk: Any) -> None:
    (story_desk.root / "units.yaml").write_text("format: 1\n", "utf-8")
    bad_yaml(story_desk)
    files = {one["file"] for one in story_desk.json("validate", code=1)["problems"]}
    assert files == {"units.yaml", "cases/2026/11/20/20261120-WN708S.yaml"}


def test_the_sample_has_none(reader: Any, fits: Callable[[str, Any], None]) -> None:
    found = reader.json("validate")
    fits("validate", found)
    assert (found["cases"], found["problems"]) == (54, [])
    done = reader("validate")
    assert done.out == ""
    assert re.search(r"\b54 cases\b.*\b0 problems", done.err)


def test_chosen_files(story_desk: Any) -> None:
    bad_yaml(story_desk)
    unlawful_event(story_desk)
    good, bad = "cases/2026/11/19/20261119-8Z5HZT.yaml", "cases/2026/11/20/20261120-WN708S.yaml"
    assert story_desk.json("validate", good)["cases"] == 1
    found = story_desk.json("validate", good, bad, code=1)
    assert {one["file"] for one in found["problems"]} == {bad}
    inside = story_desk.root / "cases/2026/11/20"
    assert story_desk.json("validate", "20261120-WN708S.yaml", code=1, cwd=inside)["problems"]
    for name in ("nowhere.yaml", "/etc/hosts"):
        assert name in story_desk("validate", name, code=2).err
