"""What a command and every git of its did to the files below a folder, call by call, as strace tells it."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from soak.disk import Disk, File, Folder

_CALLS = (
    "openat,open,creat,write,pwrite64,lseek,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "fsync,fdatasync,sync,syncfs,ftruncate,sendfile,copy_file_range,chdir"
)
# The longest text of a call that is written out whole.
_LONGEST = 1 << 26
_CHECKSUMS = (20, 32)
_LINE = re.compile(r"(\d+) +(.*)")
_BEGUN = re.compile(r"(\w+)\((.*) <unfinished \.\.\.>")
_ENDED = re.compile(r"<\.\.\. (\w+) resumed>(.*)")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(.*)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"<((?:\\x[0-9a-f]{2})*)>")


class Call(NamedTuple):
    """A system call that succeeded: who made it, its name, its arguments as strace prints them, what it returned."""

    process: str
    name: str
    arguments: str
    result: int
    rest: str


def traced(command: Sequence[str], cwd: Path, log: Path, env: Mapping[str, str]) -> int:
    """Run a command and keep the log of its calls; returns its exit code."""
    options = ["-f", "-y", "-xx", "-qq", "-s", str(_LONGEST), "-e", "signal=none", "-e", f"trace={_CALLS}"]
    strace = ["strace", *options, "-o", str(log), *command]
    return subprocess.run(strace, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True).returncode


def calls(log: Path) -> Iterator[Call]:
    """The calls in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in log.read_text("ascii").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        process, text = match[1], match[2]
        if found := _BEGUN.fullmatch(text):
            begun[process] = f"{found[1]}({found[2]}"
            continue
        if (found := _ENDED.fullmatch(text)) and process in begun:
            text = begun.pop(process) + found[2]
        if (found := _CALL.fullmatch(text)) and int(found[3]) >= 0:
            yield Call(process, found[1], found[2], int(found[3]), found[4])


class Replay:
    """Does to a model of the disk what the calls did to the real one."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self._folder: dict[str, str] = {}  # where each process stands
        self._at: dict[tuple[str, str], int] = {}  # how far an open file was read or written

    def apply(self, call: Call) -> bool:
        """Whether anything below the folder was changed or synced."""
        method = getattr(self, f"_{call.name}", None)
        return bool(method is not None and method(call))

    # -- what a call's arguments say

    def _paths(self, call: Call) -> list[str]:
        """The paths a call names, made absolute."""
        if found := re.search(r"AT_FDCWD<([^>]*)>", call.arguments):
            self._folder[call.process] = _decoded(found[1])
        here = self._folder.get(call.process, "/")
        return [_normal(PurePosixPath(here) / _decoded(text)) for text in _TEXT.findall(call.arguments)]

    def _file(self, call: Call, number: int = 0) -> tuple[tuple[str, str], File | None]:
        """The open file that is the n-th descriptor among the arguments."""
        found = re.findall(r"(\d+)<((?:\\x[0-9a-f]{2})*)>", call.arguments)
        if number >= len(found):
            return ("", ""), None
        descriptor, place = found[number]
        node = self.disk.find(_decoded(place))
        return (descriptor, place), node if isinstance(node, File) else None

    # -- calls

    def _chdir(self, call: Call) -> bool:
        self._folder[call.process] = self._paths(call)[0]
        return False

    def _openat(self, call: Call) -> bool:
        paths = self._paths(call)
        if not paths:
            return False
        place = _PLACE.search(call.rest)
        path = _decoded(place[1]) if place else paths[0]
        self._at[str(call.result), place[1] if place else ""] = 0
        node = self.disk.find(path)
        if node is None and "O_CREAT" in call.arguments and PurePosixPath(path).is_relative_to(self.disk.root):
            self.disk.put(path, File())
            return True
        if isinstance(node, File) and "O_TRUNC" in call.arguments and node.data:
            node.data.clear()
            return True
        return False

    _open = _creat = _openat

    def _lseek(self, call: Call) -> bool:
        key, _node = self._file(call)
        self._at[key] = call.result
        return False

    def _write(self, call: Call) -> bool:
        key, node = self._file(call)
        if node is None:
            return False
        return self._put(node, key, _bytes(call)[: call.result])

    def _pwrite64(self, call: Call) -> bool:
        _key, node = self._file(call)
        if node is None:
            return False
        offset, data = int(call.arguments.rpartition(", ")[2]), _bytes(call)[: call.result]
        _insert(node, offset, data)
        return True

    def _put(self, node: File, key: tuple[str, str], data: bytes) -> bool:
        path = PurePosixPath(_decoded(key[1]))
        # Git's logs are opened so; and a pack's checksum comes behind all that was read of it, which is not traced.
        appending = "logs" in path.parts or (path.name.startswith("tmp_pack_") and len(data) in _CHECKSUMS)
        place = len(node.data) if appending else self._at.get(key, len(node.data))
        _insert(node, place, data)
        self._at[key] = place + len(data)
        return bool(data)

    def _sendfile(self, call: Call) -> bool:
        key, target = self._file(call)
        _key, source = self._file(call, 1)
        if target is None or source is None:
            return False
        found = re.search(r"\[(\d+)\]", call.arguments)
        start = int(found[1]) if found else 0
        return self._put(target, key, bytes(source.data[start : start + call.result]))

    def _copy_file_range(self, call: Call) -> bool:
        raise NotImplementedError("copy_file_range: nothing was known to use it")

    def _ftruncate(self, call: Call) -> bool:
        _key, node = self._file(call)
        if node is None:
            return False
        size = int(call.arguments.rpartition(", ")[2])
        node.data[:] = node.data[:size].ljust(size, b"\0")
        return True

    def _rename(self, call: Call) -> bool:
        old, new = self._paths(call)
        node = self.disk.find(old)
        if node is not None:
            self.disk.put(old, None)
            self.disk.put(new, node)
        return node is not None

    _renameat = _renameat2 = _rename

    def _link(self, call: Call) -> bool:
        old, new = self._paths(call)
        node = self.disk.find(old)
        if node is not None:
            self.disk.put(new, node)
        return node is not None

    _linkat = _link

    def _unlink(self, call: Call) -> bool:
        path = self._paths(call)[0]
        known = self.disk.find(path) is not None
        self.disk.put(path, None)
        return known

    _rmdir = _unlinkat = _unlink

    def _mkdir(self, call: Call) -> bool:
        path = self._paths(call)[0]
        if not PurePosixPath(path).is_relative_to(self.disk.root):
            return False
        self.disk.put(path, Folder())
        return True

    _mkdirat = _mkdir

    def _fsync(self, call: Call) -> bool:
        place = _PLACE.search(call.arguments)
        path = _decoded(place[1]) if place else ""
        self.disk.sync(path)
        return self.disk.find(path) is not None

    _fdatasync = _fsync

    def _sync(self, call: Call) -> bool:
        self.disk.sync_all()
        return True

    _syncfs = _sync


def _insert(node: File, place: int, data: bytes) -> None:
    if len(node.data) < place:
        node.data.extend(b"\0" * (place - len(node.data)))
    node.data[place : place + len(data)] = data


def _decoded(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode("utf-8", "surrogateescape")


def _bytes(call: Call) -> bytes:
    found = _TEXT.search(call.arguments)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


def _normal(path: PurePosixPath) -> str:
    """A path without `.` and `..`."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return str(PurePosixPath(*parts))
