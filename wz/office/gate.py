"""The gates: what would be committed, pushed or received, audited before it is part of the history."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _
from wz.model.instants import SHANGHAI, shown
from wz.office.auditing.audit import Auditor, root_of
from wz.office.auditing.finding import ARTICLES, Finding, Kind, cure
from wz.office.auditing.signing import Signatures
from wz.office.auditing.subject import Subject
from wz.store.git import Git
from wz.store.past import Named, Past

_BRANCHES = "refs/heads/"
_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")


class Update(NamedTuple):
    """A branch that is to move; a commit that is None is not there (before: a new branch; after: a deleted one)."""

    ref: str
    before: str | None
    after: str | None


def examine(past: Past, new: Sequence[Named], beginning: str | None, now: datetime, *, signed: bool) -> list[Finding]:
    """The faults of commits that are not part of the history yet, parents first."""
    signatures, future = Signatures(), list[Finding]()

    def seen(subject: Subject, signers: str | None) -> None:
        if signed:
            signatures.want(subject, signers)
        future.extend(_ahead_of(now, subject))

    auditor = Auditor(past, beginning, {}, seen)
    for _commit in auditor.run(list(new)):
        pass
    return [*auditor.findings, *future, *signatures.unsigned(past)]


def _ahead_of(now: datetime, subject: Subject) -> Iterator[Finding]:
    """A commit dated later than the audit itself: true only now; so a gate says it, and no audit."""
    if subject.recorded > now + timedelta(minutes=subject.in_force.law.rules.recording.ahead):
        yield subject.finding(
            "time",
            _("the commit is dated {recorded}, and it is {now}").format(
                recorded=shown(subject.recorded), now=shown(now)
            ),
            _("Set the computer's clock, and record it again."),
        )


# -- a server that receives


def updates_received(lines: Iterable[str]) -> list[Update]:
    """The branches of a push, from what git tells the hook: `OLD NEW REF` a line."""
    found = []
    for line in lines:
        before, after, ref = line.split(maxsplit=2)
        found.append(Update(ref.strip(), _real(before), _real(after)))
    return [one for one in found if one.ref.startswith(_BRANCHES)]


def receiving_git() -> Git:
    """The repository whose hook is running; a push's objects wait beside its own until the hook has spoken."""
    folder = Path(os.environ.get("GIT_DIR", ".")).absolute()
    return Git(folder, {"GIT_DIR": str(folder)} | {key: os.environ[key] for key in _QUARANTINE if key in os.environ})


def received(past: Past, updates: Sequence[Update], now: datetime, *, signed: bool) -> list[Finding]:
    """The faults of a push: of each new commit, and of branches that would lose what they hold."""
    gone = [update.ref for update in updates if not update.after]
    findings = [fault for update in updates for fault in _lost(past, update, gone, now)]
    tips = [update.after for update in updates if update.after]
    if tips:
        new = past.names(*tips, "--not", "--branches")  # what tags and other refs brought was never audited
        empty = not past.git.text("for-each-ref", "--count=1", _BRANCHES)
        findings += _faults(examine(past, new, root_of(new) if empty else None, now, signed=signed))
    return findings


def _faults(findings: Iterable[Finding], *but: Kind) -> list[Finding]:
    """What keeps commits out. Not a conflict that came of a merge: what is on record on both sides is settled later."""
    return [one for one in findings if one.kind not in ("conflict", *but)]


def _lost(past: Past, update: Update, gone: Sequence[str], now: datetime) -> Iterator[Finding]:
    """What a branch would lose; `gone` are the branches that are deleted along with it."""
    if update.before is None:
        return
    if update.after is None:
        if _is_needed(past, update.ref, update.before, gone):
            yield _history(_("the registry's branch {branch} would be deleted"), update, update.before, now)
    elif not past.contains(update.after, update.before):
        message = _("the history of {branch} would be rewritten: commit {commit} would be lost")
        yield _history(message, update, update.before, now)


def _is_needed(past: Past, ref: str, commit: str, gone: Sequence[str]) -> bool:
    """Whether a branch is the one HEAD names; where HEAD names none that is there, whether it alone has its commits."""
    head = past.git.run("symbolic-ref", "-q", "HEAD", check=False).stdout.decode().strip()
    if ref == head or past.git.commit_of("HEAD") is not None:
        return ref == head
    others = [f"--exclude={one.removeprefix(_BRANCHES)}" for one in gone]
    return bool(past.names(commit, "--not", *others, "--branches"))


def _history(message: str, update: Update, commit: str, now: datetime) -> Finding:
    branch = update.ref.removeprefix(_BRANCHES)
    return Finding(
        kind="history",
        commit=commit,
        recorded=now.astimezone(SHANGHAI),
        author="-",
        article=ARTICLES["history"],
        message=message.format(branch=branch, commit=commit[:9]),
        cure=cure("history"),
    )


# -- a clone that pushes


def updates_pushed(lines: Iterable[str]) -> list[Update]:
    """The branches of a push, from what git tells the hook: `LOCAL-REF NEW REF OLD` a line."""
    found = []
    for line in lines:
        _local, after, ref, before = line.split()
        found.append(Update(ref, _real(before), _real(after)))
    return [one for one in found if one.ref.startswith(_BRANCHES) and one.after]


def pushed(past: Past, updates: Sequence[Update], remote: str, now: datetime, *, signed: bool) -> list[Finding]:
    """The faults of what is about to be pushed; what the remote has is known from the last fetch."""
    findings: list[Finding] = []
    for update in updates:
        assert update.after is not None
        known = update.before if update.before and past.git.commit_of(update.before) else None
        if known:
            findings += _lost(past, update, [], now)
        has = [f"^{known}"] if known else []
        new = past.names(update.after, *has, "--not", f"--remotes={remote}")
        whole = not known and not past.git.text("for-each-ref", "--count=1", f"refs/remotes/{remote}/")
        findings += _faults(examine(past, new, root_of(new) if whole else None, now, signed=signed))
    return list(dict.fromkeys(findings))


# -- a clone in which somebody commits by hand


def staged(git: Git, now: datetime) -> list[Finding]:
    """The faults of what `git commit` is about to record.

    It is made into a commit among objects of its own, which are thrown away. Its message is not written yet, so the
    trailers are not looked at.
    """
    with _scratch(git) as scratch:
        head = scratch.run("rev-parse", "-q", "--verify", "HEAD^{commit}", check=False).stdout.decode().strip()
        merged = git.layout.git_dir / "MERGE_HEAD"
        parents = ([head] if head else []) + (merged.read_text("ascii").split() if merged.exists() else [])
        try:
            tree = scratch.text("write-tree")
            named = [word for parent in parents for word in ("-p", parent)]
            commit = scratch.text("commit-tree", tree, *named, "-m", "staged")
        except GitFailed:
            if _git_will_refuse(git):
                return []
            raise  # no room, no permission: what cannot be looked at does not pass
        past = Past(scratch, git.layout.prefix)
        try:
            found = examine(past, [Named(commit, tuple(parents))], commit if not parents else None, now, signed=False)
        finally:
            past.close()
    return _faults(found, "trailers")


def _git_will_refuse(git: Git) -> bool:
    """Whether git itself says next what is wrong: an unfinished merge, nobody's name."""
    unmerged = git.run("ls-files", "--unmerged", check=False).stdout
    return bool(unmerged) or git.run("var", "GIT_COMMITTER_IDENT", check=False).returncode != 0


@contextmanager
def _scratch(git: Git) -> Iterator[Git]:
    """The repository with the index of the running `git commit`; new objects go to a folder that is then removed."""
    folder = git.state_dir / f"objects-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    index = os.environ.get("GIT_INDEX_FILE")
    objects = str(git.layout.common_dir / "objects")
    environment = {
        "GIT_OBJECT_DIRECTORY": str(folder),
        # Several may be named, so one with the separator in its path stands in quotes.
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{objects}"' if os.pathsep in objects else objects,
    } | ({"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {})
    try:
        yield Git(git.root, environment)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _real(commit: str) -> str | None:
    """A commit's name; None for the zeros that stand for no commit."""
    return commit if commit.strip("0") else None
