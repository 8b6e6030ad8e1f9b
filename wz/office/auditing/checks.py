"""One check for each kind of fault that a commit's own events and documents can have."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from wz.actions.replay import named
from wz.actions.catalog import action_of
from wz.i18n import _, listed
from wz.model import case_id as ids
from wz.model.article import cited
from wz.model.event import Event, Facts, File
from wz.model.instants import SHANGHAI, shown, written
from wz.model.problem import Problem
from wz.office.auditing.cases import Growth, numbered
from wz.office.auditing.finding import Late, cure
from wz.office.auditing.subject import Subject
from wz.office.references import missing_in_event, missing_in_facts
from wz.office.validating import documents_of
from wz.store.casefile import event_lines
from wz.store.past import Change, Past

_REGULAR = ("100644", "100755")
_TRAILER = re.compile(r"^(Wz-(?:Case|Action|Actor|At)): *(.*?) *$", re.MULTILINE)
_KEYS = ("Wz-Case", "Wz-Action", "Wz-Actor", "Wz-At")
_SHOWN = 5  # values that a message quotes


def is_document(path: str) -> bool:
    return path.rpartition("/")[0].endswith(".files")


def place(subject: Subject, change: Change) -> bool:
    """Whether the file is a regular one where it belongs."""
    path = change.path
    if change.mode not in _REGULAR:
        subject.found("misplaced", _("it is no regular file (mode {mode})").format(mode=change.mode), path=path)
        return False
    case = path.rpartition("/")[2].removesuffix(".yaml")
    if is_document(path):
        case = path.split("/")[-2].removesuffix(".files")
        right = ids.is_valid(case) and path.startswith(ids.files_of(case) + "/")
    else:
        right = ids.is_valid(case) and path == ids.path_of(case)
    if not right:
        subject.found("misplaced", _("this file does not belong here"), path=path)
    return right


def facts(subject: Subject, growth: Growth) -> None:
    """A new case: its id, what it names, and that its author may register."""
    read = growth.now.facts
    assert read is not None
    if read.id != (case := growth.path.rpartition("/")[2].removesuffix(".yaml")):
        subject.found(
            "misplaced", _("the file of {id} holds the case {other}").format(id=case, other=read.id), path=growth.path
        )
    elif f"{read.received.astimezone(SHANGHAI):%Y%m%d}" != read.id[:8]:
        subject.found(
            "rewritten",
            _("received: {day:%Y-%m-%d} is not the day in the id").format(day=read.received.astimezone(SHANGHAI)),
            path=growth.path,
        )
    for missing in missing_in_facts(read, subject.in_force.directory):
        subject.found("unlawful", f"{missing.field}: {missing.message}", missing.cure, path=growth.path)
    role(subject, "new", subject.who or "", growth.path)


def problems(subject: Subject, path: str, found: list[Problem]) -> None:
    """A file that can no longer be read."""
    for problem in found:
        subject.found(
            "unreadable", problem.message, f"{problem.cure} {cure('unreadable', _parent(subject), path)}".strip(),
            path=path, line=problem.line,
        )  # fmt: skip


def lawful(subject: Subject, growth: Growth) -> None:
    """What the regulation did not allow at that point, and what the event names."""
    lines = _Lines(growth)
    for one in growth.unlawful:
        own = one.place >= growth.place
        what = f"events[{one.place}] {named(action_of(one.event))} {shown(one.event.at)}: "
        why = one.refusal.why if own else _("no longer lawful: {why}").format(why=one.refusal.why)
        subject.found(
            "unlawful", what + cited(one.refusal.article, why), one.refusal.instead,
            path=growth.path, line=lines.of(one.place), article=one.refusal.article,
        )  # fmt: skip
    for number, event in numbered(growth):
        for missing in missing_in_event(event, subject.in_force.directory):
            if missing.field != "by":  # whose act it is, is the role's to say
                subject.found(
                    "unlawful", f"events[{number}].{missing.field}: {missing.message}", missing.cure,
                    path=growth.path, line=lines.of(number),
                )  # fmt: skip


def roles(subject: Subject, growth: Growth) -> None:
    """Whether the author may record these events, and whose they are may do them."""
    for number, event in numbered(growth):
        role(subject, event.action, event.by, growth.path, (growth, number))


def role(subject: Subject, action: str, by: str, path: str, at: tuple[Growth, int] | None = None) -> None:
    """Whether the author may do that, or enter it as `by`'s."""
    if subject.who is None:
        subject.found(
            "role", _("{email} was nobody's e-mail in units.yaml then").format(email=subject.commit.author),
            _("Enter the person with the e-mail in units.yaml first; or commit under your own."), path=path, article="5",
        )  # fmt: skip
        return
    refusal = subject.in_force.refuse(subject.who, action, by)
    if refusal is not None:
        line = _Lines(at[0]).of(at[1]) if at else None
        subject.found(
            "role", cited(refusal.article, refusal.why), refusal.instead, path=path, line=line, article=refusal.article
        )


def stated(subject: Subject, growths: list[Growth]) -> None:
    """The trailers against what the case files say."""
    known: dict[str, set[str]] = {key: set() for key in _KEYS}
    optional: set[str] = set()
    for growth in growths:
        read = growth.now.facts
        known["Wz-Case"].add(growth.path.rpartition("/")[2].removesuffix(".yaml"))
        if growth.created and read is not None:
            _expect_registration(subject, growth, read, known, optional)
        for event in growth.events:
            known["Wz-Action"].add(event.action)
            known["Wz-Actor"].add(event.by)
            known["Wz-At"].add(written(event.at))
    given = trailers(subject.commit.message)
    for key in _KEYS:
        said = given.get(key, set())
        if said - known[key] - optional or known[key] - said - optional:
            subject.found(
                "trailers",
                _("{key} says {said}, the files say {known}").format(
                    key=key, said=_brief(said), known=_brief(known[key])
                ),
                path=growths[0].path if growths else None,
            )


def _expect_registration(
    subject: Subject, growth: Growth, read: Facts, known: dict[str, set[str]], optional: set[str]
) -> None:
    """A registration says `new`, who registered and when it was received; with events beside it, it may say so."""
    values = {"Wz-Action": "new", "Wz-Actor": subject.who or "", "Wz-At": written(read.received)}
    if growth.events:
        optional |= set(values.values())
    else:
        for key, value in values.items():
            known[key].add(value)


def trailers(message: str) -> dict[str, set[str]]:
    """What the last paragraph of a message states."""
    given: dict[str, set[str]] = {}
    for key, value in _TRAILER.findall(message.rstrip().rpartition("\n\n")[2]):
        given.setdefault(key, set()).add(value)
    return given


def _brief(values: set[str]) -> str:
    shown_ones = sorted(values)[:_SHOWN]
    return listed(shown_ones) + (" …" if len(values) > _SHOWN else "") if values else _("nothing")


def times(subject: Subject, growth: Growth, late: list[Late]) -> None:
    """How far what happened lies from when it was recorded."""
    read = growth.now.facts
    assert read is not None
    imported = any(event.action == "import" for event in growth.now.events)
    if growth.created:
        _time(subject, growth, 0, "new", "", read.received, imported or read.source is not None, late)
    for number, event in numbered(growth):
        _time(subject, growth, number, event.action, event.by, event.at, imported, late)


def _time(
    subject: Subject, growth: Growth, number: int, action: str, by: str, at: datetime, brought: bool, late: list[Late]
) -> None:
    """One event's time; `brought`: history from another system, which is late by nature."""
    rule, recorded = subject.in_force.law.rules.recording, subject.recorded
    what = f"events[{number}] {action}: " if number else f"{action}: "
    if (at - recorded).total_seconds() > rule.ahead * 60:
        subject.found(
            "time",
            what
            + _("{at} is after the commit of {recorded}, {ahead} minutes are tolerated").format(
                at=shown(at), recorded=shown(recorded), ahead=rule.ahead
            ),
            path=growth.path, line=_Lines(growth).of(number),
        )  # fmt: skip
        return
    day = at.astimezone(SHANGHAI).date()
    if day >= recorded.date():
        return
    days = subject.in_force.law.calendar.count(day, recorded.date())
    if not days:
        return
    own = bool(number) and by.partition("/")[0] == (subject.who or "").partition("/")[0]
    tolerated = rule.own if own else rule.behalf
    if days > tolerated and not brought:
        subject.found(
            "time",
            what
            + _("{at} lies {days} working days before the commit of {recorded}, {tolerated} are tolerated").format(
                at=shown(at), days=days, recorded=shown(recorded), tolerated=tolerated
            ),
            path=growth.path, line=_Lines(growth).of(number),
        )  # fmt: skip
        return
    late.append(
        Late(
            commit=subject.commit.name,
            case=growth.now.facts.id if growth.now.facts else "",
            action=action,
            by=by or subject.author,
            at=at.astimezone(SHANGHAI),
            recorded=recorded,
            author=subject.author,
            days=days,
        )  # fmt: skip
    )


def documents(subject: Subject, growths: list[Growth], changes: Mapping[str, Change], past: Past) -> None:
    """Every document that events name, and every document that no event of this commit names."""
    named_now: set[str] = set()
    for growth in growths:
        for number, file in _files_of(growth):
            path = f"{growth.path.removesuffix('.yaml')}.files/{file.name}"
            named_now.add(path)
            if (why := _differs(subject, file, path, changes.get(path), past)) is not None:
                subject.found("attachment", f"{path}: {why}", path=growth.path, line=_Lines(growth).of(number))
    for path, change in changes.items():
        if path in named_now and change.old is None:
            continue
        if change.new is None:
            subject.found("attachment", _("the document was removed"), path=path)
        elif change.old is not None:
            subject.found("attachment", _("the document was changed after it was recorded"), path=path)
        else:
            subject.found("attachment", _("no event of this commit records the document"), path=path)


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


def _parent(subject: Subject) -> str:
    return subject.commit.parents[0] if subject.commit.parents else subject.commit.name


class _Lines:
    """The lines of a file's events, found out when first asked for: only findings need them."""

    def __init__(self, growth: Growth) -> None:
        self._growth = growth

    def of(self, number: int) -> int | None:
        return event_lines(self._growth.data).get(number)
