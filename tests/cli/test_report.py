"""`wz report`: the same figures in every format, read back from each, and recounted from the files."""

import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

pytestmark = pytest.mark.xdist_group("report")  # one October, written once in every format
MONTH = ("report", "month", "2026-10", "--as-of", "2026-11-20")
LAST = date(2026, 10, 31)
Tables = dict[str, list[list[str]]]


class Read:
    """What a format says: its paragraphs in order, and its tables by caption, each cell as its reader sees it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tables: Tables = {}


def read_markdown(content: bytes) -> Read:
    found, caption = Read(), ""
    for line in content.decode("utf-8").splitlines():
        line = line.replace("\\", "")
        if line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not all(set(cell) <= set("-:") for cell in cells):
                found.tables.setdefault(caption, []).append(cells)
        elif line.startswith("**"):
            caption = line.strip("*")
        elif line:
            found.lines.append(line.lstrip("# "))
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found, self.text, self.rows, self.caption = Read(), "", [], ""
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag in ("p", "h1", "h2", "td", "th", "caption"):
            self.text = ""
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h1", "h2"):
            self.found.lines.append(self.text)
        elif tag == "caption":
            self.caption = self.text
        elif tag in ("td", "th"):
            self.rows[-1].append(self.text)
        elif tag == "table":
            self.found.tables[self.caption] = self.rows


def read_html(content: bytes) -> Read:
    page = _Page()
    page.feed(content.decode("utf-8"))
    assert page.loaded == []
    return page.found


def read_docx(content: bytes) -> Read:
    found, last = Read(), ""
    for block in docx.Document(io.BytesIO(content)).iter_inner_content():
        if isinstance(block, Paragraph):
            last = block.text or last
            found.lines += [block.text] if block.text else []
        else:
            assert isinstance(block, Table)
            assert found.lines.pop() == last
            found.tables[last] = [[cell.text for cell in row.cells] for row in block.rows]
    return found


def read_xlsx(content: bytes) -> Read:
    found = Read()
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        if sheet.title == "正文":
            found.lines = [str(row[0].value) for row in sheet.iter_rows()]
        else:
            found.tables[sheet.title] = [[_seen(cell) for cell in row] for row in sheet.iter_rows()]
    return found


def _seen(cell: Any) -> str:
    """A cell as Excel shows it, but that a whole percentage has no decimal place."""
    value, form = cell.value, cell.number_format
    if value is None:
        return "—"
    if isinstance(value, datetime):
        assert form == "yyyy-mm-dd"
        return f"{value:%Y-%m-%d}"
    if form == "0.0%":
        return f"{value:.1%}".replace(".0%", "%")
    if form.startswith("+"):
        return f"{value:+.1%}"
    return value if isinstance(value, str) else f"{value:g}"


READERS: dict[str, Callable[[bytes], Read]] = {
    "md": read_markdown,
    "html": read_html,
    "docx": read_docx,
    "xlsx": read_xlsx,
}


@pytest.fixture(scope="module")
def october(told: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The report of 2026-10 on the sample, in each format."""
    from wz.cli.main import run

    folder = tmp_path_factory.mktemp("reports")
    for form in READERS:
        file = folder / f"october.{form}"
        assert run(["--registry", str(told), *MONTH, "-o", str(file)]) == 0
    return {form: (folder / f"october.{form}").read_bytes() for form in READERS}


@pytest.fixture(scope="module")
def cases(told: Path) -> list[dict[str, Any]]:
    """The sample's cases received in 2026-10, with what had happened by its end, as plain YAML has them."""
    found = []
    for file in sorted((told / "cases").rglob("*.yaml")):
        case = yaml.safe_load(file.read_text(encoding="utf-8"))
        case["events"] = [one for one in case["events"] or [] if _day(one["at"]) <= LAST]
        assert not any(one["action"] == "retract" for one in case["events"])
        for one in case["events"]:
            if one["action"] == "correct":
                case[one["field"]] = one["value"]
        if date(2026, 10, 1) <= _day(case["received"]) <= LAST:
            found.append(case)
    return found


def _day(moment: Any) -> date:
    return (moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)).date()


def _lead(case: dict[str, Any]) -> str | None:
    lead = None
    for one in case["events"]:
        if one["action"] == "transfer":
            lead = one["to"]
        elif one["action"] == "return-accept":
            lead = None
    return lead


def _table(read: Read, caption: str) -> dict[str, str]:
    """The second cell of each row by the first."""
    return {row[0]: row[1] for row in read.tables[caption][1:]}


@pytest.mark.parametrize("form", ["html", "docx", "xlsx"])
def test_all_formats_say_the_same(october: dict[str, bytes], form: str) -> None:
    plain, other = read_markdown(october["md"]), READERS[form](october[form])
    assert len(plain.tables) == 11
    assert list(other.tables) == list(plain.tables)
    for caption, rows in plain.tables.items():
        assert other.tables[caption] == rows, caption
    assert [line for line in other.lines if line != "附表"] == [line for line in plain.lines if line != "附表"]


@pytest.mark.parametrize("form", READERS)
def test_the_volume_is_what_the_files_hold(
    october: dict[str, bytes], cases: list[dict[str, Any]], told: Path, form: str
) -> None:
    read = READERS[form](october[form])
    units = yaml.safe_load((told / "units.yaml").read_text(encoding="utf-8"))
    categories = {"咨询": "consult", "投诉": "complaint", "举报": "report", "求助": "help", "建议": "suggestion"}
    channels = {"网站": "website", "公众号": "wechat", "热线电话": "hotline", "其他": "other"}
    by_category = Counter(case["category"] for case in cases)
    by_channel = Counter(case["channel"] for case in cases)
    by_area = Counter(case.get("area") for case in cases)
    by_unit = Counter(map(_lead, cases))
    shown = _table(read, "诉求类别分布")
    assert shown == {label: str(by_category[code]) for label, code in {**categories, "其他": "other"}.items()}
    assert _table(read, "受理渠道分布") == {label: str(by_channel[code]) for label, code in channels.items()}
    areas = {one["name"]: str(by_area[one["id"]]) for one in units["areas"]}
    assert _table(read, "诉求属地分布") == areas | {"未注明": str(by_area[None])}
    names = {one["id"]: one["name"] for one in units["units"]}
    busy = {names[code]: str(count) for code, count in by_unit.items() if code is not None}
    assert _table(read, "承办单位分布") == busy | {"未转办": str(by_unit[None])}
    assert sum(by_unit.values()) == len(cases) == 25
    chief = {row[0]: row[2] for row in read.tables["主要指标"][1:]}
    assert chief["受理诉求"] == "25"
    assert chief["不予受理"] == str(sum(one["action"] == "decline" for case in cases for one in case["events"]))


@pytest.mark.parametrize("form", READERS)
def test_the_assessment_is_that_of_wz_score(october: dict[str, bytes], reader: Any, form: str) -> None:
    """Whose figures tests/cli/test_score.py proves from the files."""
    read = READERS[form](october[form])
    score = reader.json("score", "--year", "2026", "--month", "10", "--as-of", "2026-11-20")
    total = score["totals"]

    def text(value: float | None, share: bool = False) -> str:
        if value is None:
            return "—"
        return f"{value:.1%}".replace(".0%", "%") if share else f"{value:g}"

    def row(one: dict[str, Any], rank: int | None, name: str) -> list[str]:
        return [
            text(rank),
            name,
            *(text(one[key]) for key in ("received", "on_time", "late")),
            text(one["on_time_rate"], share=True),
            *(text(one[key]) for key in ("open", "open_overdue", "median_days", "points", "criticisms")),
            text(one["satisfaction"], share=True),
            *(text(one[key]) for key in ("redo", "supervised", "referred")),
        ]

    expected = [row(one, one["rank"], one["name"]) for one in score["units"] if one["rank"] is not None]
    assert read.tables["附表1 承办单位办理情况"][1:] == [*expected, row(total, None, "合计")]
    levels = [[label, text(one["assignments"]), text(one["points"])] for label, one in _levels(total)]
    assert read.tables["预警与计扣"][1:-1] == levels
    assert [count for _label, count, _share in read.tables["满意度评价"][1:]] == [
        str(count) for count in total["ratings"].values()
    ]


def _levels(total: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    labels = {"blue": "蓝色", "yellow": "黄色", "red": "红色", "referral": "移交督查"}
    return [(labels[one["level"]], one) for one in total["levels"]]


def test_warned_cases_by_hand(october: dict[str, bytes]) -> None:
    """A consultation of a Tuesday, due on Friday 16 October, was answered on the next working day."""
    rows = read_markdown(october["md"]).tables["附表2 预警事项明细"][1:]
    assert ["20261013-613B2H", "咨询", "住房和城乡建设局", "办结", "2026-10-16", "1", "蓝色", "0.5"] in rows


def test_workbook_has_numbers_frozen_heads_and_filters(october: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(october["xlsx"]))
    sheet = book["附表1 承办单位办理情况"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:O{sheet.max_row - 1}"  # what is added up is not sorted among the units
    total = [cell.value for cell in sheet[sheet.max_row]]
    assert total[1] == "合计"
    assert all(isinstance(value, int | float) for value in total[2:])
    assert all(one.freeze_panes == "A2" and one.auto_filter.ref for one in book if one.title != "正文")


def test_document_is_laid_out_after_gbt_9704(october: dict[str, bytes]) -> None:
    document = docx.Document(io.BytesIO(october["docx"]))
    section = document.sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    assert section.page_width - section.left_margin - section.right_margin == pytest.approx(Mm(156), abs=Mm(0.1))
    assert section.page_height - section.top_margin - section.bottom_margin == pytest.approx(Mm(225), abs=Mm(0.1))
    title = document.paragraphs[0]
    assert title.text == "龙湾市问政平台2026年10月月报"
    assert title.runs[0].font.size == Pt(22)
    text = next(one for one in document.paragraphs if one.text.startswith("本月共受理"))
    assert text.runs[0].font.size == Pt(16)
    assert 22 * text.paragraph_format.line_spacing == pytest.approx(Mm(225), abs=Mm(1))
    assert "仿宋" in text._p.xml
    assert "小标宋" in title._p.xml
    tight = document.styles["Normal"].element.xml
    assert 'w:spacing w:val="-5"' in tight  # 28 × (16 − 0.25) pt = 441 pt, and 156 mm are 442 pt
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_charts_are_drawn_where_there_is_a_chinese_font(october: dict[str, bytes]) -> None:
    """Else none is: never a box in the place of a character."""
    from wz.render.report import png
    from wz.render.report.paper import Chart

    font = png.lettering([Chart("bars", "满意度评价（次）", ["非常满意"], [1])])
    shapes = docx.Document(io.BytesIO(october["docx"])).inline_shapes
    assert len(shapes) == (3 if font else 0)


def test_nothing_unpublished_and_nothing_of_a_petitioner(
    october: dict[str, bytes], cases: list[dict[str, Any]]
) -> None:
    """Texts of a petition are in no report; its title only where its answer is published (第十九条、第二十一条)."""
    for form, content in october.items():
        read = READERS[form](content)
        said = "\n".join(read.lines) + json.dumps(read.tables, ensure_ascii=False)
        for case in cases:
            published = any(one["action"] == "approve" and one["publish"] for one in case["events"])
            assert published or case["title"] not in said
            assert not any(line and line in said for line in case["content"].splitlines())


def test_json_fits_its_schema(reader: Any, fits: Callable[[str, Any], None]) -> None:
    for arguments in (("month", "2026-10"), ("month", "2026-11"), ("quarter", "2026-Q4"), ("year", "2026")):
        found = reader.json("report", *arguments, "--as-of", "2026-11-20")
        fits("report", found)
    assert found["received"] == len(list((reader.root / "cases").rglob("*.yaml")))


@pytest.mark.parametrize("form", ["md", "html", "docx", "xlsx"])
def test_comparison_with_the_period_before_and_a_year_ago(desk: Any, form: str) -> None:
    received = ["2025-03-04 09:00", *["2026-02-03 09:00"] * 2, *["2026-03-03 09:00"] * 3]
    for number, moment in enumerate(received):
        desk.new("投诉" if number else "建议", moment)
    desk("report", "month", "2026-03", "--as-of", "2026-04-01", "-o", f"r.{form}")
    read = READERS[form]((desk.root / f"r.{form}").read_bytes())
    row = next(row for row in read.tables["主要指标"] if row[0] == "受理诉求")
    assert row == ["受理诉求", "件", "3", "2", "+50.0%", "1", "+200.0%"]
    assert ["按期办结率", "%", "—", "—", "无可比数据", "—", "无可比数据"] in read.tables["主要指标"]
    assert "本月共受理群众诉求3件（环比增长50%，同比增长200%）" in read.lines[3]
    assert ["投诉", "3", "100%", "2", "0"] in read.tables["诉求类别分布"]
    # The twelve months begin in 2025-04; before 2026-02 none of them had a case.
    assert _table(read, "各月受理诉求") == {"2026-02": "2", "2026-03": "3"}


def test_history_counts_in_the_volume_alone(desk: Any) -> None:
    """Brought in long after it was received and answered elsewhere: still history, whatever day is told of."""
    table = "留言编号,留言主题,留言时间,留言详情,答复意见,答复时间\n"
    rows = "".join(f"{n},路灯不亮,2026-01-0{n} 09:00,人民路路灯不亮,已修好,2026-01-0{n + 2} 10:00\n" for n in (5, 6))
    (desk.root / "old.csv").write_text(table + rows, encoding="utf-8")
    desk("import", "old.csv", "--yes")
    desk.new("投诉", "2026-01-07 09:00")
    found = desk.json("report", "month", "2026-01", "--as-of", "2026-02-01")
    assert (found["received"], found["imported"], found["totals"]["received"]) == (3, 2, 0)
    said = desk("report", "year", "2026", "--as-of", "2026-12-31").out
    assert "共受理群众诉求3件（同比无可比数据），其中由其他系统导入的历史件2件" in said
    assert "环比" not in said


def test_an_empty_registry_has_a_report(desk: Any) -> None:
    said = desk("report", "quarter", "2026-Q1", "--as-of", "2026-04-01").out
    assert "本季度未受理诉求" in said
    assert "问政平台2026年第一季度季报" in said
    for form in ("html", "docx", "xlsx"):
        desk("report", "year", "2026", "--as-of", "2026-04-01", "-o", f"empty.{form}")


def test_the_last_full_period_unless_said(reader: Any) -> None:
    assert "2026年10月月报" in reader("report", "month", "--as-of", "2026-11-20").out
    assert "2026年11月月报" in reader("report", "month", "--as-of", "2026-12-01").out
    assert "2026年第三季度季报" in reader("report", "quarter", "--as-of", "2026-12-31").out
    assert "2025年年报" in reader("report", "year", "--as-of", "2026-12-31").out


def test_a_period_not_over_says_so(reader: Any) -> None:
    said = reader("report", "month", "2026-11", "--as-of", "2026-11-20").out
    assert "2026年11月1日至2026年11月20日，本期尚未结束" in said


def test_a_file_named_after_the_report(story_desk: Any, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    arguments = (*MONTH, "--format", "html", "--registry", story_desk.root)
    first = story_desk(*arguments, cwd=here)
    assert [file.name for file in here.iterdir()] == ["龙湾市问政平台2026年10月月报.html"]
    assert "written" in first.err
    assert "replaced" in story_desk(*arguments, cwd=here).err
    assert first.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("month", "2026-13"), "wz report month 2026-10"),
        (("quarter", "2026-10"), "wz report quarter 2026-Q3"),
        (("year", "26"), "wz report year 2026"),
        (("month", "2026-12"), "Give a period that has begun."),
        (("month", "-o", "report.pdf"), "--format"),
    ],
)
def test_what_is_no_report(reader: Any, arguments: tuple[str, ...], said: str) -> None:
    assert said in reader("report", *arguments, "--as-of", "2026-11-20", code=2).err


def test_charts_that_cannot_be_lettered_are_left_out_and_it_says_so() -> None:
    from wz.render.report.docx import document
    from wz.render.report.paper import Chart, Paper

    told: list[str] = []
    chart = Chart("bars", "\U000f1234", ["甲"], [1])  # a character that no font has
    made = docx.Document(io.BytesIO(document(Paper("题", "副题", [chart], "办公室"), told.append)))
    assert len(made.inline_shapes) == 0
    assert "no font" in told[0]


def test_a_ring_of_one_share_is_drawn() -> None:
    """An arc that ends where it begins would be none."""
    from wz.render.report.svg import shares

    drawn = shares(["甲", "乙"], [886, 0], "图")
    arc = drawn.split(' d="M')[1].split('"')[0]
    assert arc.split(" A")[0] != arc.split(" 1 1 ")[1].split(" L")[0]


def test_hostile_texts_stay_texts() -> None:
    from wz.render.report import docx as word
    from wz.render.report import html, markdown, xlsx
    from wz.render.report.paper import Chart, Column, Paper, Table
    from wz.render.report.paper import Paragraph as Text

    bad = "=1+1<script>alert(1)</script>&|\x0b"
    paper = Paper(bad, bad, [Text(bad), Chart("shares", "图", [bad], [1]), Table(bad, [Column("甲")], [[bad]])], bad)
    page = html.document(paper)
    assert "<script>alert" not in page
    assert "<script>alert" not in markdown.document(paper)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.document(paper))).worksheets[1]
    assert sheet["A2"].data_type == "s"
    word.document(paper, lambda message: None)
