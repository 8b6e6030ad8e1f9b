"""Facts of a case and the common part of its events, as files carry them."""

import hashlib
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Literal

import msgspec

Category = Literal["consult", "complaint", "report", "help", "suggestion", "other"]
Channel = Literal["website", "wechat", "hotline", "other"]

CHANNELS: dict[str, str] = {"website": "网站", "wechat": "公众号", "hotline": "热线电话", "other": "其他"}


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document beside the case: its name, the SHA-256 of its bytes in hexadecimal, its size in bytes."""

    name: str
    sha256: str
    size: int

    @property
    def apart(self) -> str:
        """The name it lies under where a merge found another document by its own; see `name_apart`."""
        return name_apart(self.name, self.sha256)


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a case came from: another system, and its number there."""

    system: str
    id: str


class Facts(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was received. The order of the fields is their order in the file; `petitioner` is sealed (age's armour)."""

    format: int
    id: str
    title: str
    category: Category
    scope: str | None = None
    channel: Channel
    received: datetime
    content: str
    area: str | None = None
    urgent: bool = False
    about: list[str] = []
    petitioner: str | None = None
    tags: list[str] = []
    source: Source | None = None
    attachments: list[File] = []


class Event(msgspec.Struct, tag_field="action", kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every event has: when it legally happened, whose act it is, and what came with it.

    `key` tells the row of a batch file that it was entered from, so that the file can be run again.
    """

    at: datetime
    by: str
    note: str | None = None
    attachments: list[File] = []
    key: str | None = None

    @property
    def action(self) -> str:
        """The action's name, such as `transfer`."""
        return str(self.__struct_config__.tag)


def plain(value: msgspec.Struct) -> dict[str, Any]:
    """A struct as the mapping that a file carries; an event says what, when and whose first, what came with it last."""
    data: dict[str, Any] = msgspec.to_builtins(value)
    if not isinstance(value, Event):
        return data
    first, last = ("action", "at", "by"), ("note", "attachments", "key")
    own = [key for key in data if key not in first + last]
    return {key: data[key] for key in (*first, *own, *last) if key in data}


def mark_of(event: Event) -> str:
    """What an event is known by wherever it stands: 16 hexadecimal digits of the SHA-256 of its JSON, keys sorted.

    The place that a marked retraction gives is no part of it, for a merge may move what it names.
    """
    data = plain(event)
    if data.get("mark"):
        del data["event"]
    return hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()[:16]


def name_apart(name: str, sha256: str) -> str:
    """What a merge calls a document where the other side has another one by its name: `bill~1a2b3c4d.pdf`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}~{sha256[:8]}{path.suffix}"))
