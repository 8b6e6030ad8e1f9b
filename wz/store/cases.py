"""The registry's cases as one stream of rows: from the index where it has them, read where it has not.

What git says has changed since the index was written is brought in first (`diff-tree` between commits, `git status` for
what is not committed); nothing else is read again.
"""

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wz import __version__
from wz.errors import GitFailed, Unreadable
from wz.store import changes, rows, schema
from wz.store.files import is_case_path, is_folder_of_cases, there
from wz.store.index import Damaged, Index, build, drop
from wz.store.rows import Row

if TYPE_CHECKING:
    from wz.store.registry import Registry

_BLOCK = 20_000
_NAME = "index.sqlite"
_FAULTS = (sqlite3.Error, Damaged)


class View(NamedTuple):
    """All cases at a moment: the index, and the files that are otherwise than it says (None: gone; "": as they lie)."""

    known: Index | None
    beside: dict[str, str | None]
    same_law: bool

    def close(self) -> None:
        if self.known is not None:
            self.known.close()


def of(registry: "Registry", where: str = "", *values: object) -> Iterator[Row]:
    """The rows of all cases, by path; of those in the index only the ones that fit a condition of SQL.

    What is not in the index is given whether it fits or not. An index found damaged on the way is made anew.
    """
    last = ""
    for trusted in (True, True, False):
        view = _view(registry, trusted)
        try:
            for one in _rows(registry, view, where, values, last):
                yield one
                last = one.path
            return
        except sqlite3.ProgrammingError:  # ours, not the file's
            raise
        except _FAULTS:
            view.close()
            drop(_path(registry))
        finally:
            view.close()


def ending(registry: "Registry", end: str) -> list[str]:
    """The path of every case whose id ends so."""
    for trusted in (True, True, False):
        view = _view(registry, trusted)
        found = {path for path, blob in view.beside.items() if blob is not None and path.endswith(f"{end}.yaml")}
        try:
            if view.known is not None:
                found |= {path for path in view.known.paths(end) if path not in view.beside}
            break
        except _FAULTS:
            view.close()
            drop(_path(registry))
        finally:
            view.close()
    return sorted(found)


def _rows(registry: "Registry", view: View, where: str, values: Iterable[object], last: str) -> Iterator[Row]:
    read = rows.read_rows(registry, sorted(_there(view.beside, last)))
    if view.known is None:
        yield from read
        return
    if view.same_law:
        known = view.known.select(where, values, last)
    else:
        known = _judged(registry, view.known.select(after=last))
    yield from heapq.merge((one for one in known if one.path not in view.beside), read, key=attrgetter("path"))


def _there(blobs: dict[str, str | None], last: str = "") -> Iterator[tuple[str, str]]:
    """The files behind a path that are not gone."""
    return ((path, blob) for path, blob in blobs.items() if blob is not None and path > last)


def _judged(registry: "Registry", known: Iterator[Row]) -> Iterator[Row]:
    """The rows by the registry's law, so many at a time that memory stays bounded."""
    while block := list(islice(known, _BLOCK)):
        yield from rows.judge_rows(registry, block)


def _view(registry: "Registry", trusted: bool) -> View:
    """The cases as they are now, the index brought up to them where that may be written."""
    git = registry.git
    changed: dict[str, str | None] = {}
    head, own = registry.revision, False
    if head is None:
        looking, registry.looking = registry.looking, None
        try:
            if looking is None and changes.pays(registry.files) and git.present:
                looking = changes.Looking(git)
            head, uncommitted = looking.answer() if looking else (None, [])
        except GitFailed:  # git's own index is damaged, or the repository somebody else's; the files can still be read
            return _without_index(registry)
        if head is None:
            return _without_index(registry)
        lying = there(registry.root, _cases_among(registry, uncommitted))
        changed = {path: "" if is_there else None for path, is_there in lying.items()}
        own = True
    else:
        own = head == git.commit_of("HEAD")
    index = _index(registry, head, own) if trusted else None
    if index is not None:
        try:
            index.hold()
            about = index.about()
            same_law = about["law"] == registry.law_mark
            if about["head"] != head:
                changed = {**_case_blobs(git.changed(about["head"], head, "cases")), **changed}
            return View(index, changed, same_law)
        except (*_FAULTS, KeyError, GitFailed):
            index.close()
    return View(None, {**_case_blobs(git.tree(head, "cases")), **changed}, same_law=True)


def _cases_among(registry: "Registry", paths: Sequence[str]) -> Iterator[str]:
    """The case files among those paths, and below those of them that are folders."""
    yield from filter(is_case_path, paths)
    if folders := tuple(filter(is_folder_of_cases, paths)):
        yield from (path for path in registry.files.case_paths() if path.startswith(folders))


def _without_index(registry: "Registry") -> View:
    return View(None, dict.fromkeys(registry.files.case_paths(), ""), same_law=True)


def _case_blobs(blobs: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    return {path: blob for path, blob in blobs if is_case_path(path)}


def _index(registry: "Registry", head: str, own: bool) -> Index | None:
    """The index, of that commit where it is the registry's own; None where there can be none."""
    path = _path(registry)
    for _attempt in range(3):
        index = _open(path)
        if index is None:
            if not own or not _built(registry, path, head):
                return None
            continue
        try:
            if not own or _brought_up(registry, index, head, path):
                return index
        # It cannot be written, now or at all, or no law can be read: it still says what it says.
        except (sqlite3.OperationalError, Unreadable):
            return index
        except OSError:  # nor be replaced, while others on Windows read it
            index.close()
            return _open(path)
        except (*_FAULTS, KeyError, GitFailed):
            index.close()
            drop(path)
        index.close()
    return None


def _open(path: Path) -> Index | None:
    """The index that is there, where this tool wrote it and it is sound."""
    try:
        index = Index.open(path)
    except sqlite3.Error:
        return None
    try:
        if index.about().get("tool") == tool() and index.sound():
            return index
    except sqlite3.Error:
        pass
    index.close()
    return None


def _built(registry: "Registry", path: Path, head: str) -> bool:
    """Write the index of a commit; False where it does not pay or cannot be written."""
    blobs = sorted(_there(_case_blobs(registry.git.tree(head, "cases"))))
    if len(blobs) < changes.PAYS:
        return False
    with suppress(OSError, sqlite3.Error, Unreadable):
        path.parent.mkdir(exist_ok=True)
        build(path, rows.read_rows(registry, blobs), _about(registry, head))
        return True
    return False


def _brought_up(registry: "Registry", index: Index, head: str, path: Path) -> bool:
    """Bring the index to that commit and to the law of today; False where it has to be opened anew."""
    about = index.about()
    settles = registry.revision is None or registry.git.bare  # else the work tree's law is what the index goes by
    if about["law"] != registry.law_mark and settles:
        build(path, _judged(registry, index.select()), _about(registry, about["head"]), old=index)
        return False
    if about["head"] == head:
        return True
    changed = _case_blobs(registry.git.changed(about["head"], head, "cases"))
    read = list(rows.read_rows(registry, sorted(_there(changed))))
    with index.changing():
        if index.about() != about:
            return False
        index.replace(read, [one for one, blob in changed.items() if blob is None], _about(registry, head))
    return True


def _about(registry: "Registry", head: str) -> dict[str, str]:
    return {"tool": tool(), "law": registry.law_mark, "head": head}


def _path(registry: "Registry") -> Path:
    return registry.git.state_dir / _NAME


@cache
def tool() -> str:
    """What makes rows: this version of wz, and whatever was changed in its source since."""
    here = Path(__file__).parents[1]
    parts = [f"{__version__}"]
    for room in ("model", "regulation", "actions", "store"):
        for file in sorted((here / room).glob("*.py")):
            stat = file.stat()
            parts.append(f"{file.name} {stat.st_size} {stat.st_mtime_ns}")
    schema_file = schema.folder() / "case.schema.json"
    return sha256("\n".join([*parts, str(schema_file.stat().st_mtime_ns)]).encode()).hexdigest()
