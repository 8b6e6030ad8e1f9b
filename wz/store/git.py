"""Git: where the registry's history lives. Its processes, its lock, and what is read from it; `commits.py` writes."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed, Unreadable
from wz.i18n import _

# Variables with which a git hook points at its own repository; ours is the registry's.
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


# Up to so many files each is dealt with on its own; more are dealt with together.
FEW = 64
_NAME_LENGTHS = (40, 64)  # hexadecimal digits of SHA-1 and SHA-256
# Of a commit: name, author, instant, trailers.
_HISTORY = "%H%x01%an <%ae>%x01%cI%x01%(trailers:only,unfold)"


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

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._env = dict(env or {})  # what git needs to know besides, such as where a push's objects wait
        self._bond: tuple[int, ...] = ()

    def _environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        return _environment({**self._env, **(env or {})})

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        bonded: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git in the registry. Raises GitFailed with git's own words where it fails and `check` is set.

        A `bonded` git is waited for by the next wz, should it outlive this one.
        """
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments],
                input=stdin if stdin is not None else b"",
                capture_output=True,
                env=self._environment(env),
                check=False,
                pass_fds=self._bond if bonded else (),
            )
        except FileNotFoundError:
            raise _no_git() from None
        if check and done.returncode != 0:
            raise failed(arguments, done)
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A git that goes on running, to be written to and read from; its complaints are thrown away."""
        try:
            return subprocess.Popen(
                ["git", "-C", str(self.root), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
            )
        except FileNotFoundError:
            raise _no_git() from None

    def feed(
        self, *arguments: str, pieces: Iterable[bytes], broken: Callable[[str], None]
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git on what is made piece by piece, so that both work at once. It must not print much before the end.

        Raises GitFailed where there is no git, and whatever making a piece raises; git then ends without its input,
        and `broken` is told its words.
        """
        command = ["git", "-C", str(self.root), *arguments]
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, env=self._environment(), bufsize=1 << 18
            )
        except FileNotFoundError:
            raise _no_git() from None
        assert process.stdin is not None
        fed = False
        try:
            with suppress(BrokenPipeError):  # git has failed, and says why
                process.stdin.writelines(pieces)
            fed = True
        finally:
            with suppress(OSError):
                process.stdin.close()
            process.stdin = None
            out, words = process.communicate()
            if not fed:
                broken(words.decode("utf-8", "replace"))
        return subprocess.CompletedProcess(command, process.returncode, out, words)

    def text(self, *arguments: str) -> str:
        """What a git command prints, without the last line break."""
        return self.run(*arguments).stdout.decode("utf-8", "replace").rstrip("\n")

    @cached_property
    def layout(self) -> Layout:
        """Raises GitFailed where the registry is in no repository."""
        questions = ("--is-bare-repository", "--absolute-git-dir", "--git-common-dir", "--show-prefix")
        done = self.run("rev-parse", *questions, "--show-toplevel", check=False)
        answers = done.stdout.decode("utf-8").split("\n")
        if answers[0] == "true":  # no work tree, so git has no answer to the last question
            return Layout(Path(answers[1]), Path(answers[1]), (self.root / answers[2]).resolve(), "")
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip()
            raise GitFailed(
                _("{root} is in no git repository: {words}").format(root=self.root, words=words),
                cure_of(words) or _("`wz init` makes a registry; `git init` makes a repository."),
            )
        _bare, git_dir, common, prefix, top = answers[:5]
        return Layout(Path(top), Path(git_dir), (self.root / common).resolve(), prefix)

    @property
    def present(self) -> bool:
        """Whether the registry is in a repository at all."""
        return self.run("rev-parse", "--git-dir", check=False).returncode == 0

    @property
    def bare(self) -> bool:
        """Whether the repository has no work tree."""
        return self.layout.top == self.layout.git_dir

    def configure(self, values: Mapping[str, str]) -> None:
        """Set git's configuration for this repository alone."""
        for key, value in values.items():
            self.run("config", "--local", key, value)

    @cached_property
    def identity(self) -> Identity:
        """Who commits. Raises GitFailed where git does not know."""
        idents = [self.run("var", name, check=False) for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")]
        if any(done.returncode != 0 for done in idents):
            raise GitFailed(
                _("git does not know who you are"),
                _('Run: git config user.name "Your Name" and git config user.email you@example.com'),
            )
        author, committer = (done.stdout.decode("utf-8", "replace").strip() for done in idents)
        match = re.search(r"<([^>]*)>", author)
        signs = self.run("config", "--type=bool", "--get", "commit.gpgsign", check=False).stdout.strip() == b"true"
        return Identity(author, committer, match[1] if match else "", signs)

    @property
    def state_dir(self) -> Path:
        """The folder for what wz keeps beside the history; all of it can be deleted at any moment."""
        return self.layout.git_dir / "wz"

    @contextmanager
    def exclusive(self, seconds: float) -> Iterator[None]:
        """Hold the lock. Raises filelock's Timeout, an OSError."""
        from filelock import FileLock

        self.state_dir.mkdir(exist_ok=True)
        with FileLock(self.state_dir / "lock", timeout=seconds, poll_interval=0.01):
            if sys.platform == "win32":
                yield
                return
            import fcntl

            # A wz that is killed lets go of the lock at once, but the git it started may still move the branch: that
            # git shares the bond, which is free only when both are gone.
            bond = os.open(self.state_dir / "bond", os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(bond, fcntl.LOCK_EX | (0 if seconds else fcntl.LOCK_NB))
                self._bond = (bond,)
                yield
            finally:
                self._bond = ()
                os.close(bond)

    @contextmanager
    def reserved(self, errand: str, seconds: float) -> Iterator[None]:
        """One at a time for an errand that others may write beside, such as sending. Raises GitFailed, Unreadable."""
        from filelock import FileLock, Timeout

        try:
            self.state_dir.mkdir(exist_ok=True)
            with FileLock(self.state_dir / f"{errand}.lock", timeout=seconds):
                yield
        except Timeout:
            raise GitFailed(
                _("another wz {errand} has been at work for {seconds:.0f} seconds").format(
                    errand=errand, seconds=seconds
                ),
                _("Try again once it is done."),
            ) from None

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
        if commit is None or not paths:
            return [None] * len(paths)
        if len(paths) <= FEW:
            return self.contents([f"{commit}:{self.layout.prefix}{path}" for path in paths])
        # git looks up each path anew from the top; for many, their folders are quicker.
        names = self.blobs(commit, paths)
        contents = iter(self.contents([name for name in names if name]))
        return [next(contents) if name else None for name in names]

    def blobs(self, commit: str | None, paths: Sequence[str]) -> list[str | None]:
        """Git's names for the contents of files, named from the registry, at a commit; None where there is no file.

        It reads folders rather than files: most of many files lie in a few of them.
        """
        if commit is None:
            return [None] * len(paths)
        commit = commit if len(commit) in _NAME_LENGTHS else self.text("rev-parse", commit)
        folders = list(dict.fromkeys(path.rpartition("/")[0] for path in paths))
        names = "".join(f"{commit}:{self.layout.prefix}{folder}\n" for folder in folders)
        listed = _split_batch(self.run("cat-file", "--batch", stdin=names.encode()).stdout, len(folders))
        size = len(commit) // 2
        trees = {folder: _entries(tree or b"", size) for folder, tree in zip(folders, listed, strict=True)}
        return [trees[folder].get(name.encode()) for folder, _slash, name in (path.rpartition("/") for path in paths)]

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """The content of blobs by their names, or as COMMIT:PATH; None where there is none."""
        if not blobs:
            return []
        names = "".join(f"{blob}\n" for blob in blobs)
        return _split_batch(self.run("cat-file", "--batch", stdin=names.encode()).stdout, len(blobs))

    def commit_of(self, revision: str) -> str | None:
        """The commit that a revision names; None where it names none."""
        done = self.run("rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}", check=False)
        return done.stdout.decode().strip() or None

    def committed_at(self, commit: str) -> datetime:
        """When a commit was made."""
        return datetime.fromisoformat(self.text("show", "-s", "--format=%cI", commit))

    @property
    def shallow(self) -> bool:
        """Whether the clone was made without its older commits."""
        return self.text("rev-parse", "--is-shallow-repository") == "true"

    def tree(self, commit: str, below: str) -> Iterator[tuple[str, str]]:
        """Every regular file below a folder of the registry at a commit, with its blob, by path."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", self.layout.prefix + below).stdout
        skip = len(self.layout.prefix)
        for entry in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, _tab, path = entry.partition("\t")
            mode, _type, blob = about.split(" ")
            if mode.startswith("100"):
                yield path[skip:], blob

    def changed(self, old: str, new: str, below: str) -> Iterator[tuple[str, str | None]]:
        """The files below a folder that differ between two commits, with the blob in the new one; None: gone."""
        place = self.layout.prefix + below
        raw = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new, "--", place).stdout
        parts = iter(raw.decode("utf-8", "surrogateescape").split("\0")[:-1])
        skip = len(self.layout.prefix)
        for about, path in zip(parts, parts, strict=True):
            _old_mode, mode, _old_blob, blob, _status = about.split(" ")
            yield path[skip:], blob if mode.startswith("100") else None

    def status(self, below: str) -> tuple[str | None, list[str]]:
        """The commit checked out (None before the first), and every file below a folder that is not as in it.

        Files that git ignores are among them. No program that the repository names is run. Git notes in its index which
        files it had to look into, where it can, so that it need not again.
        """
        done = self.run(
            "-c", "core.fsmonitor=false", "status", "--porcelain=v2", "--branch", "-z",
            "--no-renames", "--untracked-files=all", "--ignored=matching", "--", below,
        )  # fmt: skip
        head, paths = None, []
        skip = len(self.layout.prefix)
        for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            if entry.startswith("# branch.oid ") and not entry.endswith("(initial)"):
                head = entry.rpartition(" ")[2]
            elif not entry.startswith("#"):
                # How many fields stand before the path depends on the kind: changed, unmerged, not tracked.
                path = entry.split(" ", {"1": 8, "u": 10}.get(entry[0], 1))[-1]
                paths.append(path[skip:])
        return head, paths

    def history(self, path: str, revision: str = "HEAD") -> Iterator["Recorded"]:
        """The commits up to a revision that touched a file, oldest first, with the file as it then was."""
        done = self.run("log", "--reverse", "-z", f"--format={_HISTORY}", revision, "--", path, check=False)
        if done.returncode != 0:
            if self.commit_of(revision) is None:  # before the first commit
                return
            raise failed(["log"], done)
        entries = [entry.split("\x01") for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry]
        blobs = self.contents([f"{entry[0]}:{self.layout.prefix}{path}" for entry in entries])
        for (name, author, at, trailers), content in zip(entries, blobs, strict=True):
            pairs = (line.partition(": ") for line in trailers.splitlines())
            yield Recorded(
                name, author, datetime.fromisoformat(at), {key: value for key, colon, value in pairs if colon}, content
            )

    def quicken_history(self) -> None:
        """Write what lets git find the commits of one file without looking at all of them; git keeps it up itself."""
        self.run("commit-graph", "write", "--reachable", "--changed-paths", "--split", check=False)


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES}
    # Grafts would let one clone tell another history than all others; no file has the empty name.
    return kept | {"LC_ALL": "C", "LANGUAGE": "", "GIT_GRAFT_FILE": "", **(more or {})}


def _no_git() -> GitFailed:
    return GitFailed(_("git is not installed"), _("Install git, and see that it is on the PATH."))


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


def blob_name(content: bytes, length: int) -> str:
    """Git's name for a content, in as many hexadecimal digits as the repository's names have."""
    digest = hashlib.sha1(usedforsecurity=False) if length == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(content) + content)
    return digest.hexdigest()


def _entries(tree: bytes, size: int) -> dict[bytes, str]:
    """The files of a folder as git keeps it: `mode name`, a zero byte, the object's name in `size` bytes."""
    found: dict[bytes, str] = {}
    place = 0
    while place < len(tree):
        end = tree.index(b"\0", place)
        found[tree[place:end].partition(b" ")[2]] = tree[end + 1 : end + 1 + size].hex()
        place = end + 1 + size
    return found


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


def failed(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> GitFailed:
    """The failure of a git command, in git's own words."""
    command = arguments[2 if arguments[0] == "-c" else 0]
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    words = "\n".join(line for line in lines if "dumping crash report" not in line)
    if done.returncode < 0:
        words = f"{words} ({signal.strsignal(-done.returncode)})".strip()
    return GitFailed(_("git {command} failed: {words}").format(command=command, words=words), cure_of(words))


def cure_of(words: str) -> str:
    """What to do about git's commonest complaints."""
    if "dubious ownership" in words:
        return _("If you trust it, run the `git config --global --add safe.directory` command that git names.")
    if any(word in words for word in ("No space left", "Out of diskspace", "Disk quota", "File size limit")):
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
