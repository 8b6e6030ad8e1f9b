"""Documents that come with an event: under names that are free beside the case."""

import hashlib
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from wz.errors import Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.event import File
from wz.store.files import WorkTree
from wz.store.gitfailures import unwritable
from wz.store.registry import Registry

# Bytes in UTF-8; no file system in use takes a longer name.
LONGEST_NAME = 255


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
    tree = WorkTree(registry.root)
    # Names that are one name on Windows or macOS, by the name that stands there.
    names = {
        _key(path.rpartition("/")[2]): path.rpartition("/")[2] for path in waiting if path.startswith(folder + "/")
    }
    names |= {_key(name): name for name in _listed(registry.root / folder)}
    taken: dict[str, bytes] = {}

    def is_free(name: str, content: bytes) -> bool:
        """Whether nothing stands there under that name, or just this."""
        there = names.get(_key(name), name)
        if there != name:
            return False
        known = taken.get(name, waiting.get(f"{folder}/{name}"))
        if known is not None:
            return known == content
        try:
            return tree.digest(f"{folder}/{name}") == (hashlib.sha256(content).hexdigest(), len(content))
        except FileNotFoundError:
            return True
        except OSError as error:
            raise unwritable(error) from None

    def free(document: Document) -> Document:
        name = PurePosixPath(document.name)
        for number in range(1, 1000):
            candidate = document.name if number == 1 else f"{name.stem}-{number}{name.suffix}"
            if len(candidate.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
                raise Usage(
                    _("the file name {name} is too long").format(name=candidate),
                    _("Rename it: {count} bytes at most, which is a third as many Chinese characters.").format(
                        count=LONGEST_NAME
                    ),
                )
            if is_free(candidate, document.content):
                taken[candidate] = document.content
                names[_key(candidate)] = candidate
                return Document(candidate, document.content)
        raise Usage(_("too many files are called {name}").format(name=document.name), _("Rename it."))

    return {
        field: [free(one) for one in value] if isinstance(value, list) else free(value)
        for field, value in documents.items()
    }


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _listed(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(folder)]
    except OSError:
        return []


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
