"""Plain data as block YAML: what needs no quotes is written here, and what may need them by whoever knows YAML."""

import re
from collections.abc import Callable
from typing import Any

# Texts that every reader takes for texts, whatever stands around them, and that PyYAML writes plain as well.
_PLAIN = re.compile(
    r"[A-Za-z\u4e00-\u9fff](?:[A-Za-z0-9_\u4e00-\u9fff/.（）、。，；：？！《》〔〕-]| (?! |#|$))*", re.ASCII
)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# Days and instants: YAML 1.1 would read them as such, so they stand in quotes.
_TIME = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}\+08:00)?")

Odd = Callable[[Any], str]


def block(data: dict[str, Any] | list[Any], odd: Odd, pad: str = "") -> str:
    """A mapping or list that is not empty, each line behind `pad`.

    `odd` gives a value as it stands behind `key:` at the left margin, with its line break: ` 'yes'\n`.
    """
    if isinstance(data, dict):
        return "".join(f"{pad}{_key(key, odd)}:{_behind(value, odd, pad)}" for key, value in data.items())
    return "".join(f"{pad}-{_item(value, odd, pad)}" for value in data)


def _key(key: str, odd: Odd) -> str:
    return key if _is_plain(key) else odd(key)[1:-1]


def _behind(value: Any, odd: Odd, pad: str) -> str:
    """What follows a key."""
    if isinstance(value, dict | list) and value:
        return "\n" + block(value, odd, pad + "  ")
    return _scalar(value, odd, pad)


def _item(value: Any, odd: Odd, pad: str) -> str:
    """What follows the dash of a list: a mapping or list begins on its line."""
    if isinstance(value, dict | list) and value:
        return " " + block(value, odd, pad + "  ")[len(pad) + 2 :]
    return _scalar(value, odd, pad)


def _scalar(value: Any, odd: Odd, pad: str) -> str:
    if isinstance(value, str):
        if _is_plain(value):
            return f" {value}\n"
        if _TIME.fullmatch(value):
            return f" '{value}'\n"
    text = odd(value)
    return re.sub(r"\n(?=[^\n])", "\n" + pad, text) if pad else text


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
