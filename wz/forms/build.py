"""Builds the packaged templates of official documents: python wz/forms/build.py. An office edits its copies in Word."""

from pathlib import Path
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from wz.render.gongwen import BODY, CENTRE, HEAD, LEFT, LINE, RED, RIGHT, TITLE, heading, line, run, sheet, title

HERE = Path(__file__).parent


def body(document: Any, text: str) -> None:
    line(document, text, indent=2)


def optional(document: Any, name: str, **more: Any) -> None:
    """A value in a paragraph of its own, where there is one."""
    for text in (f"{{%p if {name} %}}", f"{{{{ {name} }}}}", "{%p endif %}"):
        line(document, text, **more)


def red_head(document: Any, mark: str) -> None:
    """The mark of the issuing body in red, the number, and the red line."""
    line(document, mark, size=32, font=TITLE, align=CENTRE, colour=RED, height=Pt(56))
    number = line(document, "{{ number }}", align=CENTRE)
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "C81010")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    properties = number._p.get_or_add_pPr()
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")
    number.paragraph_format.space_after = Pt(20)


def signed(document: Any, who: str, gap: Any = LINE) -> None:
    """Who signs, and the date; never alone on a page."""
    for table in document.tables:
        for cell in table.rows[-1].cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    line(document, "", height=gap)
    line(document, who, align=RIGHT).paragraph_format.right_indent = Pt(32)
    for paragraph in reversed(document.paragraphs):
        paragraph.paragraph_format.keep_with_next = True
        text, indented = paragraph.text, paragraph.paragraph_format.first_line_indent
        if indented and "{%" not in text and "withheld" not in text:  # the last paragraph of the text itself
            break
    line(document, "{{ date }}", align=RIGHT).paragraph_format.right_indent = Pt(64)


def grid(document: Any, rows: list[tuple[str, ...]], heights: dict[int, float] | None = None) -> None:
    """A form's table of labels and values: two pairs in a row, or one pair that takes the whole row."""
    table = document.add_table(rows=0, cols=4)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = (Mm(26), Mm(54), Mm(26), Mm(50))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, cells in enumerate(rows):
        row = table.add_row()
        if heights and number in heights:
            row.height = Mm(heights[number])
        made = list(row.cells)
        for cell, width in zip(made, widths, strict=True):
            cell.width = width
        if len(cells) == 2:
            made[1].merge(made[3])
            made = [row.cells[0], row.cells[1]]
        for place, (cell, text) in enumerate(zip(made, cells, strict=True)):
            label = place % 2 == 0
            fill(cell, text, label)


def fill(cell: Any, text: str, label: bool) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL

    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = CENTRE if label else LEFT
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(2)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(20)
    run(paragraph, text, 14, HEAD if label else BODY)


def transfer() -> Any:
    document = sheet(table=True)
    title(document, "{{ city }}网络问政平台办理事项交办单")
    grid(
        document,
        [
            ("编    号", "{{ id }}", "交办时间", "{{ transferred }}"),
            ("承办单位", "{{ unit }}", "交办方式", "{{ route }}"),
            ("协办单位", "{{ assist }}", "指导部门", "{{ guide }}"),
            ("诉求类别", "{{ category }}", "诉求渠道", "{{ channel }}"),
            ("收到时间", "{{ received }}", "属    地", "{{ area }}"),
            ("受理范围", "{{ scope }}"),
            ("诉 求 人", "{{ contact }}"),
            ("诉求标题", "{{ title }}"),
            ("诉求内容", "{{ content }}"),
            ("办理时限", "{{ deadlines }}"),
            ("办理要求", "{{ requirements }}"),
            ("保密要求", "{{ confidential }}"),
        ],
        {8: 36},
    )
    signed(document, "{{ office }}", gap=Pt(12))
    return document


def answer() -> Any:
    document = sheet()
    optional(document, "number", align=RIGHT, after=16)
    title(document, "{{ heading }}")
    line(document, "尊敬的诉求人：")
    body(document, "您于{{ received }}通过{{ channel }}反映的“{{ title }}”（编号{{ id }}），现答复如下：")
    body(document, "{{ answer }}")
    body(document, "如对本答复的办理情况有评价意见，请通过网络问政平台进行满意度评价。")
    signed(document, "{{ unit }}")
    return document


def supervision() -> Any:
    document = sheet()
    red_head(document, "督  办  通  知")
    title(document, "{{ heading }}")
    line(document, "{{ unit }}：")
    body(
        document,
        "{{ transferred }}转你单位办理的“{{ title }}”（编号{{ id }}，{{ category }}类），属于{{ ground }}，现予督办。",
    )
    heading(document, "一、督办要求")
    body(document, "{{ text }}")
    heading(document, "二、督办方式和办结时限")
    body(document, "督办方式：{{ method }}。请于{{ due }}前办结，并通过平台提交办理情况。")
    heading(document, "三、办理情况")
    body(document, "{{ standing }}")
    optional(document, "withheld", indent=2)
    signed(document, "{{ office }}")
    return document


def returned() -> Any:
    document = sheet(table=True)
    title(document, "办理事项退回申请审核表")
    grid(
        document,
        [
            ("编    号", "{{ id }}", "诉求类别", "{{ category }}"),
            ("诉求标题", "{{ title }}"),
            ("申请单位", "{{ unit }}", "申请时间", "{{ requested }}"),
            ("交办时间", "{{ transferred }}", "申请期限", "{{ limit }}"),
            ("退回理由", "{{ reason }}"),
            ("退回依据", "{{ basis }}"),
            ("审核意见", "{{ finding }}"),
            ("审核说明", "{{ explanation }}"),
            ("审核时间", "{{ reviewed }}"),
            ("审核单位", "{{ office }}"),
        ],
        {4: 40, 5: 30, 7: 40},
    )
    line(
        document,
        "注：承办单位认为不属于本单位职责或者受理范围的，自收到交办单之日起{{ days }}个工作日内申请退回；"
        "不同意退回的，由承办单位继续办理，原办理时限不变。",
        size=12,
        height=Pt(20),
    )
    return document


def opinion() -> Any:
    document = sheet()
    optional(document, "number", align=RIGHT, after=16)
    title(document, "{{ heading }}")
    line(document, "{{ office }}：")
    body(
        document,
        "“{{ title }}”（编号{{ id }}）经诉求人首次评价为“{{ rating }}”，于{{ redo_since }}发回我单位重办。"
        "现将履责情况报告如下：",
    )
    heading(document, "一、办理情况")
    body(document, "{{ result }}")
    heading(document, "二、法律法规政策依据")
    body(document, "{{ legal_basis }}")
    heading(document, "三、暂时不能办理或者诉求人不满意的原因")
    body(document, "{{ ground }}。{{ text }}")
    heading(document, "四、向诉求人说明的情况")
    body(document, "{{ informed }}")
    signed(document, "{{ unit }}")
    return document


def urge() -> Any:
    document = sheet()
    red_head(document, "催  办  通  知")
    title(document, "{{ heading }}")
    line(document, "{{ unit }}{{ person }}：")
    body(
        document,
        "{{ transferred }}转你单位办理的“{{ title }}”（编号{{ id }}，{{ category }}类）已经超期，"
        "现予催办（{{ level }}），请抓紧办理。",
    )
    heading(document, "一、超期情况")
    body(document, "{{ standing }}")
    heading(document, "二、处理依据")
    body(document, "{{ consequence }}")
    heading(document, "三、办理要求")
    body(document, "请立即办理并通过平台提交办理情况；有正当理由的，请及时说明原因。{{ text }}")
    optional(document, "withheld", indent=2)
    signed(document, "{{ office }}")
    return document


def criticism() -> Any:
    document = sheet()
    red_head(document, "通    报")
    title(document, "{{ heading }}")
    line(document, "各乡镇人民政府，市政府各部门，市属、驻市各单位：")
    body(
        document,
        "{{ unit }}承办的网络问政事项（编号{{ id }}，{{ category }}类）超期未办结，且未说明原因。"
        "根据{{ rules }}第二十六条的规定，予以全市通报批评一次。",
    )
    heading(document, "一、超期情况")
    body(document, "{{ standing }}")
    heading(document, "二、处理")
    body(document, "{{ consequence }}")
    heading(document, "三、要求")
    body(
        document,
        "{{ unit }}要认真查找原因，立即整改并办结该事项。各单位要引以为戒，严格按照规定的时限办理群众诉求。{{ text }}",
    )
    signed(document, "{{ office }}")
    return document


def brief() -> Any:
    document = sheet()
    red_head(document, "信 息 专 报")
    title(document, "{{ brief_title }}")
    body(document, "{{ text }}")
    line(document, "")
    grid(
        document,
        [
            ("事项编号", "{{ id }}", "诉求类别", "{{ category }}"),
            ("收到时间", "{{ received }}", "属    地", "{{ area }}"),
            ("诉求标题", "{{ title }}"),
            ("领导批示", "{{ instruction }}"),
        ],
        {3: 40},
    )
    line(document, "报：市领导  送：{{ supervision }}", size=14, align=LEFT)
    signed(document, "{{ office }}")
    return document


FORMS = {
    "transfer": transfer,
    "answer": answer,
    "supervision": supervision,
    "return": returned,
    "opinion": opinion,
    "urge": urge,
    "criticism": criticism,
    "brief": brief,
}


if __name__ == "__main__":
    for name, make in FORMS.items():
        document = make()
        document.core_properties.author = document.core_properties.comments = ""
        document.save(str(HERE / f"{name}.docx"))
