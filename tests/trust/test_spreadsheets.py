"""Spreadsheets from strangers: refused in bounded time and memory, in words; what wz writes is no formula."""

import io
import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from wz.errors import Usage
from wz.render import csv as written_csv
from wz.render import xlsx as written_xlsx
from wz.store import sheets, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = f"<worksheet xmlns='{MAIN}'><sheetData>".encode()
END = b"</sheetData></worksheet>"
STRINGS = f"<sst xmlns='{MAIN}'>".encode()
CELL = b"<c t='inlineStr'><is><t>a</t></is></c>"
LAUGHS = b"<!DOCTYPE l [<!ENTITY a0 'lol'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)
)


def book(sheet: bytes, strings: bytes = STRINGS + b"</sst>", title: str = "s") -> bytes:
    """An .xlsx file of one sheet, made by hand."""
    out = io.BytesIO()
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{PACKAGE}/content-types'>"
        f"<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{TYPE}.sheet.main+xml'/>"
        f"<Override PartName='/xl/sheet.xml' ContentType='{TYPE}.worksheet+xml'/>"
        f"<Override PartName='/xl/strings.xml' ContentType='{TYPE}.sharedStrings+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{PACKAGE}/relationships'><Relationship Id='r1' "
        f"Type='{OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>"
        f"<sheet name='{title}' sheetId='1' r:id='r1'/></sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}/relationships'><Relationship Id='r1' "
        f"Type='{OFFICE}/worksheet' Target='sheet.xml'/><Relationship Id='r2' "
        f"Type='{OFFICE}/sharedStrings' Target='strings.xml'/></Relationships>",
        "xl/sheet.xml": sheet,
        "xl/strings.xml": strings,
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def row(number: int, cells: bytes = CELL) -> bytes:
    return b"<row r='%d'>%s</row>" % (number, cells)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a row a billion rows down": (lambda: book(HEAD + row(1) + row(999_999_999) + END), "more than 1048576 rows"),
    "entities": (lambda: book(LAUGHS + HEAD + row(1, b"<c><v>&a9;</v></c>") + END), "declares a document type"),
    "entities in shared texts": (
        lambda: book(HEAD + row(1) + END, LAUGHS + STRINGS + b"<si><t>&a9;</t></si></sst>"),
        "declares a document type",
    ),
    "a file of the machine's": (
        lambda: book(b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + HEAD + row(1, b"<v>&e;</v>") + END),
        "declares a document type",
    ),
    "elements in one another": (lambda: book(HEAD + b"<a>" * 1_000_000 + END), "or they lie in one another"),
    "elements without number": (lambda: book(HEAD + b"<row/>" * 300_000 + END), "or they lie in one another"),
    "one tag of megabytes": (
        lambda: book(HEAD + b"<row " + b"".join(b"a%d='' " % n for n in range(300_000)) + b"/>" + END),
        "or they lie in one another",
    ),
    "one text in many cells": (
        lambda: book(
            HEAD + b"".join(row(n, b"<c t='s'><v>0</v></c>" * 100) for n in range(1, 41)) + END,
            STRINGS + b"<si><t>%s</t></si></sst>" % (b"x" * 30_000),
        ),
        "MiB of text",
    ),
}


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits a hundred times lower, so that the bombs can be small; the reasons are beside them."""
    monkeypatch.setattr(workbook, "MAX_ELEMENTS", 100_000)


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_soon(bomb: str, tight: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words = BOMBS[bomb]
    data = make()
    if "text in many" in bomb:
        monkeypatch.setattr(workbook, "MAX_UNPACKED", 50 << 20)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(Usage) as refused:
        sheets.read_sheet("a.xlsx", data)
    assert words in refused.value.message
    assert refused.value.cure
    assert time.process_time() - began < 5
    if sys.platform == "linux":  # in kilobytes
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_limits() -> None:
    """What an office hands in is far below them: a hundred thousand petitions of ten columns."""
    assert workbook.MAX_ELEMENTS > 100_000 * 10 * 3
    assert workbook.MAX_UNPACKED > 100_000 * 5_000


@pytest.mark.parametrize("title", ["a*b", "x" * 60, "a/b:c"])
def test_faults_go_back_whatever_the_sheet_is_called(title: str) -> None:
    found = sheets.read_sheet("a.xlsx", book(HEAD + row(1) + row(2) + END, title=title))
    again = sheets.read_sheet("a.xlsx", sheets.with_reasons(found, {2: "为何"}))
    assert [one.values for one in again.rows] == [{"a": "a", "原因": "为何"}]


FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "-1_0",
    "+inf",
    "'=1",
    "''=1",
)
PLAIN = ("-1", "+8613800000000", "1.5", "路灯", "'quoted'", "'", "a=1", "_x000D_", "_x0041_", "#N/A")


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN])
def test_every_text_comes_back_and_none_is_a_formula(text: str) -> None:
    cell = written_csv.cell(text)
    assert cell[0] not in "=@＝\t\r"
    assert (cell[0] in "+-＋－") == (text in PLAIN and text[0] in "+-")  # numbers stay numbers
    out = io.BytesIO()
    written_csv.write(out, ["标题", "x"], [[text, "y"]], bom=True)
    assert sheets.read_sheet("a.csv", out.getvalue()).rows[0].values["标题"] == text
    out = io.BytesIO()
    written_xlsx.write(out, ["标题", "x"], ["text", "text"], [[text, "y"]])
    for data in (out.getvalue(), workbook.to_workbook("s", [["标题", "x"], [text, "y"]])):
        assert sheets.read_sheet("a.xlsx", data).rows[0].values["标题"] == text
        assert b"<f>" not in b"".join(parts(data))


def parts(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from (archive.read(name) for name in archive.namelist())


def test_export_and_import_give_the_text_back(desk: Any) -> None:
    """A petition that begins like a formula leaves harmless, and is itself again where it is read."""
    given = ("--category", "投诉", "--channel", "网站", "--title", "=HYPERLINK(1)", "--content", "@求助")
    desk("new", *given, "--received", "2026-03-02 08:30")
    for form in ("csv", "xlsx"):
        desk("export", "--format", form, "-o", f"all.{form}")
        table = sheets.read_sheet(f"all.{form}", (desk.root / f"all.{form}").read_bytes())
        assert table.rows[0].values["title"] == "=HYPERLINK(1)"
    assert "'=HYPERLINK(1)" in (desk.root / "all.csv").read_text("utf-8-sig")
    assert "'=HYPERLINK(1)" in desk("list", "--format", "csv").out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old .xls format"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (b"<html><table><tr><td>a</td></tr></table></html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"\0" * 100, "empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\xff", "neither UTF-8"),
        (";\u200b;\u200b;;\n1;2;3;4;5\n".encode(), "no column has a name"),
    ],
)
def test_other_files_under_that_name(desk: Any, data: bytes, words: str) -> None:
    (desk.root / "in.xlsx").write_bytes(data)
    for command in (("import", "in.xlsx", "--system", "x", "--dry-run"), ("batch", "in.xlsx", "--dry-run")):
        done = desk(*command, code=2)
        assert words in done.err
        assert "in.xlsx" in done.err
