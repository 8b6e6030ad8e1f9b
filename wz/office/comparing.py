"""What became worse: obligations compared with how they stood at an earlier day, or at a commit."""

from datetime import datetime
from typing import NamedTuple, Protocol

from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.model.instants import SHANGHAI, shown
from wz.model.obligation import LEVEL_ORDER, Judged, Kind, LevelId
from wz.office.survey import Survey, survey
from wz.store.registry import Registry


class Key(NamedTuple):
    """What makes an obligation the same one at two moments."""

    case: str
    assignment: int
    kind: Kind
    unit: str
    start: datetime


class Due(Protocol):
    """Whatever has a due day."""

    @property
    def due_at(self) -> datetime: ...


class Then(NamedTuple):
    """How an obligation stood."""

    level: LevelId
    overdue: bool


class Before(NamedTuple):
    """How the obligations stood at an earlier moment; `commit` where it was one that was named."""

    as_of: datetime
    commit: str | None
    stood: dict[Key, Then]

    def worse(self, case: str, judged: Judged, as_of: datetime) -> bool:
        """Whether its level has risen since, or it has become overdue."""
        then = self.stood.get(_key(case, judged), Then("none", False))
        risen = LEVEL_ORDER.index(judged.level) > LEVEL_ORDER.index(then.level)
        return risen or (is_overdue(judged, as_of) and not then.overdue)

    def level(self, case: str, judged: Judged) -> LevelId | None:
        """Its level then; None where it was not owed yet."""
        then = self.stood.get(_key(case, judged))
        return then.level if then else None


def is_overdue(owed: Due, as_of: datetime) -> bool:
    """Whether its last moment has passed."""
    return as_of > owed.due_at


def before_day(registry: Registry, moment: datetime, found: Survey) -> Before:
    """How it stood at that moment, by what had happened by then. Raises Usage where that is not in the past."""
    if moment >= found.as_of:
        raise Usage(
            _("{moment} is not before {as_of}, as of which is judged").format(
                moment=shown(moment), as_of=shown(found.as_of)
            ),
            _("Name an earlier day, such as yesterday, or a commit."),
        )
    return Before(moment, None, _stood(survey(registry, moment, ended=False)))


def before_commit(registry: Registry, revision: str, found: Survey) -> Before:
    """How it stood when that commit was made, by what had been recorded: files and settings are those of the commit.

    Raises Usage where there is no such commit, GitFailed where the clone does not reach back to it, Unreadable where
    its settings are faulty.
    """
    try:
        recorded = registry.at(revision)
    except Usage:
        raise Usage(
            _("{revision} is neither a day nor a commit of this registry").format(revision=revision or "''"),
            _("Write 2026-11-20, yesterday, or a commit, tag or branch that `git log` knows."),
        ) from None
    commit = str(recorded.revision)
    moment = min(registry.git.committed_at(commit).astimezone(SHANGHAI), found.as_of)
    try:
        return Before(moment, commit, _stood(survey(recorded, moment, ended=False)))
    except Unreadable as error:
        raise Unreadable(
            _("the settings as of commit {commit} cannot be read: {message}").format(
                commit=commit[:9], message=error.message
            ),
            _("Name a commit at which they were good."),
        ) from None


def _stood(then: Survey) -> dict[Key, Then]:
    return {
        _key(standing.id, judged): Then(judged.level, is_overdue(judged, then.as_of))
        for standing in then.standings
        for judged in standing.judged
    }


def _key(case: str, judged: Judged) -> Key:
    owed = judged.obligation
    return Key(case, owed.assignment, owed.kind, owed.unit, owed.start)
