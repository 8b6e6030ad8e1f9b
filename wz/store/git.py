"""Git: where the registry's history lives, and the one way a commit is made.

A commit is built from objects alone (`git fast-import`), so what the user has staged or changed elsewhere is not
touched; the branch moves from its old value to its new one or not at all. What is to appear in the work tree waits
under `.git/wz/pending` until the branch has moved: whoever finds something there finishes or discards it.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed, Unreadable
from wz.i18n import _

# Variables with which a git hook points at its own repository; ours is the registry's.
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_OUR_LOCK = b"wz: this lock is stale once no wz is running\n"
_SCRATCH_REF = "refs/wz/scratch"
_ATTEMPTS = 5
LOCK_SECONDS = 60.0


class Identity(NamedTuple):
    """Git's own identity, as `git var` gives it, and whether commits are signed."""

    author: str
    committer: str
    email: str
    signs: bool


class Layout(NamedTuple):
    """Where the repository is: its top, its git folders, and the registry's place below the top ("" or "sub/")."""

    top: Path
    git_dir: Path
    common_dir: Path
    prefix: str


class Recorded(NamedTuple):
    """A commit that touched a file, and the file's content in it; None where the commit removed it."""

    name: str
    author: str
    at: datetime
    trailers: dict[str, str]
    content: bytes | None


class Git:
    """The repository that a registry lies in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git in the registry. Raises GitFailed with git's own words where it fails and `check` is set."""
        environment = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES}
        environment |= {"LC_ALL": "C", "LANGUAGE": "", **(env or {})}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments],
                input=stdin if stdin is not None else b"",
                capture_output=True,
                env=environment,
                check=False,
            )
        except FileNotFoundError:
            raise GitFailed(_("git is not installed"), _("Install git, and see that it is on the PATH.")) from None
        if check and done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise GitFailed(
                _("git {command} failed: {words}").format(command=arguments[0], words=words), cure_of(words)
            )
        return done

    def text(self, *arguments: str) -> str:
        """What a git command prints, without the last line break."""
        return self.run(*arguments).stdout.decode("utf-8", "replace").rstrip("\n")

    @cached_property
    def layout(self) -> Layout:
        """Raises GitFailed where the registry is in no repository."""
        done = self.run(
            "rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir", "--show-prefix", check=False
        )
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise GitFailed(
                _("{root} is in no git repository: {words}").format(root=self.root, words=words),
                cure_of(words) or _("`wz init` makes a registry; `git init` makes a repository."),
            )
        top, git_dir, common, prefix = done.stdout.decode("utf-8").split("\n")[:4]
        return Layout(Path(top), Path(git_dir), (self.root / common).resolve(), prefix)

    @property
    def present(self) -> bool:
        """Whether the registry is in a repository at all."""
        return self.run("rev-parse", "--git-dir", check=False).returncode == 0

    def configure(self, values: Mapping[str, str]) -> None:
        """Set git's configuration for this repository alone."""
        for key, value in values.items():
            self.run("config", "--local", key, value)

    @cached_property
    def identity(self) -> Identity:
        """Who commits. Raises GitFailed where git does not know."""
        values: dict[str, str] = {}
        for line in self.text("var", "-l").splitlines():
            key, _equals, value = line.partition("=")
            values[key] = value
        author, committer = values.get("GIT_AUTHOR_IDENT"), values.get("GIT_COMMITTER_IDENT")
        if not author or not committer:
            raise GitFailed(
                _("git does not know who you are"),
                _('Run: git config user.name "Your Name" and git config user.email you@example.com'),
            )
        match = re.search(r"<([^>]*)>", author)
        signs = self.run("config", "--type=bool", "--get", "commit.gpgsign", check=False).stdout.strip() == b"true"
        return Identity(author, committer, match[1] if match else "", signs)

    @property
    def state_dir(self) -> Path:
        """The folder for what wz keeps beside the history; all of it can be deleted at any moment."""
        return self.layout.git_dir / "wz"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time on a work tree; what a killed one left is mended before anything else.

        Raises GitFailed after LOCK_SECONDS, Unreadable where the lock cannot be written.
        """
        from filelock import FileLock, Timeout

        try:
            self.state_dir.mkdir(exist_ok=True)
            with FileLock(self.state_dir / "lock", timeout=LOCK_SECONDS, poll_interval=0.01):
                self._mend()
                yield
        except Timeout:
            raise GitFailed(
                _("another wz has been working on this registry for {seconds:.0f} seconds").format(
                    seconds=LOCK_SECONDS
                ),
                _("Try again once it is done."),
            ) from None
        except OSError as error:
            raise unwritable(error) from None

    def mend(self) -> None:
        """Finish or discard what a killed writer left; a living one is not waited for."""
        if not self.present or not self._journal.exists():
            return
        from filelock import FileLock, Timeout

        with suppress(Timeout, OSError), FileLock(self.state_dir / "lock", timeout=0):
            self._mend()

    def head(self) -> tuple[str, str | None]:
        """The branch checked out and its commit; None before the first.

        Raises GitFailed where no branch is checked out: a commit made there is easily lost.
        """
        done = self.run("symbolic-ref", "-q", "HEAD", check=False)
        if done.returncode != 0:
            raise GitFailed(
                _("no branch is checked out (detached HEAD), so what is recorded now could be lost"),
                _("Run `git switch main` (or your branch), then repeat the command."),
            )
        ref = done.stdout.decode().strip()
        commit = self.run("rev-parse", "-q", "--verify", ref + "^{commit}", check=False).stdout.decode().strip()
        return ref, commit or None

    def committed(self, commit: str | None, paths: Sequence[str]) -> list[bytes | None]:
        """The content of files, named from the registry, at a commit; None where there is no such file."""
        if commit is None:
            return [None] * len(paths)
        names = "".join(f"{commit}:{self.layout.prefix}{path}\n" for path in paths)
        return _split_batch(self.run("cat-file", "--batch", stdin=names.encode()).stdout, len(paths))

    def history(self, path: str) -> Iterator["Recorded"]:
        """The commits that touched a file, named from the registry, oldest first, with the file as it then was."""
        import git

        repository = git.Repo(self.layout.top)
        try:
            if not repository.head.is_valid():
                return
            place = self.layout.prefix + path
            for commit in reversed(list(repository.iter_commits(paths=place))):
                try:
                    content = bytes((commit.tree / place).data_stream.read())
                except KeyError:
                    content = None
                yield Recorded(
                    commit.hexsha,
                    f"{commit.author.name} <{commit.author.email}>",
                    commit.committed_datetime,
                    {key: values[-1] for key, values in commit.trailers_dict.items()},
                    content,
                )
        finally:
            repository.close()

    def commit(self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str) -> str:
        """Commit whole files, named from the registry, and bring work tree and index along; the lock must be held.

        `before` is what each file held when the change was decided (None: it did not exist); a file that holds
        something else in the last commit is refused, for then somebody's uncommitted or new work is in the way.
        Returns the commit's name. Raises GitFailed or Unreadable, and then nothing has changed.
        """
        self._refuse_unfinished()
        for _attempt in range(_ATTEMPTS):
            ref, old = self.head()
            for path, recorded in zip(changes, self.committed(old, list(changes)), strict=True):
                if recorded != before[path]:
                    raise GitFailed(
                        _("{path} has changes that are not committed").format(path=path),
                        _("Commit them (`git commit {path}`) or drop them (`git restore {path}`), then repeat.").format(
                            path=path
                        ),
                    )
            try:
                self._prepare(changes)
                new = self._build(old, changes, message)
                self._write_journal(list(changes), new)
                moved = self.run(
                    "update-ref", "-m", "wz: " + message.partition("\n")[0], ref, new, old or "0" * 40, check=False
                )
            except OSError as error:
                self._discard()
                raise unwritable(error) from None
            except GitFailed:
                self._discard()
                raise
            if moved.returncode == 0:
                self._finish(list(changes))
                return new
            self._discard()
        raise GitFailed(
            _("the branch kept moving while this was recorded: {words}").format(
                words=moved.stderr.decode("utf-8", "replace").strip()
            ),
            _("Repeat the command."),
        )

    def _refuse_unfinished(self) -> None:
        for name, what in (
            ("MERGE_HEAD", "merge"),
            ("rebase-merge", "rebase"),
            ("rebase-apply", "rebase"),
            ("CHERRY_PICK_HEAD", "cherry-pick"),
            ("REVERT_HEAD", "revert"),
        ):
            if (self.layout.git_dir / name).exists():
                raise GitFailed(
                    _("a git {what} is not finished").format(what=what),
                    _("Finish it, or run `git {what} --abort`; then repeat.").format(what=what),
                )

    # -- the commit's objects

    def _build(self, old: str | None, changes: Mapping[str, bytes], message: str) -> str:
        """Write blobs, trees and commit; no ref moves."""
        identity = self.identity
        stream = [b"feature done\n"]
        for mark, content in enumerate(changes.values(), 2):
            stream.append(b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content))
        text = message.encode("utf-8")
        stream.append(
            b"commit %s\nmark :1\nauthor %s\ncommitter %s\ndata %d\n%s\n"
            % (_SCRATCH_REF.encode(), identity.author.encode(), identity.committer.encode(), len(text), text)
        )
        if old is not None:
            stream.append(b"from %s\n" % old.encode())
        for mark, path in enumerate(changes, 2):
            stream.append(b"M 100644 :%d %s\n" % (mark, _quoted(self.layout.prefix + path)))
        # The scratch ref never comes to be: it is reset within the same stream.
        stream.append(b"\nget-mark :1\nreset %s\nfrom %s\n\ndone\n" % (_SCRATCH_REF.encode(), b"0" * 40))
        built = self.run("fast-import", "--quiet", "--done", stdin=b"".join(stream)).stdout.decode().strip()
        return self._signed(built, old, text, identity) if identity.signs else built

    def _signed(self, built: str, old: str | None, text: bytes, identity: Identity) -> str:
        parent = ["-p", old] if old else []
        return self.run("commit-tree", "-S", built + "^{tree}", *parent, "-F", "-", stdin=text).stdout.decode().strip()

    # -- the work tree: prepared before the branch moves, finished after it

    @property
    def _pending(self) -> Path:
        return self.state_dir / "pending"

    @property
    def _journal(self) -> Path:
        return self._pending / "journal.json"

    def _prepare(self, changes: Mapping[str, bytes]) -> None:
        """Write the new files to where only a rename is left to do, so that a full disk is found out in time."""
        self._pending.mkdir(parents=True, exist_ok=True)
        for number, (path, content) in enumerate(changes.items()):
            folder = (self.root / path).parent
            folder.mkdir(parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK):
                raise PermissionError(13, "Permission denied", str(folder))
            _write_durably(self._pending / str(number), content)

    def _write_journal(self, paths: list[str], commit: str) -> None:
        _write_durably(self._journal, json.dumps({"commit": commit, "paths": paths}).encode())

    def _finish(self, paths: list[str]) -> None:
        """Put the prepared files into the work tree and the index. What cannot be done now the next command does."""
        with suppress(OSError):
            for number, path in enumerate(paths):
                prepared = self._pending / str(number)
                if prepared.exists():
                    _move(prepared, self.root / path)
            if self._update_index(paths):
                self._journal.unlink(missing_ok=True)

    def _update_index(self, paths: list[str]) -> bool:
        """Enter the files into the index, every other entry untouched; False when git holds the index."""
        index, lock = self.layout.git_dir / "index", self.layout.git_dir / "index.lock"
        if not _take(lock):
            return False
        try:
            own = self._pending / "index"
            if index.exists():
                own.write_bytes(index.read_bytes())
            self.run(
                "update-index",
                "--add",
                "--replace",
                "-z",
                "--stdin",
                stdin="".join(path + "\0" for path in paths).encode(),
                env={"GIT_INDEX_FILE": str(own)},
            )
            own.replace(index)
        finally:
            lock.unlink(missing_ok=True)
        return True

    def _discard(self) -> None:
        with suppress(OSError):
            for left in self._pending.iterdir():
                left.unlink()

    def _mend(self) -> None:
        """What a killed writer left: finish it if its commit stands, else forget it. The lock must be held."""
        if not self._journal.exists():
            self._discard()
            return
        _drop_stale(self.layout.git_dir / "index.lock", ours=True)
        for name in ("HEAD", self.text("symbolic-ref", "-q", "HEAD")):
            _drop_stale((self.layout.git_dir if name == "HEAD" else self.layout.common_dir) / (name + ".lock"))
        try:
            entry = json.loads(self._journal.read_bytes())
            commit, paths = str(entry["commit"]), list(entry["paths"])
        except (ValueError, KeyError, TypeError):
            self._discard()  # killed while writing it: the branch had not moved
            return
        if self.run("merge-base", "--is-ancestor", commit, "HEAD", check=False).returncode == 0:
            for number, recorded in enumerate(self.committed("HEAD", paths)):
                prepared = self._pending / str(number)
                if prepared.exists() and prepared.read_bytes() != recorded:
                    prepared.unlink()  # the branch has gone on since
            self._finish(paths)
        if not self._journal.exists() or not (self.layout.git_dir / "index.lock").exists():
            self._discard()


def create_repository(root: Path) -> None:
    """An empty repository on the branch `main`. Raises GitFailed."""
    import git

    try:
        git.Repo.init(root, initial_branch="main").close()
    except git.GitCommandError as error:
        words = str(error.stderr).strip()
        raise GitFailed(
            _("git {command} failed: {words}").format(command="init", words=words), cure_of(words)
        ) from None


def _split_batch(output: bytes, count: int) -> list[bytes | None]:
    """The contents in the answer of `git cat-file --batch`."""
    contents: list[bytes | None] = []
    place = 0
    for _number in range(count):
        end = output.index(b"\n", place)
        header = output[place:end]
        place = end + 1
        if header.endswith((b" missing", b" ambiguous")):
            contents.append(None)
            continue
        size = int(header.rpartition(b" ")[2])
        contents.append(output[place : place + size])
        place += size + 1
    return contents


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode()


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _move(prepared: Path, target: Path) -> None:
    """Rename into place; over a file-system border, copy beside the target first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        prepared.replace(target)
    except OSError as error:
        if error.errno != 18:  # EXDEV
            raise
        beside = target.with_name(f".{target.name}.wz-new")
        _write_durably(beside, prepared.read_bytes())
        beside.replace(target)
        prepared.unlink()


def _take(lock: Path) -> bool:
    """Create git's lock file, waiting a little for a git that has it."""
    deadline = time.monotonic() + 2.0
    while True:
        try:
            with lock.open("xb") as file:
                file.write(_OUR_LOCK)
            return True
        except FileExistsError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)


def _drop_stale(lock: Path, ours: bool = False) -> None:
    """Remove a lock file that a killed writer left: one of ours, or a ref's, which git holds for milliseconds only."""
    with suppress(FileNotFoundError):
        if ours and (content := lock.read_bytes()):
            if content == _OUR_LOCK:
                lock.unlink()
            return
        taken = lock.stat().st_mtime_ns
        time.sleep(1.0)
        if lock.stat().st_mtime_ns == taken:
            lock.unlink()


def cure_of(words: str) -> str:
    """What to do about git's commonest complaints."""
    if "dubious ownership" in words:
        return _("If you trust it, run the `git config --global --add safe.directory` command that git names.")
    if "No space left" in words:
        return _("Free some disk space, then repeat.")
    if "Permission denied" in words or "Read-only file system" in words or "insufficient permission" in words:
        return _("See that you may write in the repository, then repeat.")
    if "gpg" in words or "sign" in words:
        return _("Check user.signingkey and gpg.format, or unset commit.gpgsign.")
    return ""


def unwritable(error: OSError) -> Unreadable:
    """The registry's folder refuses to be written."""
    return Unreadable(
        _("cannot write {path}: {reason}").format(path=error.filename or "", reason=error.strerror or error),
        _("See that there is space and that you may write there, then repeat; nothing has been recorded."),
    )
