"""What leaves the registry for calendars and for Open311: deadlines to keep in mind, requests to publish."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from wz.i18n import _, term
from wz.model.article import article_name
from wz.model.case import ENDED
from wz.model.directory import Directory
from wz.model.instants import written
from wz.model.obligation import KIND_LABELS, Judged
from wz.office.confidentiality import found_in, public_contacts, published
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


def public_records(found: Iterable[Record], directory: Directory) -> Iterator[Record]:
    """Those that may leave for the public, by the measure of the site: the answer is approved for it, and what is
    published holds nothing personal (第十五条、第二十条、第二十一条).
    """
    public = public_contacts(directory)
    for record in found:
        texts = None if record.shielded else published(record.case)
        if texts is not None and next(found_in(texts._asdict(), public), None) is None:
            yield record


def request(record: Record, law: Law, directory: Directory) -> dict[str, Any]:
    """A published case, as the public reads it, as a service request of Open311 GeoReport v2.

    What the registry does not know is null.
    """
    case, facts, texts = record.case, record.standing.facts, published(record.case)
    assert texts is not None
    unit, area = record.standing.unit, facts.area and directory.area(facts.area)
    expected = min((one.due_at for one in record.standing.judged), default=None)
    return {
        "service_request_id": facts.id,
        "status": "closed" if case.state in ENDED or case.state == "answered" else "open",
        "status_notes": texts.answer,
        "service_name": law.rules.choices("categories")[facts.category],
        "service_code": facts.category,
        "description": f"{texts.title}\n\n{texts.content}",
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
