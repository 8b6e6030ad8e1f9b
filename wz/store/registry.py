"""The registry as one thing: settings, case files by id, and what is written to them."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path, PurePath
from typing import TypeVar

from wz.errors import Unreadable, Usage
from wz.i18n import _, reason_of
from wz.model import case_id
from wz.model.directory import Directory
from wz.model.problem import Problem
from wz.model.workdays import Calendar
from wz.regulation.law import Law
from wz.regulation.rules import Rules
from wz.store import casefile, settings
from wz.store.commits import Committer, Step

MARK = "units.yaml"
T = TypeVar("T")


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds a registry. Raises Unreadable where there is none."""
    for folder in (start, *start.parents):
        if (folder / MARK).is_file() and (folder / "calendar.yaml").is_file():
            return folder
    raise Unreadable(
        _("no registry in {folder} or above it").format(folder=start),
        _("Change to its folder, use --registry DIR or WZ_REGISTRY, or make one with `wz init DIR`."),
    )


class Registry:
    """A folder with units.yaml, calendar.yaml and cases/; everything is read when first needed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git = Committer(root)

    # -- settings

    @cached_property
    def _units(self) -> settings.Settings[Directory]:
        return settings.read_directory(self.root)

    @cached_property
    def _calendar(self) -> settings.Settings[Calendar]:
        return settings.read_calendar(self.root)

    @cached_property
    def _rules(self) -> settings.Settings[Rules]:
        return settings.read_rules(self.root)

    @property
    def settings_problems(self) -> list[Problem]:
        return [*self._units.problems, *self._calendar.problems, *self._rules.problems]

    @property
    def directory(self) -> Directory:
        return self._usable(self._units)

    @property
    def calendar(self) -> Calendar:
        return self._usable(self._calendar)

    @property
    def rules(self) -> Rules:
        return self._usable(self._rules)

    @property
    def law(self) -> Law:
        return Law(self.rules, self.calendar)

    def _usable(self, found: settings.Settings[T]) -> T:
        if found.value is None:
            raise Unreadable(
                "\n".join(
                    f"{problem.file}:{problem.line or 1}: {problem.message} {problem.cure}".rstrip()
                    for problem in found.problems
                ),
                _("Mend the file; `wz validate` lists every fault."),
            )
        return found.value

    # -- cases

    def paths(self) -> Iterator[str]:
        """The path of every case file, oldest day first, named from the registry with forward slashes."""
        for year in _folders(self.root / "cases"):
            for month in _folders(year):
                for day in _folders(month):
                    names = sorted(entry.name for entry in os.scandir(day) if entry.name.endswith(".yaml"))
                    below = f"cases/{Path(year).name}/{Path(month).name}/{Path(day).name}"
                    yield from (f"{below}/{name}" for name in names)

    def read(self, path: str) -> casefile.CaseFile:
        """A case file by its path; a file that cannot be read is one with problems."""
        try:
            data = (self.root / path).read_bytes()
        except OSError as error:
            problem = Problem(
                file=path,
                message=_("cannot read it: {reason}").format(reason=reason_of(error)),
                cure=_("See that the file is there and may be read."),
            )
            return casefile.CaseFile(path, b"", None, [], [problem])
        return casefile.parse(path, data)

    def scan(self, paths: Iterable[str] | None = None) -> Iterator[casefile.CaseFile]:
        """Every case file as read (or those at `paths`), one at a time: whatever counts cases streams over this."""
        for path in self.paths() if paths is None else paths:
            yield self.read(path)

    def resolve(self, text: str) -> str:
        """The full id that is meant by an id or by an unambiguous end of one. Raises Usage."""
        wanted = case_id.normalise(PurePath(text.strip()).name.removesuffix(".yaml"))
        if len(wanted) == 14 and wanted.isalnum():
            wanted = f"{wanted[:8]}-{wanted[8:]}"
        if case_id.PATTERN.fullmatch(wanted):
            if not case_id.is_valid(wanted):
                raise Usage(
                    _("{id} is not a case id: its last symbol does not fit the others").format(id=wanted),
                    _("A symbol is wrong or two are swapped; check it. `wz list` shows the ids."),
                )
            if (self.root / case_id.path_of(wanted)).is_file():
                return wanted
            raise Usage(_("there is no case {id}").format(id=wanted), _("`wz list` shows the ids."))
        ids = [path.rpartition("/")[2].removesuffix(".yaml") for path in self.paths()]
        found = [one for one in ids if wanted and one.endswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Usage(
                _("{text} is the end of {count} ids: {ids}").format(
                    text=text, count=len(found), ids=", ".join(found[:8]) + (" …" if len(found) > 8 else "")
                ),
                _("Type more of the id."),
            )
        from difflib import get_close_matches

        close = get_close_matches(wanted, [one[-6:] for one in ids], 3)
        raise Usage(
            _("no case ends in {text}").format(text=text),
            _("Did you mean {ids}?").format(ids=", ".join(close)) if close else _("`wz list` shows the ids."),
        )

    # -- writing

    def locked(self) -> AbstractContextManager[None]:
        """Hold the registry for writing: what is read inside is what will be written upon."""
        return self.git.locked()

    def commit(self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str) -> str:
        """See `Committer.commit`."""
        return self.git.commit(changes, before, message)

    def record(self, steps: Sequence[Step], before: Mapping[str, bytes | None]) -> list[str]:
        """See `Committer.record`."""
        return self.git.record(steps, before)


def _folders(parent: Path | str) -> list[str]:
    try:
        return sorted(entry.path for entry in os.scandir(parent) if entry.name.isdigit() and entry.is_dir())
    except FileNotFoundError:
        return []
