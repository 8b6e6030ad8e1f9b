"""How far an event lies from the commit that records it: late entry of paper is normal, back-dating is not."""

from datetime import datetime

from wz.i18n import _, term
from wz.model.instants import SHANGHAI, shown
from wz.office.auditing.cases import Growth, Lines, numbered
from wz.office.auditing.finding import Late
from wz.office.auditing.subject import Subject
from wz.office.auditing.trailers import brings_in
from wz.office.permissions import action_label


def check(subject: Subject, growth: Growth, late: list[Late]) -> None:
    """How far what happened lies from when it was recorded."""
    read = growth.now.facts
    assert read is not None
    imported = growth.created and brings_in(subject.commit.message)
    if growth.created:
        _time(subject, growth, 0, "new", "", read.received, imported or read.source is not None, late)
    for number, event in numbered(growth):
        _time(subject, growth, number, event.action, event.by, event.at, imported, late)


def _time(
    subject: Subject, growth: Growth, number: int, action: str, by: str, at: datetime, brought: bool, late: list[Late]
) -> None:
    """One event's time; `brought`: history from another system, which is late by nature."""
    rule, recorded = subject.in_force.law.rules.recording, subject.recorded
    name = term(action, action_label(action))
    what = f"events[{number}] {name}: " if number else f"{name}: "
    if (at - recorded).total_seconds() > rule.ahead * 60:
        subject.found(
            "time",
            what
            + _("{at} is after the commit of {recorded}, {ahead} minutes are tolerated").format(
                at=shown(at), recorded=shown(recorded), ahead=rule.ahead
            ),
            path=growth.path, line=Lines(growth).of(number),
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
            path=growth.path, line=Lines(growth).of(number),
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
        )
    )
