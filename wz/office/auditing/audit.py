"""The audit itself: the commits of a range, one after the other, each held against what was in force before it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

from wz.i18n import _
from wz.model.instants import shown
from wz.model.problem import Problem
from wz.office.auditing import checks, merges, times, trailers
from wz.office.auditing import documents as attachments
from wz.office.auditing.cases import Cases, Growth
from wz.office.auditing.finding import Finding, Late
from wz.office.auditing.in_force import Names, Settings, author_of, is_settings
from wz.office.auditing.subject import Subject, begun_apart
from wz.office.auditing.trailers import stated
from wz.store.past import Change, Commit, Named, Past

_CHUNK = 200  # commits whose contents are read ahead together


# Hears of every commit of the registry, and which file of allowed signers was in force for it.
Seen = Callable[[Subject, str | None], None]


class Auditor:
    """Goes through commits, parents first; `beginning` is the one root that may be there.

    `trusted` are the contents that tampered files had before, so that restoring them is no fault.
    """

    def __init__(self, past: Past, beginning: str | None, trusted: dict[str, str], seen: Seen) -> None:
        self._past = past
        self._seen = seen
        self._strange: set[str] = set()  # commits without a registry, that do not build on this one's beginning
        self._beginning = beginning
        self._settings = Settings(past)
        self._cases = Cases(past.contents)
        self._names: dict[str, Names] = {}  # the settings after each commit met
        self._times: dict[str, int] = {}
        self.trusted = trusted
        self.findings: list[Finding] = []
        self.late: list[Late] = []

    def run(self, named: list[Named]) -> Iterator[Commit]:
        """Audit these commits; yields each once it is done, so that progress can be shown."""
        inside = {one.name for one in named}
        outside = list({parent for one in named for parent in one.parents} - inside)
        self._times |= self._past.times(outside)
        self._names |= {name: self._settings.at(name) for name in outside}
        self._strange |= {name for name in outside if self._is_strange(name)}
        commits = self._past.commits(named)
        while chunk := list(islice(commits, _CHUNK)):
            self._past.contents.plan(self._wanted(chunk))
            for commit in chunk:
                self._commit(commit)
                yield commit

    def open_at(self, tip: str, findings: list[Finding]) -> list[Finding]:
        """The findings without those conflicts of merges that have been settled by that commit."""
        if not any(one.mark for one in findings):
            return findings
        in_force = self._settings.in_force(self._settings.at(tip))
        place = f"{tip}:{self._past.prefix}"
        return [
            one
            for one in findings
            if one.mark is None
            or in_force is None
            or not merges.settled(one, self._past.contents.get(f"{place}{one.file}"), in_force.law)
        ]

    def _wanted(self, chunk: Iterable[Commit]) -> Iterator[str]:
        """What will be read of these commits: versions of case files that are not in mind."""
        made: set[str] = set()
        for commit in chunk:
            for change in commit.changes[0] if commit.changes else ():
                if change.path.startswith("cases/") and change.path.endswith(".yaml"):
                    if change.old and change.old not in made and change.old not in self._cases:
                        yield change.old
                    if change.new and change.new not in made:
                        yield change.new
                        made.add(change.new)

    def _commit(self, commit: Commit) -> None:
        self._times[commit.name] = commit.at
        before, after, broken = self._settings_of(commit)
        self._names[commit.name] = after
        in_force = self._settings.in_force(before) or self._settings.in_force(after)
        self._begin(commit, founded=self._settings.in_force(before) is not None)
        if in_force is None:  # no registry yet; the commit that founds one is judged by what it brings
            return
        others = (self._names.get(parent) for parent in commit.parents[1:])
        more = [one for names in others if names and (one := self._settings.in_force(names))]
        subject = Subject(commit, in_force, author_of(commit, in_force, *more))
        for problem in broken:
            subject.found("settings", problem.message, problem.cure, path=problem.file, line=problem.line)
        if any(commit.changes) or not commit.parents or "Wz-Case" in stated(commit.message):
            self._seen(subject, before.signers or after.signers)
            self._origin(subject)
            self._changed_settings(subject)
            checks.look_alikes(subject)
            if len(commit.parents) > 1:
                merges.check(subject, self._cases, self._past.contents)
            else:
                self._grown(subject, commit.changes[0])
        self.findings += subject.findings

    def _is_strange(self, outside: str) -> bool:
        """Whether a commit known before lies beside the registry: a site's branch, or one of another project."""
        if self._settings.in_force(self._names[outside]) is not None:
            return False
        head = self._past.git.commit_of("HEAD")
        return head is not None and not self._past.contains(head, outside)

    def _begin(self, commit: Commit, *, founded: bool) -> None:
        """A branch of its own may hold anything but a registry: merged, its cases would come in unseen."""
        strange = commit.name != self._beginning if not commit.parents else self._strange.issuperset(commit.parents)
        if founded or not strange:
            return
        self._strange.add(commit.name)
        for change in commit.changes[0]:
            if change.path.startswith("cases/") or is_settings(change.path):
                self.findings.append(begun_apart(commit, change.path))
                return

    def _settings_of(self, commit: Commit) -> tuple[Names, Names, list[Problem]]:
        """What is in force before a commit and after it, and what of it cannot be read."""
        before = self._names[commit.parents[0]] if commit.parents else Names(None, None, None, None)
        return before, *self._settings.after(before, commit.changes[0])

    def _origin(self, subject: Subject) -> None:
        """Where the commit stands in the history, and who says to have made it."""
        commit = subject.commit
        ahead = subject.in_force.law.rules.recording.ahead
        parents = [self._times[parent] for parent in commit.parents if parent in self._times]
        if parents and commit.at < max(parents) - ahead * 60:
            earlier = subject.recorded + timedelta(seconds=max(parents) - commit.at)
            subject.found(
                "time",
                _("the commit is dated {recorded}, before the one it builds on, of {parent}").format(
                    recorded=shown(subject.recorded), parent=shown(earlier)
                ),
                _("Set the computer's clock, and record it again."),
            )
        if len(commit.parents) < 2 and commit.committer.casefold() != commit.author.casefold():
            subject.found(
                "author",
                _("{committer} recorded it under the name of {author}").format(
                    committer=commit.committer, author=commit.author
                ),
            )

    def _changed_settings(self, subject: Subject) -> None:
        """Only who has the permission `settings` changes them."""
        changes = subject.commit.changes
        changed = {
            change.path
            for one in changes
            for change in one
            if not change.path.startswith("cases/") and is_settings(change.path)
        }
        if changed and len(changes) > 1:
            changed = merges.own_settings(subject.commit, changed, self._past)
        for path in sorted(changed):
            checks.role(subject, "settings", subject.who or "", path)

    def _grown(self, subject: Subject, changes: Iterable[Change]) -> None:
        """What became of the files below cases/ in a commit with one parent, or none."""
        growths: list[Growth] = []
        documents: dict[str, Change] = {}
        for change in changes:
            if change.path.startswith("cases/") and not self._restores(change):
                self._file(subject, change, changes, growths, documents)
        if growths or "Wz-Case" in stated(subject.commit.message):
            trailers.check(subject, growths)
        if growths or documents:
            attachments.check(subject, growths, documents, self._past)

    def _file(
        self,
        subject: Subject,
        change: Change,
        changes: Iterable[Change],
        growths: list[Growth],
        documents: dict[str, Change],
    ) -> None:
        """One file below cases/: what grew goes to `growths`, documents to `documents`, the rest is told."""
        if checks.is_document(change.path):
            if change.new is None or checks.place(subject, change):
                documents[change.path] = change
            self._distrust(change)
        elif change.new is None:
            self._removed(subject, change, changes)
        elif not checks.place(subject, change):
            self._distrust(change)
        elif (growth := self._growth(subject, change)) is not None:
            growths.append(growth)

    def _growth(self, subject: Subject, change: Change) -> Growth | None:
        """One case file, held against what it was before; None where it cannot be judged further."""
        path, new, law = change.path, change.new, subject.in_force.law
        assert new is not None
        old = change.old
        if path in self.trusted and self._begins_with(new, self.trusted[path]):
            old = self.trusted.pop(path)
        growth = self._cases.grown(path, old, new, law) if old else self._cases.new(path, new, law)
        if growth.now.problems:
            checks.problems(subject, path, growth.now.problems)
        if not growth.intact:
            self._distrust(change)
            subject.found("rewritten", _("what was written before has changed"), path=path)
        if growth.now.facts is None:
            self._distrust(change)
            return None
        if growth.created:
            checks.facts(subject, growth)
        checks.lawful(subject, growth)
        checks.roles(subject, growth)
        if not growth.events and growth.intact and not growth.created:  # a comment, which is a note
            checks.role(subject, "note", subject.who or "", path)
        times.check(subject, growth, self.late)
        return growth

    def _removed(self, subject: Subject, change: Change, changes: Iterable[Change]) -> None:
        self._distrust(change)
        moved = next((one.path for one in changes if one.new == change.old and one.path != change.path), None)
        message = _("the file was moved to {path}").format(path=moved) if moved else _("the file was removed")
        subject.found("removed", message, path=change.path)

    # -- what tampered files were before

    def _distrust(self, change: Change) -> None:
        if change.old is not None:
            self.trusted.setdefault(change.path, change.old)

    def _restores(self, change: Change) -> bool:
        if change.new is None or self.trusted.get(change.path) != change.new:
            return False
        del self.trusted[change.path]
        return True

    def _begins_with(self, name: str, start: str) -> bool:
        contents = self._past.contents
        return (contents.get(name) or b"").startswith(contents.get(start) or b"\0")


def root_of(named: list[Named]) -> str | None:
    """The commit that a whole history begins with: the last along its tip's first parents."""
    parents = {one.name: one.parents for one in named}
    name = named[-1].name if named else None
    while name is not None and parents.get(name):
        name = parents[name][0]
    return name if name in parents else None
