"""A report as a Word document, laid out as GB/T 9704-2012 has it."""

import io
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from wz.errors import Usage
from wz.i18n import _
from wz.render.report.paper import Chart, Column, Heading, Paper, Paragraph, Signature, Table, is_right, words
from wz.render.xlsx import plain_text

_AREA = 156 * 56.69  # the text area's width in 1/20 pt
_ASCII = 0.67  # the width of an ASCII character to its height, in the widest font that may stand in for Times
_MARGIN = 110  # left and right of a cell's text together
_TOGETHER = 8  # a table with more rows may begin at the foot of a page
_WORD = re.compile(r"[^\s\u2e80-\uffff]+")  # a figure, a day, a case's number: not to be broken
_SIZES = ((6, 12.0), (8, 10.5), (99, 9.0))  # points of a table's text, by its number of columns


def document(paper: Paper, tell: Callable[[str], None]) -> bytes:
    """The whole document; `tell` is told where charts are left out, and why.

    Raises Usage where python-docx is missing.
    """
    try:
        from wz.render import gongwen
    except ImportError:
        raise Usage(
            _("documents need packages that are not installed"), _("Install them: pip install python-docx matplotlib")
        ) from None
    made = gongwen.sheet()
    made.core_properties.title, made.core_properties.author = plain_text(paper.title), plain_text(paper.issuer)
    made.core_properties.comments = ""
    gongwen.title(made, plain_text(paper.title)).paragraph_format.space_after = 0
    gongwen.line(made, plain_text(paper.subtitle), align=gongwen.CENTRE, after=14)
    draw = _drawing([block for block in paper.blocks if isinstance(block, Chart)], tell)
    for block in paper.blocks:
        match block:
            case Heading():
                gongwen.heading(made, plain_text(block.text)).paragraph_format.page_break_before = block.appendix
            case Paragraph():
                gongwen.line(made, plain_text(block.text), indent=2)
            case Chart():
                draw(made, block)
            case Table():
                _table(made, block)
            case Signature():
                _sign(made, block)
    whole = io.BytesIO()
    made.save(whole)
    return whole.getvalue()


def _drawing(charts: list[Chart], tell: Callable[[str], None]) -> Callable[[Any, Chart], None]:
    """How charts come into the document: as pictures, or not at all where they could not be lettered."""

    def nothing(made: Any, chart: Chart) -> None: ...

    if not charts:
        return nothing
    from wz.render.report import png

    try:
        font = png.lettering(charts)
    except ImportError:
        tell(_("The charts are left out, for matplotlib is not installed (pip install matplotlib)."))
        return nothing
    if font is None:
        tell(
            _(
                "The charts are left out, for this machine has no font with their Chinese characters. "
                "Install one, such as Noto Sans CJK."
            )
        )
        return nothing

    def picture(made: Any, chart: Chart) -> None:
        from docx.shared import Mm, Pt

        from wz.render import gongwen

        paragraph = gongwen.line(made, "", align=gongwen.CENTRE)
        form = paragraph.paragraph_format
        form.line_spacing = 1.0
        form.space_before = form.space_after = Pt(6)
        form.keep_with_next = True
        shape = paragraph.runs[0].add_picture(io.BytesIO(png.drawn(chart, font)), width=Mm(150))
        shape._inline.docPr.set("descr", plain_text(chart.title))

    return picture


def _sign(made: Any, block: Signature) -> None:
    """Who issues it, and when, never alone on a page."""
    from wz.render import gongwen

    made.paragraphs[-1].paragraph_format.keep_with_next = True
    for text in ("", block.issuer):
        gongwen.line(made, plain_text(text), align=gongwen.RIGHT).paragraph_format.keep_with_next = True
    gongwen.line(made, plain_text(block.issued), align=gongwen.RIGHT)


def _table(made: Any, table: Table) -> None:
    """The caption, and the table beneath it; its heading is repeated on every page, and no row is torn apart."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt

    from wz.render import gongwen

    caption = gongwen.line(made, plain_text(table.caption), size=14, font=gongwen.HEAD, align=gongwen.CENTRE)
    caption.paragraph_format.keep_with_next = True
    size = next(size for most, size in _SIZES if len(table.columns) <= most)
    texts = [[plain_text(words(cell, column.kind)) for cell, column in _pairs(row, table)] for row in table.all_rows]
    widths = _widths(table.columns, texts, size)
    heads = [column.heading for column in table.columns]
    rows = [_row(heads, ["center"] * len(heads), widths, size, gongwen.HEAD, heading=True, kept=True)]
    places = ["right" if is_right(column.kind) else "left" for column in table.columns]
    for number, row in enumerate(texts, 1):
        total = table.total is not None and number == len(texts)
        kept = number < len(texts) <= _TOGETHER
        rows.append(_row(row, places, widths, size, gongwen.HEAD if total else gongwen.BODY, kept=kept))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    half = _MARGIN // 2
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    element = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{half}" w:type="dxa"/><w:right w:w="{half}" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )
    made.element.body.insert_element_before(element, "w:sectPr")
    gongwen.line(made, "", size=8, height=Pt(14))


def _pairs(row: Sequence[Any], table: Table) -> list[tuple[Any, Column]]:
    return list(zip(row, table.columns, strict=True))


def _row(
    cells: Sequence[str],
    places: Sequence[str],
    widths: Sequence[int],
    size: float,
    font: str,
    *,
    heading: bool = False,
    kept: bool = False,
) -> str:
    """A row as Word's XML, `kept` on the page of the next: python-docx's own way takes seconds for a hundred rows."""
    together = "<w:keepNext/>" if kept else ""
    marks = "<w:cantSplit/>" + ("<w:tblHeader/>" if heading else "")
    half_points = round(size * 2)
    pitch = round(size * 26)
    made = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'{together}<w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="40" w:after="40" w:line="{pitch}" w:lineRule="exact"/>'
        f'<w:jc w:val="{place}"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" '
        f'w:eastAsia="{font}"/><w:sz w:val="{half_points}"/></w:rPr><w:t xml:space="preserve">{escape(cell)}</w:t>'
        "</w:r></w:p></w:tc>"
        for cell, place, width in zip(cells, places, widths, strict=True)
    ]
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(made)}</w:tr>"


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], size: float) -> list[int]:
    """Columns that hold their longest text where they can; where not, Chinese ones give way first, in 1/20 pt."""
    texts = [[row[place] for row in rows] for place in range(len(columns))]
    narrowest = [_wide(column.heading[:2], size) for column in columns]
    whole = [
        max([low, *(_wide(word, size) for text in cells for word in _WORD.findall(text))])
        for low, cells in zip(narrowest, texts, strict=True)
    ]
    wanted = [
        max([_wide(column.heading, size), *(_wide(text, size) for text in cells)])
        for column, cells in zip(columns, texts, strict=True)
    ]
    least = whole if sum(whole) < _AREA else narrowest
    spare = _AREA - sum(least)
    more = [max(0.0, want - low) for want, low in zip(wanted, least, strict=True)]
    if sum(more) > spare:
        # Everyone gets the same share of what is left, but none more than it wants.
        limit = next(cap for cap in range(int(spare), -1, -20) if sum(min(one, cap) for one in more) <= spare)
        return [int(low + min(one, limit)) for low, one in zip(least, more, strict=True)]
    stretch = min(_AREA / max(sum(wanted), 1), 1.6)
    return [int(want * stretch) for want in wanted]


def _wide(text: str, size: float) -> float:
    """How wide a text is, with its cell's margins, in 1/20 pt."""
    return sum(size if ord(sign) > 0x2E7F else size * _ASCII for sign in text) * 20 + _MARGIN
