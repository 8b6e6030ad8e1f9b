"""Plain data as YAML text, written directly where PyYAML is certain to write the same.

PyYAML's emitter is Python and looks at each character; an import writes a hundred thousand files. What is not certain
is left to it, and a test holds both to the same text.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

# What PyYAML prints as it is: no tab, no other control, no byte-order mark, no line break that only some readers know.
_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe"
# One line that needs no quotes: it begins with a character that is neither an indicator nor the start of a number or
# word of YAML's, or holds one such; it ends with no colon or blank, and holds no ": " and no " #".
_BEYOND_ASCII = r"\u3001-\u9fff\uff01-\uff5e“”‘’"
_PLAIN = re.compile(
    rf"(?=[{_BEYOND_ASCII}]|[A-Za-z0-9][^\n]*[{_BEYOND_ASCII}]|[A-Za-z][^\n]{{5}})"
    rf"(?:(?!: | #)[{_PRINTABLE}])*(?<![: ])"
)
# One word or number, which YAML may take for its own: then it stands in quotes.
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./:+-]*[A-Za-z0-9_./+-])?")
# Lines as a block: the first does not begin with a blank, none ends with one, and the last is not empty.
_BLOCK = re.compile(rf"(?=[^ \n])(?:[{_PRINTABLE}]*(?<! )\n)+[{_PRINTABLE}]*(?<![ \n])")
_KEY = re.compile(r"[a-z][a-z_]*")
_NO_KEYS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class _Uncertain(Exception):
    """It is no error, and never leaves this file."""


def written(data: Any, is_text: Callable[[str], bool]) -> str | None:
    """The document as PyYAML would write it, or None where that is not certain.

    `is_text` tells of a word without blanks whether YAML reads it as text where it stands without quotes.
    """
    try:
        return "".join(_list(data, "", is_text) if isinstance(data, list) else _mapping(data, "", is_text))
    except _Uncertain:
        return None


def _mapping(data: Any, indent: str, is_text: Callable[[str], bool]) -> Iterator[str]:
    if not isinstance(data, dict) or not data:
        raise _Uncertain
    for key, value in data.items():
        if not (isinstance(key, str) and _KEY.fullmatch(key) and key not in _NO_KEYS):
            raise _Uncertain
        yield f"{indent}{key}:"
        yield from _value(value, indent + "  ", is_text)


def _list(data: list[Any], indent: str, is_text: Callable[[str], bool]) -> Iterator[str]:
    if not data:
        raise _Uncertain
    for item in data:
        if isinstance(item, dict):
            # A mapping begins on the line of its dash.
            text = "".join(_mapping(item, indent + "  ", is_text))
            yield f"{indent}- {text[len(indent) + 2 :]}"
        elif isinstance(item, list):
            raise _Uncertain
        else:
            yield f"{indent}-"
            yield from _value(item, indent + "  ", is_text)


def _value(value: Any, indent: str, is_text: Callable[[str], bool]) -> Iterator[str]:
    """What stands behind a key or a dash, up to the end of its last line; `indent` is that of lines below."""
    if isinstance(value, str):
        yield _text(value, indent, is_text)
    elif isinstance(value, bool):
        yield " true\n" if value else " false\n"
    elif isinstance(value, int):
        yield f" {value}\n"
    elif isinstance(value, dict):
        yield "\n"
        yield from _mapping(value, indent, is_text)
    elif isinstance(value, list):
        yield "\n"
        yield from _list(value, indent, is_text)
    else:
        raise _Uncertain


def _text(text: str, indent: str, is_text: Callable[[str], bool]) -> str:
    if "\n" not in text:
        if _WORD.fullmatch(text):
            return f" {text}\n" if is_text(text) else f" '{text}'\n"
        if _PLAIN.fullmatch(text):
            return f" {text}\n"
    elif _BLOCK.fullmatch(text):
        return " |-\n" + "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n"))
    raise _Uncertain
