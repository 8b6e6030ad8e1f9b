"""Word documents laid out as GB/T 9704-2012 has them: A4, 37 mm above and 28 mm left of a text area of 156 by 225 mm.

22 lines of 28 characters in 仿宋 of 16 pt, title in 小标宋 of 22 pt, page numbers between dashes.
"""

from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

BODY, HEAD, TITLE, KAI, SONG = "仿宋_GB2312", "黑体", "方正小标宋简体", "楷体_GB2312", "宋体"
RED = RGBColor(0xC8, 0x10, 0x10)
CENTRE, RIGHT, LEFT, JUSTIFIED = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
LINE = Pt(28.95)  # 22 lines in 225 mm
_PITCH = "579"  # the same in 1/20 pt
# 1/20 pt off each character's 16 pt, so that 28 fit into 156 mm. Said so rather than by a grid of characters, for
# which LibreOffice gives a character that is wider than its cell two cells.
_TIGHT = "-5"


def sheet(table: bool = False) -> Any:
    """An empty A4 sheet with its margins and page number; a form that is a table is no 公文, and has narrower ones."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), _PITCH)
    if table:
        section.top_margin = section.bottom_margin = Mm(20)
        section.footer_distance = Mm(12)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(16)
    properties = style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    tight = OxmlElement("w:spacing")
    tight.set(qn("w:val"), _TIGHT)
    properties.insert_element_before(tight, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
    footer = section.footer.paragraphs[0]
    footer.alignment = CENTRE
    run(footer, "— ", 14, SONG)
    field(run(footer, "", 14, SONG), "PAGE")
    run(footer, " —", 14, SONG)
    return document


def run(paragraph: Any, text: str, size: float, font: str = BODY, bold: bool = False, colour: Any = None) -> Any:
    made = paragraph.add_run(text)
    made.font.name, made.font.size, made.font.bold = "Times New Roman", Pt(size), bold
    made._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        made.font.color.rgb = colour
    return made


def field(made: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        made._element.append(element)


def line(
    document: Any,
    text: str,
    *,
    size: float = 16,
    font: str = BODY,
    align: Any = JUSTIFIED,
    indent: float = 0,
    **more: Any,
) -> Any:
    """A paragraph; `indent` counts characters of its first line."""
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(0), Pt(more.get("after", 0))
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, more.get("height", LINE)
    form.first_line_indent = Pt(size * indent)
    paragraph.alignment = align
    run(paragraph, text, size, font, more.get("bold", False), more.get("colour"))
    return paragraph


def heading(document: Any, text: str) -> Any:
    made = line(document, text, font=HEAD, indent=2)
    made.paragraph_format.keep_with_next = True
    return made


def title(document: Any, text: str) -> Any:
    return line(document, text, size=22, font=TITLE, align=CENTRE, height=Pt(34), after=14)
