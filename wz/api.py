"""What the commands do, for Python programs: `from wz import Registry`; see docs/api.md."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from wz.actions.catalog import ACTIONS
from wz.actions.replay import replay
from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.model.case import Case
from wz.model.case_id import path_of
from wz.model.directory import Directory
from wz.model.instants import SHANGHAI, end_of_day, written
from wz.model.problem import Problem
from wz.model.workdays import Calendar
from wz.office.act import Document, Done
from wz.office.checking import Check, Owed
from wz.office.survey import Standing
from wz.regulation.rules import Rules
from wz.store import registry as store
from wz.store.place import find_root

Moment = datetime | date | None
Documents = Mapping[str, Document | list[Document]]


def _clock() -> datetime:
    """The present instant, in whole seconds: this is an entry point, as the command line is."""
    return datetime.now(SHANGHAI).replace(microsecond=0)


class Registry:
    """A registry, opened.

    Every figure is as of an instant: `as_of` is a datetime (without an offset, Asia/Shanghai), a date (its end is
    meant), or None for now. What reads raises Unreadable where a file of the registry cannot be read, unless `problems`
    is given: a list that takes what is wrong, so that it hides no other case. Other failures are WzErrors too, each
    with a message and a cure.
    """

    def __init__(self, folder: str | Path = ".", clock: Callable[[], datetime] = _clock) -> None:
        """Open the registry in that folder or the nearest one above it. Raises Unreadable where there is none."""
        self._clock = clock
        self._store = store.Registry(find_root(Path(folder).absolute()))
        self._store.git.mend()

    @property
    def root(self) -> Path:
        return self._store.root

    @property
    def directory(self) -> Directory:
        """The city, its units and their people (units.yaml)."""
        return self._store.directory

    @property
    def rules(self) -> Rules:
        """The regulation's numbers, each with its article."""
        return self._store.rules

    @property
    def calendar(self) -> Calendar:
        """The working days."""
        return self._store.calendar

    # -- reading

    def cases(self, query: str = "", as_of: Moment = None, problems: list[Problem] | None = None) -> Iterator[Standing]:
        """The cases that fit a query (docs/query.md), ended ones too, oldest first, one at a time."""
        from wz.office.listing import fitting
        from wz.office.query import parse

        moment = self._moment(as_of)
        asked = parse([query], self._store.law, self.directory, moment.date())
        found: list[Problem] = []
        yield from fitting(self._store, asked, moment, found)
        _settle(found, problems)

    def check(
        self, query: str = "", as_of: Moment = None, unit: str | None = None, problems: list[Problem] | None = None
    ) -> Check:
        """What `wz check --format json` gives: who owes what, worst first; what waits for the office; totals."""
        from wz.office.checking import check
        from wz.office.listing import fitting
        from wz.office.query import parse
        from wz.office.survey import Survey

        moment = self._moment(as_of)
        found: list[Problem] = []
        asked = parse([query], self._store.law, self.directory, moment.date())
        standings = list(fitting(self._store, asked, moment, found, ended=False))
        seen = Survey(as_of=moment, standings=standings, problems=found)
        report = check(seen, self.root.as_posix(), self.rules, self.directory, unit=unit)
        _settle(found, problems)
        return report

    def overdue(self, query: str = "", as_of: Moment = None, problems: list[Problem] | None = None) -> list[Owed]:
        """The open obligations that are late, worst first."""
        report = self.check(query, as_of, problems=problems)
        return [owed for owed in report.obligations if owed.due_at < report.as_of]

    def case(self, case: str, as_of: Moment = None) -> Case:
        """A case, by its id or an end of it: facts as corrected, state, what is owed, who held it when, events."""
        read = self._store.read(path_of(self._store.resolve(case)))
        if read.facts is None:
            _settle(read.problems, None)
        assert read.facts is not None
        return replay(read.facts, read.events, self._store.law, self._moment(as_of)).case

    def validate(self) -> list[Problem]:
        """Every fault of every file."""
        from wz.office.validating import validate

        return validate(self._store, self._clock()).problems

    def sql(self, statement: str, as_of: Moment = None, problems: list[Problem] | None = None) -> list[dict[str, Any]]:
        """The rows of a SELECT (docs/sql.md)."""
        from contextlib import closing

        from wz.office import tables

        found: list[Problem] = []
        with closing(tables.database(self._store.law)) as database:
            tables.fill(database, self._store, self._moment(as_of), database.needed(statement), found)
            answer = database.ask(statement)
            rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        _settle(found, problems)
        return rows

    def export(
        self,
        out: IO[bytes],
        form: str = "jsonl",
        query: str = "",
        as_of: Moment = None,
        unit: str | None = None,
        columns: Sequence[str] | None = None,
        problems: list[Problem] | None = None,
    ) -> int:
        """Write cases to an open binary file as `wz export` does; `unit` is for whose eyes. Returns how many."""
        from wz.office import exporting
        from wz.office.query import parse
        from wz.office.records import COLUMNS

        moment = self._moment(as_of)
        asked = parse([query], self._store.law, self.directory, moment.date())
        reader = self._unit(unit) if unit is not None else None
        found: list[Problem] = []
        names = list(columns if columns is not None else COLUMNS)
        job = exporting.Export(self._store, asked, moment, reader, names, names)
        done = exporting.write(form, out, job, found)
        _settle(found, problems)
        return done.cases

    # -- acting

    def act(
        self,
        case: str,
        action: str,
        *,
        by: str | None = None,
        at: datetime | None = None,
        documents: Documents | None = None,
        dry_run: bool = False,
        **fields: Any,
    ) -> Done:
        """Do one action (`transfer`, `return-request`, …) to a case, in one commit; with `dry_run`, only see whether.

        `fields` are the event's, as docs/case-format.md has them; days and instants may be Python's. `by` is whose act
        it is, else that of whoever git's e-mail names; `at` is when it happened, else now. Raises Refused where the
        regulation does not allow it, Usage where a field does not fit, GitFailed; then nothing has been written.
        """
        from wz.office.act import act
        from wz.office.actors import actor_of

        if action not in ACTIONS:
            raise Usage(
                _("there is no action {action}").format(action=action),
                _("Actions are: {actions}.").format(actions=", ".join(ACTIONS)),
            )
        chosen, case_id, now = ACTIONS[action], self._store.resolve(case), self._clock()
        actor = actor_of(chosen, self.directory, self._store.git.identity.email, by, self.case(case_id).lead)
        return act(
            self._store,
            case_id,
            chosen,
            _plain(fields),
            by=actor,
            at=_local(at) if at else now,
            now=now,
            documents=documents,
            dry_run=dry_run,
        )

    def new(
        self,
        *,
        received: datetime | None = None,
        by: str | None = None,
        petitioner: Mapping[str, str] | None = None,
        documents: list[Document] | None = None,
        dry_run: bool = False,
        **facts: Any,
    ) -> Done:
        """Register a case; `facts` as docs/case-format.md has them, without format, id and received.

        `petitioner` (name, phone, id_number, address, hours) is sealed before anything is written.
        """
        from wz.model.petitioner import entered
        from wz.office.actors import find_actor, typist
        from wz.office.register import register

        now = self._clock()
        actor = find_actor(self.directory, by) if by else typist(self.directory, self._store.git.identity.email)
        came = _local(received) if received else now
        return register(
            self._store,
            _plain(facts),
            by=actor,
            received=came,
            now=now,
            petitioner=entered(dict(petitioner or {})),
            documents=documents,
            dry_run=dry_run,
        )

    def petitioner(self, case: str) -> dict[str, Any]:
        """Whom to call, opened with a key held here. Raises Refused where none opens it or it was forgotten, Usage."""
        from wz.office.readers import look

        opened = look(self._store, self._store.read(path_of(self._store.resolve(case))), who=False).petitioner
        assert opened is not None
        return opened

    def _moment(self, as_of: Moment) -> datetime:
        if as_of is None:
            return self._clock()
        return _local(as_of) if isinstance(as_of, datetime) else end_of_day(as_of)

    def _unit(self, text: str) -> Any:
        from wz.office.references import close_units

        unit = self.directory.find_unit(text)
        if unit is None:
            raise Usage(_("there is no unit {unit}").format(unit=text), close_units(text, self.directory))
        return unit


def _local(moment: datetime) -> datetime:
    """An instant in Asia/Shanghai, in whole seconds as the registry has them; that is its offset where it has none."""
    moment = moment.replace(microsecond=0)
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def _plain(value: Any) -> Any:
    """A value as a case file carries it."""
    if isinstance(value, datetime):
        return written(_local(value))
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return msgspec.to_builtins(value)


def _settle(found: list[Problem], problems: list[Problem] | None) -> None:
    """Hand over what could not be read to whoever takes it, or raise it."""
    if problems is not None:
        problems += found
    elif found:
        raise Unreadable(
            "\n".join(f"{one.file}:{one.line or 1}: {one.message}" for one in found),
            _("Give a list as `problems` to go on without these; `wz validate` shows them all."),
        )
