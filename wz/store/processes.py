"""Git's processes: how each is started, fed and waited for, and where the repository is that they work in."""

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store import durable, untrusting
from wz.store.gitfailures import cure_of, doctor, failed, no_git

# Variables with which a git hook points at its own repository; ours is the registry's.
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


class Layout(NamedTuple):
    """Where the repository is: its top, its git folders, and the registry's place below the top ("" or "sub/")."""

    top: Path
    git_dir: Path
    common_dir: Path
    prefix: str


class Processes:
    """The git commands of one repository, each a process."""

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
            raise no_git() from None
        if check and done.returncode != 0:
            raise failed(arguments, done)
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A git that runs while other things are done, to be written to and read from. Raises GitFailed.

        Its complaints are thrown away.
        """
        try:
            return subprocess.Popen(
                self._command(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment(arguments),
            )
        except FileNotFoundError:
            raise no_git() from None

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
            raise no_git() from None
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
