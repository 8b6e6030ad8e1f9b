"""What a commit is about to bring into the work tree: written beforehand, so that only renames are left to do.

It lies under `.git/wz`. Whoever finds a journal there finishes or discards what a killed writer left.
"""

import errno
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path

import msgspec

from wz.i18n import _
from wz.store import durable
from wz.store.git import FEW
from wz.store.placing import content_at, holds, is_inside, link, move, move_over, write

# Git's modes for files that are not ordinary ones.
PROGRAM, LINK = "100755", "120000"


class Journal(msgspec.Struct, frozen=True):
    """The commit that is about to stand: the branch, its old commit (None: it has none), the new one, the files.

    Files are named from the repository's top, and so are other repositories in it. Where the cases' keys change with
    it, the old commit of their ref and the new one.
    """

    ref: str
    old: str | None
    new: str
    paths: list[str]
    old_keys: str | None = None
    keys: str | None = None
    modules: list[str] = []


class Pending:
    """The files of one commit on their way into the work tree `root`; `state` is the folder that wz keeps in git's.

    Paths are those from the work tree's top.
    """

    def __init__(self, state: Path, root: Path) -> None:
        self.root = root
        self.folder = state / "pending"
        self.index = self.folder / "index"
        self.marks = self.folder / "marks"
        self._journal = self.folder / "journal.json"
        self._unindexed = state / "unindexed.json"

    def prepare(
        self, paths: Sequence[str], contents: Iterable[tuple[str, bytes]], modes: Mapping[str, str] | None = None
    ) -> Iterator[tuple[str, bytes]]:
        """Write the files to where only a rename is left to do: a full disk is found out in time. Raises OSError.

        They are handed on one by one as they are written, for whoever else needs them; a path may come again with
        new content. Once all have been taken they are safe from a power cut. `modes` are git's, of those files that
        are not ordinary ones.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if outside := [path for path in paths if not is_inside(path)]:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), outside[0])
        self._make_folders(paths)
        numbers = {path: number for number, path in enumerate(paths)}
        # Many files are brought to the disk together; one by one they would cost more than everything else.
        together = len(paths) > FEW and hasattr(os, "sync")
        for path, content in contents:
            target = self._prepared(numbers[path])
            mode = modes.get(path) if modes else None
            if mode == LINK and link(target, content):
                pass
            elif together:
                write(target, content)
            else:
                durable.write(Path(target), content)
            if mode == PROGRAM:
                Path(target).chmod(0o755)
            yield path, content
        if together:
            durable.sync_all()

    def _make_folders(self, paths: Iterable[str]) -> None:
        for name in dict.fromkeys(path.rpartition("/")[0] for path in paths):
            folder = self.root / name
            self._refuse_links(name)
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(13, "Permission denied", str(folder))

    def _refuse_links(self, folder: str) -> None:
        """A folder that is a link leads out of the registry. Raises OSError."""
        place = self.root
        for step in filter(None, folder.split("/")):
            place /= step
            if place.is_symlink():
                raise OSError(errno.ELOOP, _("it is a link, not a folder"), str(place))

    def announce(self, journal: Journal, folders: Iterable[Path]) -> None:
        """From here on a killed writer's commit is finished if it stands; so that it is after a power cut, these
        folders are brought to the disk too. Raises OSError.
        """
        if self.index.exists():
            durable.sync_file(self.index)
        durable.write(self._journal, json.dumps(msgspec.to_builtins(journal)).encode())
        durable.sync_folders([*folders, self.folder, *self.folder.parents[:2]])

    def announced(self) -> Journal | None:
        """What a killed writer was about; None also for a journal cut short, for then the branch had not moved.

        A journal that came with somebody else's `.git` must not lead out of the registry: then it is none either.
        """
        with suppress(FileNotFoundError, ValueError):
            journal = msgspec.convert(json.loads(self._journal.read_bytes()), Journal)
            named = [journal.ref, *journal.paths, *journal.modules]
            if all(map(is_inside, named)) and journal.ref.startswith("refs/heads/"):
                return journal
        return None

    def place(
        self,
        paths: Sequence[str],
        before: Iterable[bytes | None],
        now: Iterable[bytes | None] | None = None,
        gone: Collection[str] = (),
    ) -> None:
        """Put the prepared files into the work tree. Raises OSError; done again, it goes on where it stopped.

        A file goes only over what was there `before`: what somebody has written meanwhile stays, and git shows it.
        It goes as the branch has it `now`; None where nobody can have changed that. Those that are `gone`, or that the
        branch does not have now, are removed.
        """
        over: list[tuple[str, str]] = []
        for folder in dict.fromkeys(path.rpartition("/")[0] for path in paths):
            self._refuse_links(folder)
        for number, (path, former, recorded) in enumerate(zip(paths, before, now or repeat(None))):  # noqa: B905
            prepared, target = self._prepared(number), f"{self.root}/{path}"
            removed = path in gone if now is None else recorded is None
            if not holds(target, former) or (now is not None and recorded == former):
                continue
            if recorded is not None and content_at(prepared) != recorded:  # the power went as it was moved
                durable.write(Path(prepared), recorded)
            if removed and former is not None:
                self._remove(target)
            elif former is None and not removed:
                move(prepared, target)
            elif not removed:
                over.append((prepared, target))
        move_over(over)
        if len(paths) > FEW:
            durable.sync_all()
        else:
            durable.sync_folders(self._folders(paths))

    def make_room(self, modules: Iterable[str]) -> None:
        """Give each of the other repositories in this one its folder, as git does; where it cannot be, git says so."""
        for module in modules:
            with suppress(OSError):
                self._refuse_links(module)
                (self.root / module).mkdir(parents=True, exist_ok=True)

    def _folders(self, paths: Iterable[str]) -> Iterator[Path]:
        """The folders of files, and those that hold them, up to the work tree's top."""
        for folder in dict.fromkeys(Path(path).parent for path in paths):
            yield from (self.root / one for one in (folder, *folder.parents))

    def _remove(self, target: str) -> None:
        """Remove a file, and the folders that it leaves empty, as git does."""
        Path(target).unlink()
        with suppress(OSError):
            for folder in Path(target).parents:
                if folder == self.root:
                    break
                folder.rmdir()

    def discard(self) -> None:
        """Forget what was prepared; the journal goes first."""
        with suppress(OSError):
            self._journal.unlink(missing_ok=True)
            for left in self.folder.iterdir():
                left.unlink()

    def _prepared(self, number: int) -> str:
        return f"{self.folder}/{number}"

    # -- files whose place in the index waits until git lets go of it

    @property
    def unindexed(self) -> list[str]:
        with suppress(FileNotFoundError, ValueError):
            return list(filter(is_inside, msgspec.convert(json.loads(self._unindexed.read_bytes()), list[str])))
        return []

    def leave_unindexed(self, paths: Sequence[str]) -> None:
        """Note files that the index must still be told of; none clears the note. Raises OSError."""
        if paths:
            draft = self.folder / "unindexed"
            durable.write(draft, json.dumps(list(paths)).encode())
            draft.replace(self._unindexed)
            durable.sync_folders([self._unindexed.parent])
        else:
            self._unindexed.unlink(missing_ok=True)

    @property
    def waits(self) -> bool:
        """Whether anything is left to finish or discard."""
        return self._journal.exists() or self._unindexed.exists()


# -- files
