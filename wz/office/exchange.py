"""A case as one line of JSON, exactly as its file has it, and back: the complete form of the exchange.

A line is what `schemas/case.schema.json` describes: the facts as received and `events`, in the order of the file.
What is derived is not in it, for it is computed anew. Documents are named in it, with size and SHA-256, and not part
of it; nor are a file's comments.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from wz.actions.catalog import ACTIONS, action_of, typed_case
from wz.actions.replay import named, replay
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.article import cited
from wz.model.directory import Directory
from wz.model.event import Event, Facts, plain
from wz.model.instants import shown
from wz.model.problem import Problem, misfit_path
from wz.office.permissions import permit
from wz.office.references import missing_in_event, missing_in_facts
from wz.office.survey import unlawful_problems
from wz.regulation.law import Law
from wz.store import casefile, schema
from wz.store.casefile import CaseFile
from wz.store.registry import Registry

# What is left of a case, and of its events, for whom the petition complains of.
_OPEN_FACTS = ("format", "id", "category", "scope", "channel", "received", "area", "urgent")
_BARE = ("action", "at", "by")


def lines(registry: Registry, as_of: datetime, problems: list[Problem]) -> Iterator[bytes]:
    """Every case received by then as a line; what is wrong with a file is added to `problems`.

    Nothing derived is in a line, so a case is replayed only where its file came with its bytes: it may have faults.
    """
    problems += registry.settings_problems
    for read in registry.scan():
        problems += read.problems
        if read.facts is None or read.facts.received > as_of:
            continue
        if read.data:
            problems += unlawful_problems(read, replay(read.facts, read.events, registry.law, as_of), registry.law)
        yield line(read, as_of)


def is_case(line: str | bytes) -> bool:
    """Whether a line is a whole case, so that it says itself what its fields are."""
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(data, dict) and {"format", "id", "events"} <= data.keys()


def line(read: CaseFile, as_of: datetime, *, shielded: bool = False) -> bytes:
    """A case as a line of JSON, without its line end. Events after `as_of` do not exist for it."""
    facts = read.facts
    assert facts is not None
    events = [event for event in read.events if event.at <= as_of]
    if shielded:
        return msgspec.json.encode(_shielded(facts, events))
    body = msgspec.json.encode(facts)
    return body[:-1] + b',"events":' + msgspec.json.encode(events) + b"}"


def _shielded(facts: Facts, events: Iterable[Event]) -> dict[str, Any]:
    data = plain(facts)
    bare = [{key: one[key] for key in _BARE} for one in map(plain, events)]
    return {**{key: data[key] for key in _OPEN_FACTS if key in data}, "shielded": True, "events": bare}


class CaseText(NamedTuple):
    """A case file to be: its id, its path in the registry, its bytes."""

    id: str
    path: str
    data: bytes


def case_text(
    line: str | bytes, law: Law, directory: Directory, now: datetime, file: str = "-", number: int | None = None
) -> CaseText | list[Problem]:
    """The case file that a line makes, or everything that forbids it: form, names that nobody bears, the regulation.

    `file` and `number` say where the line stands, for the problems.
    """

    def problem(message: str, cure: str, case: str | None = None, article: str | None = None) -> Problem:
        return Problem(file=file, line=number, case=case, article=article, message=message, cure=cure)

    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return [problem(_("not JSON: {error}").format(error=error), _("Give one object on each line, in UTF-8."))]
    case = data.get("id") if isinstance(data, dict) and isinstance(data.get("id"), str) else None
    if isinstance(data, dict) and data.get("shielded"):
        cure = _("Export it without --for; a shielded case is not whole.")
        return [problem(_("this case is shielded (第十九条)"), cure, case, "19")]
    if not schema.accepts("case", data):
        faults = schema.faults("case", data)
        return [
            problem(f"{schema.where(one.path)}: {one.message}".removeprefix(": "), one.cure, case) for one in faults
        ]
    return _lawful(data, law, directory, now, problem)


def _lawful(
    data: dict[str, Any], law: Law, directory: Directory, now: datetime, problem: Any
) -> CaseText | list[Problem]:
    case = data["id"]
    if not ids.is_valid(case):
        return [problem(_("{id} is not a case id: its last symbol does not fit the others").format(id=case), "", case)]
    unknown = [event["action"] for event in data["events"] or () if event["action"] not in ACTIONS]
    if unknown:
        message = _("this version of wz does not carry out {action}").format(action=unknown[0])
        return [problem(message, _("Install a newer wz."), case)]
    try:
        facts, events = typed_case(data)
    except msgspec.ValidationError as error:
        where = schema.where(misfit_path(error))
        return [problem(f"{where}: " + _("no such day or time"), _("Give a day that exists."), case)]
    found = [problem(one.message, one.cure, case) for one in missing_in_facts(facts, directory)]
    if facts.received > now:
        found.append(problem(_("it was received in the future, {at}").format(at=shown(facts.received)), "", case))
    for place, event in enumerate(events, 1):
        where = f"events[{place}]"
        found += [
            problem(f"{where}.{one.field}: {one.message}", one.cure, case) for one in missing_in_event(event, directory)
        ]
        if event.at > now:
            found.append(problem(f"{where}.at: " + _("{at} lies in the future").format(at=shown(event.at)), "", case))
    for one in replay(facts, events, law).unlawful:
        message = f"events[{one.place}] {named(action_of(one.event))} {shown(one.event.at)}: {one.refusal.why}"
        found.append(problem(cited(one.refusal.article, message), one.refusal.instead, case, one.refusal.article))
    return found or CaseText(case, ids.path_of(case), file_of(facts, events))


def file_of(facts: Facts, events: Sequence[Event]) -> bytes:
    """The text of the case file, as wz writes it."""
    data = casefile.new_text(facts)
    for event in events:
        data = casefile.with_event(data, event)
    return data


class Restored(NamedTuple):
    """What a restoration did: the ids written, those that were there already, what forbade it, the commit."""

    written: list[str]
    present: list[str]
    problems: list[Problem]
    commit: str | None


def restore(
    registry: Registry,
    lines: Iterable[str | bytes],
    *,
    by: str,
    now: datetime,
    file: str = "-",
    dry_run: bool = False,
) -> Restored:
    """Bring whole cases in, in one commit or not at all; what is there already, and the same, is left as it is."""
    permit(registry, "import")
    changes: dict[str, bytes] = {}
    written, present, problems = [], [], []
    with registry.locked():
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            made = case_text(line, registry.law, registry.directory, now, file, number)
            if not isinstance(made, CaseText):
                problems += made
            elif made.path in changes:
                problems.append(_twice(file, number, made.id))
            elif not (registry.root / made.path).exists():
                changes[made.path] = made.data
                written.append(made.id)
            elif _same(registry, made):
                present.append(made.id)
            else:
                problems.append(_differs(file, number, made.id))
        commit = None
        if changes and not problems and not dry_run:
            commit = registry.commit(changes, dict.fromkeys(changes), _message(written, by))
    return Restored(written if not problems else [], present, problems, commit)


def _same(registry: Registry, made: CaseText) -> bool:
    there = registry.read(made.path)
    return there.facts is not None and file_of(there.facts, there.events) == made.data


def _twice(file: str, number: int, case: str) -> Problem:
    return Problem(
        file=file, line=number, case=case, message=_("{case} stands in two lines").format(case=case),
        cure=_("Keep one of them."),
    )  # fmt: skip


def _differs(file: str, number: int, case: str) -> Problem:
    return Problem(
        file=file, line=number, case=case, message=_("{case} is in the registry already, and differs").format(
        case=case),
        cure=_("A case only grows by its actions; take the line away, or restore into an empty registry."),
    )  # fmt: skip


def _message(written: Sequence[str], by: str) -> str:
    subject = f"import: {len(written)} cases" if len(written) > 1 else f"import {written[0]}"
    trailers = [*(f"Wz-Case: {case}" for case in written), "Wz-Action: import", f"Wz-Actor: {by}"]
    return subject + "\n\n" + "\n".join(trailers) + "\n"
