"""The registry's settings: units.yaml, calendar.yaml, rules.yaml, and the national calendar behind them."""

from collections.abc import Callable, Iterable
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from wz.i18n import _, reason_of
from wz.model.directory import UNIT_ROLES, Directory
from wz.model.problem import Problem, misfit_path
from wz.model.workdays import Arrangement, Calendar
from wz.regulation.rules import Rules
from wz.store import schema
from wz.store.files import Files, Trusted
from wz.store.yamlfile import Positions, YamlFault, load, load_strictly


class OwnDay(msgspec.Struct, frozen=True):
    date: date
    reason: str
    source: str = ""


class PinnedYear(msgspec.Struct, frozen=True):
    source: str = ""
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}


class CalendarFile(msgspec.Struct, frozen=True, kw_only=True):
    """calendar.yaml."""

    format: int
    close_of_business: str | None = None
    closed: list[OwnDay] | None = None
    open: list[OwnDay] | None = None
    years: dict[str, PinnedYear] | None = None


T = TypeVar("T")
# The regulation that every registry has unless it brings its own.
PACKAGED = Trusted(Path(__file__).parents[1] / "regulation")


class Settings(NamedTuple, Generic[T]):
    """A settings file that was read, and what is wrong with it; `value` is None where it cannot be used."""

    value: T | None
    problems: list[Problem]


def read_settings(files: Files, name: str, kind: str, typed: Callable[[Any], T]) -> Settings[T]:
    """Read a settings file against its schema; every fault is a problem with its line."""
    try:
        data = files.read(name)
    except OSError as error:
        return Settings(
            None,
            [
                Problem(
                    file=name,
                    message=_("cannot read it: {reason}").format(reason=reason_of(error)),
                    cure=_("Restore the file; `wz init` makes one."),
                )
            ],
        )
    try:
        document = load(data)
    except YamlFault as fault:
        return Settings(None, [Problem(file=name, line=fault.line, message=fault.message, cure=fault.cure)])
    if not schema.accepts(kind, document):
        return Settings(None, explained(name, kind, data))
    try:
        return Settings(typed(document), [])
    except (msgspec.ValidationError, ValueError) as error:
        path = misfit_path(error)
        message = f"{schema.where(path)}: " + _("there is no such value") if path else _("there is no such value")
        line = load_strictly(data)[1].line(path)
        return Settings(None, [Problem(file=name, line=line, message=message, cure=_("Give a value that exists."))])


def explained(file: str, kind: str, data: bytes) -> list[Problem]:
    """What is wrong with a document that its schema does not accept, with lines."""
    try:
        document, positions = load_strictly(data)
    except YamlFault as fault:
        return [Problem(file=file, line=fault.line, message=fault.message, cure=fault.cure)]
    return list(_located(file, schema.faults(kind, document), positions))


def _located(file: str, faults: Iterable[schema.SchemaFault], positions: Positions) -> Iterable[Problem]:
    """Schema faults as problems with their lines."""
    for fault in faults:
        line = positions.keys.get((*fault.path, fault.key)) if fault.key is not None else positions.line(fault.path)
        place = schema.where(fault.path)
        yield Problem(
            file=file, line=line, message=f"{place}: {fault.message}" if place else fault.message, cure=fault.cure
        )


def read_directory(files: Files) -> Settings[Directory]:
    """units.yaml as a Directory, ids unique and areas known."""
    found = read_settings(files, "units.yaml", "units", lambda document: msgspec.convert(document, Directory))
    if found.value is None:
        return found
    problems = list(_directory_problems(found.value, Positions()))
    if problems:  # where each of them stands is worth a slow look
        problems = list(_directory_problems(found.value, load_strictly(files.read("units.yaml"))[1]))
    return Settings(found.value, problems)


def _directory_problems(directory: Directory, positions: Positions) -> Iterable[Problem]:
    areas = {area.id for area in directory.areas}
    seen: set[str] = {directory.office.id, directory.supervision.id, "petitioner"}
    emails: set[str] = set()
    for place, unit in enumerate(directory.units):
        line = positions.line(("units", place))
        if unit.id in seen:
            yield Problem(
                file="units.yaml",
                line=line,
                message=_("the id {id} is used twice").format(id=unit.id),
                cure=_("Give each unit an id of its own."),
            )
        seen.add(unit.id)
        if unit.area is not None and unit.area not in areas:
            yield Problem(
                file="units.yaml",
                line=line,
                message=_("area {area} is not listed").format(area=unit.area),
                cure=_("List it under `areas:`."),
            )
        for role in UNIT_ROLES:
            if unit.holder_of(role) is None:
                yield Problem(
                    file="units.yaml",
                    line=line,
                    article="5",
                    message=_("{unit} names nobody as {role}").format(unit=unit.id, role=role),
                    cure=_("Add a person with `role: {role}`.").format(role=role),
                )
    for body in directory.bodies():
        people = [person.id for person in body.people]
        for twice in sorted({one for one in people if people.count(one) > 1}):
            yield Problem(
                file="units.yaml",
                message=_("{body} has two people called {id}").format(body=body.id, id=twice),
                cure=_("Give each person of a unit an id of their own."),
            )
        for person in body.people:
            if person.email and person.email.casefold() in emails:
                yield Problem(
                    file="units.yaml",
                    message=_("the e-mail {email} is used twice").format(email=person.email),
                    cure=_("An e-mail tells who acts: give each person one."),
                )
            emails.add((person.email or "").casefold())


# What a rules.yaml written for an earlier wz does not have yet: it then reads as in the packaged regulation.
_LATER_RULES = ("roles", "recording")


def read_rules(files: Files) -> Settings[Rules]:
    """rules.yaml, or the packaged regulation where the registry has none."""

    def typed(document: Any) -> Rules:
        if missing := [key for key in _LATER_RULES if key not in document]:
            regulation = load(PACKAGED.read("longnan.yaml"))
            document = document | {key: regulation[key] for key in missing}
        return msgspec.convert(document, Rules)

    try:
        files.read("rules.yaml")
    except FileNotFoundError:
        return read_settings(PACKAGED, "longnan.yaml", "rules", typed)
    except OSError:
        pass  # it is there and cannot be read, which is a problem to be told
    return read_settings(files, "rules.yaml", "rules", typed)


def read_calendar(files: Files, unpinned: Callable[[int], Arrangement] | None = None) -> Settings[Calendar]:
    """calendar.yaml as a Calendar; `unpinned` gives the years that it does not arrange."""
    return read_settings(
        files, "calendar.yaml", "calendar", lambda document: calendar(msgspec.convert(document, CalendarFile), unpinned)
    )


def calendar(file: CalendarFile, unpinned: Callable[[int], Arrangement] | None = None) -> Calendar:
    """The calendar that a calendar.yaml describes; the years that it does not arrange are `national` unless given."""
    other = unpinned or national
    pinned = {int(number): year for number, year in (file.years or {}).items()}

    def year(number: int) -> Arrangement:
        if number in pinned:
            one = pinned[number]
            return Arrangement(one.holidays, one.workdays, published=True, source=one.source or "calendar.yaml")
        return other(number)

    return Calendar(
        year,
        {day.date: day.reason for day in file.closed or ()},
        {day.date: day.reason for day in file.open or ()},
        time.fromisoformat(file.close_of_business) if file.close_of_business else None,
    )


@cache
def national(year: int) -> Arrangement:
    """The national arrangement of a calendar year, from the `holidays` package.

    A make-up day at a year's end is ordered by the next year's notice, so the neighbours are loaded too. The package
    predicts years without a notice; those are the ones for which it lists no special days.
    """
    from importlib.metadata import version

    import holidays
    from holidays.countries.china import ChinaStaticHolidays

    days = holidays.country_holidays("CN", years=(year - 1, year, year + 1), language="zh_CN")
    return Arrangement(
        holidays={day: name for day, name in sorted(days.items()) if day.year == year},
        workdays={day: "调休上班" for day in sorted(days.weekend_workdays) if day.year == year},
        published=year in ChinaStaticHolidays.special_public_holidays,
        source=f"国务院办公厅节假日安排（holidays {version('holidays')}）",
    )


def mark_of_national() -> str:
    """A fingerprint of the `holidays` package installed, without importing it."""
    from importlib.util import find_spec

    found = find_spec("holidays")
    return str(Path(found.origin).stat().st_mtime_ns) if found is not None and found.origin is not None else ""


def law_mark(files: Files) -> str:
    """A fingerprint of everything that rules and calendar come from: the files, the `holidays` installed."""
    from hashlib import sha256

    parts = []
    for source, name in ((PACKAGED, "longnan.yaml"), (files, "rules.yaml"), (files, "calendar.yaml")):
        try:
            parts.append(source.read(name))
        except OSError:
            parts.append(b"-")
    parts.append(mark_of_national().encode())
    return sha256(b"\0".join(parts)).hexdigest()
