"""A disk as a power cut leaves it: what was synced is there; of everything else, an adversary chooses.

The model is stricter than any file system in use: a file's bytes are safe once the file was synced, a name once its
folder was. What was not is there or not, each name and each file by itself, or there with zeros in place of its bytes.
"""

import random
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# What becomes of that which was not synced.
MODES = ("nothing stays", "names stay, files are empty", "names stay, files are zeros", "by chance")


class File:
    """A file's bytes as programs see them, and as they were last synced (None: never)."""

    def __init__(self, data: bytes = b"", *, synced: bool = False) -> None:
        self.data = bytearray(data)
        self.synced = data if synced else None

    def left(self, mode: str, chance: random.Random) -> bytes:
        """The bytes after a power cut."""
        data, safe = bytes(self.data), self.synced or b""
        if data == self.synced:
            return data
        zeros = safe + b"\0" * (len(data) - len(safe)) if data.startswith(safe) else b"\0" * len(data)
        if mode == "by chance":
            return chance.choice([data, safe, zeros, data[: len(data) // 2]])
        return zeros if mode == "names stay, files are zeros" else safe


class Folder:
    """A folder's names as programs see them, and as they were last synced."""

    def __init__(self) -> None:
        self.names: dict[str, Node] = {}
        self.synced: dict[str, Node] = {}

    def left(self, mode: str, chance: random.Random) -> dict[str, "Node"]:
        """The names after a power cut."""
        if mode == "nothing stays":
            return self.synced
        if mode != "by chance":
            return self.names
        kept = {}
        for name in sorted({*self.names, *self.synced}):
            node = chance.choice([self.names.get(name), self.synced.get(name)])
            if node is not None:
                kept[name] = node
        return kept


Node = File | Folder


class Disk:
    """Everything below one folder."""

    def __init__(self, root: Path) -> None:
        """As it lies there now, all of it synced."""
        self.root = root
        self.top = _read(root)

    def _parts(self, path: str) -> tuple[str, ...] | None:
        place = PurePosixPath(path)
        return place.relative_to(self.root).parts if place.is_relative_to(self.root) else None

    def find(self, path: str) -> Node | None:
        """What is at a path; None where there is nothing, or it lies elsewhere."""
        parts = self._parts(path)
        node: Node | None = None if parts is None else self.top
        for part in parts or ():
            node = node.names.get(part) if isinstance(node, Folder) else None
        return node

    def put(self, path: str, node: Node | None) -> None:
        """Give a path to a node, or take what is there away."""
        parts = self._parts(path)
        if not parts:
            return
        parent = self.find(str(self.root.joinpath(*parts[:-1])))
        assert isinstance(parent, Folder), path
        if node is None:
            parent.names.pop(parts[-1], None)
        else:
            parent.names[parts[-1]] = node

    def sync(self, path: str) -> None:
        """Make one file's bytes or one folder's names safe."""
        _sync(self.find(path))

    def sync_all(self) -> None:
        for node in self._walk(self.top):
            _sync(node)

    def _walk(self, node: Node) -> Iterator[Node]:
        yield node
        if isinstance(node, Folder):
            for below in node.names.values():
                yield from self._walk(below)

    def after_cut(self, target: Path, mode: str, seed: int) -> None:
        """Write what the power cut leaves into a new folder."""
        _write(self.top, target, mode, random.Random(seed))  # noqa: S311 - an adversary, not a secret

    def files(self) -> dict[str, bytes]:
        """Every file as programs see it, by its path from the top."""
        return dict(_files(self.top, ""))


def _sync(node: Node | None) -> None:
    if isinstance(node, File):
        node.synced = bytes(node.data)
    elif isinstance(node, Folder):
        node.synced = dict(node.names)


def _read(place: Path) -> Folder:
    folder = Folder()
    for entry in place.iterdir():
        folder.names[entry.name] = _read(entry) if entry.is_dir() else File(entry.read_bytes(), synced=True)
    folder.synced = dict(folder.names)
    return folder


def _write(node: Folder, place: Path, mode: str, chance: random.Random) -> None:
    place.mkdir()
    for name, below in node.left(mode, chance).items():
        if isinstance(below, Folder):
            _write(below, place / name, mode, chance)
        else:
            (place / name).write_bytes(below.left(mode, chance))


def _files(node: Folder, above: str) -> Iterator[tuple[str, bytes]]:
    for name, below in node.names.items():
        if isinstance(below, Folder):
            yield from _files(below, f"{above}{name}/")
        else:
            yield above + name, bytes(below.data)
