"""What became worse: obligations compared with how they stood at an earlier day, or at a commit."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from wz.errors import Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.instants import shown
from wz.model.obligation import LEVEL_ORDER, Judged, Kind, LevelId
from wz.office.survey import Survey, survey
from wz.store.registry import Registry
from wz.store.snapshot import Snapshot


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
    """How the obligations that are late now stood at an earlier moment; `commit` where it was one that was named."""

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
    return Before(moment, None, _stood(survey(registry, moment, _late(found))))


def before_commit(registry: Registry, rev: str, found: Survey) -> Before:
    """How it stood when that commit was made, by what had been recorded: files and settings are those of the commit.

    Raises as Snapshot does.
    """
    recorded = Snapshot(registry, rev)
    moment = min(recorded.recorded_at, found.as_of)
    return Before(moment, recorded.commit_id, _stood(survey(recorded, moment, _late(found))))


def _late(found: Survey) -> Iterable[str]:
    """The files of the cases in which something can have become worse: only they need be looked at again."""
    return [
        ids.path_of(standing.id)
        for standing in found.standings
        if any(one.level != "none" or is_overdue(one, found.as_of) for one in standing.judged)
    ]


def _stood(then: Survey) -> dict[Key, Then]:
    return {
        _key(standing.id, judged): Then(judged.level, is_overdue(judged, then.as_of))
        for standing in then.standings
        for judged in standing.judged
    }


def _key(case: str, judged: Judged) -> Key:
    owed = judged.obligation
    return Key(case, owed.assignment, owed.kind, owed.unit, owed.start)
