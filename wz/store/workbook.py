"""The gate to openpyxl: a sheet of an XLSX file as records, and records as an XLSX file."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from wz.errors import Usage
from wz.i18n import _, listed
from wz.model.table import MAX_COLUMNS, MAX_ROWS, Record, Value

# What a file may unpack to: a spreadsheet of a million short rows is about 200 MiB, one of long petitions twice that.
MAX_UNPACKED = 1 << 30
_MAX_MEMBERS = 10_000
_EMPTY: tuple[None, str] = (None, "")


def read_workbook(name: str, data: bytes, sheet: str | None) -> tuple[str, Iterator[Record]]:
    """The sheet's name and its records, read at once. Raises Usage where it is no such file, or too big."""
    _refuse_archive(name, data)
    try:
        return _read(name, data, sheet)
    except Usage:
        raise
    # openpyxl answers a malformed file with whatever it stumbles upon, down to AttributeError.
    except Exception as error:
        raise Usage(
            _("{file} is damaged: {reason}").format(file=name, reason=error),
            _("Open it in a spreadsheet program and save it as .xlsx anew."),
        ) from None


def _refuse_archive(name: str, data: bytes) -> None:
    """Archives that are no spreadsheet, or unpack to more than any spreadsheet. Raises Usage."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        raise Usage(
            _("{file} is damaged: {reason}").format(file=name, reason=_("it ends too early, or is no .xlsx file")),
            _("Open it in a spreadsheet program and save it as .xlsx anew."),
        ) from None
    names = {member.filename for member in members}
    if not any(one.startswith("xl/") for one in names):
        raise Usage(
            _("{file} is no .xlsx file").format(file=name),
            _("Save the table as .xlsx, CSV or JSON Lines, then repeat."),
        )
    if any(member.flag_bits & 1 for member in members):
        raise Usage(
            _("{file} is protected by a password").format(file=name), _("Save a copy without password, then repeat.")
        )
    # zipfile never unpacks more of a member than the archive's directory says.
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Usage(
            _("{file} unpacks to more than {size} MiB, which is not read").format(file=name, size=MAX_UNPACKED >> 20),
            _("Split it, or save the sheet as CSV."),
        )


def _read(name: str, data: bytes, sheet: str | None) -> tuple[str, Iterator[Record]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that are no business of ours
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            for page in _pages(name, book, sheet):
                records = list(_records(page))
                if records or sheet is not None:
                    return page.title, iter(records)
        finally:
            book.close()
    raise Usage(_("{file} is empty").format(file=name), _("Give a file with a row of headers."))


def _pages(name: str, book: Any, sheet: str | None) -> list[Any]:
    """The sheets to look at, in order. Raises Usage where there is none of that name."""
    if sheet is None:
        return [page for page in book.worksheets if page.sheet_state == "visible"]
    for page in book.worksheets:
        if page.title == sheet:
            return [page]
    raise Usage(
        _("{file} has no sheet {sheet}").format(file=name, sheet=sheet),
        _("It has: {sheets}.").format(sheets=listed(page.title for page in book.worksheets)),
    )


def _records(page: Any) -> Iterator[Record]:
    page.reset_dimensions()  # what a file says of its own size is often wrong
    for line, cells in enumerate(page.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1):
        if line > MAX_ROWS:
            raise Usage(_("more than {count} rows").format(count=MAX_ROWS), _("Split the file."))
        if any(cell not in _EMPTY for cell in cells):
            yield Record(line, [_plain(cell) for cell in cells])


def _plain(cell: Any) -> Value:
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        return str(cell)
    if cell == "":
        return None
    value: Value = cell
    return value


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LENGTH = 32_767


def to_workbook(title: str, grid: Iterable[list[Any]]) -> bytes:
    """Rows as an XLSX file of one sheet; texts stay texts, also where they look like formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    page = book.create_sheet(title)

    def written(value: Any) -> Any:
        if not isinstance(value, str | list):
            return value.replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(page)
        text = value if isinstance(value, str) else "、".join(map(str, value))
        cell.value = _ILLEGAL.sub("", text)[:_CELL_LENGTH]
        cell.data_type = "s"
        return cell

    for row in grid:
        page.append([written(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
