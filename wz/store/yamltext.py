"""Plain data as YAML text, written directly where PyYAML is certain to write the same.

PyYAML's emitter is Python and looks at each character; an import writes a hundred thousand files. What is not certain
is left to it, and a test holds both to the same text.
"""

import re
from collections.abc import Iterator
from typing import Any

# What PyYAML prints as it is: no tab, no other control, no byte-order mark, no line break that only some readers know.
_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe"
# One line that needs no quotes: it begins with a character that is neither an indicator nor the start of a number or
# word of YAML's, ends with no colon or blank, and holds no ": " and no " #".
_BEYOND_ASCII = r"\u3001-\u9fff\uff01-\uff5e“”‘’"
_PLAIN = re.compile(
    rf"(?=[{_BEYOND_ASCII}]|[A-Za-z0-9][^\n]*[{_BEYOND_ASCII}]|[A-Za-z][^\n]{{5}})"
    rf"(?:(?!: | #)[{_PRINTABLE}])*(?<![: ])"
)
_CASE_ID = re.compile(r"[0-9]{8}-[0-9A-HJKMNP-TV-Z]{6}")
# YAML 1.1 reads these as numbers and times, so they stand in quotes.
_QUOTED = re.compile(r"0|[1-9][0-9]*|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2})?")
# Lines as a block: the first does not begin with a blank, none ends with one, and the last is not empty.
_BLOCK = re.compile(rf"(?=[^ \n])(?:[{_PRINTABLE}]*(?<! )\n)+[{_PRINTABLE}]*(?<![ \n])")
# Keys and codes of the case format; none of them is a word of YAML's.
_WORD = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)\Z)[a-z][a-z_]*(?:[-/][a-z][a-z0-9_]*)*", re.IGNORECASE)


class _Uncertain(Exception):
    """It is no error, and never leaves this file."""


def written(data: Any) -> str | None:
    """The document as PyYAML would write it, or None where that is not certain."""
    try:
        return "".join(_list(data, "") if isinstance(data, list) else _mapping(data, ""))
    except _Uncertain:
        return None


def _mapping(data: Any, indent: str) -> Iterator[str]:
    if not isinstance(data, dict) or not data:
        raise _Uncertain
    for key, value in data.items():
        if not (isinstance(key, str) and _WORD.fullmatch(key)):
            raise _Uncertain
        yield f"{indent}{key}:"
        yield from _value(value, indent + "  ")


def _list(data: list[Any], indent: str) -> Iterator[str]:
    if not data:
        raise _Uncertain
    for item in data:
        if isinstance(item, dict):
            # A mapping begins on the line of its dash.
            text = "".join(_mapping(item, indent + "  "))
            yield f"{indent}- {text[len(indent) + 2 :]}"
        elif isinstance(item, list):
            raise _Uncertain
        else:
            yield f"{indent}-"
            yield from _value(item, indent + "  ")


def _value(value: Any, indent: str) -> Iterator[str]:
    """What stands behind a key or a dash, up to the end of its last line; `indent` is that of lines below."""
    if isinstance(value, str):
        yield _text(value, indent)
    elif isinstance(value, bool):
        yield " true\n" if value else " false\n"
    elif isinstance(value, int):
        yield f" {value}\n"
    elif isinstance(value, dict):
        yield "\n"
        yield from _mapping(value, indent)
    elif isinstance(value, list):
        yield "\n"
        yield from _list(value, indent)
    else:
        raise _Uncertain


def _text(text: str, indent: str) -> str:
    if _WORD.fullmatch(text) or _PLAIN.fullmatch(text) or _CASE_ID.fullmatch(text):
        return f" {text}\n"
    if _QUOTED.fullmatch(text):
        return f" '{text}'\n"
    if _BLOCK.fullmatch(text):
        return " |-\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n"))
    raise _Uncertain
