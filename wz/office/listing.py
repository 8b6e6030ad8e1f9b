"""The cases that fit a query, and how many there are of each kind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from wz.model.case_id import path_of
from wz.model.problem import Problem
from wz.office.columns import Group
from wz.office.query import Query
from wz.office.survey import Standing, readings, standing, standings
from wz.store.registry import Registry


def fitting(
    registry: Registry, query: Query, as_of: datetime, problems: list[Problem], *, ended: bool = True
) -> Iterator[Standing]:
    """The cases that fit, one at a time, oldest first; what cannot be read is added to `problems`.

    Without `ended`, those that have ended need not be given.
    """
    problems += registry.settings_problems
    paths = paths_of(registry, query)
    if paths is None:
        yield from filter(query.fits, standings(registry, as_of, problems, ended=ended and not query.open_only))
        return
    for _read, replayed in readings(registry, as_of, problems, paths):
        found = standing(replayed.case, registry.law, as_of)
        if query.fits(found):
            yield found


def paths_of(registry: Registry, query: Query) -> list[str] | None:
    """The files that need to be read for a query; None for all of them."""
    if query.ids is None:
        return None
    return [path for path in sorted(map(path_of, query.ids)) if _is_there(registry, path)]


def _is_there(registry: Registry, path: str) -> bool:
    try:
        registry.files.read(path)
    except FileNotFoundError:
        return False
    except OSError:  # it is there, and what is wrong with it is told when it is read
        return True
    return True


def counted(cases: Iterable[Standing], by: Sequence[Group]) -> list[tuple[tuple[Any, ...], int]]:
    """How many cases fall into each group, most first. A case with several values of a column counts for each."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for case in cases:
        places: list[tuple[Any, ...]] = [()]
        for group in by:
            places = [(*place, value) for place in places for value in group.values(case)]
        counts.update(places)
    return sorted(counts.items(), key=lambda pair: (-pair[1], [str(value or "") for value in pair[0]]))
