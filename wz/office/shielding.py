"""What a unit may be given: its own cases, and nothing of a petitioner who complains of it — 第十九条."""

from collections.abc import Iterator

from wz.model.case import Case
from wz.model.directory import Directory, Unit
from wz.model.event import Facts

_SHORTEST = 2  # characters of a name that are sought inside what a petition says of whom it complains


def is_own(case: Case, unit: Unit) -> bool:
    """Whether the unit leads, assists or guides the case now, so that it has to deal with it (第九条, 第十二条)."""
    now = case.assignment
    return now is not None and unit.id in (now.unit, now.guide, *now.assist)


def complained_of(facts: Facts, unit: Unit, directory: Directory) -> bool:
    """Whether the petition complains of the unit or one of its people, under any of their names.

    A name inside a longer one counts (`城管局执法队`, `城管局李某`), and so does a part of a unit's full name: to
    withhold too much harms less than to disclose.
    """
    names = set(_names(unit))
    for one in facts.about:
        named = directory.find_unit(one)
        if named is not None:
            if named.id == unit.id:
                return True
        elif any(name in one or (len(one) >= _SHORTEST and one in name) for name in names):
            return True
    return False


def _names(unit: Unit) -> Iterator[str]:
    yield from (unit.id, unit.name, *unit.aliases)
    for person in unit.people:
        if len(person.name) >= _SHORTEST:
            yield person.name
