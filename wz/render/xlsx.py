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
    Raises Usage where there are more rows than Excel takes; then nothing has been written.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("wz")
    try:
        _head(sheet, headings, kinds)
        cut = count = 0
        for count, row in enumerate(rows, 1):
            if count > MOST_ROWS:
                raise Usage(
                    _("Excel takes at most {count} rows").format(count=MOST_ROWS),
                    _("Narrow the query down, or write CSV or Parquet."),
                )
            cells = [_cell(sheet, kind, value) for kind, value in zip(kinds, row, strict=True)]
            cut += sum(isinstance(value, str | list) and len(plain_text(value)) > LONGEST_CELL for value in row)
            sheet.append(cells)
    except BaseException:
        sheet.close()
        raise
    sheet.auto_filter.ref = f"A1:{letters(len(headings))}{count + 1}"
    with TemporaryFile() as whole:  # an archive is written with leaps, which a pipe cannot take
        book.save(whole)
        whole.seek(0)
        copyfileobj(whole, out)
    return cut


def _head(sheet: Any, headings: Sequence[str], kinds: Sequence[str]) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet.freeze_panes = "A2"
    for place, kind in enumerate(kinds, 1):
        sheet.column_dimensions[letters(place)].width = _WIDTHS[kind]
    bold = Font(bold=True)
    cells = [WriteOnlyCell(sheet, heading) for heading in headings]
    for cell in cells:
        cell.font = bold
    sheet.append(cells)


def letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place))


def _cell(sheet: Any, kind: str, value: Any) -> Any:
    """A value as a cell of its own type."""
    from openpyxl.cell import WriteOnlyCell

    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        naive = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(sheet, naive)  # type: ignore[arg-type]
        cell.number_format = _FORMATS[kind]
        return cell
    if isinstance(value, int | float):
        return value
    text = plain_text(value)[:LONGEST_CELL]
    if text[:1] not in ("=", "#"):
        return text
    cell = WriteOnlyCell(sheet, text)  # a text whatever it begins with: `=` would make a formula of it, `#N/A` an error
    cell.data_type = "s"
    return cell


def plain_text(value: Any) -> str:
    """A text as the sheet's XML takes it; Excel would read `_x000D_` as a control character."""
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return _ESCAPE.sub("_x005F_", _UNWRITABLE.sub("", text))
