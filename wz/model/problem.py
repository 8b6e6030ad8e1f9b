"""A fault in a file, as a value: where it is, what is wrong, and how to mend it."""

import re

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `line` counts from 1, `article` is the data form (`14`), paths are relative with forward slashes."""

    file: str
    line: int | None = None
    case: str | None = None
    article: str | None = None
    message: str
    cure: str = ""


def misfit_path(error: Exception) -> tuple[str | int, ...]:
    """Where in a document msgspec met the value that does not fit its type: keys, and places from 0."""
    found = re.search(r"\$\.([^`]*)", str(error))
    return tuple(int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", found[1])) if found else ()
