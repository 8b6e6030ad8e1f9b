"""A fault in a file, as a value: where it is, what is wrong, and how to mend it."""

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `line` counts from 1, `article` is the data form (`14`), paths are relative with forward slashes."""

    file: str
    line: int | None = None
    case: str | None = None
    article: str | None = None
    message: str
    cure: str = ""
