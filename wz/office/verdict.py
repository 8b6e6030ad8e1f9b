"""What became of one action among many: recorded, or why not."""

from datetime import datetime
from typing import Any

import msgspec

from wz.errors import Refused, WzError
from wz.model.case import State
from wz.model.instants import written


class Verdict(msgspec.Struct, kw_only=True):
    """`case` is the full id, or what was written for it; `place` that of its event in the case file.

    `code` is the exit code that a fault has, 0 where there is none; `notes` is what whoever asked for it should know.
    """

    case: str
    action: str | None
    at: datetime | None = None
    place: int | None = None
    state: State | None = None
    commit: str | None = None
    article: str | None = None
    message: str = ""
    cure: str = ""
    code: int = 0
    notes: tuple[str, ...] = ()

    def blame(self, error: WzError) -> None:
        """Note why it cannot be."""
        self.code, self.message, self.cure = error.exit_code, error.message, error.cure
        self.article = error.article if isinstance(error, Refused) else None

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        del data["code"]
        if not self.notes:
            del data["notes"]
        return data | {"at": written(self.at) if self.at else None}
