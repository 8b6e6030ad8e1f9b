"""Documents that come with an event: under names that are free beside the case."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from wz.errors import Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.event import File
from wz.store.registry import Registry


class Document(NamedTuple):
    """A file that comes with an event: its name and its bytes."""

    name: str
    content: bytes

    @property
    def file(self) -> File:
        return File(self.name, hashlib.sha256(self.content).hexdigest(), len(self.content))


Documents = Mapping[str, Document | list[Document]]


def stored(registry: Registry, case_id: str, documents: Documents, waiting: Mapping[str, bytes]) -> Documents:
    """The documents under names that are free: another file of the same name gets a number.

    `waiting` are files about to be written, by their paths.
    """
    folder = ids.files_of(case_id)
    taken: dict[str, bytes] = {}

    def there(name: str) -> bytes | None:
        path = f"{folder}/{name}"
        if name in taken:
            return taken[name]
        if path in waiting:
            return waiting[path]
        file = registry.root / path
        return file.read_bytes() if file.is_file() else None

    def free(document: Document) -> Document:
        name = PurePosixPath(document.name)
        for number in range(1, 1000):
            candidate = document.name if number == 1 else f"{name.stem}-{number}{name.suffix}"
            if there(candidate) in (None, document.content):
                taken[candidate] = document.content
                return Document(candidate, document.content)
        raise Usage(_("too many files are called {name}").format(name=document.name), _("Rename it."))

    return {
        field: [free(one) for one in value] if isinstance(value, list) else free(value)
        for field, value in documents.items()
    }


def file_fields(documents: Documents) -> dict[str, Any]:
    """What the event says of its documents."""
    import msgspec

    return {
        field: msgspec.to_builtins([one.file for one in value] if isinstance(value, list) else value.file)
        for field, value in documents.items()
    }


def contents(case_id: str, documents: Documents) -> dict[str, bytes]:
    """The files to be written, by their paths."""
    flat = [one for value in documents.values() for one in (value if isinstance(value, list) else [value])]
    return {f"{ids.files_of(case_id)}/{one.name}": one.content for one in flat}
