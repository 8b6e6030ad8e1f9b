"""What others wrote steers no terminal, no CI job and no reader's eye, wherever it comes out."""

import io
import json
import re
import unicodedata
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wz.cli.screen import Screen
from wz.render import github, ics, junit, markdown
from wz.render import json as as_json
from wz.render.github import Annotation
from wz.render.steering import STEERING
from wz.render.table import colour_codes, paint

NOW = datetime(2026, 11, 20, 8)
TITLE = "加\u202eexe.图\u202c片\u200b\u2066x\u2069"  # turned round, and with characters of no width
UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Cs")
ANY = st.text(st.one_of(st.characters(), st.sampled_from("\x1b[]\r\n\x9b\u202e:%,<>&|`")))


def steers(text: str) -> list[str]:
    """The characters in a text that nobody sees; Python's own table of Unicode is the judge."""
    return [one for one in text if unicodedata.category(one) in UNSEEN and one not in "\n\t"]


def test_the_characters_are_those_of_unicode() -> None:
    """But for format characters that belong to scripts: they are seen there."""
    listed = re.compile(STEERING)
    missed = {one for one in map(chr, range(0x110000)) if steers(one) and not listed.match(one)}
    assert {unicodedata.name(one).split(" ")[0] for one in missed} <= {"ARABIC", "KAITHI", "EGYPTIAN"}
    assert not any(listed.match(one) for one in "\n\t 路a1‘’“”…—　")


@given(ANY)
def test_nothing_but_colours_reaches_a_terminal(text: str) -> None:
    shown = io.StringIO()
    screen = Screen(shown)
    screen.write(paint(text, "red", colours=True))
    screen.buffer.write(text.encode("utf-8", "replace"))
    said = shown.getvalue()
    for code in colour_codes():
        said = said.replace(code, "")
    assert [one for one in steers(said) if re.match(STEERING, one)] == []


def test_a_character_in_two_pieces() -> None:
    shown = io.StringIO()
    buffer = Screen(shown).buffer
    for byte in "路\u202e灯".encode():
        buffer.write(bytes([byte]))
    assert shown.getvalue() == "路 灯"


@given(ANY)
def test_json_says_the_same_and_shows_it(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    for said in (as_json.pretty({"a": clean}), as_json.line({"a": clean})):
        assert json.loads(said) == {"a": clean}
        assert re.search(STEERING, said) is None


@given(ANY)
def test_an_annotation_is_one_command(text: str) -> None:
    said = github.commands([Annotation("error", text, 1, text, text)])
    assert len(re.split(r"[\r\n]", said)) == 1
    assert said.startswith("::error file=")
    # Between the name and the second `::` there is nothing that could end the properties.
    properties = said[len("::error ") :].partition("::")[0]
    assert [part.partition("=")[0] for part in properties.split(",")] == ["file", "line", "title"]


@given(ANY)
def test_junit_is_xml_whatever_is_told(text: str) -> None:
    fault = junit.Fault(True, "x", text, text)
    ET.fromstring(junit.document(text, [junit.Suite(text, [junit.Test(text, text, [fault])])], NOW))


@given(ANY)
def test_markdown_is_one_line_without_markup(text: str) -> None:
    said = markdown.text(text)
    assert "\n" not in said
    assert re.search(r"(?<!\\)(?:\\\\)*[<>|`\[\]&]", said) is None


@given(ANY)
def test_a_calendar_entry_is_one_entry(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    day = ics.Deadline("u", NOW.date(), clean, clean, [clean], 0, [])
    said = b"".join(ics.lines(clean, [day], NOW.astimezone())).decode()
    names = [line.partition(":")[0].partition(";")[0] for line in said.split("\r\n") if line and line[0] not in " \t"]
    assert names.count("BEGIN") == names.count("END") == 2
    assert names.count("SUMMARY") == names.count("UID") == 1


def test_on_a_terminal_every_command(desk: Any, terminal: Any) -> None:
    """A title, a unit's name and an author, as they come out of each command."""
    case = desk.new()
    file = desk.file(case)
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    file.write_text(file.read_text("utf-8").replace("路灯不亮", TITLE), "utf-8")
    units = desk.root / "units.yaml"
    units.write_text(units.read_text("utf-8").replace("市城市管理局", "城\u202e管\u200b"), "utf-8")
    desk.git("-c", "user.name=恶\u202e人", "commit", "-qam", "x\u202e\x1b]0;t\x07")
    for command in (("list", "--all", "--format", "csv"), ("show", case), ("log", case), ("audit",), ("check",)):
        screen = terminal(*command, cwd=desk.root)
        said = screen.text
        for code in colour_codes():
            said = said.replace(code, "")
        assert screen.code in (0, 1), said
        assert set(steers(said)) <= {"\r"}, command


@pytest.mark.parametrize("form", ["md", "html"])
def test_markup_in_names_is_text_in_reports(desk: Any, form: str) -> None:
    units = desk.root / "units.yaml"
    evil = "<script>alert(1)</script>|`x`"
    text = units.read_text("utf-8")
    name = re.search(r"- id: urban-mgmt\n\s+name: (.+)\n", text) or re.search(r"id: urban-mgmt, name: ([^,]+),", text)
    assert name is not None
    units.write_text(text.replace(name[1], f"'{evil}'", 1), "utf-8")
    case = desk.new()
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    desk("report", "month", "2026-03", "--format", form, "-o", "r")
    said = (desk.root / "r").read_text("utf-8")
    assert "script" in said
    assert "<script>alert" not in said
    desk("check", "--format", "html" if form == "html" else "markdown", "--output", "c", code=0)
    assert "<script>alert" not in (desk.root / "c").read_text("utf-8")
