"""Git's index: damaged or gone, made anew from the last commit, with what can be read of what was staged."""

import hashlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

from wz.i18n import _, ngettext
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient

_HEADER = struct.Struct(">4sII")
_FIXED = 40  # times, device, inode, mode, owner, size
_MODE = struct.Struct(">I")
_EXTENDED, _STAGE, _LENGTH = 0x4000, 0x3000, 0x0FFF


class Entry(NamedTuple):
    """A file as the index has it."""

    mode: int
    blob: str
    path: bytes


def index(patient: Patient) -> Iterator[Ailment]:
    """The index where it cannot be read, or is not there although something is on record."""
    head = patient.git.commit_of("HEAD")
    if patient.bare or head is None:
        return
    file = patient.git_dir / "index"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        data = None
    if (
        data is not None
        and _is_sound(data, len(head) // 2)
        and patient.git.run("ls-files", check=False).returncode == 0
    ):
        return
    what = _("git's index is damaged") if data is not None else _("git's index is missing")
    why = _("a power cut or a broken disk; git can neither compare nor commit")
    if not patient.fix:
        todo = _("`wz doctor --fix` makes it anew from the last commit, with what was staged as far as it can be read.")
        yield patient.ailment("index", patient.name(file), what, why=why, todo=todo)
        return
    if data is not None:
        patient.keep(file)
    patient.git.run("read-tree", "HEAD")
    staged = _staged_again(patient, list(_entries(data or b"", len(head) // 2)))
    patient.git.run("update-index", "-q", "--refresh", check=False)
    done = _("made anew from the last commit")
    if staged:
        again = ngettext("{count} file is staged again", "{count} files are staged again", staged)
        done += "; " + again.format(count=staged)
    yield patient.ailment("index", patient.name(file), what, why=why, state="mended", done=done)


def _is_sound(data: bytes, size: int) -> bool:
    """Whether the checksum at its end fits; zeros stand where git was told to leave it out."""
    if len(data) < _HEADER.size + size or data[:4] != b"DIRC":
        return False
    digest = hashlib.sha1(usedforsecurity=False) if size == 20 else hashlib.sha256()
    digest.update(data[:-size])
    return data[-size:] in (digest.digest(), b"\0" * size)


def _entries(data: bytes, size: int) -> Iterator[Entry]:
    """The files in an index as far as it can be read; its fourth version, rarely used, is not."""
    if len(data) < _HEADER.size:
        return
    mark, version, count = _HEADER.unpack_from(data)
    if mark != b"DIRC" or version not in (2, 3):
        return
    place = _HEADER.size
    for _number in range(count):
        start = place
        place += _FIXED + size
        if place + 2 > len(data):
            return
        (mode,) = _MODE.unpack_from(data, start + 24)
        flags = int.from_bytes(data[place : place + 2], "big")
        place += 4 if flags & _EXTENDED else 2
        end = data.find(b"\0", place)
        path = data[place:end]
        if end < 0 or not path or len(path) != min(flags & _LENGTH, len(path)):
            return
        if not flags & _STAGE:
            yield Entry(mode, data[start + _FIXED : start + _FIXED + size].hex(), path)
        place = start + (end - start) // 8 * 8 + 8


def _staged_again(patient: Patient, entries: list[Entry]) -> int:
    """Stage what the damaged index had staged: files unlike those of any commit, whose bytes are there."""
    listed = patient.git.run("ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout
    recorded = {path: about.split(b" ")[2].decode() for about, _tab, path in _split(listed)}
    lines = []
    for entry in entries:
        if recorded.get(entry.path) == entry.blob or entry.mode not in (0o100644, 0o100755, 0o120000):
            continue
        if patient.git.run("cat-file", "blob", entry.blob, check=False).returncode or _was_recorded(patient, entry):
            continue
        lines.append(b"%o %s\t%s\0" % (entry.mode, entry.blob.encode(), entry.path))
    if lines:
        patient.git.run("update-index", "--add", "-z", "--index-info", stdin=b"".join(lines), check=False)
    return len(lines)


def _was_recorded(patient: Patient, entry: Entry) -> bool:
    path = entry.path.decode("utf-8", "surrogateescape")
    done = patient.git.run("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--", f":/{path}", check=False)
    return entry.blob.encode() in done.stdout


def _split(listed: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    for entry in listed.split(b"\0")[:-1]:
        about, tab, path = entry.partition(b"\t")
        yield about, tab, path
