"""Cases by what a table names them with: id, end of an id, or the number that another system gave them."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import islice, takewhile

from wz.actions.correct import Correct
from wz.actions.replay import replay
from wz.errors import Usage
from wz.i18n import _, listed
from wz.model import case_id as ids
from wz.store.registry import Registry

_SOURCE = re.compile(r"\s*([^:：]+?)\s*[:：]\s*(.+?)\s*", re.DOTALL)
_SHOWN = 8


class Finder:
    """Finds many cases: their names are listed at most once, their files read at most once, and only when needed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def find(self, text: str) -> str:
        """The full id that is meant. Raises Usage where there is none, or more than one."""
        wanted = ids.normalise(text)
        if ids.is_valid(wanted) and (self._registry.root / ids.path_of(wanted)).is_file():
            return wanted
        if source := _SOURCE.fullmatch(text):
            return self._of_source(source[1], source[2])
        if "/" in text or "\\" in text or len(wanted.replace("-", "")) >= 14:
            return self._registry.resolve(text)  # whole ids are looked up without a list of all
        return _only(self._ending_in(wanted), text)

    def _ending_in(self, wanted: str) -> list[str]:
        if not wanted.replace("-", "").isalnum():
            return []
        backwards = wanted[::-1]
        start = bisect_left(self._backwards, backwards)
        fits = takewhile(lambda one: one.startswith(backwards), islice(self._backwards, start, None))
        return sorted(one[::-1] for one in fits)

    @cached_property
    def _backwards(self) -> Sequence[str]:
        """Every id, last symbol first, in order: those with one end stand together."""
        return sorted(ids.id_of(path)[::-1] for path in self._registry.case_paths())

    def _of_source(self, system: str, number: str) -> str:
        found = self._sources.get((system, number), [])
        if not found:
            raise Usage(
                _("no case came from {system} with the number {number}").format(system=system, number=number),
                _("Systems are: {systems}.").format(systems=listed(sorted({one for one, _number in self._sources})))
                if self._sources
                else _("No case names where it came from."),
            )
        if len(found) > 1:
            raise Usage(
                _("{count} cases came from {system} with the number {number}: {ids}").format(
                    count=len(found), system=system, number=number, ids=listed(found[:_SHOWN])
                ),
                _("Name the case by its id."),
            )
        return found[0]

    @cached_property
    def _sources(self) -> dict[tuple[str, str], list[str]]:
        """Ids by where the cases came from, as corrected."""
        found: dict[tuple[str, str], list[str]] = {}
        for read in self._registry.scan():
            facts = read.facts
            if facts is not None and any(isinstance(one, Correct) and one.field == "source" for one in read.events):
                facts = replay(facts, read.events, self._registry.law).case.facts
            if facts is not None and facts.source is not None:
                found.setdefault((facts.source.system, facts.source.id), []).append(facts.id)
        return found


def _only(found: list[str], text: str) -> str:
    """The one that is meant. Raises Usage."""
    if len(found) == 1:
        return found[0]
    if not found:
        raise Usage(_("no case ends in {text}").format(text=text.strip() or '""'), _("`wz list` shows the ids."))
    raise Usage(
        _("{text} is the end of {count} ids: {ids}").format(
            text=text.strip(), count=len(found), ids=", ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")
        ),
        _("Type more of the id."),
    )
