"""The one gate to a terminal: nothing that somebody wrote into a file, a name or a commit steers it."""

import codecs
import io
import re
from functools import cached_property
from typing import IO, Any

from wz.render.steering import STEERING
from wz.render.table import colour_codes

# What click draws its progress bars with.
_BAR = frozenset({"\r", "\x1b[K", "\x1b[?25l", "\x1b[?25h"})
_SEQUENCE = re.compile(rf"\x1b\[[0-9;?]*[A-Za-z]|{STEERING}")


class Screen:
    """A terminal's stream that takes letters, line ends and our own colours; `bars` are for standard error.

    Whatever else would move the cursor, hide text, turn its direction or take no room shows as a blank.
    """

    def __init__(self, stream: IO[str], *, bars: bool = False) -> None:
        self._stream = stream
        self._ours = colour_codes() | (_BAR if bars else frozenset())

    def write(self, text: str) -> int:
        self._stream.write(_SEQUENCE.sub(self._shown, text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    @cached_property
    def buffer(self) -> "_Bytes":
        """The way of those who write bytes."""
        return _Bytes(self)

    def _shown(self, match: re.Match[str]) -> str:
        return match[0] if match[0] in self._ours else " "

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Bytes(io.BufferedIOBase):
    """A screen that is written to in UTF-8; a character may come in two pieces."""

    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._screen.write(self._decoder.decode(bytes(data)))
        return len(data)

    def flush(self) -> None:
        self._screen.flush()
