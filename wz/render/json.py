"""JSON for scripts: declared in `schemas/`, Chinese readable."""

from typing import Any

import msgspec


def pretty(value: Any) -> str:
    """A value, or structs, as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8")


def line(value: Any) -> str:
    """A value, or structs, as JSON on one line."""
    return msgspec.json.encode(value).decode("utf-8")
