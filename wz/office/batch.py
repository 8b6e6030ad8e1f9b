"""Many actions from a table: each decided on the registry as the rows before it leave it; all recorded, or none."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

from wz.actions.base import Action
from wz.actions.catalog import action_of
from wz.actions.replay import replay, retracted_places
from wz.errors import Refused, Unreadable, Usage, WzError
from wz.i18n import _
from wz.model.event import Event, plain
from wz.model.instants import shown, written
from wz.office.actors import actor_of, find_actor, typist
from wz.office.confidentiality import PUBLISHED, Proposal, proposed
from wz.office.confidentiality import shown as shown_find
from wz.office.deciding import compose
from wz.office.disclosing import TOUCHING
from wz.office.documents import Documents
from wz.office.finding import Finder
from wz.office.transaction import Done, Transaction, message_of_many
from wz.office.verdict import Verdict
from wz.store.casefile import CaseFile
from wz.store.registry import Registry

# A row that is done once more has the key of the first time with its number: `K#2`.
_AGAIN = "#"
# So many rows are looked at together.
_PIECE = 256
# What --redact fills.
_REDACTED = {"redactions", *(f"redacted_{name}" for name in PUBLISHED)}


class Request(NamedTuple):
    """A row: what is to be done to which case, as the event carries it; `case` and `behalf` as they were written.

    `key` is the row's own, where the table has one; `redact`: what is personal is left out of what it publishes.
    """

    line: int
    case: str
    action: Action
    fields: dict[str, Any]
    documents: Documents
    at: datetime | None
    behalf: str | None
    key: str | None
    redact: bool = False


class Wrong(NamedTuple):
    """A row that could not be read, and why."""

    line: int
    case: str
    action: str | None
    error: WzError


Result = Literal["recorded", "possible", "on-record", "wrong", "refused", "unreadable"]


class Outcome(Verdict, kw_only=True):
    """What became of a row. `possible`: it would be recorded, but for a dry run or for other rows.

    `left_out` is what an approval does not publish, find by find, with the texts as published.
    """

    line: int
    result: Result
    key: str | None = None
    left_out: Proposal | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        data = super().plain()
        del data["left_out"]
        if self.left_out is None:
            return data
        return data | {
            "left_out": list(map(shown_find, self.left_out.found)),
            "as_published": self.left_out.texts,
        }


def batch(
    registry: Registry,
    rows: Iterable[Request | Wrong],
    *,
    email: str,
    now: datetime,
    per_case: bool = False,
    again: bool = False,
    dry_run: bool = False,
) -> list[Outcome]:
    """Do what the rows ask, in their order, as whoever has that e-mail; what became of each.

    One commit for all, or with `per_case` one for each; where a row is at fault, nothing is written. A row whose key is
    on record is passed over, or done once more with `again`. Raises Refused where nobody has that e-mail, GitFailed.
    """
    typist(registry.directory, email)
    with nullcontext() if dry_run else registry.locked():
        office = _Desk(registry, email, now, again)
        outcomes = [office.take(row) for piece in _pieces(rows) for row in office.ready(piece)]
        if not dry_run and not any(one.code for one in outcomes):
            recorded = iter(office.record(per_case))
            for one in outcomes:
                if one.result == "possible":
                    one.result, one.commit = "recorded", next(recorded).commit
    return outcomes


def _pieces(rows: Iterable[Request | Wrong]) -> Iterator[list[Request | Wrong]]:
    rows = iter(rows)
    while piece := list(islice(rows, _PIECE)):
        yield piece


class _Desk:
    """Takes one row after the other."""

    def __init__(self, registry: Registry, email: str, now: datetime, again: bool) -> None:
        self._registry, self._email, self._now, self._again = registry, email, now, again
        self._finder = Finder(registry)
        self._transaction = Transaction(registry, now)
        self._faulty: dict[str, int] = {}  # the first line at fault, by case

    def ready(self, rows: Sequence[Request | Wrong]) -> Sequence[Request | Wrong]:
        """The same rows, with the keys read that deciding them will ask for."""
        wanted = [row.case for row in rows if isinstance(row, Request) and row.action.name in TOUCHING]
        self._transaction.vault.keys.expect(filter(None, map(self._found, dict.fromkeys(wanted))))
        return rows

    def _found(self, named: str) -> str | None:
        try:
            return self._finder.find(named)
        except WzError:  # of which its row will tell
            return None

    def take(self, row: Request | Wrong) -> Outcome:
        """Decide a row on the cases as they will be."""
        outcome = Outcome(
            line=row.line,
            result="possible",
            case=row.case,
            action=row.action.name if isinstance(row, Request) else row.action,
        )
        try:
            if isinstance(row, Wrong):
                outcome.case = self._case_of(row)
                raise row.error
            outcome.case = self._finder.find(row.case)
            self._do(row, outcome)
        except WzError as error:
            self._blame(outcome, error)
        return outcome

    def _case_of(self, row: Wrong) -> str:
        try:
            return self._finder.find(row.case) if row.case else row.case
        except WzError:
            return row.case

    def _do(self, row: Request, outcome: Outcome) -> None:
        read = self._transaction.case(outcome.case)
        if row.key is None and _tells_petitioner(row):
            raise Usage(
                _("a row that corrects the petitioner needs a key of its own (第十九条)"),
                _("Fill the column `key`: else it is made of what the row says, which could be found out from it."),
            )
        key, on_record = _key_of(read, row.key or content_key(self._registry, outcome.case, row))
        outcome.key = key
        if on_record is not None and not self._again:
            place, event = on_record
            _refuse_other_content(row, event, place)
            outcome.result, outcome.place, outcome.at = "on-record", place, event.at
            return
        assert read.facts is not None
        lead, fields = None, row.fields
        if row.redact:
            case = replay(read.facts, read.events, self._registry.law).case
            outcome.left_out = proposed(self._registry.directory, case, fields)
            fields = {**fields, **outcome.left_out.fields}
        if row.behalf is None and row.action.who == "unit":
            lead = replay(read.facts, read.events, self._registry.law).case.lead
        done = self._transaction.act(
            outcome.case,
            row.action,
            {**fields, "key": key},
            by=actor_of(row.action, self._registry.directory, self._email, row.behalf, lead),
            at=row.at or self._now,
            documents=row.documents,
        )
        outcome.place, outcome.state, outcome.notes = done.place, done.case.state, done.notes
        outcome.at = done.event.at if done.event else None

    def _blame(self, outcome: Outcome, error: WzError) -> None:
        outcome.result = (
            "refused" if isinstance(error, Refused) else "unreadable" if isinstance(error, Unreadable) else "wrong"
        )
        outcome.blame(error)
        before = self._faulty.setdefault(outcome.case, outcome.line)
        if before != outcome.line and outcome.case:
            outcome.message += " " + _("(line {line}, of the same case, is at fault too)").format(line=before)

    def record(self, per_case: bool) -> list[Done]:
        """Commit what was decided."""
        done = self._transaction.done
        return self._transaction.commit(None if per_case or len(done) < 2 else _message(self._registry, done))


def _message(registry: Registry, done: Sequence[Done]) -> str:
    events = [one.event for one in done if one.event is not None]
    actions = list(dict.fromkeys(event.action for event in events))
    count = len({one.case_id for one in done})
    if len(actions) == 1:
        tails = dict.fromkeys(action_of(event).subject(event, registry.directory.name_of) for event in events)
        return message_of_many(f"{actions[0]} {count} cases", "、".join(tails), done)
    counted = (f"{action} {sum(event.action == action for event in events)}" for action in actions)
    return message_of_many(f"batch {count} cases", "、".join(counted), done)


# -- keys


def content_key(registry: Registry, case_id: str, row: Request) -> str:
    """The key of a row that has none of its own: what the row says, whoever runs it and whenever.

    It is made of case, action, fields, documents, and of time and actor where the row gives them.
    """
    files = {
        name: [[one.name, one.file.sha256] for one in (value if isinstance(value, list) else [value])]
        for name, value in row.documents.items()
    }
    behalf = find_actor(registry.directory, row.behalf) if row.behalf and row.action.who != "petitioner" else None
    said = [case_id, row.action.name, row.fields, files, written(row.at) if row.at else None, behalf]
    said += ["redact"] if row.redact else []
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return (
        "r" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:15]
    )  # a letter first: no reader takes it for a number


def _key_of(read: CaseFile, key: str) -> tuple[str, tuple[int, Event] | None]:
    """The key under which the row is to be recorded, and its event on record that counts, with its place."""
    times = [
        (place, event)
        for place, event in enumerate(read.events, 1)
        if event.key is not None and (event.key == key or _is_again(event.key, key))
    ]
    if not times:
        return key, None
    retracted = retracted_places(enumerate(read.events, 1))
    on_record = next((one for one in reversed(times) if one[0] not in retracted), None)
    return f"{key}{_AGAIN}{len({event.key for _place, event in times}) + 1}", on_record


def _tells_petitioner(row: Request) -> bool:
    """Whether the row says what will be sealed."""
    return row.action.name == "correct" and row.fields.get("field") == "petitioner"


def _is_again(recorded: str, key: str) -> bool:
    first, mark, number = recorded.rpartition(_AGAIN)
    return bool(mark) and first == key and number.isdecimal()


def _refuse_other_content(row: Request, event: Event, place: int) -> None:
    """A row with a key of its own must say what the event on record says, as far as it is not sealed. Raises Usage."""
    if row.key is None:
        return
    would_be = compose(row.action, row.fields, event.by, row.at or event.at)
    files = {*row.documents, "attachments", "key"} | ({"value"} if _tells_petitioner(row) else set())
    files |= _REDACTED if row.redact else set()
    ours, theirs = (
        {name: value for name, value in plain(one).items() if name not in files} for one in (would_be, event)
    )
    if ours != theirs:
        raise Usage(
            _("the key {key} is on record for something else: event {place}, {action}, {at}").format(
                key=row.key, place=place, action=event.action, at=shown(event.at)
            ),
            _("Give the row a key of its own; or restore what it said."),
        )
