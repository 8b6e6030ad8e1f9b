"""What a case names must exist: units, people, areas."""

from collections.abc import Iterator
from typing import NamedTuple

from wz.actions.correct import Correct
from wz.actions.transfer import Transfer
from wz.i18n import _, listed
from wz.model.directory import Directory
from wz.model.event import Event, Facts


class Missing(NamedTuple):
    """A name that nobody bears: in which field, the message, the cure."""

    field: str
    message: str
    cure: str


def missing_in_facts(facts: Facts, directory: Directory) -> Iterator[Missing]:
    if facts.area is not None:
        yield from _missing_area("area", facts.area, directory)


def missing_in_event(event: Event, directory: Directory) -> Iterator[Missing]:
    if not directory.actor_exists(event.by):
        yield Missing(
            "by",
            _("nobody is called {actor}").format(actor=event.by),
            _("`wz units` shows who there is; add them to units.yaml."),
        )
    if isinstance(event, Transfer):
        yield from _missing_unit("to", event.to, directory)
        for unit_id in event.assist:
            yield from _missing_unit("assist", unit_id, directory)
        if event.guide is not None:
            yield from _missing_unit("guide", event.guide, directory)
    if isinstance(event, Correct) and event.field == "area" and isinstance(event.value, str):
        yield from _missing_area("value", event.value, directory)


def _missing_unit(field: str, unit_id: str, directory: Directory) -> Iterator[Missing]:
    if directory.unit(unit_id) is None:
        yield Missing(field, _("there is no unit {unit}").format(unit=unit_id), close_units(unit_id, directory))


def _missing_area(field: str, area_id: str, directory: Directory) -> Iterator[Missing]:
    if directory.area(area_id) is None:
        yield Missing(
            field,
            _("there is no area {area}").format(area=area_id),
            _("Areas are: {areas}.").format(areas=listed(f"{area.id} {area.name}" for area in directory.areas)),
        )


def close_units(text: str, directory: Directory) -> str:
    """Which units a mistyped one may have meant."""
    from difflib import get_close_matches

    names = {name: unit.id for unit in directory.units for name in (unit.id, unit.name, *unit.aliases)}
    within = [unit for name, unit in names.items() if text and text in name]
    close = within[:8] or [names[name] for name in get_close_matches(text, names, 3, 0.5)]
    if close:
        return _("Did you mean {close}?").format(close=listed(dict.fromkeys(close)))
    return _("`wz units` shows them.")
