"""What was in force at a commit: people, calendar, rules and keys, as its first parent had them."""

from functools import cached_property
from typing import Any, NamedTuple

from wz.i18n import _
from wz.model.directory import Directory
from wz.model.problem import Problem
from wz.office import permissions
from wz.regulation.law import Law
from wz.store import settings
from wz.store.past import Change, Commit, Past

FILES = ("units.yaml", "calendar.yaml", "rules.yaml", "allowed_signers")
_OTHERS = (".gitattributes", "schemas/")
_OF: dict[str, Any] = {
    "units.yaml": settings.read_directory,
    "calendar.yaml": settings.read_calendar,
    "rules.yaml": settings.read_rules,
}
_NEEDED = ("units.yaml", "calendar.yaml")


class Names(NamedTuple):
    """The contents of the settings files, by name; None where there is none."""

    units: str | None
    calendar: str | None
    rules: str | None
    signers: str | None


class InForce:
    """Settings that can be read, with what is asked of them again and again."""

    def __init__(self, names: Names, directory: Directory, law: Law) -> None:
        self.names = names
        self.directory = directory
        self.law = law
        self._refusals: dict[tuple[str, str, str], Any] = {}

    @cached_property
    def _people(self) -> dict[str, str]:
        return {
            person.email.casefold(): f"{body.id}/{person.id}"
            for body in reversed(self.directory.bodies())
            for person in reversed(body.people)
            if person.email
        }

    def who(self, email: str) -> str | None:
        """`body/person` whose e-mail this is."""
        return self._people.get(email.casefold())

    def refuse(self, who: str, action: str, by: str) -> Any:
        """Why that person may not record that act of `by`; see `permissions.refuse`."""
        asked = (who, action, by)
        if asked not in self._refusals:
            self._refusals[asked] = permissions.refuse(self.law.rules, self.directory, who, action, by)
        return self._refusals[asked]


def is_settings(path: str) -> bool:
    """Whether changing that file asks for the permission `settings`."""
    return path in FILES or path.startswith(_OTHERS)


class Settings:
    """The settings of every commit met, each version read once."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._typed: dict[tuple[str, str | None], settings.Settings[Any]] = {}
        self._in_force: dict[Names, InForce | None] = {}

    def at(self, commit: str) -> Names:
        """The settings in force after a commit: each file as it last could be read, as `after` keeps it."""
        names = zip(FILES, self._past.names_at(commit, FILES), strict=True)
        return Names(*(self._last_readable(commit, path, content) for path, content in names))

    def _last_readable(self, commit: str, path: str, content: str | None) -> str | None:
        if self._readable(path, content) or (content is None and path not in _NEEDED):
            return content
        return next((name for name in self._past.versions(commit, path) if self._readable(path, name)), None)

    def after(self, before: Names, changes: tuple[Change, ...]) -> tuple[Names, list[Problem]]:
        """The settings once these changes are made. A file that cannot be read changes nothing, and is told."""
        names, problems = list(before), []
        for change in changes:
            if change.path not in FILES:
                continue
            if change.new is None and change.path in _NEEDED:
                problems.append(Problem(file=change.path, message=_("it was removed"), cure=_("Restore the file.")))
            elif change.new is None or self._readable(change.path, change.new):
                names[FILES.index(change.path)] = change.new
            else:
                problems += self._read(change.path, change.new).problems
        return Names(*names), problems

    def in_force(self, names: Names) -> InForce | None:
        """None where there are no people or no calendar."""
        if names not in self._in_force:
            self._in_force[names] = self._made(names)
        return self._in_force[names]

    def _made(self, names: Names) -> InForce | None:
        if names.units is None or names.calendar is None:
            return None
        directory = self._read("units.yaml", names.units).value
        calendar = self._read("calendar.yaml", names.calendar).value
        rules = self._read("rules.yaml", names.rules).value
        return InForce(names, directory, Law(rules, calendar)) if directory and calendar and rules else None

    def _readable(self, path: str, content: str | None) -> bool:
        return content is not None and self._read(path, content).value is not None

    def _read(self, path: str, content: str | None) -> settings.Settings[Any]:
        """A version of a settings file; without rules.yaml, the packaged regulation."""
        if (path, content) not in self._typed:
            data = self._past.contents.get(content) if content else None
            self._typed[path, content] = _OF[path](_File(data)) if path in _OF else settings.Settings(data, [])
        return self._typed[path, content]


def author_of(commit: Commit, *in_force: InForce) -> str | None:
    """Who made the commit, by e-mail, in the first of these settings that knows."""
    return next((who for one in in_force if (who := one.who(commit.author))), None)


class _File(NamedTuple):
    """A registry's folder that holds one settings file, of that content; None: it does not hold it."""

    content: bytes | None

    def read(self, name: str) -> bytes:
        if self.content is None:
            raise FileNotFoundError(name)
        return self.content
