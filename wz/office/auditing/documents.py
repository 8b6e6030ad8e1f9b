"""Documents beside a case: each recorded by an event with its sha256, none changed afterwards."""

import hashlib
from collections.abc import Iterator, Mapping

from wz.i18n import _
from wz.model.event import File
from wz.office.auditing.cases import Growth, Lines, numbered
from wz.office.auditing.subject import Subject
from wz.office.auditing.trailers import brings_in
from wz.office.validating import documents_of
from wz.store.casefile import parse
from wz.store.past import Change, Past


def check(subject: Subject, growths: list[Growth], changes: Mapping[str, Change], past: Past) -> None:
    """Every document that events name, and every document that no event of this commit names."""
    named_now: set[str] = set()
    for growth in growths:
        for number, file in _files_of(growth):
            path = f"{growth.path.removesuffix('.yaml')}.files/{file.name}"
            named_now.add(path)
            why = _differs(subject, file, path, changes.get(path), past)
            if why is not None and not (path not in changes and growth.created and brings_in(subject.commit.message)):
                subject.found("attachment", f"{path}: {why}", path=growth.path, line=Lines(growth).of(number))
    for path, change in changes.items():
        if path in named_now and change.old is None:
            continue
        if change.new is None:
            subject.found("attachment", _("the document was removed"), path=path)
        elif change.old is not None:
            subject.found("attachment", _("the document was changed after it was recorded"), path=path)
        elif not _awaited(subject, path, change.new, past):
            subject.found("attachment", _("no event of this commit records the document"), path=path)


def _awaited(subject: Subject, path: str, content: str, past: Past) -> bool:
    """Whether the case has named this very document before: cases that are brought in come without theirs."""
    folder, _slash, name = path.rpartition("/")
    case = folder.removesuffix(".files") + ".yaml"
    read = parse(case, past.contents.get(f"{subject.commit.name}:{past.prefix}{case}") or b"")
    files = [
        *(read.facts.attachments if read.facts else ()),
        *(one for event in read.events for one in documents_of(event)),
    ]
    data = past.contents.get(content) or b""
    return any(file.name == name and file.sha256 == hashlib.sha256(data).hexdigest() for file in files)


def _files_of(growth: Growth) -> Iterator[tuple[int, File]]:
    if growth.created and growth.now.facts:
        yield from ((0, file) for file in growth.now.facts.attachments)
    for number, event in numbered(growth):
        yield from ((number, file) for file in documents_of(event))


def _differs(subject: Subject, file: File, path: str, change: Change | None, past: Past) -> str | None:
    """Why the document is not the one that was recorded."""
    if change is None:
        content = past.contents.get(f"{subject.commit.name}:{past.prefix}{path}")
    else:
        content = past.contents.get(change.new) if change.new else None
    if content is None:
        return _("the document is not in the commit")
    if hashlib.sha256(content).hexdigest() != file.sha256 or len(content) != file.size:
        return _("the document is not the one recorded (sha256 or size)")
    return None
