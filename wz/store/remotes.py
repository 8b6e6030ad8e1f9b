"""Other repositories of the same registry: which there are, what they have, what they take."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wz.errors import GitFailed, Usage
from wz.i18n import _, listed
from wz.store.git import Git
from wz.store.gitfailures import failed
from wz.store.gitlocks import drop_stale

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_BRANCHES = "refs/heads/"
# Where what was fetched waits until it is part of the branch; each `git worktree` has its own, for each has a branch.
INCOMING = "refs/worktree/wz/incoming"
_NO_BRANCH = "couldn't find remote ref"
_UNREACHABLE = (
    "Could not read from remote repository",
    "unable to access",
    "does not appear to be a git repository",
    "does not exist",
    "Authentication failed",
    "terminal prompts disabled",
    "Connection refused",
    "Could not resolve",
    "timed out",
    "not found",
)
# In git's answer to a push: somebody was quicker.
_RACES = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "failed to update ref",
    "cannot lock ref",
    "incorrect old value",
    "reference already exists",
    "atomic push failed",
)


class Remote(NamedTuple):
    """Another repository, by the name or address that git knows it by, and its branch.

    `known` is whether it has a name, `upstream` whether git's configuration names it for our branch.
    """

    name: str
    branch: str
    known: bool
    upstream: bool

    @property
    def tracking(self) -> str | None:
        """The ref that remembers what the branch there was when it was last looked at."""
        return f"refs/remotes/{self.name}/{self.branch}" if self.known else None


class Replaced(NamedTuple):
    """A ref that becomes another commit, if the remote still has the old one; None: it is not there."""

    ref: str
    new: str
    old: str | None


class Rejected(NamedTuple):
    """A push that was not taken. `race`: somebody pushed in between; else the words of who refused it."""

    race: bool
    words: str


def chosen(git: Git, ref: str, named: str | None) -> Remote:
    """The remote to work with: the one named, else our branch's upstream, else the only one. Raises Usage."""
    done = git.run("config", "--null", "--get-regexp", r"^(remote|branch)\.", check=False)
    entries = (entry.partition("\n") for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry)
    config = {key: value for key, _line, value in entries}
    branch = ref.removeprefix(_BRANCHES)
    names = list(dict.fromkeys(key[7:].rpartition(".")[0] for key in config if re.match(r"remote\..+\.url$", key)))
    upstream = config.get(f"branch.{branch}.remote")
    there = config.get(f"branch.{branch}.merge", ref).removeprefix(_BRANCHES)
    if named is None:
        named = upstream or (names[0] if len(names) == 1 else "origin" if "origin" in names else None)
    if named is None and names:
        raise Usage(
            _("there are several remotes: {names}").format(names=listed(names)),
            _("Name the one that is meant: wz sync {name}").format(name=names[0]),
        )
    if named is None:
        raise Usage(
            _("this registry has no remote to sync with"),
            _("Add one: git remote add origin ADDRESS (a folder, ssh or https address); then `wz sync`."),
        )
    if named.startswith("-") or (named not in names and not re.search(r"[/\\:.]", named)):
        raise Usage(
            _("there is no remote {name}").format(name=named),
            _("`git remote -v` shows the remotes; an address or folder will do, too."),
        )
    own = named == upstream
    return Remote(named, there if own else branch, named in names, own)


def fetch(git: Git, remote: Remote, carried: Sequence[str] = ()) -> str | None:
    """Bring what the remote's branch has into our objects; its commit, None where it has no such branch.

    `carried` are refs that come along, where they are there: see `came`. The ref that remembers the remote's branch
    stays as it is: see `remember`. Raises GitFailed with git's own words where the remote cannot be reached.
    """
    for ref in (INCOMING, *map(_waiting, carried)):  # nobody else moves these: a lock is a killed git's
        for folder in {git.layout.git_dir, git.layout.common_dir}:
            drop_stale(folder / f"{ref}.lock")
    for ref in carried:
        settled(git, ref)
    # A pattern, for a ref that need not be there.
    more = [f"+{ref}*:{_waiting(ref)}*" for ref in carried]
    source = f"+{_BRANCHES}{remote.branch}:{INCOMING}"
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-recurse-submodules")
    for wanted in ([source, *more], more):  # where the branch is still to be made, what is carried may be there
        if not wanted:
            return None
        done = git.run("-c", "gc.auto=0", *arguments, "--end-of-options", remote.name, *wanted, check=False)
        if done.returncode == 0:
            return git.commit_of(INCOMING) if source in wanted else None
        if _NO_BRANCH not in done.stderr.decode("utf-8", "replace"):
            raise unreachable(("fetch",), done, remote)
    return None


def came(git: Git, ref: str) -> str | None:
    """What of a ref that is carried was fetched last; None where it was not there."""
    return git.commit_of(_waiting(ref))


def settled(git: Git, ref: str) -> None:
    """What was fetched of a ref that is carried need not wait any more: kept, it would keep what is deleted of it.

    Nor need what has a like name: the pattern that fetches the ref brings that along.
    """
    waiting = _waiting(ref)
    listed = git.text("for-each-ref", "--format=%(refname)", waiting.rpartition("/")[0] + "/").splitlines()
    if found := [one for one in listed if one.startswith(waiting)]:
        git.run("update-ref", "--stdin", stdin="".join(f"delete {one}\n" for one in found).encode(), check=False)


def _waiting(ref: str) -> str:
    return ref.replace("refs/", "refs/wz/came/", 1)


def branches(git: Git, remote: Remote) -> list[str]:
    """The branches that the remote has."""
    done = git.run("ls-remote", "--heads", "--end-of-options", remote.name, check=False)
    if done.returncode != 0:
        raise unreachable(("ls-remote",), done, remote)
    return [line.partition(_BRANCHES)[2] for line in done.stdout.decode("utf-8", "replace").splitlines()]


def push(git: Git, remote: Remote, commit: str, replaced: Sequence[Replaced] = ()) -> Rejected | None:
    """Make the remote's branch that commit, if it builds on what is there, and replace other refs along with it.

    All or nothing. None where it was taken. Raises GitFailed where the remote cannot be reached.
    """
    leases = [f"--force-with-lease={one.ref}:{one.old or ''}" for one in replaced]
    targets = [f"{commit}:{_BRANCHES}{remote.branch}", *(f"+{one.new}:{one.ref}" for one in replaced)]
    together = ["--atomic", *leases] if replaced else []
    done = git.run("push", "--porcelain", *together, "--end-of-options", remote.name, *targets, check=False)
    if done.returncode == 0:
        return None
    told, words = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    refused = [line for line in told.splitlines() if line.startswith("!")]
    if not refused:
        if any(one in words for one in _RACES):
            return Rejected(True, words)
        raise unreachable(("push",), done, remote)
    reasons = [line.rpartition("\t")[2] for line in refused]
    if all(any(race in reason for race in _RACES) for reason in reasons):
        return Rejected(True, words)
    lines = (line for line in words.splitlines() if not line.startswith(("hint:", "To ")))
    said = [line.removeprefix("remote: ").rstrip() for line in lines]
    return Rejected(False, "\n".join([*filter(None, said), *reasons]))


def remember(git: Git, remote: Remote, commit: str) -> None:
    """Note what the remote's branch is, as git does; what was fetched need not wait any more."""
    if remote.tracking is not None:
        git.run("update-ref", "-m", "wz: sync", remote.tracking, commit, check=False)
    git.run("update-ref", "-d", INCOMING, check=False)


def follow(git: Git, remote: Remote, ref: str) -> None:
    """Let our branch have that remote's as its upstream, unless it has one."""
    branch = ref.removeprefix(_BRANCHES)
    if remote.known and git.run("config", "--get", f"branch.{branch}.remote", check=False).returncode != 0:
        git.configure({f"branch.{branch}.remote": remote.name, f"branch.{branch}.merge": _BRANCHES + remote.branch})


def unreachable(arguments: Sequence[str], done: "CompletedProcess[bytes]", remote: Remote) -> GitFailed:
    """A remote that cannot be reached, in git's own words."""
    error = failed(arguments, done)
    if not error.cure and any(word in error.message for word in _UNREACHABLE):
        error.cure = _(
            "See that {remote} is right (`git remote -v`), that the network works and that you may go there; nothing "
            "has changed here. Try it alone: git ls-remote {remote}"
        ).format(remote=remote.name)
    return error
