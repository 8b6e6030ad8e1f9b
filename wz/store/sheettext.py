"""Tables that are text: encoding and delimiter found out, CSV and JSON Lines read record by record."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from wz.errors import Usage
from wz.i18n import _
from wz.model.table import MAX_ROWS, Record, Value
from wz.render.csv import as_written, harmless

_DELIMITERS = ",\t;|"
_SAMPLE = 1 << 18
_SAMPLE_RECORDS = 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Text in which fewer of the characters beyond ASCII are among GB2312's is not Chinese, only readable as such.
_PLAUSIBLE = 0.7
# Bytes that are text in one of these are no other text by chance: their form or their mark shows it.
_CERTAIN = {"utf-8", "utf-8-sig", "utf-16"}

csv.field_size_limit(2**31 - 1)  # a petition can be longer than Python's 128 KiB; the file's size bounds it


# -- encoding


def decode(name: str, data: bytes) -> tuple[str, str]:
    """The text and Python's name of its encoding: UTF-8, UTF-16 or GB18030, with or without byte-order mark.

    Raises Usage where it is none of them, or another kind of file.
    """
    _refuse_other_files(name, data)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif b"\0" in data[:4096]:  # UTF-16 without mark: the low half of commas and line breaks comes first or last
        big = data[:4096:2].count(0) > data[1:4096:2].count(0)
        encodings = ["utf-16-be" if big else "utf-16-le", "utf-8", "gb18030"]  # or a byte gone astray
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding in _CERTAIN or _is_chinese(text):
            return text, encoding
    raise Usage(
        _("{file}:{line}: neither UTF-8 nor GB18030 nor UTF-16").format(file=name, line=_undecodable_line(data)),
        _("Save it as UTF-8 (in a spreadsheet: CSV UTF-8), or as .xlsx."),
    )


def _refuse_other_files(name: str, data: bytes) -> None:
    """Spreadsheets of other formats, and web pages that call themselves spreadsheets. Raises Usage."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Usage(
                _("{file} is protected by a password").format(file=name),
                _("Save a copy without password, then repeat."),
            )
        raise Usage(
            _("{file} is a spreadsheet of the old .xls format").format(file=name),
            _("Open it and save it as .xlsx, then repeat."),
        )
    if data.lstrip(b"\xef\xbb\xbf\r\n\t ")[:9].lower().startswith((b"<html", b"<table", b"<?xml", b"<!doctype")):
        raise Usage(
            _("{file} is a web page or XML, not a table").format(file=name),
            _("Open it in a spreadsheet program and save it as .xlsx, then repeat."),
        )
    if data.startswith(b"%PDF"):
        raise Usage(
            _("{file} is a PDF, not a table").format(file=name), _("Ask for it as a spreadsheet: .xlsx or .csv.")
        )


def _is_chinese(text: str) -> bool:
    """Whether it reads as Chinese: almost any bytes are some GB18030 or UTF-16, but of characters that nobody uses."""
    beyond = "".join(character for character in text[:_SAMPLE] if character > "\x7f")
    return len(beyond.encode("gb2312", "ignore")) / 2 >= _PLAUSIBLE * len(beyond)


def _undecodable_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1


# -- delimited text


def delimiter_of(name: str, text: str) -> tuple[str, str, int]:
    """The delimiter, the text that is the table, and how many lines stand before that.

    The delimiter is the one by which most rows have as many cells as the first; what stands in quotes has no part in
    it. A first line `sep=;`, by which Excel is told, decides.
    """
    first, line_break, rest = text.partition("\n")
    told = first.strip().strip('"')
    if told.lower().startswith("sep=") and len(told) == 5:
        return told[4], rest, bool(line_break)
    sample, cut = text[:_SAMPLE], len(text) > _SAMPLE
    best = max(_DELIMITERS, key=lambda one: (_agreement(sample, one, cut), one == "\t" and name.endswith(".tsv")))
    return best, text, 0


def _agreement(sample: str, delimiter: str, cut: bool) -> tuple[float, int]:
    """How many rows have as many cells as the first, from 0 to 1, and how many cells those are; (0, 0) for one."""
    widths = [len(record.cells) for record in islice(delimited(sample, delimiter), _SAMPLE_RECORDS)]
    if cut and 1 < len(widths) < _SAMPLE_RECORDS:
        widths.pop()  # cut off in its midst
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def delimited(text: str, delimiter: str, skipped: int = 0) -> Iterator[Record]:
    """The records of delimited text, empty ones passed over. Raises Usage where there are too many."""
    # Only LF, CR LF and CR end a line: str.splitlines would also cut at characters within texts.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for _number in range(MAX_ROWS):
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(line, [], _("its quotes do not pair: {words}").format(words=error))
            continue
        if any(cells):
            yield Record(line, [_cell(cell) for cell in cells])
    raise Usage(_("more than {count} rows").format(count=MAX_ROWS), _("Split the file."))


def _cell(text: str) -> Value:
    """A cell's text; `="007"`, by which exports keep zeros from a spreadsheet, is 007, and `'=A1` is =A1."""
    if text.startswith("'"):
        text = as_written(text)
    elif text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]
    return text or None


def to_delimited(grid: Iterable[list[Any]], delimiter: str, encoding: str) -> bytes:
    """Rows as delimited text, as spreadsheets write it."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in grid
    )
    return out.getvalue().encode(encoding, "replace")


# -- JSON Lines


def is_json(name: str, text: str) -> bool:
    """Whether it is JSON rather than delimited text."""
    return name.lower().endswith((".jsonl", ".ndjson", ".json")) or text.lstrip()[:1] == "{"


def json_lines(name: str, text: str) -> Iterator[tuple[int, dict[str, Value], str]]:
    """Line, values and fault of each object; a mapping within one becomes keys such as `source.id`.

    Raises Usage where the file is one JSON array.
    """
    if text.lstrip().startswith("["):
        raise Usage(
            _("{file} is one JSON array, not JSON Lines").format(file=name),
            _("Write one object a line, as `jq -c .[]` does."),
        )
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        if number > MAX_ROWS:
            raise Usage(_("more than {count} rows").format(count=MAX_ROWS), _("Split the file."))
        try:
            document = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            yield number, {"": line.rstrip("\n")}, _("not JSON: {words}").format(words=error)
            continue
        if isinstance(document, dict):
            yield number, dict(_flat(document)), ""
        else:
            yield number, {"": line.rstrip("\n")}, _("it is no JSON object")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        raise ValueError(_("duplicate key {key}").format(key=next(key for key in keys if keys.count(key) > 1)))
    return found


def _no_number(word: str) -> None:
    raise ValueError(_("{word} is no number").format(word=word))


def _flat(document: dict[str, Any], above: str = "") -> Iterator[tuple[str, Value]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, None if value == "" else value


def to_json_lines(objects: Iterable[dict[str, Any]]) -> bytes:
    """Objects one a line, in UTF-8; days and times as ISO 8601."""
    return b"".join(
        json.dumps(one, ensure_ascii=False, default=_iso).encode("utf-8", "replace") + b"\n" for one in objects
    )


def _iso(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()
