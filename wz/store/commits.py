"""The one way a commit is made.

A commit is built from objects alone (`git fast-import`), so what the user has staged or changed elsewhere is not
touched; the branch moves from its old value to its new one or not at all (see `landing.py`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import PurePosixPath
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store import casekeys
from wz.store.casekeys import Keys
from wz.store.git import FEW, Identity, quoted
from wz.store.gitfailures import failed, unwritable
from wz.store.landing import Landing, Move
from wz.store.repository import Entry, blob_name

_ATTEMPTS = 5


class Step(NamedTuple):
    """One commit to be made: whole files, named from the registry, the message, and whose it is unless git's own."""

    changes: Mapping[str, bytes]
    message: str
    identity: Identity | None = None


class _Built(NamedTuple):
    """The commits, the object of each file as it is after the last; all objects (None: too many); the keys' commit."""

    commits: list[str]
    blobs: dict[str, str]
    objects: list[str] | None
    keys: str | None


class Committer(Landing):
    """The repository that a registry lies in, to be written to."""

    def commit(
        self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str, keys: Keys | None = None
    ) -> str:
        """Make one commit; see `record`. Returns its name."""
        return self.record([Step(changes, message)], before, keys)[-1]

    def record(self, steps: Sequence[Step], before: Mapping[str, bytes | None], keys: Keys | None = None) -> list[str]:
        """Make commits one on another, all or none, and bring work tree and index along; the lock must be held.

        `keys` are changes of the cases' keys (see `casekeys.py`), which move together with the branch or not at all;
        they are asked for once the files have been written.

        `before` is what each file held when the change was decided (None: it did not exist); a file that holds
        something else in the last commit is refused, for then somebody's uncommitted or new work is in the way.
        Returns the commits' names. Raises GitFailed or Unreadable, and then nothing has changed.
        """
        self.refuse_unfinished()
        try:
            for _attempt in range(_ATTEMPTS):
                with self.index() as held:  # without it, the next command brings it up
                    made = self._attempt(steps, before, held, keys)
                if made is not None:
                    return made
        except OSError as error:
            self.pending.discard()
            raise unwritable(error) from None
        except GitFailed:
            self.pending.discard()
            raise
        raise GitFailed(_("the branch kept moving while this was recorded"), _("Repeat the command."))

    def _attempt(
        self, steps: Sequence[Step], before: Mapping[str, bytes | None], held: bool, keys: Keys | None
    ) -> list[str] | None:
        """Commit once; None when somebody else moved the branch first. An exception means that it has not moved."""
        paths = list(dict.fromkeys(path for step in steps for path in step.changes))
        ref, old = self.head()
        formers = [before[path] for path in paths]
        for path, former, recorded in zip(paths, formers, self.blobs(old, paths), strict=True):
            if recorded != (None if former is None else blob_name(former, len(old or ""))):
                if recorded is None and old is not None:  # or its folder cannot be read, and git says so
                    self.run("ls-tree", old, "--", path)
                raise GitFailed(
                    _("{path} has changes that are not committed").format(path=path),
                    _("Commit them (`git commit {path}`) or drop them (`git restore {path}`), then repeat.").format(
                        path=path
                    ),
                )
        tip = casekeys.tip(self) if keys is not None else casekeys.NO_TIP
        beside = casekeys.stream(tip.tree, keys) if keys is not None else ()
        built = self._build(old, steps, paths, beside)
        files = {self.layout.prefix + path: Entry("100644", built.blobs[path]) for path in paths}
        reason = "wz: " + steps[-1].message.partition("\n")[0]
        move = Move(ref, old, built.commits[-1], files, formers, built.objects, tip.commit, built.keys)
        return built.commits if self.land(move, reason, held=held) else None

    # -- the commit's objects

    def _build(self, old: str | None, steps: Sequence[Step], paths: Sequence[str], beside: Iterable[bytes]) -> _Built:
        """Write blobs, trees and commits, each on the one before, and prepare the files; no ref moves."""
        blobs: dict[str, int] = {}
        commits: list[int] = []
        marks = self.pending.marks
        marks.unlink(missing_ok=True)
        # Of many new files git need not look for what they share, nor press them hard: its next gc does both.
        many = ("-c", "core.compression=1"), ("--depth=0",)
        before, behind = many if len(paths) > FEW else ((), ())
        done = self.feed(
            *before,
            "fast-import",
            "--quiet",
            "--done",
            *behind,
            f"--export-marks={marks}",
            pieces=self._stream(old, steps, paths, blobs, commits, beside),
            broken=self.sweep,
        )
        if done.returncode != 0:
            self.sweep(done.stderr.decode("utf-8", "replace"))
            raise failed(["fast-import"], done)
        names = dict(line.split(" ") for line in marks.read_text("ascii").splitlines())
        built = [names[f":{mark}"] for mark in commits]
        built = self._signed(built, old, steps) if self.identity.signs else built
        told = (line.split() for line in done.stdout.decode("utf-8", "replace").splitlines())
        listed = [words[2] for words in told if words[1] in ("tree", "blob")]
        objects = None if _are_many(steps, paths) else [*names.values(), *listed, *built]
        return _Built(
            built, {path: names[f":{mark}"] for path, mark in blobs.items()}, objects, names.get(casekeys.MARK)
        )

    def _stream(
        self,
        old: str | None,
        steps: Sequence[Step],
        paths: Sequence[str],
        blobs: dict[str, int],
        commits: list[int],
        beside: Iterable[bytes],
    ) -> Iterator[bytes]:
        """What fast-import reads, made as it is read; the marks of files and commits are noted on the way."""
        yield b"feature done\n"
        prefix = self.layout.prefix
        changes = ((prefix + path, content) for step in steps for path, content in step.changes.items())
        contents = self.pending.prepare([prefix + path for path in paths], changes)
        mark = 0
        for number, step in enumerate(steps):
            for path, content in islice(contents, len(step.changes)):
                mark += 1
                blobs[path.removeprefix(prefix)] = mark
                yield b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)
            mark += 1
            commits.append(mark)
            text, identity = step.message.encode("utf-8"), step.identity or self.identity
            author, committer = identity.author.encode(), identity.committer.encode()
            yield b"commit refs/wz/scratch\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
                *(mark, author, committer, len(text), text),
            )
            if number == 0 and old is not None:
                yield b"from %s\n" % old.encode()
            for path in step.changes:
                yield b"M 100644 :%d %s\n" % (blobs[path], quoted(self.layout.prefix + path))
            yield b"\n"
            if not _are_many(steps, paths):
                yield from (b"ls :%d %s\n" % (mark, quoted(folder)) for folder in self._folders(step.changes))
        for _rest in contents:  # nothing is left, but what was prepared is to be made safe
            pass
        yield from beside
        # Reset without a new value, the scratch ref never comes to be, and no lock of a ref is taken.
        yield b"reset refs/wz/scratch\n\ndone\n"

    def _folders(self, paths: Iterable[str]) -> Iterator[str]:
        """The folders above files, from the repository's top ("") on: those whose trees a commit makes anew."""
        places = (PurePosixPath(self.layout.prefix + path) for path in paths)
        above = dict.fromkeys(folder for place in places for folder in place.parents)
        return ("" if folder == PurePosixPath(".") else folder.as_posix() for folder in above)

    def sweep(self, words: str) -> None:
        """Remove what a failed fast-import leaves and names: its report, and a pack that may fill the disk."""
        for folder, names in (
            (self.layout.git_dir, r"fast_import_crash_\d+"),
            (self.layout.common_dir / "objects" / "pack", r"tmp_pack_\w+"),
        ):
            for name in re.findall(names, words):
                with suppress(OSError):
                    (folder / name).unlink()

    def _signed(self, built: Sequence[str], old: str | None, steps: Sequence[Step]) -> list[str]:
        """The same commits with git's signature, each on the signed one before."""
        signed: list[str] = []
        for commit, step in zip(built, steps, strict=True):
            parent = signed[-1] if signed else old
            signed.append(self.signed(commit, [parent] if parent else [], step.message))
        return signed

    def signed(self, commit: str, parents: Sequence[str], message: str) -> str:
        """The same commit with git's signature, on these parents."""
        arguments = [
            *("-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", commit + "^{tree}"),
            *(word for parent in parents for word in ("-p", parent)),
            *("-F", "-"),
        ]
        return self.run(*arguments, stdin=message.encode("utf-8")).stdout.decode().strip()


def _are_many(steps: Sequence[Step], paths: Sequence[str]) -> bool:
    return len(steps) + len(paths) > FEW
