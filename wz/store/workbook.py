"""The gate to openpyxl: a sheet of an XLSX file as records, and records as an XLSX file."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from wz.errors import Usage
from wz.i18n import _, listed
from wz.model.table import MAX_COLUMNS, MAX_ROWS, Record, Value
from wz.store.unseen import NOTHING, Unseen, may_hide, unseen

# What a file may unpack to, and how much text its cells may give: a spreadsheet of a million short rows is about 200
# MiB, one of long petitions twice that. A shared string costs once in the file, and each time that a cell names it.
MAX_UNPACKED = 1 << 30
_MAX_MEMBERS = 10_000
# openpyxl keeps about 100 bytes of each XML element, whatever it is: so many are 1 GiB, and four million cells. They
# never lie deeper in one another than ten.
MAX_ELEMENTS = 10_000_000
_MAX_DEPTH = 64
_LONGEST_TAG = 1 << 20
_CHUNK = 1 << 16
_EMPTY: tuple[None, str] = (None, "")


def read_workbook(name: str, data: bytes, sheet: str | None) -> tuple[str, Iterator[Record], Unseen]:
    """The sheet's name, its records, and what it shows that they do not hold; all is read at once.

    Raises Usage where it is no such file, or too big.
    """
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
        archive = zipfile.ZipFile(io.BytesIO(data))
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
    _refuse_bombs(name, archive)


def _refuse_bombs(name: str, archive: zipfile.ZipFile) -> None:
    """XML that grows in the reader's hands: entities, elements without number or in one another. Raises Usage."""
    count = 0
    for member in archive.infolist():
        count += _elements(name, archive, member, MAX_ELEMENTS - count)


def _bomb(name: str) -> Usage:
    return Usage(
        _("{file} has more than {count} cells, or they lie in one another").format(file=name, count=MAX_ELEMENTS // 2),
        _("Split it, or save the sheet as CSV."),
    )


def _elements(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> int:
    """How many elements a member has; of what is not XML, those before its fault. Raises Usage."""
    from xml.parsers import expat

    count = depth = 0

    def begins(tag: str, attributes: list[str]) -> None:
        nonlocal count, depth
        count, depth = count + 1, depth + 1
        if count > most or depth > _MAX_DEPTH:
            raise _bomb(name)

    def ends(tag: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*declaration: object) -> None:
        raise Usage(
            _("{file} declares a document type, which no spreadsheet program writes").format(file=name),
            _("Open it in a spreadsheet program and save it as .xlsx anew."),
        )

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler, parser.EndElementHandler = begins, ends
    parser.StartDoctypeDeclHandler = declares
    try:
        with archive.open(member) as packed:
            given = 0
            while chunk := packed.read(_CHUNK):
                parser.Parse(chunk)
                given += len(chunk)
                if given - parser.CurrentByteIndex > _LONGEST_TAG:  # it is looked through anew with every chunk
                    raise _bomb(name)
    except Usage:
        raise
    except Exception:  # no XML, or damaged: whoever reads it comes no farther than this
        return count
    return count


def _read(name: str, data: bytes, sheet: str | None) -> tuple[str, Iterator[Record], Unseen]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that are no business of ours
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            for page in _pages(name, book, sheet):
                records = list(_records(page))
                if records or sheet is not None:
                    return page.title, iter(records), _unseen(page)
        finally:
            book.close()
    raise Usage(_("{file} is empty").format(file=name), _("Give a file with a row of headers."))


def _unseen(page: Any) -> Unseen:
    with page._get_source() as xml:
        if not may_hide(xml):
            return NOTHING
    with page._get_source() as xml:
        return unseen(xml)


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
    blank: Any = None
    room = MAX_UNPACKED
    for line, cells in enumerate(page.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1):
        if cells is blank:  # a gap before a row far down, which is read as one row again and again
            if line > MAX_ROWS:
                _refuse_long()
            continue
        width = next((place for place in range(len(cells), 0, -1) if cells[place - 1] not in _EMPTY), 0)
        if width == 0:
            blank = cells
            continue
        if line > MAX_ROWS:
            _refuse_long()
        room -= sum(len(cell) for cell in cells[:width] if isinstance(cell, str))
        if room < 0:
            raise Usage(
                _("its cells have more than {size} MiB of text, which is not read").format(size=MAX_UNPACKED >> 20),
                _("Split it, or save the sheet as CSV."),
            )
        yield Record(line, [_plain(cell) for cell in cells[:width]])


def _refuse_long() -> None:
    raise Usage(_("more than {count} rows").format(count=MAX_ROWS), _("Split the file."))


def _plain(cell: Any) -> Value:
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, str):
        return _text(cell) or None
    value: Value = cell
    return value


# A character that XML cannot carry, as spreadsheets write it; `_x005F_` is the `_` of a text that looks like one.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_TITLE = re.compile(r"[\x00-\x1f\\*?:/\[\]\ud800-\udfff\ufffe\uffff]")
_TITLE_LENGTH = 31


@lru_cache(1024)
def _text(written: str) -> str:
    """A cell's text; the same one is often named by many cells."""
    return _ESCAPED.sub(_unescaped, written)


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if "\ud800" <= character <= "\udfff" else character


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CELL_LENGTH = 32_767


def to_workbook(title: str, grid: Iterable[list[Any]]) -> bytes:
    """Rows as an XLSX file of one sheet; texts stay texts, also where they look like formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    page = book.create_sheet(_NO_TITLE.sub("_", title)[:_TITLE_LENGTH])

    def written(value: Any) -> Any:
        if not isinstance(value, str | list):
            return value.replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(page)
        text = value if isinstance(value, str) else "、".join(map(str, value))
        cell.value = _LIKE_ESCAPED.sub("_x005F_", _ILLEGAL.sub("", text))[:_CELL_LENGTH]
        cell.data_type = "s"
        return cell

    for row in grid:
        page.append([written(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
