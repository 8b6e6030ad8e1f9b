"""What leaves the office carries nothing personal (第十九条至第二十一条): what is published, what a unit may see."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from wz.actions.approve import Approve, Redaction
from wz.actions.decide import Decide
from wz.actions.reply import Reply
from wz.errors import Refused, Usage
from wz.i18n import N_, _, term
from wz.model.article import cited
from wz.model.case import Case
from wz.model.directory import Directory
from wz.model.event import Event, Facts
from wz.model.personal import KIND_LABELS, Hit, Kind, Place, Public, place, redacted, scan
from wz.office.shielding import complained_of

# The texts of a case that are published, with what they are called.
PUBLISHED: dict[str, tuple[str, str]] = {
    "title": (N_("title"), "标题"),
    "content": (N_("content"), "诉求内容"),
    "answer": (N_("answer"), "答复"),
}
_SHOWN = 20


class Found(NamedTuple):
    """Personal data in one of the texts that would be published."""

    field: str
    kind: Kind
    place: Place


class Published(NamedTuple):
    """The texts of a case as the public reads them."""

    title: str
    content: str
    answer: str


def public_contacts(directory: Directory) -> Public:
    """What belongs to offices: contacts listed in units.yaml, the platform's channels, office telephones of people."""
    contacts = [contact for body in directory.bodies() for contact in body.public_contacts]
    contacts += directory.channels.values()
    phones = [person.phone for body in directory.bodies() for person in body.people if person.phone]
    # A mobile telephone is its owner's: it is public only where it is listed as such.
    contacts += [phone for phone in phones if not any(hit.kind == "mobile" for hit in scan(phone))]
    return Public(contacts)


def published(case: Case) -> Published | None:
    """The texts of a case whose last answer was approved for publication; None for any other (第二十一条)."""
    approval = case.approval
    if not case.published or case.answer is None or not isinstance(approval, Approve):
        return None
    return as_published(case.facts, case.answer, approval)


def as_published(facts: Facts, answer: Event, approval: Approve) -> Published:
    """The texts that this approval publishes: as redacted, else as they are."""
    return Published(
        title=approval.redacted_title or facts.title,
        content=approval.redacted_content or facts.content,
        answer=approval.redacted_answer or answer_text(answer),
    )


def answer_text(answer: Event) -> str:
    """What the petitioner is told: the answer of a reply, or why a report is not taken up."""
    if isinstance(answer, Reply):
        return answer.answer
    assert isinstance(answer, Decide)
    return f"{answer.reason}\n\n依据：{answer.basis}"


def found_in(texts: Mapping[str, str], public: Public) -> Iterator[Found]:
    """All personal data in the texts, text by text."""
    for field, text in texts.items():
        hits = scan(text, public)
        yield from (Found(field, hit.kind, place(text, hit, hits)) for hit in hits)


def shown(found: Found) -> str:
    """A find in one line: which text, where in it, what kind, and its surroundings with everything personal masked."""
    label, chinese = PUBLISHED[found.field]
    return _("{field}, line {line}, column {column}: {kind}: {snippet}").format(
        field=term(_(label), chinese),
        line=found.place.line,
        column=found.place.column,
        kind=term(found.kind, KIND_LABELS[found.kind]),
        snippet=found.place.snippet,
    )


def refuse_personal(directory: Directory, case: Case, event: Event) -> None:
    """Refuse an approval that would publish personal data. `case` is the case with the event. Raises Refused."""
    if not isinstance(event, Approve) or case.approval is not event:
        return
    texts = published(case)
    found = list(found_in(texts._asdict(), public_contacts(directory))) if texts else []
    if not found:
        return
    lines = [shown(one) for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(_("… and {count} more").format(count=len(found) - _SHOWN))
    raise Refused(
        "\n".join([cited("20", _("what would be published holds personal data")), *(f"  {line}" for line in lines)]),
        _(
            "Add --redact (in a table: the column `redact`) to leave it out (--dry-run shows the texts first), or "
            "--withhold the answer with --reason. "
            "List what belongs to an office under `public_contacts` in units.yaml."
        ),
        "20",
    )


class Proposal(NamedTuple):
    """What an approval leaves out: what was found, the texts as published that differ, and where each find stood."""

    found: list[Found]
    texts: dict[str, str]
    redactions: list[Redaction]

    @property
    def fields(self) -> dict[str, Any]:
        """As the event carries it."""
        if not self.found:
            return {}
        redactions = [{name: getattr(one, name) for name in one.__struct_fields__} for one in self.redactions]
        return {f"redacted_{name}": text for name, text in self.texts.items()} | {"redactions": redactions}


def proposed(directory: Directory, case: Case, fields: Mapping[str, Any]) -> Proposal:
    """What is left out of the texts that this approval would publish; nothing where there is nothing to approve.

    Raises Usage where it publishes nothing.
    """
    if not fields.get("publish"):
        raise Usage(_("--redact goes with --publish"), _("Give --publish, or leave --redact out."))
    if case.submitted is None:
        return Proposal([], {}, [])  # the action will be refused
    texts = {"title": case.facts.title, "content": case.facts.content, "answer": answer_text(case.submitted)}
    texts |= {name: fields[f"redacted_{name}"] for name in PUBLISHED if f"redacted_{name}" in fields}
    public = public_contacts(directory)
    return Proposal(list(found_in(texts, public)), *proposal(texts, public))


def proposal(texts: Mapping[str, str], public: Public) -> tuple[dict[str, str], list[Redaction]]:
    """The texts that must change, with every find left out; and where each stood, of what kind."""
    changed: dict[str, str] = {}
    redactions = []
    for field, text in texts.items():
        if hits := scan(text, public):
            changed[field] = redacted(text, hits)
            redactions += [_redaction(field, text, hit) for hit in hits]
    return changed, redactions


def _redaction(field: str, text: str, hit: Hit) -> Redaction:
    there = place(text, hit, [hit])
    return Redaction(field, there.line, there.column, hit.kind)


# -- 第十九条


def is_about(facts: Facts, unit_id: str, directory: Directory) -> bool:
    """Whether the petition complains of that unit; a unit that is no longer listed is known by its id alone."""
    unit = directory.unit(unit_id)
    return unit_id in facts.about if unit is None else complained_of(facts, unit, directory)


def seen_by(facts: Facts, unit_id: str, directory: Directory) -> Facts:
    """The facts as a unit may see them; every form, export and message to a unit is made of these.

    A unit that the petition complains of sees nothing of the petitioner (第十九条): personal data are left out of title
    and content, and where the petition came from and what came with it, which both lead to the petitioner, are left
    out whole.
    """
    if not is_about(facts, unit_id, directory):
        return facts
    public = public_contacts(directory)
    return msgspec.structs.replace(
        facts,
        title=redacted(facts.title, scan(facts.title, public)),
        content=redacted(facts.content, scan(facts.content, public)),
        source=None,
        attachments=[],
    )


def text_for(text: str, facts: Facts, unit_id: str, directory: Directory) -> str:
    """Another text that goes to a unit: without personal data where the petition complains of the unit (第十九条)."""
    if not is_about(facts, unit_id, directory):
        return text
    return redacted(text, scan(text, public_contacts(directory)))
