"""JSON for scripts: declared in `schemas/`, Chinese readable."""

import json
from typing import Any

import msgspec


def pretty(value: Any) -> str:
    """A value, or structs, as indented JSON."""
    return json.dumps(msgspec.to_builtins(value, str_keys=True), ensure_ascii=False, indent=2)


def line(value: Any) -> str:
    """A value, or structs, as JSON on one line."""
    return msgspec.json.encode(value).decode("utf-8")
