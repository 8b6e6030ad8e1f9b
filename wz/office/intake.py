"""Cases and history out of another system's table: every row accounted for, and all of it in one commit."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from wz.actions.replay import replay
from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.case import OPEN
from wz.model.event import Facts, Source
from wz.model.instants import written
from wz.office.headings import SEALED, Columns, Profile
from wz.office.incoming import Draft, Reader, Unusable
from wz.office.likeness import Likenesses
from wz.office.permissions import permit
from wz.office.vault import Vault
from wz.store import casefile, schema
from wz.store.registry import Registry
from wz.store.sheets import Sheet

Tick = Callable[[int], object]


class Recorded(NamedTuple):
    """A row that becomes a case."""

    line: int
    case: str
    source: Source
    state: Literal["registered", "answered", "closed"]


class Known(NamedTuple):
    """A row that is on record already: as a case of the registry, or as an earlier row of the file (`same_as` a line).

    `answered_since`: the case is open here and has an answer there.
    """

    line: int
    source: Source
    case: str | None
    same_as: int | None
    answered_since: bool


class Rejected(NamedTuple):
    """A row that cannot be used."""

    line: int
    reason: str


class Alike(NamedTuple):
    """A row that says the same as an open case, or as an open row before it (`of` is a case, or `:LINE`)."""

    line: int
    of: str
    likeness: float


class Intake(msgspec.Struct, kw_only=True):
    """What an import does, row by row; `commit` is None until it stands."""

    sheet: Sheet
    columns: Columns
    profile: Profile
    drafts: list[Draft]
    recorded: list[Recorded]
    known: list[Known]
    rejected: list[Rejected]
    alike: list[Alike]
    notes: list[tuple[str, int]]
    at: datetime
    head: str | None
    commit: str | None = None


class _OnRecord(NamedTuple):
    case: str
    open: bool


def plan(
    registry: Registry,
    sheet: Sheet,
    columns: Columns,
    profile: Profile,
    *,
    by: str,
    now: datetime,
    tick: Tick,
    seal_found: bool = False,
) -> Intake:
    """What the import will do; `tick` is told of each row. Nothing is written.

    With `seal_found`, numbers in titles and contents go along with the petitioner.

    Raises Refused where who is typing may not import, Unreadable where a case file cannot be read: it may
    be one of those that come again, Usage or Unreadable where petitioners are there and cannot be sealed.
    """
    permit(registry, "import", by)
    if seal_found or any(field in columns.fields for field in SEALED):
        Vault(registry).refuse_unready()
    likenesses = Likenesses()
    on_record = _on_record(registry, likenesses)
    found = Intake(
        sheet=sheet, columns=columns, profile=profile, drafts=[], recorded=[], known=[], rejected=[], alike=[],
        notes=[], at=now, head=registry.git.head()[1],
    )  # fmt: skip
    reader = Reader(registry, msgspec.structs.replace(profile, columns=columns.fields), by, now, seal_found)
    seen: dict[tuple[str, str], int] = {}
    taken: set[str] = set()
    for row in sheet.rows:
        tick(1)
        try:
            draft = reader.read(row)
        except Unusable as unusable:
            found.rejected.append(Rejected(row.line, unusable.message))
            continue
        source = Source(*draft.source)
        if (there := on_record.get(draft.source)) or draft.source in seen:
            since = bool(there and there.open and draft.event)
            case = there.case if there else None
            found.known.append(Known(row.line, source, case, seen.get(draft.source), since))
            continue
        seen[draft.source] = row.line
        draft.facts["id"] = _free_id(registry, draft.received, taken)
        if reason := _misfit(draft):
            found.rejected.append(Rejected(row.line, reason))
            continue
        if like := likenesses.find(draft.facts["content"]):
            found.alike.append(Alike(row.line, like.name, like.likeness))
        if draft.event is None:
            likenesses.add(f":{row.line}", draft.facts["content"])
        found.drafts.append(draft)
        found.recorded.append(Recorded(row.line, draft.facts["id"], source, _state(draft)))
    found.notes = sorted(reader.notes.items(), key=lambda one: -one[1])
    return found


def record(registry: Registry, found: Intake, *, by: str, tick: Tick) -> Intake:
    """Write what was planned, in one commit; `tick` is told of each case.

    Raises Usage where some of it has been recorded meanwhile, GitFailed, Unreadable; then nothing has been written.
    """
    if not found.drafts:
        return found
    with registry.locked():
        if registry.git.head()[1] != found.head and (again := _meanwhile(registry, found.drafts)):
            raise Usage(
                _("{count} of these rows have been recorded meanwhile").format(count=again), _("Repeat the command.")
            )
        vault = Vault(registry)
        texts = _Texts(found.drafts, vault, tick)
        sealed = any(draft.petitioner for draft in found.drafts)
        keys = vault.keys.changes if sealed else None  # they come to be as the texts are made
        found.commit = registry.commit(texts, dict.fromkeys(texts), _message(found, by), keys)
    return found


def _message(found: Intake, by: str) -> str:
    """The commit message: each case, whose act it was and when as trailers."""
    name = " ".join(found.sheet.name.split())
    trailers = [("Wz-Case", one.case) for one in found.recorded]
    trailers += [("Wz-Action", "import"), ("Wz-Actor", by), ("Wz-At", written(found.at))]
    return f"import {name}: {len(found.recorded)}件\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers)


def _meanwhile(registry: Registry, drafts: list[Draft]) -> int:
    on_record = _on_record(registry, Likenesses())
    return sum(draft.source in on_record for draft in drafts)


class _Texts(Mapping[str, bytes]):
    """The case files by path, each sealed and written when it is asked for: all at once would fill the memory."""

    def __init__(self, drafts: Iterable[Draft], vault: Vault, tick: Tick) -> None:
        self._vault = vault
        self._drafts = {ids.path_of(draft.facts["id"]): draft for draft in drafts}
        self._tick = tick

    def __getitem__(self, path: str) -> bytes:
        draft = self._drafts[path]
        self._tick(1)
        facts = draft.facts
        if draft.petitioner:
            facts = sealed_in(facts, self._vault.seal(facts["id"], draft.petitioner))
        return casefile.text_of(facts, [draft.event] if draft.event else [])

    def __iter__(self) -> Iterator[str]:
        return iter(self._drafts)

    def __len__(self) -> int:
        return len(self._drafts)


def sealed_in(facts: Mapping[str, Any], sealed: str) -> dict[str, Any]:
    """The facts with the sealed petitioner in its place."""
    order = Facts.__struct_fields__
    return dict(sorted([*facts.items(), ("petitioner", sealed)], key=lambda one: order.index(one[0])))


def _state(draft: Draft) -> Literal["registered", "answered", "closed"]:
    if draft.event is None:
        return "registered"
    return "closed" if draft.event.get("closed") or "rating" in draft.event else "answered"


def _misfit(draft: Draft) -> str | None:
    """Why the case file would not be good, by the schema; None where it is."""
    document = {**draft.facts, "events": [draft.event] if draft.event else []}
    if schema.accepts("case", document):
        return None
    return "; ".join(f"{schema.where(fault.path)}: {fault.message}" for fault in schema.faults("case", document))


def _on_record(registry: Registry, likenesses: Likenesses) -> dict[tuple[str, str], _OnRecord]:
    """The cases that came from elsewhere, by system and number there; what open ones say goes to `likenesses`."""
    there: dict[tuple[str, str], _OnRecord] = {}
    law = registry.law
    for read in registry.scan():
        if read.facts is None:
            problem = read.problems[0]
            raise Unreadable(
                f"{problem.file}:{problem.line or 1}: {problem.message} {problem.cure}".rstrip(),
                _("Mend it first: it may be a case that comes again. `wz validate` lists every fault."),
            )
        case = replay(read.facts, read.events, law).case
        is_open = case.state in OPEN and not case.imported
        if is_open:
            likenesses.add(case.facts.id, case.facts.content)
        for source in (read.facts.source, case.facts.source):
            if source is not None:
                there[source.system, source.id] = _OnRecord(case.facts.id, is_open)
    return there


def _free_id(registry: Registry, received: datetime, taken: set[str]) -> str:
    day = received.date()
    while True:
        new = ids.new_id(day)
        if new not in taken and not os.path.lexists(f"{registry.root}/{ids.path_of(new)}"):
            taken.add(new)
            return new
