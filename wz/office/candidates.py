"""What must be supervised, as far as the registry shows it (第二十三条)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from wz.actions import find_fault, supervise
from wz.actions.instruct import Instruct
from wz.model.case import ENDED, Case, State
from wz.model.instants import SHANGHAI
from wz.model.obligation import Judged, Kind, LevelId
from wz.model.problem import Problem
from wz.office.grouping import Group, Text, groups
from wz.office.survey import replays
from wz.regulation.charging import holder_at
from wz.regulation.judging import judge_open
from wz.regulation.law import Law
from wz.store.registry import Registry

# 集中投诉举报: who asks for information complains of nothing.
NO_COMPLAINT = frozenset({"consult"})


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A case that 第二十三条 has supervised and that is not, with its ground and since when.

    23(1): the `leader` and, where the instruction names it, the `due` day. 23(3): the `obligation` most overdue.
    23(4): `first` is `find-fault` where nobody has found yet whose fault the second bad rating was.
    """

    case: str
    title: str
    state: State
    unit: str | None
    ground: str
    since: datetime
    leader: str | None = None
    obligation: Kind | None = None
    due: date | None = None
    overdue_days: int = 0
    level: LevelId = "none"
    first: str | None = None


class Concentrated(Group, frozen=True, kw_only=True):
    """A group of like cases (第二十三条（二）): which are open, which have been supervised for it, whose they are."""

    open: list[str]
    supervised: list[str]
    units: list[str]


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """`wz supervise candidates --format json`, as `schemas/candidates.schema.json` declares it."""

    as_of: datetime
    registry: str
    since: date
    cases: list[Candidate]
    groups: list[Concentrated]
    problems: list[Problem]


class Standing(NamedTuple):
    """What a group says of a case."""

    unit: str | None
    open: bool
    supervised: bool


def candidates(registry: Registry, as_of: datetime, since: date, least: int = 3) -> Candidates:
    """Everything to be supervised; groups of at least that many cases received from `since` on, with one still open."""
    problems = list(registry.settings_problems)
    law = registry.law
    found: list[Candidate] = []
    texts: list[Text] = []
    standings: dict[str, Standing] = {}
    for replayed in replays(registry, as_of, problems):
        case = replayed.case
        found += of_case(case, law, as_of)
        received = case.facts.received.astimezone(SHANGHAI).date()
        if received >= since and case.state != "declined" and case.facts.category not in NO_COMPLAINT:
            texts.append(Text(case.facts.id, case.facts.title, case.facts.content, received))
            standings[case.facts.id] = Standing(case.lead, case.state not in ENDED, "23(2)" in case.supervised)
    return Candidates(
        as_of=as_of,
        registry=registry.root.as_posix(),
        since=since,
        cases=sorted(found, key=lambda one: (one.ground, one.since, one.case)),
        groups=[one for one in concentrated(texts, standings, least) if one.open],
        problems=problems,
    )


def concentrated(texts: list[Text], standings: dict[str, Standing], least: int) -> Iterator[Concentrated]:
    for group in groups(texts, least):
        stand = {case: standings[case] for case in group.cases}
        yield Concentrated(
            **msgspec.structs.asdict(group),
            open=[case for case, one in stand.items() if one.open],
            supervised=[case for case, one in stand.items() if one.supervised],
            units=sorted({one.unit for one in stand.values() if one.unit}),
        )


def of_case(case: Case, law: Law, as_of: datetime) -> Iterator[Candidate]:
    """The grounds on which a case is to be supervised and is not."""
    if find_fault.to_find(case, law.rules):
        yield _candidate(case, "23(4)", case.since, first="find-fault")
    if case.assignment is None or case.state not in supervise.STATES:
        return
    if case.state == "answered":
        if case.fault and case.open_obligation("supervision") is None:
            yield _candidate(case, "23(4)", case.since)
        return
    ordered = case.supervised.get("23(1)")
    if case.instructed and (ordered is None or ordered < max(case.instructed, case.assignment.start)):
        last = next(step.event for step in reversed(case.steps) if isinstance(step.event, Instruct))
        yield _candidate(case, "23(1)", case.instructed, leader=last.leader, due=last.due)
    if holder_at(case.custody, as_of) != case.lead or case.open_obligation("supervision"):
        return  # what lies with the office is not the unit's to hurry
    late = [one for one in judge_open(case, law, as_of) if as_of > one.due_at]
    if late:
        yield _overdue(case, max(late, key=lambda one: (len(one.charged), -one.due.toordinal())))


def _overdue(case: Case, judged: Judged) -> Candidate:
    return _candidate(
        case,
        "23(3)",
        judged.due_at,
        obligation=judged.obligation.kind,
        due=judged.due,
        overdue_days=len(judged.charged),
        level=judged.level,
    )


def _candidate(
    case: Case,
    ground: str,
    since: datetime,
    *,
    leader: str | None = None,
    obligation: Kind | None = None,
    due: date | None = None,
    overdue_days: int = 0,
    level: LevelId = "none",
    first: str | None = None,
) -> Candidate:
    return Candidate(
        case=case.facts.id,
        title=case.facts.title,
        state=case.state,
        unit=case.lead,
        ground=ground,
        since=since.astimezone(SHANGHAI),
        leader=leader,
        obligation=obligation,
        due=due,
        overdue_days=overdue_days,
        level=level,
        first=first,
    )
