"""One action: decided on the case as it stands, appended to its file, committed."""

import hashlib
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from wz.actions.base import Action
from wz.actions.catalog import typed_event
from wz.actions.replay import Unlawful, replay
from wz.errors import Refused, Unreadable, Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.article import cited
from wz.model.case import Case
from wz.model.event import Event, Facts, File
from wz.model.instants import shown, written
from wz.model.problem import Problem
from wz.office.permissions import permit
from wz.office.references import missing_in_event
from wz.store import casefile
from wz.store.registry import Registry

_SUBJECT_LENGTH = 60


class Document(NamedTuple):
    """A file that comes with an event: its name and its bytes."""

    name: str
    content: bytes

    @property
    def file(self) -> File:
        return File(self.name, hashlib.sha256(self.content).hexdigest(), len(self.content))


class Done(NamedTuple):
    """What an action did. `commit` is None for a dry run."""

    case_id: str
    path: str
    event: Event | None
    case: Case
    commit: str | None
    place: int


def act(
    registry: Registry,
    case_id: str,
    action: Action,
    fields: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    now: datetime,
    documents: Mapping[str, Document | list[Document]] | None = None,
    dry_run: bool = False,
) -> Done:
    """Do one action to one case.

    `fields` are the event's own fields as plain data, `documents` those that are files. Raises Usage where a field
    does not fit, Refused where the regulation or the role of who is typing does not allow it, Unreadable where the
    case cannot be read; then nothing has been written.
    """
    path = ids.path_of(case_id)
    permit(registry, action.name, by)
    with nullcontext() if dry_run else registry.locked():
        read = registry.read(path)
        if read.facts is None:
            raise unreadable(read.problems)
        stored = _stored_files(registry, case_id, documents or {})
        event = compose(action, {**fields, **_file_fields(stored)}, by, at)
        _refuse_event(registry, event, now)
        data = casefile.with_event(read.data, event)
        case = decide(registry, read.facts, read.events, event)
        _refuse_text(path, data)
        commit = None
        if not dry_run:
            files = ids.files_of(case_id)
            changes = {path: data} | {f"{files}/{document.name}": document.content for document in _flat(stored)}
            before: dict[str, bytes | None] = dict.fromkeys(changes)
            before |= {one: registry.git.committed("HEAD", [one])[0] for one in changes if one != path}
            before[path] = read.data
            commit = registry.commit(changes, before, message(registry, action, case_id, event))
    return Done(case_id, path, event, case, commit, len(read.events) + 1)


def compose(action: Action, fields: Mapping[str, Any], by: str, at: datetime) -> Event:
    """The event, typed. Raises Usage where a field is missing or does not fit."""
    import msgspec

    try:
        return typed_event({"action": action.name, "at": written(at), "by": by, **fields})
    except msgspec.ValidationError as error:
        raise Usage(str(error), _("`wz {action} --help` shows the fields.").format(action=action.name)) from None


def decide(registry: Registry, facts: Facts, events: list[Event], event: Event) -> Case:
    """The case with the event in its legal place. Raises Refused where the whole would not be lawful."""
    before = {(one.place, one.refusal.why) for one in replay(facts, events, registry.law).unlawful}
    after = replay(facts, [*events, event], registry.law)
    new = [one for one in after.unlawful if (one.place, one.refusal.why) not in before]
    if new:
        own = next((one for one in new if one.event is event), None)
        raise _refused(own) if own else _refused_for_another(new[0])
    return after.case


def _refused(one: Unlawful) -> Refused:
    return Refused(cited(one.refusal.article, one.refusal.why), one.refusal.instead, one.refusal.article)


def _refused_for_another(one: Unlawful) -> Refused:
    return Refused(
        cited(
            one.refusal.article,
            _("event {place} ({action}, {at}) would no longer be lawful: {why}").format(
                place=one.place, action=one.event.action, at=shown(one.event.at), why=one.refusal.why
            ),
        ),
        _("Retract that event first, or give another time with --at."),
        one.refusal.article,
    )


def _refuse_event(registry: Registry, event: Event, now: datetime) -> None:
    if event.at > now:
        raise Usage(
            _("{at} lies in the future (it is {now})").format(at=shown(event.at), now=shown(now)),
            _("Give with --at when it happened, or leave --at out."),
        )
    for missing in missing_in_event(event, registry.directory):
        raise Usage(missing.message, missing.cure)


def _refuse_text(path: str, data: bytes) -> None:
    """The file as it would be must be good; what is wrong then lies in what was typed."""
    problems = casefile.parse(path, data).problems
    if problems:
        raise Usage("\n".join(problem.message for problem in problems), problems[0].cure)


def unreadable(problems: list[Problem]) -> Unreadable:
    """A case file that cannot be worked on."""
    return Unreadable(
        "\n".join(f"{one.file}:{one.line or 1}: {one.message} {one.cure}".rstrip() for one in problems),
        _("Mend the file and commit it; `git log` shows who changed it."),
    )


def message(registry: Registry, action: Action, case_id: str, event: Event) -> str:
    """The commit message: what was done to which case; whose act it was and when it happened as trailers."""
    tail = action.subject(event, registry.directory.name_of)
    return commit_message(f"{action.name} {case_id}", tail, case_id, action.name, event.by, event.at)


def commit_message(start: str, tail: str, case_id: str, action: str, actor: str, at: datetime) -> str:
    """Subject line and trailers."""
    tail = " ".join(tail.split())
    if len(tail) > _SUBJECT_LENGTH:
        tail = tail[: _SUBJECT_LENGTH - 1] + "…"
    trailers = {"Wz-Case": case_id, "Wz-Action": action, "Wz-Actor": actor, "Wz-At": written(at)}
    return f"{start}: {tail}\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())


# -- documents


def _stored_files(
    registry: Registry, case_id: str, documents: Mapping[str, Document | list[Document]]
) -> dict[str, Document | list[Document]]:
    """The documents under names that are free: another file of the same name gets a number."""
    taken: dict[str, bytes] = {}
    folder = registry.root / ids.files_of(case_id)

    def free(document: Document) -> Document:
        name = PurePosixPath(document.name)
        for number in range(1, 1000):
            candidate = document.name if number == 1 else f"{name.stem}-{number}{name.suffix}"
            there = taken.get(candidate)
            if there is None and (folder / candidate).is_file():
                there = (folder / candidate).read_bytes()
            if there is None or there == document.content:
                taken[candidate] = document.content
                return Document(candidate, document.content)
        raise Usage(_("too many files are called {name}").format(name=document.name), _("Rename it."))

    return {
        field: [free(one) for one in value] if isinstance(value, list) else free(value)
        for field, value in documents.items()
    }


def _file_fields(stored: Mapping[str, Document | list[Document]]) -> dict[str, Any]:
    import msgspec

    return {
        field: msgspec.to_builtins([one.file for one in value] if isinstance(value, list) else value.file)
        for field, value in stored.items()
    }


def _flat(stored: Mapping[str, Document | list[Document]]) -> list[Document]:
    return [one for value in stored.values() for one in (value if isinstance(value, list) else [value])]
