"""JSON for scripts: declared in `schemas/`, Chinese readable, and nothing in it that could steer a terminal."""

import re
from typing import Any

import msgspec

from wz.render.steering import STEERING

_STEERING = re.compile(STEERING)


def pretty(value: Any) -> str:
    """A value, or structs, as indented JSON."""
    return _escaped(msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8"))


def line(value: Any) -> str:
    """A value, or structs, as JSON on one line."""
    return _escaped(msgspec.json.encode(value).decode("utf-8"))


def _escaped(text: str) -> str:
    """The same JSON; such characters stand only within its texts, and there an escape means the same."""
    return _STEERING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
