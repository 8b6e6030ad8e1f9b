"""Merge commits: what every parent had is still there, and nothing has come in that no parent had."""

from collections import Counter
from collections.abc import Collection, Iterator
from hashlib import sha256

from wz.actions.replay import replay
from wz.i18n import _
from wz.model.event import mark_of, name_apart
from wz.office.auditing.cases import Cases, Known
from wz.office.auditing.checks import is_document, place, problems, unlawful_event
from wz.office.auditing.finding import Finding
from wz.office.auditing.subject import Subject, case_of
from wz.office.rivals import resolve_cure
from wz.regulation.law import Law
from wz.store.casefile import event_lines, parse
from wz.store.merging import taken_apart
from wz.store.parting import three_way
from wz.store.past import Change, Commit, Contents, Past

# A file's path, and the name of its content.
_Lying = tuple[str, str | None]


def check(subject: Subject, cases: Cases, contents: Contents) -> None:
    """Every file below cases/ that differs from some parent's."""
    compared = [{change.path: change for change in changes} for changes in subject.commit.changes]
    paths = sorted({path for changes in compared for path in changes if path.startswith("cases/")})
    placed = {(path, change.new) for changes in compared for path, change in changes.items() if is_document(path)}
    moved = {
        (_apart(path, change.old, contents), change.old)
        for changes in compared
        for path, change in changes.items()
        if change.old and is_document(path)
    }
    for path in paths:
        changes = [one.get(path) for one in compared]
        differing = [change for change in changes if change is not None]
        if any(change.new is None for change in differing):
            subject.found("removed", _("the merge removed a file that a parent has"), path=path)
        elif is_document(path):
            if (path, differing[0].new) not in moved:
                _document(subject, path, differing, placed, everywhere=all(changes), contents=contents)
        elif place(subject, differing[0]):
            _case(subject, path, differing, everywhere=all(changes), cases=cases, contents=contents)


def own_settings(commit: Commit, paths: Collection[str], past: Past) -> set[str]:
    """The settings files that a merge changes itself; to take what one side alone had changed is no such change."""
    places = sorted(paths)
    base = past.common(commit.parents)
    before = past.names_at(base, places) if base else [None] * len(places)
    merged = past.names_at(commit.name, places)
    sides = [past.names_at(parent, places) for parent in commit.parents]
    return {
        place
        for place, was, now, *theirs in zip(places, before, merged, *sides, strict=True)
        if (now not in theirs or any(one not in (was, now) for one in theirs))
        and not _joined(past, place, was, now, theirs)
    }


def _joined(past: Past, path: str, was: str | None, now: str | None, theirs: list[str | None]) -> bool:
    """Whether the merge put nothing of its own into a settings file that both sides had changed."""
    if now is None or len(theirs) != 2 or None in theirs:
        return False
    base, ours, yours, merged = (past.contents.get(name) if name else None for name in (was, *theirs, now))
    return three_way(past.git, path, base or b"", ours or b"", yours or b"") == merged


def _document(
    subject: Subject, path: str, differing: list[Change], placed: set[_Lying], *, everywhere: bool, contents: Contents
) -> None:
    """What a parent has by that name may lie under a name of its own, if another parent's now has the name."""
    former = {change.old for change in differing if change.old}
    if any(everywhere or (_apart(path, old, contents), old) not in placed for old in former):
        subject.found("attachment", _("the merge changed a document that a parent has"), path=path)
    elif everywhere:
        subject.found("attachment", _("the merge brought in a document that no parent has"), path=path)


def _apart(path: str, name: str, contents: Contents) -> str:
    """Where a document lies that could not keep its name; `name` is that of its content."""
    return name_apart(path, sha256(contents.get(name) or b"").hexdigest())


def _case(
    subject: Subject, path: str, differing: list[Change], *, everywhere: bool, cases: Cases, contents: Contents
) -> None:
    new = differing[0].new
    assert new is not None
    data = contents.get(new) or b""
    parents = [(change.old, contents.get(change.old) or b"") for change in differing if change.old]
    if everywhere and not parents:
        subject.found("merge", _("the merge brought in a case that no parent has"), path=path)
        return
    merged = Known(parse(path, data))
    if merged.problems or merged.facts is None:
        problems(subject, path, merged.problems)
        return
    now = _Texts(path, data)
    versions = [_Texts(path, content) for _name, content in parents]
    if any(one.lost_in(now) for one in versions) or not _in_order(versions, now):
        subject.found("merge", _("the merge lost or changed what a parent has of the case"), path=path)
        return
    if not everywhere:
        return
    theirs: Counter[bytes] = Counter()
    for one in versions:
        theirs |= one.counted
    if extra := now.counted - theirs:
        subject.found(
            "merge",
            _("the merge brought in {count} event(s) that no parent has").format(count=extra.total()),
            path=path,
        )
        return
    law = subject.in_force.law
    before = {
        (one.event.action, one.event.at, one.event.by)
        for name, _content in parents
        for one in cases.at(path, name).replayed(law).unlawful
        if cases.at(path, name).facts
    }
    lines = event_lines(data)
    for found in merged.replayed(law).unlawful:
        if (found.event.action, found.event.at, found.event.by) not in before:
            subject.found(
                "conflict", unlawful_event(found), f"{found.refusal.instead} {resolve_cure(case_of(path) or path)}",
                path=path, line=lines.get(found.place), article=found.refusal.article, mark=mark_of(found.event),
            )  # fmt: skip


def settled(finding: Finding, content: bytes | None, law: Law) -> bool:
    """Whether the event in conflict has been retracted since, or what stood in its way; `content` is the file now."""
    read = parse(finding.file or "", content or b"")
    if read.facts is None:
        return False
    return finding.mark not in {mark_of(one.event) for one in replay(read.facts, read.events, law).unlawful}


class _Texts:
    """A version of a case file as its facts and the text of each event and comment."""

    def __init__(self, path: str, data: bytes) -> None:
        head, tail = taken_apart(parse(path, data))
        self.head = head.rstrip()
        self.items = [piece.text for piece in tail]
        self.counted = Counter(self.items)

    def lost_in(self, merged: "_Texts") -> bool:
        return self.head != merged.head or bool(self.counted - merged.counted)

    def within(self, merged: "_Texts") -> bool:
        """Whether the merged file has all of it in its order."""
        left: Iterator[bytes] = iter(merged.items)
        return all(item in left for item in self.items)


def _in_order(versions: list[_Texts], merged: _Texts) -> bool:
    """Whether each parent's order is kept; or one's, where two who had merged the same before contradict each other."""
    kept = [one.within(merged) for one in versions]
    if all(kept):
        return True
    common = versions[0].counted
    for one in versions[1:]:
        common &= one.counted
    orders = {tuple(item for item in one.items if item in common) for one in versions}
    return any(kept) and len(orders) > 1
