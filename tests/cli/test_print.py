"""Official documents: each form is filled from the case and holds nothing that its reader may not see."""

import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Mm

DAY = ("--as-of", "2026-11-20")
ORDER = ("--ground", "23(3)", "--method", "下发通知督办", "--text", "立即到现场核查。")
# A case of the sample for each form, what is typed besides, and words that the document must hold.
FORMS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "transfer": (
        "20261108-7GR7G6",
        (),
        (
            "办理事项交办单",
            "南坪乡人民政府",
            "公安局交通警察大队",
            "2026年11月11日前沟通",
            "2026年11月16日前办结",
            "1个工作日内申请退回",
            "不得向被投诉对象透露",
        ),
    ),
    "answer": (
        "20261008-AH14SF",
        (),
        ("龙城管复〔2026〕31号", "尊敬的诉求人", "夜市22时30分收摊", "城市管理局", "2026年10月15日"),
    ),
    "supervision": (
        "20261031-EBX9R6",
        (*ORDER, "--number", "龙五型办督〔2026〕7号"),
        (
            "督  办  通  知",
            "龙五型办督〔2026〕7号",
            "第二十三条（三）“逾期未办结的事项”",
            "立即到现场核查。",
            "第二十四条（二）",
            "2026年11月24日前办结",
            "已超期9个工作日",
        ),
    ),
    "return": (
        "20261118-W84TR3",
        (),
        ("退回申请审核表", "民政局", "宜由属地直接办理", "待审核", "2026年11月20日"),
    ),
    "opinion": (
        "20261018-WZPSP8",
        (),
        ("书面履责意见", "非常不满意", "2026年10月27日", "第十八条（三）", "愿意考虑换地", "自然资源局"),
    ),
    "urge": (
        "20261031-EBX9R6",
        ("--number", "龙五型办催〔2026〕3号"),
        (
            "催  办  通  知",
            "主要领导万里程同志",
            "2026年11月9日",
            "已超期9个工作日",
            "“红色”预警",
            "计扣3分",
            "第二十六条",
        ),
    ),
    "criticism": (
        "20261103-NW4SZY",
        (),
        ("通    报", "东溪镇人民政府", "全市通报批评1次", "已超期7个工作日", "各乡镇人民政府"),
    ),
    "brief": (
        "20261117-ZHVN27",
        ("--number", "第6期"),
        ("信 息 专 报", "第6期", "涉及商户一百余户", "领导批示", "2026年11月18日"),
    ),
}


def text_of(content: bytes) -> str:
    """Everything that a Word document says, in its paragraphs and tables."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def printed(desk: Any, tmp_path: Path, *arguments: str) -> str:
    target = tmp_path / "out.docx"
    desk("print", *arguments, "-o", target, "--force")
    return text_of(target.read_bytes())


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_filled(reader: Any, tmp_path: Path, form: str) -> None:
    case, more, words = FORMS[form]
    text = printed(reader, tmp_path, case, "--form", form, *more, *DAY)
    assert [word for word in words if word not in text] == []
    assert "{" not in text
    assert "None" not in text


def test_every_form_is_known(reader: Any) -> None:
    """What the command offers, what the office can fill, what is packaged: the same."""
    from wz.cli.print import _NAMES
    from wz.office import forms
    from wz.office.templates import packaged

    assert set(_NAMES) == set(forms.FORMS) == set(FORMS) == {path.stem for path in packaged().glob("*.docx")}


@pytest.mark.parametrize("form", ["answer", "supervision", "opinion", "urge", "criticism", "brief"])
def test_layout_of_official_documents(form: str) -> None:
    """GB/T 9704-2012: A4, 37 mm above, 28 mm left, a text area of 156 by 225 mm, 16 pt on lines of 22 to the page."""
    from wz.office.templates import packaged

    document = docx.Document(str(packaged() / f"{form}.docx"))
    (section,) = document.sections
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size / Mm(1)) for size in sizes] == [210, 297, 37, 28]
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156
    assert round((section.page_height - section.top_margin - section.bottom_margin) / Mm(1)) == 225
    texts = [one for one in document.paragraphs if one.paragraph_format.first_line_indent and one.text]
    assert len(texts) >= 1
    assert {run.font.size.pt for one in texts for run in one.runs} == {16}
    assert {one.paragraph_format.line_spacing.pt for one in texts} == {28.95}
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def about(desk: Any, *named: str) -> str:
    """A complaint of 2026-03-02 that tells who the petitioner is."""
    case: str = desk(
        *("new", "--category", "投诉", "--channel", "网站", "--title", "张某13800138000投诉执法"),
        *("--content", "我家住城关镇朝阳小区3栋501室，身份证11010519491231002X。\n执法态度恶劣。"),
        *("--source", "12345:A-77", "--received", "2026-03-02 08:30", "--format", "id"),
        *(one for name in named for one in ("--about", name)),
    ).out.strip()
    desk("transfer", case, "--to", "城管局", "--assist", "城关镇", "--route", "共同办理", "--at", "2026-03-02 09:00")
    return case


PERSONAL = ("13800138000", "3栋501", "11010519491231002X", "A-77")


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ("transfer", ()),
        ("supervision", (*ORDER[:5], "请回访张某13800138000，朝阳小区3栋501室。")),
        ("urge", ("--text", "请回访13800138000。")),
        ("criticism", ()),
    ],
)
def test_nothing_of_the_petitioner_reaches_whom_it_complains_of(
    desk: Any, tmp_path: Path, form: str, more: tuple[str, ...]
) -> None:
    """第十九条."""
    case = about(desk, "城市管理局")
    text = printed(desk, tmp_path, case, "--form", form, *more, "--as-of", "2026-03-31")
    assert [one for one in PERSONAL if one in text] == []
    assert form == "criticism" or "依据第十九条，诉求人的相关信息不予提供" in text


def test_other_units_see_the_whole(desk: Any, tmp_path: Path) -> None:
    case = about(desk, "城市管理局")
    text = printed(desk, tmp_path, case, "--form", "transfer", "--unit", "城关镇")
    assert "13800138000" in text
    assert "3栋501" in text
    assert "城关镇人民政府" in text
    assert "wz show" in desk("print", case, "--form", "transfer", "--unit", "市监局", code=2).err


@pytest.mark.parametrize(
    ("form", "code", "said"),
    [
        ("answer", 3, "第十五条"),
        ("supervision", 2, "--ground, --method, --text"),
        ("return", 3, "第十条（二）"),
        ("opinion", 3, "第十八条"),
        ("urge", 3, "第二十六条"),
        ("criticism", 3, "第二十六条"),
        ("brief", 2, "--title, --text"),
    ],
)
def test_a_case_that_has_not_got_so_far(desk: Any, form: str, code: int, said: str) -> None:
    case = desk.new("投诉", "2026-03-02 08:30")
    if form != "brief":
        assert "第九条" in desk("print", case, "--form", form, code=3).err
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    assert said in desk("print", case, "--form", form, "--as-of", "2026-03-03", code=code).err
    assert "2026-03-02" in desk("print", case, "--form", form, "--as-of", "2026-03-01", code=2).err
    assert not list(desk.root.glob("*.docx"))


def test_a_brief_from_options(desk: Any, tmp_path: Path) -> None:
    case = desk.new()
    text = printed(
        desk,
        tmp_path,
        case,
        "--form",
        "brief",
        "--title",
        "关于路灯的专报",
        "--text",
        "第一段\n第二段",
        "--date",
        "2026-03-05",
    )
    assert "关于路灯的专报" in text
    assert "第一段\n第二段" in text  # two paragraphs
    assert "2026年3月5日" in text


def test_an_order_that_sets_its_own_day(reader: Any, tmp_path: Path) -> None:
    """第二十四条（三）: on the spot, done by the day that the order sets."""
    order = ("EBX9R6", "--form", "supervision", "--ground", "23(2)", "--method", "onsite", "--text", "x", *DAY)
    assert "--due" in reader("print", *order, "-o", tmp_path / "x.docx", code=2).err
    assert "2026年12月1日前办结" in printed(reader, tmp_path, *order, "--due", "2026-12-01")


def test_only_an_opinion_of_the_third_item(reader: Any, tmp_path: Path) -> None:
    assert "第十八条（三）" in reader("print", "C3PTN5", "--form", "opinion", "-o", tmp_path / "x.docx", code=3).err


def test_hostile_texts_stay_texts(desk: Any, tmp_path: Path) -> None:
    case = desk.new()
    hostile = "<w:p>&amp; {{ 7*7 }} {% raw %} ]]> \"'"
    text = printed(desk, tmp_path, case, "--form", "brief", "--title", hostile, "--text", hostile)
    assert text.count(hostile) == 2


def test_the_name_of_the_file(reader: Any, tmp_path: Path) -> None:
    command = ("--registry", reader.root, "print", "AH14SF", "--form", "answer")
    assert reader(*command, cwd=tmp_path).out == "20261008-AH14SF-答复.docx\n"
    before = (tmp_path / "20261008-AH14SF-答复.docx").read_bytes()
    assert "--force" in reader(*command, cwd=tmp_path, code=2).err
    assert (tmp_path / "20261008-AH14SF-答复.docx").read_bytes() == before
    reader(*command, "--force", cwd=tmp_path)
    assert "nowhere" in reader(*command, "-o", tmp_path / "nowhere/x.docx", code=4).err


# -- templates of the office's own


def own_template(desk: Any, *paragraphs: str) -> None:
    (desk.root / "forms").mkdir()
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(desk.root / "forms/brief.docx"))


BRIEF = ("--form", "brief", "--title", "题", "--text", "文")


def test_the_registrys_own_template_goes_first(desk: Any, tmp_path: Path) -> None:
    own_template(desk, "本办自拟：{{ brief_title }}，{{ city }}", "{%p if number %}", "{{ number }}", "{%p endif %}")
    text = printed(desk, tmp_path, desk.new(), *BRIEF)
    assert text == "本办自拟：题，龙湾市"


@pytest.mark.parametrize(
    ("paragraph", "said"),
    [
        ("{{ tilte }}", "tilte"),
        ("{{ title", "forms/brief.docx"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "forms/brief.docx"),
    ],
)
def test_a_template_that_cannot_be_filled(desk: Any, tmp_path: Path, paragraph: str, said: str) -> None:
    own_template(desk, paragraph)
    done = desk("print", desk.new(), *BRIEF, "-o", tmp_path / "x.docx", code=4)
    assert said in done.err
    assert not (tmp_path / "x.docx").exists()


def test_a_template_that_is_no_document(desk: Any, tmp_path: Path) -> None:
    (desk.root / "forms").mkdir()
    (desk.root / "forms/brief.docx").write_bytes(b"no zip")
    assert "forms/brief.docx" in desk("print", desk.new(), *BRIEF, "-o", tmp_path / "x.docx", code=4).err


def test_templates_are_copied_out_and_kept(desk: Any) -> None:
    assert desk("print", "--templates", "forms").out.split() == sorted(f"forms/{form}.docx" for form in FORMS)
    (desk.root / "forms/brief.docx").write_bytes(b"edited")
    assert desk("print", "--templates", "forms").out == ""
    assert (desk.root / "forms/brief.docx").read_bytes() == b"edited"


def test_every_name_of_a_template_is_documented() -> None:
    """docs/forms.md lists each name that a packaged template uses, and each that the office can fill in."""
    import re

    from wz.office.templates import packaged

    page = (Path(__file__).parents[2] / "docs/forms.md").read_text("utf-8")
    listed = set(re.findall(r"`([a-z_]+)`", page))
    for path in packaged().glob("*.docx"):
        used = set(re.findall(r"\{\{ (\w+) \}\}", text_of(path.read_bytes())))
        assert used - listed == set(), path.stem


def test_an_urging_on_record_is_printed_as_it_stood_then(reader: Any, tmp_path: Path) -> None:
    """第二十六条: the sample urged 双桥镇 on 3 November (one day: blue, 承办人), on 6 November (four: red)."""
    case = "20261028-0G4K2X"
    red = printed(reader, tmp_path, case, "--form", "urge", *DAY)
    assert "双桥镇人民政府主要领导方正平同志" in red
    assert "截至2026年11月6日已超期4个工作日，达到“红色”预警" in red
    assert "移交督查" not in red
    assert red.count("2026年11月6日") >= 2
    blue = printed(reader, tmp_path, case, "--form", "urge", "--as-of", "2026-11-03")
    assert "双桥镇人民政府承办人宋玉婷同志" in blue
    assert "已超期1个工作日，达到“蓝色”预警" in blue
    assert "第二十六条" in reader("print", case, "--form", "urge", "--unit", "交通局", *DAY, code=3).err


def test_an_order_on_record_does_not_tell_of_later_days(reader: Any, tmp_path: Path) -> None:
    """第二十四条（四）: ordered on 19 October; what was done on 4 November was not known then."""
    text = printed(reader, tmp_path, "20261014-PZS840", "--form", "supervision", *DAY)
    assert "2026年10月19日" in text
    assert "11月4日" not in text


def test_a_criticism_names_the_referral(reader: Any, tmp_path: Path) -> None:
    text = printed(reader, tmp_path, "20261028-0G4K2X", "--form", "criticism", *DAY)
    assert "本件已于2026年11月12日转龙湾市人民政府督查室处理" in text
