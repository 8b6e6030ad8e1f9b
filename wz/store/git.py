"""Git: where the registry's history lives. Its processes, its lock, and what is read from it; `commits.py` writes."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed, Unreadable
from wz.i18n import _
from wz.store import durable, untrusting

# Variables with which a git hook points at its own repository; ours is the registry's.
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


# What git says of a repository that a disk or a power cut has damaged.
_BROKEN = re.compile(
    r"corrupt|bad signature|bad index|index file smaller|unable to read|Can't load|could not read [0-9a-f]{40}|"
    r"missing (?:blob|tree|commit)|bad (?:object|tree|ref)|inflate|is empty|unable to (?:resolve|parse|unpack)|"
    r"invalid (?:object|sha1 pointer)|not a (?:valid|tree) object|unexpected line in",
    re.IGNORECASE,
)

# Up to so many files each is dealt with on its own; more are dealt with together.
FEW = 64


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


class Git:
    """The repository that a registry lies in."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._env = dict(env or {})  # what git needs to know besides, such as where a push's objects wait
        self._bond: tuple[int, ...] = ()

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", "-C", str(self.root), *arguments]

    def _environment(self, arguments: Sequence[str], env: Mapping[str, str] | None = None) -> dict[str, str]:
        """What every git of ours is started with, so that it runs nothing that the repository brings."""
        disarmed = {} if untrusting.is_plain(arguments) else self._disarmed
        return _environment({**untrusting.environment(arguments, disarmed, os.environ), **self._env, **(env or {})})

    @cached_property
    def _disarmed(self) -> dict[str, str]:
        """The settings by which the repository's own programs are not run; mostly none, which its file shows."""
        try:
            layout = self.layout
        except GitFailed:  # in no repository, or in one that git will not look into
            return {}
        if not untrusting.mentions(_files_of(layout), untrusting.PROGRAMS):
            return {}
        return untrusting.disarmed(self.run("config", "--list", "-z", "--show-scope").stdout)

    def refuse_partial(self, names: Iterable[str]) -> None:
        """Raise GitFailed if one of these, which git has not got, is in the history all the same.

        It is so in a partial clone, which would fetch it; whatever its configuration says.
        """
        if not untrusting.mentions(_files_of(self.layout), untrusting.PARTIAL):
            return
        for name in names:
            if self.run("rev-parse", "-q", "--verify", "--end-of-options", name, check=False).returncode == 0:
                raise GitFailed(
                    _("{name} is not in this clone, which is partial: it holds only what was looked at").format(
                        name=name
                    ),
                    _("If you trust its remote, fetch the rest: git fetch --refetch --no-filter"),
                )

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
                self._command(arguments),
                input=stdin if stdin is not None else b"",
                capture_output=True,
                env=self._environment(arguments, env),
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
                self._command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment(arguments),
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
        command, environment = self._command(arguments), self._environment(arguments)
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, bufsize=1 << 18)
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

    def begin(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A git that runs while other things are done; its complaints are thrown away. Raises GitFailed."""
        try:
            return subprocess.Popen(
                self._command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment(arguments),
            )
        except FileNotFoundError:
            raise _no_git() from None

    def text(self, *arguments: str) -> str:
        """What a git command prints, without the last line break."""
        return self.run(*arguments).stdout.decode("utf-8", "replace").rstrip("\n")

    @cached_property
    def layout(self) -> Layout:
        """Raises GitFailed where the registry is in no repository."""
        questions = ("--is-bare-repository", "--absolute-git-dir", "--git-common-dir", "--show-prefix")
        done = self.run("rev-parse", *questions, "--show-toplevel", check=False)
        answers = os.fsdecode(done.stdout).split("\n")
        if answers[0] == "true":  # no work tree, so git has no answer to the last question
            return Layout(Path(answers[1]), Path(answers[1]), (self.root / answers[2]).resolve(), "")
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip()
            broken = any((folder / ".git").exists() for folder in (self.root, *self.root.parents))
            raise GitFailed(
                _("{root} is in no git repository: {words}").format(root=self.root, words=words),
                cure_of(words)
                or (doctor() if broken else _("`wz init` makes a registry; `git init` makes a repository.")),
            )
        if len(answers) > len(questions) + 2:  # a folder's name has a line break in it
            each = (self.run("rev-parse", question).stdout for question in (*questions, "--show-toplevel"))
            answers = [os.fsdecode(answer).removesuffix("\n") for answer in each]
        _bare, git_dir, common, prefix, top = answers[:5]
        if not _same(Path(top, prefix), self.root):
            raise GitFailed(
                _("git takes {top} for the work tree of {root}").format(top=top, root=self.root),
                _("See `git config --show-origin core.worktree`; if it is not meant, unset it."),
            )
        return Layout(Path(top), Path(git_dir), (self.root / common).resolve(), prefix)

    @cached_property
    def present(self) -> bool:
        """Whether the registry is in a repository at all. Raises GitFailed where git will not look into it."""
        arguments = ("rev-parse", "--git-dir")
        done = self.run(*arguments, check=False)
        if b"dubious ownership" in done.stderr:
            raise failed(arguments, done)
        return done.returncode == 0

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

    @cached_property
    def state_dir(self) -> Path:
        """The folder for what wz keeps beside the history; all of it can be deleted at any moment.

        Raises GitFailed where somebody has put links there.
        """
        folder = self.layout.git_dir / "wz"
        untrusting.refuse_planted(folder)
        return folder

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
            if self.commit_of("HEAD") is None:
                raise _broken_head()
            raise GitFailed(
                _("no branch is checked out (detached HEAD), so what is recorded now could be lost"),
                _("Run `git switch main` (or your branch), then repeat the command."),
            )
        ref = done.stdout.decode().strip()
        commit = self.run("rev-parse", "-q", "--verify", ref + "^{commit}", check=False).stdout.decode().strip()
        if not commit:
            self._refuse_broken_head()
        return ref, commit or None

    def last_commit(self) -> str | None:
        """The commit checked out; None before the first. Raises GitFailed where there was one that cannot be read."""
        commit = self.commit_of("HEAD")
        if commit is None:
            self._refuse_broken_head()
        return commit

    def _refuse_broken_head(self) -> None:
        """Where HEAD names no commit, that may be because there is none yet; but a branch with a past had one."""
        ref = self.run("symbolic-ref", "-q", "HEAD", check=False).stdout.decode().strip()
        common = self.layout.common_dir
        if not ref or (common / ref).exists() or (common / "logs" / ref).exists():
            raise _broken_head()

    def commit_of(self, revision: str) -> str | None:
        """The commit that a revision names; None where it names none."""
        if "\0" in revision:
            return None
        done = self.run("rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}", check=False)
        return done.stdout.decode().strip() or None


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every git is run with: not the repository of a hook that wz may be run by, and in English."""
    kept = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES}
    # Grafts and replaced objects would let one clone tell another history than all others; no file has the empty name.
    true = {"GIT_GRAFT_FILE": "", "GIT_NO_REPLACE_OBJECTS": "1"}
    whole = kept | {"LC_ALL": "C", "LANGUAGE": "", **true, **(more or {})}
    return whole | durable.configured(whole)


def _files_of(layout: Layout) -> list[Path]:
    """The files of a repository's own configuration."""
    return [layout.common_dir / "config", layout.git_dir / "config.worktree"]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


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


def failed(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> GitFailed:
    """The failure of a git command, in git's own words."""
    command = untrusting.subcommand(arguments)
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
    if "File exists" in words and ".lock" in words:
        return _("If no git is at work here, `wz doctor --fix` takes the stale lock away.")
    if _BROKEN.search(words):
        return doctor()
    if "gpg" in words or "sign" in words:
        return _("Check user.signingkey and gpg.format, or unset commit.gpgsign.")
    return ""


def doctor() -> str:
    """What to do about a repository that is broken."""
    return _("`wz doctor` says what is broken, `wz doctor --fix` mends what can be mended.")


def _broken_head() -> GitFailed:
    return GitFailed(_("the branch is broken: what HEAD names cannot be read"), doctor())


def unwritable(error: OSError) -> Unreadable:
    """The registry's folder refuses to be written."""
    return Unreadable(
        _("cannot write {path}: {reason}").format(path=error.filename or "", reason=error.strerror or error),
        _("See that there is space and that you may write there, then repeat; nothing has been recorded."),
    )
