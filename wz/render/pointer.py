"""A line with a caret under the place that is meant."""

from wcwidth import wcswidth

from wz.render.table import harmless

_ROOM = 70  # characters of a long line that are shown around the place


def pointed(text: str, start: int, end: int) -> str:
    """The text on one line and, below it, carets under its characters from `start` up to `end`.

    Chinese is two columns wide, and so are its carets. Of a long text, what lies around the place is shown.
    """
    flat = harmless(text)
    first = max(0, start - _ROOM // 2) if len(flat) > _ROOM else 0
    head, tail = ("…" if first else ""), ("…" if first + _ROOM < len(flat) else "")
    before = head + flat[first:start]
    marked = flat[start : min(max(end, start + 1), first + _ROOM)] or " "
    line = head + flat[first : first + _ROOM] + tail
    return f"  {line}\n  {' ' * _columns(before)}{'^' * _columns(marked)}"


def _columns(text: str) -> int:
    return max(wcswidth(text), 0)
