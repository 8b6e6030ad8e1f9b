"""A report as a workbook: its text, then a sheet for each table with real numbers, and Excel's own charts beside."""

import io
import re
from collections.abc import Sequence
from typing import Any

from wz.render.report.paper import (
    Chart,
    Column,
    Heading,
    Kind,
    Paper,
    Paragraph,
    Signature,
    Table,
    is_right,
    typed,
    words,
)
from wz.render.xlsx import LONGEST_CELL, letters, plain_text

_FORMATS: dict[Kind, str] = {
    "count": "0",
    "number": "General",
    "share": "0.0%",
    "change": "+0.0%;-0.0%;0.0%",
    "day": "yyyy-mm-dd",
}
_FORBIDDEN = re.compile(r"[\\/*?:\[\]]")
_LONGEST_NAME = 31  # characters of a sheet's name
_NARROWEST, _WIDEST = 8, 48  # columns, in characters of the standard font


def document(paper: Paper) -> bytes:
    """The whole workbook."""
    from openpyxl import Workbook

    book = Workbook()
    text = book.active
    assert text is not None
    text.title = "正文"
    _text_sheet(text, paper)
    pending: list[Chart] = []
    for block in paper.blocks:
        if isinstance(block, Chart):
            pending.append(block)
        elif isinstance(block, Table):
            sheet = book.create_sheet(_name(block.caption, book.sheetnames))
            _table(sheet, block)
            _page(sheet, landscape=bool(pending) or len(block.columns) > 8)
            for chart in pending:
                _draw(sheet, chart, block)
            pending = []
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _name(caption: str, taken: Sequence[str]) -> str:
    """A sheet's name, which no other sheet has."""
    name = _FORBIDDEN.sub("_", caption)[:_LONGEST_NAME]
    number = 1
    while name in taken:
        number += 1
        name = f"{_FORBIDDEN.sub('_', caption)[: _LONGEST_NAME - 3]} {number}"
    return name


def _text_sheet(sheet: Any, paper: Paper) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 84
    sheet.sheet_view.showGridLines = False
    lines = [(paper.title, "title"), (paper.subtitle, "subtitle")]
    for block in paper.blocks:
        if isinstance(block, Heading) and not block.appendix:
            lines.append((block.text, "heading"))
        elif isinstance(block, Paragraph):
            lines.append((block.text, "text"))
        elif isinstance(block, Signature):
            lines += [(text, "signed") for text in block]
    fonts = {"title": Font(bold=True, size=18), "heading": Font(bold=True, size=13)}
    places = {"title": "center", "subtitle": "center", "signed": "right"}
    for number, (line, kind) in enumerate(lines, 1):
        cell = _put(sheet, number, 1, line, "text")
        cell.font = fonts.get(kind, Font(size=11))
        cell.alignment = Alignment(horizontal=places.get(kind, "left"), vertical="center", wrap_text=True)
        # Excel fits rows to wrapped text only when a cell is edited; a Chinese character is two columns wide.
        sheet.row_dimensions[number].height = {"title": 34, "heading": 26}.get(
            kind, 17 * (1 + _columns(line) // 80) + 3
        )
    _page(sheet, landscape=False)


def _table(sheet: Any, table: Table) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    sheet.freeze_panes = "A2"
    thin = Side(style="thin", color="BFBFBF")
    frame = Border(left=thin, right=thin, top=thin, bottom=thin)
    rows = [[column.heading for column in table.columns], *table.all_rows]
    for number, row in enumerate(rows, 1):
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True), 1):
            cell = _put(sheet, number, place, value, "text" if number == 1 else column.kind)
            cell.border = frame
            if number == 1:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F1")
                cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            else:
                right = is_right(column.kind)
                cell.alignment = Alignment(horizontal="right" if right else "left", vertical="top", wrap_text=not right)
                if row is table.total:
                    cell.font = Font(bold=True)
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[letters(place)].width = _width(column, [row[place - 1] for row in table.all_rows])
    sheet.auto_filter.ref = f"A1:{letters(len(table.columns))}{len(table.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.oddHeader.center.text = table.caption.replace("&", "&&")


def _page(sheet: Any, *, landscape: bool) -> None:
    """A4, as wide as the sheet, with the page's number beneath."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "— &P —"


def _put(sheet: Any, number: int, place: int, cell: Any, kind: Kind) -> Any:
    """A value in a cell of its own type; a text is one whatever it begins with."""
    value, kind = typed(cell, kind)
    made = sheet.cell(number, place)
    if isinstance(value, str):
        made.value = plain_text(value)[:LONGEST_CELL]
        made.data_type = "s"
    else:
        made.value = value
    if value is not None and kind in _FORMATS:
        made.number_format = _FORMATS[kind]
    return made


def _width(column: Column, cells: Sequence[Any]) -> int:
    """Wide enough for heading (with its filter's button) and values."""
    texts = [words(cell, column.kind) for cell in cells]
    longest = max([_columns(column.heading) + 4, *(_columns(text) + 2 for text in texts)])
    return min(max(longest, _NARROWEST), _WIDEST)


def _columns(text: str) -> int:
    """A Chinese character is two columns wide."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _draw(sheet: Any, chart: Chart, table: Table) -> None:
    """A chart beside the table that has its figures in the second column."""
    from openpyxl.chart import BarChart, DoughnutChart, LineChart, Reference
    from openpyxl.chart.label import DataLabelList

    count = len(chart.values)
    drawn: Any = {"bars": BarChart, "line": LineChart, "shares": DoughnutChart}[chart.kind]()
    drawn.title = chart.title
    drawn.width, drawn.height = 18, max(7.5, 0.8 * count + 3 if chart.kind == "bars" else 0)
    drawn.add_data(Reference(sheet, min_col=2, min_row=2, max_row=count + 1))
    drawn.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=count + 1))
    drawn.dataLabels = DataLabelList()
    drawn.dataLabels.showVal = True
    for other in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(drawn.dataLabels, other, False)
    if chart.kind == "shares":
        drawn.holeSize = 55
    else:
        drawn.legend = None
        drawn.x_axis.delete = drawn.y_axis.delete = False
        drawn.y_axis.scaling.min = 0
        drawn.y_axis.majorGridlines = None
    if chart.kind == "bars":
        drawn.type, drawn.gapWidth = "bar", 60
        drawn.x_axis.scaling.orientation = "maxMin"  # the first row above
        drawn.y_axis.delete = True
    sheet.add_chart(drawn, f"{letters(len(table.columns) + 2)}2")
