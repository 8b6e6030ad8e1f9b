"""Git: where the registry's history lives; what `repository.py` reads and `commits.py` writes builds on this."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.store import untrusting
from wz.store.gitfailures import broken_head, cure_of, failed
from wz.store.processes import Processes

# Up to so many files each is dealt with on its own; more are dealt with together.
FEW = 64


class Identity(NamedTuple):
    """Git's own identity, as `git var` gives it, and whether commits are signed."""

    author: str
    committer: str
    email: str
    signs: bool


class Git(Processes):
    """The repository that a registry lies in."""

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

    def head(self) -> tuple[str, str | None]:
        """The branch checked out and its commit; None before the first.

        Raises GitFailed where no branch is checked out: a commit made there is easily lost.
        """
        done = self.run("symbolic-ref", "-q", "HEAD", check=False)
        if done.returncode != 0:
            if self.commit_of("HEAD") is None:
                raise broken_head()
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
            raise broken_head()

    def commit_of(self, revision: str) -> str | None:
        """The commit that a revision names; None where it names none."""
        if "\0" in revision:
            return None
        done = self.run("rev-parse", "-q", "--verify", "--end-of-options", revision + "^{commit}", check=False)
        return done.stdout.decode().strip() or None


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


def quoted(path: str) -> bytes:
    """A path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")
