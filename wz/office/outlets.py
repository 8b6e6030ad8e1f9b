"""What leaves the registry for calendars and for Open311: deadlines to keep in mind, requests to publish."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from wz.actions.approve import Approve
from wz.actions.decide import Decide
from wz.actions.reply import Reply
from wz.i18n import _, term
from wz.model.article import article_name
from wz.model.case import ENDED
from wz.model.directory import Directory
from wz.model.instants import written
from wz.model.obligation import KIND_LABELS, Judged
from wz.office.records import Record
from wz.regulation.law import Law
from wz.render.ics import Deadline

_MORNING = timedelta(hours=9)


def deadlines(record: Record, law: Law, directory: Directory, as_of: datetime) -> Iterator[Deadline]:
    """What a unit still owes in a case, each on its due day.

    A reminder comes at nine on the working day before, and at nine on the day itself; none for what is late already.
    """
    for judged in record.standing.judged:
        owed = judged.obligation
        day = judged.due
        alarms = []
        if day >= as_of.date():
            before = law.calendar.subtract(day, 1)
            alarms = [timedelta(days=(before - day).days) + _MORNING, _MORNING]
        yield Deadline(
            uid=f"{record.standing.id}-{owed.assignment}-{owed.kind}-{owed.start:%Y%m%dT%H%M%S}@wz",
            day=day,
            summary=_summary(record, judged, directory, as_of),
            description=_description(record, judged, directory),
            categories=[term(owed.kind, KIND_LABELS[owed.kind]), judged.level],
            sequence=owed.extended,  # the day moves by extensions alone (第十四条)
            alarms=alarms,
        )


def _summary(record: Record, judged: Judged, directory: Directory, as_of: datetime) -> str:
    owed = judged.obligation
    parts = [
        term(owed.kind, KIND_LABELS[owed.kind]),
        term(owed.unit, directory.name_of(owed.unit)),
        _("(shielded)") if record.shielded else " ".join(record.standing.facts.title.split()),
        record.standing.id.rpartition("-")[2],
    ]
    if as_of > judged.due_at:
        parts.insert(0, _("OVERDUE"))
    return " ".join(parts)


def _description(record: Record, judged: Judged, directory: Directory) -> str:
    owed = judged.obligation
    lines = [
        _("{unit} owes {obligation} by {due}").format(
            unit=term(owed.unit, directory.name_of(owed.unit)),
            obligation=term(owed.kind, KIND_LABELS[owed.kind]),
            due=f"{judged.due_at:%Y-%m-%d %H:%M}",
        ),
        article_name(owed.article),
        f"wz show {record.standing.id}",
    ]
    if judged.provisional:
        lines.append(_("The day is provisional: its year's holidays are not published yet."))
    return "\n".join(lines)


def may_be_published(record: Record) -> bool:
    """Whether a case may leave for the public: its answer is approved for it (第十五条、第二十条、第二十一条)."""
    return record.case.published is True and not record.shielded


def request(record: Record, law: Law, directory: Directory) -> dict[str, Any]:
    """A published case as a service request of Open311 GeoReport v2; what the registry does not know is null."""
    case, facts = record.case, record.standing.facts
    unit, area = record.standing.unit, facts.area and directory.area(facts.area)
    expected = min((one.due_at for one in record.standing.judged), default=None)
    return {
        "service_request_id": facts.id,
        "status": "closed" if case.state in ENDED or case.state == "answered" else "open",
        "status_notes": _approved_answer(record),
        "service_name": law.rules.choices("categories")[facts.category],
        "service_code": facts.category,
        "description": f"{facts.title}\n\n{facts.content}",
        "agency_responsible": directory.name_of(unit) if unit else None,
        "service_notice": None,
        "requested_datetime": written(facts.received),
        "updated_datetime": written(record.events[-1].at if record.events else facts.received),
        "expected_datetime": written(expected) if expected else None,
        "address": area.name if area else None,
        "address_id": facts.area,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _approved_answer(record: Record) -> str | None:
    """The answer that the office last approved: one handed in since then, or sent back, is not the public's yet."""
    answer = approved = None
    for event in record.events:
        if isinstance(event, Reply):
            answer = event.answer
        elif isinstance(event, Decide) and event.decision == "decline":
            answer = event.reason
        elif isinstance(event, Approve):
            approved = answer
    return approved
