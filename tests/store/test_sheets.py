"""Tables as offices really send them: encodings, delimiters, spreadsheets, and what is wrong with them."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wz.errors import Usage
from wz.store import workbook
from wz.store.sheets import Sheet, column_name, read_sheet, with_reasons

TABLE = "编号,主题,内容\n1,路灯不亮,人民路12号，三天了\n2,修路,\n"
TEXT = {"编号": "1", "主题": "路灯不亮", "内容": "人民路12号，三天了"}


def xlsx(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    """A workbook: its rows on one sheet, or sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, content in (sheets or {"Sheet1": list(rows)}).items():
        page = book.create_sheet(title)
        for row in content:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values(sheet: Sheet) -> list[dict[str, Any]]:
    assert not any(row.fault for row in sheet.rows)
    return [row.values for row in sheet.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"], ids=lambda name: name
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    found = read_sheet("a.csv", TABLE.replace(",", delimiter).encode(encoding))
    assert found.delimiter == delimiter
    assert [row.line for row in found.rows] == [2, 3]
    assert values(found) == [TEXT, {"编号": "2", "主题": "修路", "内容": None}]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_nul_gone_astray_makes_no_utf_16(encoding: str) -> None:
    found = read_sheet("a.csv", TABLE.encode(encoding).replace(b"1,", b"1\0,", 1))
    assert found.encoding == encoding
    assert found.headers == list(TEXT)


def test_commas_in_chinese_text_do_not_make_a_comma_table() -> None:
    lines = ["编号\t主题\t内容", *(f"{n}\t路,灯,不,亮\t一,二，三；四" for n in range(9))]
    assert read_sheet("a.txt", "\n".join(lines).encode("gb18030")).delimiter == "\t"


def test_quoted_delimiters_and_line_breaks_are_text_and_lines_are_the_files() -> None:
    found = read_sheet("a.csv", '编号;内容\r\n1;"一;二\r\n\r\n三"\r\n\r\n2;"他说""好"""\r\n'.encode())
    assert [row.line for row in found.rows] == [2, 6]
    assert values(found) == [{"编号": "1", "内容": "一;二\r\n\r\n三"}, {"编号": "2", "内容": '他说"好"'}]


def test_line_separators_within_a_text_end_no_line() -> None:
    assert values(read_sheet("a.csv", "a,b\n1,一\u2028二\x0b三\x85四\n".encode())) == [
        {"a": "1", "b": "一\u2028二\x0b三\x85四"}
    ]


def test_excels_own_habits() -> None:
    assert values(read_sheet("a.csv", b'sep=;\na;b\n="007";x,y\n')) == [{"a": "007", "b": "x,y"}]
    assert [row.line for row in read_sheet("a.csv", b"sep=;\na;b\n1;2\n").rows] == [3]


def test_a_title_above_the_headers_is_left_out() -> None:
    assert values(read_sheet("a.xlsx", xlsx(["问政事项汇总表"], [], ["编号", "主题"], [1, "路"]))) == [
        {"编号": 1, "主题": "路"}
    ]
    found = read_sheet("a.csv", "汇总表,\n编号,主题\n1,路\n".encode())
    assert found.headers == ["编号", "主题"]
    assert found.rows[0].line == 3


def test_spreadsheet_values_come_as_they_are() -> None:
    at = datetime(2026, 11, 23, 9, 12)
    found = read_sheet("a.xlsx", xlsx(["n", "t", "b", "x"], [1, at, True, "一\n二"], [], [None, None, None, "末"]))
    assert [row.line for row in found.rows] == [2, 4]
    assert values(found)[0] == {"n": 1, "t": at, "b": True, "x": "一\n二"}


def test_sheets_are_chosen_by_name_and_else_the_first_with_content() -> None:
    data = xlsx(空=[], 甲=[["a"], [1]], 乙=[["b"], [2]])
    assert read_sheet("a.xlsx", data).sheet == "甲"
    assert read_sheet("a.xlsx", data, "乙").headers == ["b"]
    with pytest.raises(Usage, match="丙") as failure:
        read_sheet("a.xlsx", data, "丙")
    assert "乙" in failure.value.cure


def test_json_lines_with_nested_source_and_lists() -> None:
    data = b'{"case": "X", "source": {"system": "s", "id": 1}}\n\n{"case": "Y", "assist": ["a", "b"], "n": ""}\n'
    found = read_sheet("-", data)
    assert found.kind == "jsonl"
    assert found.headers == ["case", "source.system", "source.id", "assist", "n"]
    assert [row.line for row in found.rows] == [1, 3]
    assert values(found)[1] == {"case": "Y", "source.system": None, "source.id": None, "assist": ["a", "b"], "n": None}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b" \n\n", "empty"),
        ("a.xlsx", xlsx([]), "empty"),
        ("a.csv", b"a,b,a\n1,2,3\n", "a.csv:1: the columns A and C are both called a"),
        ("a.csv", b"caf\xe9,stra\xdfe\nna\xefve,\xfcber\n", "neither UTF-8"),
        ("a.csv", "編號,主題\n1,路燈不亮麼，請儘快處理\n2,這條街\n".encode("big5"), "neither UTF-8"),
        ("a.csv", TABLE.encode() + b"\xff\xff", "a.csv:4: neither UTF-8"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old .xls"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.xls", b"\xef\xbb\xbf\n<html><table>", "web page"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.xlsx", xlsx(["a"], [1])[:-400], "damaged"),
        ("a.json", b'[{"a": 1}]', "JSON array"),
        ("a.csv", ",".join(f"c{n}" for n in range(100_000)).encode(), "more than 1024 columns"),
        ("a.jsonl", b"".join(b'{"k%d": 1}\n' % n for n in range(1025)), "more than 1024 columns"),
    ],
)
def test_what_is_no_table_is_said(name: str, data: bytes, words: str) -> None:
    with pytest.raises(Usage) as failure:
        read_sheet(name, data)
    assert words in failure.value.message
    assert failure.value.cure


def test_another_zip_and_a_bomb_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(Usage, match=r"no \.xlsx"):
        read_sheet("a.ods", out.getvalue())
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1000)
    with pytest.raises(Usage, match="unpacks to more"):
        read_sheet("a.xlsx", xlsx(["a"], [1]))


def test_faults_of_a_row_are_that_rows() -> None:
    found = read_sheet("a.csv", '编号,主题,\n1,a,,\n2,b,c,d\n3,"x"y,\n4,e\n'.encode())
    assert [(row.line, bool(row.fault)) for row in found.rows] == [(2, False), (3, True), (4, True), (5, False)]
    assert "C, D" in found.rows[1].fault
    assert found.rows[1].extra == ["c", "d"]
    assert found.rows[3].values == {"编号": "4", "主题": "e"}
    lines = read_sheet("a.jsonl", b'{"a": 1}\n{"a": 1, "a": 2}\n[1]\n{"a": NaN}\n{"a"\n')
    assert [bool(row.fault) for row in lines.rows] == [False, True, True, True, True]
    assert lines.headers == ["a"]


def test_rows_are_given_back_in_their_own_format_with_reasons() -> None:
    rows = TABLE.encode("gb18030")
    back = with_reasons(read_sheet("a.csv", rows), {3: "没有内容"})
    assert back.decode("gb18030") == "编号,主题,内容,原因\r\n2,修路,,没有内容\r\n"
    again = read_sheet("a.csv", back)
    assert with_reasons(again, {2: "还是没有"}).decode("gb18030").count("原因") == 1
    book = read_sheet("a.xlsx", xlsx(["a", "b"], ["=1+1\x0b".replace("\x0b", ""), 5]))
    returned = read_sheet("a.xlsx", with_reasons(book, {2: "r"}))
    assert returned.rows[0].values["原因"] == "r"
    lines = read_sheet("a.jsonl", b'{"a": "x", "s": {"id": "1"}}\n')
    assert json.loads(with_reasons(lines, {1: "r"})) == {"a": "x", "s.id": "1", "原因": "r"}


def test_texts_that_look_like_formulas_are_given_back_as_texts() -> None:
    back = with_reasons(read_sheet("a.csv", b"a,b\n=1+1,2\n"), {2: "r"})
    assert b"=1+1" in back
    sheet = read_sheet("a.csv", b"a,b\n=1+1,2\n")._replace(kind="xlsx")
    assert openpyxl.load_workbook(io.BytesIO(with_reasons(sheet, {2: "r"}))).active["A2"].data_type == "s"


def test_cells_that_a_spreadsheet_shows_and_does_not_hold() -> None:
    """Merged cells below the headers, and formulas whose results nobody saved; a merged title above them is custom."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["汇总表"], ["编号", "主题", "内容"], [1, "路灯", "不亮"], [2, None, "=C3"], ["=1+1", "修路", "文字"]):
        page.append(row)
    page.merge_cells("A1:C1")
    page.merge_cells("B3:B4")
    out = io.BytesIO()
    book.save(out)
    found = read_sheet("a.xlsx", out.getvalue())
    assert found.unseen == (["B3:B4"], ["C4", "A5"])
    assert [row.values["内容"] for row in found.rows] == ["不亮", None, "文字"]
    assert read_sheet("a.xlsx", xlsx(["a"], ["f"])).unseen == ([], [])


def test_columns_are_lettered_as_in_spreadsheets() -> None:
    assert [column_name(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail)))
def test_arbitrary_bytes_are_a_table_or_a_message(data: bytes) -> None:
    with suppress(Usage):
        read_sheet("a", data)


def test_a_real_workbook_with_one_byte_wrong_is_read_or_refused() -> None:
    good = xlsx(["编号", "主题"], [1, "路灯"])
    for place in range(0, len(good), 37):
        bad = good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :]
        with suppress(Usage):
            read_sheet("a.xlsx", bad)
