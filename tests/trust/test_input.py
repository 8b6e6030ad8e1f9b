"""Files and words from anybody: any bytes, and good files gone wrong, end in words and a cure, never in a traceback."""

import io
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wz.cli.context import as_of_instant, happened_at
from wz.errors import WzError
from wz.model.instants import SHANGHAI
from wz.office import headings, moments, query
from wz.store import casefile, sheets
from wz.store.registry import Registry
from wz.store.settings import read_calendar, read_directory, read_rules

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests/examples"
SETTINGS = {"units.yaml": read_directory, "calendar.yaml": read_calendar, "rules.yaml": read_rules}
GOOD = {
    "case": min((EXAMPLES / "good/case").glob("*.yaml")).read_bytes(),
    "units.yaml": (ROOT / "units.yaml").read_bytes(),
    "calendar.yaml": (ROOT / "calendar.yaml").read_bytes(),
    "rules.yaml": (ROOT / "wz/regulation/longnan.yaml").read_bytes(),
    "profile": b"format: 1\nsystem: x\ncolumns:\n  title: t\n",
}
TABLE = '编号,标题,内容,时间\r\n1,路灯,"不亮,""三天""",2026-11-20 08:00\r\n2,=1+1,水,46345\r\n'
PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b": ", b"- ", b"{", b"[", b"]", b"&a ", b"*a",
         b"'", b'"', b"|", b"%", b"---\n", b"null", b"1e999", b"9" * 400, b".inf", b"0x", b"\xe2\x80\xa8", b"!!x "]
    ),
)  # fmt: skip
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def gone_wrong(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file of which some pieces are cut out, doubled, or replaced by odd ones; or no such file at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    data = good
    for _time in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(len(data), place + draw(st.sampled_from([0, 0, 1, 5, 80])))
        data = data[:place] + draw(st.one_of(PIECES, st.just(data[place:end] * 2))) + data[end:]
    return data


def spoken(error: WzError, words: str = "") -> None:
    """It is told what is wrong, and nearly always what to do."""
    assert error.message
    assert words in error.message


class OneFile:
    def __init__(self, data: bytes) -> None:
        self.read = lambda name: data


@QUICK
@given(gone_wrong(GOOD["case"]))
def test_case_files(data: bytes) -> None:
    read = casefile.parse("cases/2026/11/23/x.yaml", data)
    assert (read.facts is None) == bool(read.problems)
    assert all(one.file and one.message for one in read.problems)
    assert all(1 <= (one.line or 1) <= data.count(b"\n") + data.count(b"\r") + 2 for one in read.problems)


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name: str) -> None:
    @QUICK
    @given(gone_wrong(GOOD[name]))
    def any_bytes(data: bytes) -> None:
        found = SETTINGS[name](OneFile(data))
        assert found.value is not None or found.problems
        assert all(one.file == name and one.message for one in found.problems)

    any_bytes()


@QUICK
@given(gone_wrong(GOOD["profile"]))
def test_profiles(data: bytes) -> None:
    try:
        headings.profile_of("profile.yaml", data)
    except WzError as error:
        spoken(error, "profile.yaml:")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_delimited(encoding: str) -> None:
    @settings(QUICK, max_examples=25)
    @given(gone_wrong(TABLE.encode(encoding)))
    def any_bytes(data: bytes) -> None:
        try:
            found = sheets.read_sheet("a.csv", data)
        except WzError as error:
            spoken(error)
            return
        assert all(row.line >= 1 for row in found.rows)
        assert sheets.with_reasons(found, {row.line: "为何" for row in found.rows})

    any_bytes()


def xlsx() -> bytes:
    from wz.store.workbook import to_workbook

    return to_workbook("Sheet1", [["编号", "标题"], ["1", "路灯"], ["2", "水"]])


@QUICK
@given(gone_wrong(xlsx()))
def test_workbooks(data: bytes) -> None:
    try:
        sheets.read_sheet("a.xlsx", data)
    except WzError as error:
        spoken(error)


@settings(QUICK, max_examples=40)
@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]), st.data()
)
def test_workbooks_whose_parts_are_wrong(part: str, data: st.DataObject) -> None:
    """The archive is whole and its checksums are right; what is in it is not."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as good, zipfile.ZipFile(out, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, data.draw(gone_wrong(content)) if name == part else content)
    try:
        sheets.read_sheet("a.xlsx", out.getvalue())
    except WzError as error:
        spoken(error)


@QUICK
@given(gone_wrong('{"编号": 1, "来源": {"id": "x"}, "标签": ["a", 1.5, null]}\n{"编号": "2"}\n'.encode()))
def test_json_lines(data: bytes) -> None:
    try:
        found = sheets.read_sheet("a.jsonl", data)
        sheets.with_reasons(found, {row.line: "为何" for row in found.rows})
    except WzError as error:
        spoken(error)


WORDS = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "(",
                ")",
                "not",
                "and",
                "or",
                ":",
                "<",
                ">",
                "=",
                ">=",
                "*",
                '"',
                "“",
                "”",
                ",",
                ";",
                "unit",
                "state",
                "level",
                "due",
                "received",
                "today",
                "wd",
                "+",
                "-",
                "/",
                "2026-11-20",
                "09:40",
                "上午",
                "年",
                "月",
                "日",
                "99999999999",
                "-1",
                "1e400",
                "nan",
                "inf",
                "\x00",
                "�",
                "２０２６",
                "24:00",
                "T",
                "Z",
                "负",
                "W",
                "M",
                "Q4",
                "#",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@settings(QUICK, max_examples=80)
@given(WORDS)
def test_words_that_are_typed(founded: Path, words: str) -> None:
    registry = Registry(founded)
    day = datetime(2026, 11, 20, tzinfo=SHANGHAI).date()
    for read in (
        lambda: query.parse([words], registry.law, registry.directory, day),
        lambda: as_of_instant(words),
        lambda: happened_at(words),
        lambda: registry.resolve(words),
    ):
        try:
            read()
        except WzError as error:
            spoken(error)
    with suppress(ValueError):  # its callers say of which cell
        moments.read_moment(words)


ODD = (
    "",
    "\0",
    "\n",
    "-",
    "--",
    "../..",
    "2026-13-40",
    "9999-12-31",
    "0001-01-01",
    "１２:００",
    "\udcff",
    "x" * 5000,
    "\x1b[2J",
)


@pytest.mark.parametrize(
    "command",
    [
        ("list",), ("list", "--as-of"), ("list", "--rev"), ("check", "--as-of"), ("check", "--unit"),
        ("check", "--within"), ("show",),
        ("log",), ("why",), ("export", "--for"), ("score", "--year"), ("report", "month"), ("calendar",),
        ("check", "--new-since"), ("audit",), ("sql",), ("list", "--sort"), ("list", "--group-by"), ("print", "--form"),
    ],
)  # fmt: skip
def test_odd_words_on_the_command_line(desk: Any, command: tuple[str, ...]) -> None:
    for odd in ODD:
        done = desk._run(*command, odd, cwd=desk.root)
        assert done.code in (0, 1, 2, 4, 5), (command, odd, done)
        assert "\x1b" not in done.out + done.err


@settings(QUICK, max_examples=12)
@given(gone_wrong(TABLE.encode("gb18030")), st.sampled_from(["csv", "xlsx", "jsonl"]))
def test_all_rows_or_none(desk: Any, data: bytes, kind: str) -> None:
    """A batch or an import that stumbles has recorded nothing."""
    (desk.root.parent / f"in.{kind}").write_bytes(data)
    before = desk.head()
    for command in (("batch", "note"), ("import",)):
        given = ("--system", "旧") if command == ("import",) else ()
        done = desk._run(*command, f"../in.{kind}", *given, "--yes" if given else "--by=office", cwd=desk.root)
        assert done.code in (0, 1, 2, 3), (command, done)
        if done.code > 1:
            assert desk.head() == before
        assert desk.clean()
