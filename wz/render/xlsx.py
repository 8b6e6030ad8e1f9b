"""A spreadsheet of rows: real days, instants and numbers, texts that never are formulas, headings that stay in view."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any

from wz.errors import Usage
from wz.i18n import _

LONGEST_CELL = 32_767  # characters; Excel takes no more
MOST_ROWS = 1_048_575  # under the heading

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMATS = {"day": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss"}
_WIDTHS = {"day": 12, "instant": 20, "number": 9, "yes-no": 9, "code": 14, "texts": 16, "text": 30}


def write(out: IO[bytes], headings: Sequence[str], kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write the rows as one sheet. Returns how many texts were cut at Excel's longest cell.

    Kinds are `text`, `code`, `texts` (joined by `;`), `day`, `instant` (as the clock shows it), `number`, `yes-no`.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("wz")
    sheet.freeze_panes = "A2"
    for place, kind in enumerate(kinds, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[kind]
    bold = Font(bold=True)
    head = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, heading)
        cell.font = bold
        head.append(cell)
    sheet.append(head)
    cut = count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise Usage(
                _("Excel takes at most {count} rows").format(count=MOST_ROWS),
                _("Narrow the query down, or write CSV or Parquet."),
            )
        cells: list[Any] = []
        for kind, value in zip(kinds, row, strict=True):
            if value is None or value == []:
                cells.append(None)
            elif isinstance(value, bool):
                cells.append("yes" if value else "no")
            elif isinstance(value, date):
                naive = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                cell = WriteOnlyCell(sheet, naive)  # type: ignore[arg-type]
                cell.number_format = _FORMATS[kind]
                cells.append(cell)
            elif isinstance(value, int | float):
                cells.append(value)
            else:
                text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
                text = _ESCAPE.sub("_x005F_", _UNWRITABLE.sub("", text))
                cut += len(text) > LONGEST_CELL
                cells.append(_text(sheet, text[:LONGEST_CELL], WriteOnlyCell))
        sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{count + 1}"
    with TemporaryFile() as whole:  # an archive is written with leaps, which a pipe cannot take
        book.save(whole)
        whole.seek(0)
        copyfileobj(whole, out)
    return cut


def _text(sheet: Any, text: str, cell_type: Any) -> Any:
    """A cell that is a text whatever it begins with: `=` would make a formula of it, `#N/A` an error."""
    if text[:1] not in ("=", "#"):
        return text
    cell = cell_type(sheet, text)
    cell.data_type = "s"
    return cell
