"""Actions decided one on another, and recorded together or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from wz.actions.base import Action
from wz.actions.catalog import ACTIONS, action_of
from wz.actions.correct import Correct
from wz.actions.replay import replay
from wz.actions.retract import Retract
from wz.model import case_id as ids
from wz.model.case import Case
from wz.model.event import Event, mark_of
from wz.model.instants import written
from wz.office import documents as papers
from wz.office.deciding import compose, decide, refuse_event, refuse_misfit, refuse_text, unreadable
from wz.office.disclosing import disclose, withdraw
from wz.office.documents import Documents
from wz.office.permissions import permit
from wz.office.vault import Vault
from wz.store import casefile
from wz.store.casefile import CaseFile
from wz.store.commits import Step
from wz.store.git import Identity
from wz.store.registry import Registry

_SUBJECT_LENGTH = 60


class Done(NamedTuple):
    """What an action did. `commit` is None for a dry run; `notes` is what whoever typed it should know."""

    case_id: str
    path: str
    event: Event | None
    case: Case
    commit: str | None
    place: int
    notes: tuple[str, ...] = ()


class _Taken(NamedTuple):
    """An action taken: what it did, the files as they are after it, whose it was; the message where it has its own."""

    done: Done
    changes: dict[str, bytes]
    identity: Identity | None
    message: str | None = None


class Transaction:
    """The cases as they will be once all that has been done here stands; nothing is written before `commit`.

    Except for a dry run, the registry must be locked from before the first action until after the commit.
    """

    def __init__(self, registry: Registry, now: datetime) -> None:
        self._registry = registry
        self.now = now
        # Whose the next actions are, where it is not git's own identity.
        self.identity: Identity | None = None
        self.vault = Vault(registry)
        self._cases: dict[str, CaseFile] = {}
        self._before: dict[str, bytes | None] = {}
        self._waiting: dict[str, bytes] = {}
        self._steps: list[_Taken] = []

    @property
    def done(self) -> list[Done]:
        """What has been done so far."""
        return [taken.done for taken in self._steps]

    def case(self, case_id: str) -> CaseFile:
        """The case file as it will be. Raises Unreadable."""
        path = ids.path_of(case_id)
        if path not in self._cases:
            read = self._registry.read(path)
            if read.facts is None:
                raise unreadable(read.problems)
            self._cases[path] = read
        return self._cases[path]

    def act(
        self,
        case_id: str,
        action: Action,
        fields: Mapping[str, Any],
        *,
        by: str,
        at: datetime,
        documents: Documents | None = None,
    ) -> Done:
        """Do one action to one case as it will be. Raises as `wz.office.act.act` does; then it is as if not done."""
        permit(self._registry, action.name, by, self.identity)
        with self.vault.keys.attempt():
            return self._act(case_id, action, fields, by, at, documents)

    def _act(
        self,
        case_id: str,
        action: Action,
        fields: Mapping[str, Any],
        by: str,
        at: datetime,
        documents: Documents | None,
    ) -> Done:
        read = self.case(case_id)
        assert read.facts is not None
        if action.name == "correct" and fields.get("field") == "petitioner":
            fields = {**fields, "value": self._sealed(read, fields.get("value"))}
        stored = papers.stored(self._registry, case_id, documents or {}, self._waiting)
        event = compose(action, {**fields, **papers.file_fields(stored)}, by, at)
        refuse_event(self._registry, event, self.now)
        if isinstance(event, Correct):
            refuse_misfit(read.facts, event)
        _mark(read, event)
        event, notes = disclose(self.vault, read, event)
        case = decide(self._registry, read.facts, read.events, event)
        notes += withdraw(self.vault, case, event)
        return self._grow(read, event, case, papers.contents(case_id, stored), notes)

    def retract(self, case_id: str, places: Sequence[int], reason: str, *, by: str, at: datetime) -> None:
        """Retract several events of a case at once: what is lawful is judged once all of them are gone.

        One by one, each may be in the way of the others. Raises as `act` does; then none is retracted.
        """
        permit(self._registry, "retract", by, self.identity)
        read = self.case(case_id)
        assert read.facts is not None
        events = [compose(ACTIONS["retract"], {"event": place, "reason": reason}, by, at) for place in places]
        for event in events:
            refuse_event(self._registry, event, self.now)
            _mark(read, event)
        with self.vault.keys.attempt():
            case = decide(self._registry, read.facts, read.events, *events)
            for event in events:
                notes = withdraw(self.vault, case, event)
                self._grow(self.case(case_id), event, case, {}, notes)

    def _grow(
        self, read: CaseFile, event: Event, case: Case, documents: Mapping[str, bytes], notes: Iterable[str]
    ) -> Done:
        """Put an event that may be into its file, and its documents beside it."""
        changes = {read.path: casefile.with_event(read.data, event), **documents}
        grown = refuse_text(read.path, changes[read.path])
        self._before.setdefault(read.path, read.data)
        self._cases[read.path] = grown
        self._waiting |= changes
        done = Done(case.facts.id, read.path, event, case, None, len(read.events) + 1, tuple(notes))
        self._steps.append(_Taken(done, changes, self.identity))
        return done

    def _sealed(self, read: CaseFile, value: Any) -> str:
        """A corrected petitioner, sealed before anything else sees it."""
        assert read.facts is not None
        return self.vault.reseal(replay(read.facts, read.events, self._registry.law).case, value)

    def register(self, read: CaseFile, documents: Mapping[str, bytes], message: str, notes: Iterable[str] = ()) -> Done:
        """Take in a new case: its file, and its documents by their paths."""
        assert read.facts is not None
        changes = {read.path: read.data, **documents}
        self._before[read.path] = None
        self._cases[read.path] = read
        self._waiting |= changes
        done = Done(
            read.facts.id, read.path, None, replay(read.facts, [], self._registry.law).case, None, 0, tuple(notes)
        )
        self._steps.append(_Taken(done, changes, self.identity, message))
        return done

    def commit(self, message: str | None = None) -> list[Done]:
        """Record what was done: in one commit with that message, else each action in a commit of its own.

        All or nothing. Raises GitFailed, Unreadable.
        """
        if not self._steps:
            return []
        named = sorted(self._waiting.keys() - self._before.keys())
        self._before |= zip(named, self._registry.git.committed("HEAD", named), strict=True) if named else ()
        keys = self.vault.keys.changes or None
        if message is not None:
            commits = self._registry.record([Step(self._waiting, message)], self._before, keys) * len(self._steps)
        else:
            steps = [
                Step(one.changes, one.message or message_of(self._registry, one.done), one.identity)
                for one in self._steps
            ]
            commits = self._registry.record(steps, self._before, keys)
        return [one.done._replace(commit=commit) for one, commit in zip(self._steps, commits, strict=True)]


def _mark(read: CaseFile, event: Event) -> None:
    """Let a retraction know its event by its mark, for a merge may move it."""
    if isinstance(event, Retract) and 1 <= event.event <= len(read.events):
        event.mark = mark_of(read.events[event.event - 1])


def message_of(registry: Registry, done: Done) -> str:
    """The commit message: what was done to which case; whose act it was and when it happened as trailers."""
    assert done.event is not None
    action = action_of(done.event)
    tail = action.subject(done.event, registry.directory.name_of)
    return commit_message(
        f"{action.name} {done.case_id}", tail, done.case_id, action.name, done.event.by, done.event.at
    )


def commit_message(start: str, tail: str, case_id: str, action: str, actor: str, at: datetime) -> str:
    """Subject line and trailers."""
    trailers = [("Wz-Case", case_id), ("Wz-Action", action), ("Wz-Actor", actor), ("Wz-At", written(at))]
    return _subject(start, tail) + _trailers(trailers)


def message_of_many(start: str, tail: str, done: Sequence[Done]) -> str:
    """The message of a commit that records several actions: each case, action, actor and time once."""
    events = [one.event for one in done if one.event is not None]
    trailers = [
        *(("Wz-Case", case) for case in dict.fromkeys(one.case_id for one in done)),
        *(("Wz-Action", action) for action in dict.fromkeys(event.action for event in events)),
        *(("Wz-Actor", actor) for actor in dict.fromkeys(event.by for event in events)),
        *(("Wz-At", at) for at in dict.fromkeys(written(event.at) for event in events)),
    ]
    return _subject(start, tail) + _trailers(trailers)


def _subject(start: str, tail: str) -> str:
    tail = " ".join(tail.split())
    if len(tail) > _SUBJECT_LENGTH:
        tail = tail[: _SUBJECT_LENGTH - 1] + "…"
    return f"{start}: {tail}\n\n"


def _trailers(trailers: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in trailers)
