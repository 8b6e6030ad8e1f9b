"""The trailers of a commit against the events that it brings."""

import re

from wz.i18n import _, listed
from wz.model.case_id import id_of
from wz.model.event import Facts
from wz.model.instants import written
from wz.office.auditing.cases import Growth
from wz.office.auditing.checks import role
from wz.office.auditing.subject import Subject

_TRAILER = re.compile(r"^(Wz-(?:Case|Action|Actor|At)): *(.*?) *$", re.MULTILINE)
_KEYS = ("Wz-Case", "Wz-Action", "Wz-Actor", "Wz-At")
_SHOWN = 5  # values that a message quotes


def check(subject: Subject, growths: list[Growth]) -> None:
    """The trailers against what the case files say."""
    if len(growths) == 1 and _as_wz_writes(subject.commit.message, growths[0]):
        return
    known: dict[str, set[str]] = {key: set() for key in _KEYS}
    optional: set[str] = set()
    for growth in growths:
        read = growth.now.facts
        known["Wz-Case"].add(_case(growth))
        if growth.created and read is not None:
            _expect_registration(subject, growth, read, known, optional)
        for event in growth.events:
            known["Wz-Action"].add(event.action)
            known["Wz-Actor"].add(event.by)
            known["Wz-At"].add(written(event.at))
    if brings_in(subject.commit.message):
        known = _expect_import(subject, growths)
        optional.clear()
    _compare(subject, known, optional, growths[0].path if growths else None)


def _compare(subject: Subject, known: dict[str, set[str]], optional: set[str], path: str | None) -> None:
    given = stated(subject.commit.message)
    for key, values in known.items():
        said = given.get(key, set())
        if said - values - optional or values - said - optional:
            message = _("{key} says {said}, the files say {known}")
            subject.found("trailers", message.format(key=key, said=_brief(said), known=_brief(values)), path=path)


def _expect_import(subject: Subject, growths: list[Growth]) -> dict[str, set[str]]:
    """Cases brought in whole have actors and times of their own; the message says which they are and by whom."""
    for growth in growths:
        role(subject, "import", subject.who or "", growth.path)
        if not growth.created:
            subject.found("trailers", _("it is to bring cases in, and changes one that is there"), path=growth.path)
    return {"Wz-Case": {_case(growth) for growth in growths}, "Wz-Actor": {subject.who or ""}}


def _case(growth: Growth) -> str:
    return id_of(growth.path)


def brings_in(message: str) -> bool:
    """Whether the commit says that it brings cases in from elsewhere, history and all."""
    return stated(message).get("Wz-Action") == {"import"}


def _as_wz_writes(message: str, growth: Growth) -> bool:
    """Whether the message ends in the trailers of the one event that was added: so nearly all do."""
    if growth.created or len(growth.events) != 1:
        return False
    event, case = growth.events[0], _case(growth)
    stated = f"\n\nWz-Case: {case}\nWz-Action: {event.action}\nWz-Actor: {event.by}\nWz-At: {written(event.at)}\n"
    return message.endswith(stated)


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


def stated(message: str) -> dict[str, set[str]]:
    """What the last paragraph of a message states."""
    given: dict[str, set[str]] = {}
    for key, value in _TRAILER.findall(message.rstrip().rpartition("\n\n")[2]):
        given.setdefault(key, set()).add(value)
    return given


def _brief(values: set[str]) -> str:
    shown_ones = sorted(values)[:_SHOWN]
    return listed(shown_ones) + (" …" if len(values) > _SHOWN else "") if values else _("nothing")
