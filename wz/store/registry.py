"""The registry as one thing: settings, case files by id, and what is written to them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any, TypeVar

from wz.errors import GitFailed, Unreadable, Usage
from wz.i18n import _, listed, reason_of
from wz.model import case_id
from wz.model.directory import Directory
from wz.model.problem import Problem
from wz.model.workdays import Calendar
from wz.regulation.law import Law
from wz.regulation.rules import Rules
from wz.store import casefile, cases, rows, settings
from wz.store.almanac import Almanac
from wz.store.casekeys import Keys
from wz.store.changes import Looking
from wz.store.commits import Committer, Step
from wz.store.files import Files, Recording, WorkTree
from wz.store.place import MARK

T = TypeVar("T")


class Registry:
    """A folder with units.yaml, calendar.yaml and cases/; everything is read when first needed."""

    def __init__(self, root: Path, revision: str | None = None) -> None:
        """The registry in a folder; with a `revision` (a commit's full name) as that commit recorded it."""
        self.root = root
        self.git = Committer(root)
        self.revision = revision
        self.files: Files = WorkTree(root) if revision is None else Recording(self.git, revision)
        self.looking: Looking | None = None  # git has begun to look at the cases
        self.progress: Callable[[int, int], None] = lambda done, count: None

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process opens it by."""
        return Registry, (self.root, self.revision)

    def at(self, revision: str) -> "Registry":
        """The registry as it was recorded at a commit, branch or tag.

        Raises Usage where there is none, GitFailed where a shallow clone may have left it out.
        """
        commit = self.git.commit_of(revision)
        if commit is None and self.git.shallow:
            raise GitFailed(
                _("{revision} is not in this clone, which is shallow: it holds the latest commits only").format(
                    revision=revision
                ),
                _(
                    "Fetch the history: git fetch --unshallow; in a GitHub workflow `fetch-depth: 0`, in GitLab "
                    "`GIT_DEPTH: 0`. A day, such as yesterday, needs no history."
                ),
            )
        if commit is None:
            raise Usage(
                _("git knows no commit {revision}").format(revision=revision), _("`git log` shows the commits.")
            )
        found = Registry(self.root, commit)
        found.progress = self.progress
        if not found._is_there(MARK):
            raise Unreadable(
                _("commit {commit} holds no registry: it has no {mark}").format(commit=commit[:9], mark=MARK),
                _("`git log -- {mark}` shows since when there is one.").format(mark=MARK),
            )
        return found

    # -- settings

    @cached_property
    def _units(self) -> settings.Settings[Directory]:
        return settings.read_directory(self.files)

    @cached_property
    def _calendar(self) -> settings.Settings[Calendar]:
        return settings.read_calendar(self.files, Almanac(lambda: self.git.state_dir))

    @cached_property
    def _rules(self) -> settings.Settings[Rules]:
        return settings.read_rules(self.files)

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

    @cached_property
    def law_mark(self) -> str:
        """A fingerprint of everything that rules and calendar come from."""
        return settings.law_mark(self.files)

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

    def forget_settings(self) -> None:
        """Read the settings anew when they are next asked for."""
        for name in ("_units", "_calendar", "_rules", "law_mark"):
            self.__dict__.pop(name, None)

    # -- cases

    def read(self, path: str) -> casefile.CaseFile:
        """A case file by its path; a file that cannot be read is one with problems."""
        try:
            data = self.files.read(path)
        except OSError as error:
            problem = Problem(
                file=path,
                message=_("cannot read it: {reason}").format(reason=reason_of(error)),
                cure=_("See that the file is there and may be read."),
            )
            return casefile.CaseFile(path, b"", None, [], [problem])
        return casefile.parse(path, data)

    def scan(self, paths: Iterable[str] | None = None) -> Iterator[casefile.CaseFile]:
        """Every case as its file tells it (or those at `paths`), one at a time, by path.

        Whatever counts cases streams over this. A file without problems comes without its bytes: it need not have been
        read, for the index may have known it.
        """
        if paths is not None:
            yield from map(self.read, paths)
            return
        for row in cases.of(self):
            yield self.read(row.path) if row.faulty else rows.case_file(row)

    def standing(self, as_of: datetime, *, settled: bool = True) -> Iterator[casefile.CaseFile | rows.Settled]:
        """Every case, by path: one that had ended by that instant as how it ended, every other as its file tells it.

        Without `settled`, those that had ended are left out, and not even looked at.
        """
        moment = int(as_of.timestamp())
        for row in cases.of(self) if settled else cases.of(self, "awake = 1 OR last > ?", moment):
            if row.faulty:
                yield self.read(row.path)
            elif row.awake or row.last > moment:
                yield rows.case_file(row)
            elif settled:
                yield rows.settled(row)

    def case_paths(self) -> list[str]:
        """The path of every case file, oldest day first."""
        return cases.ending(self, "")

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
            if self._is_there(case_id.path_of(wanted)):
                return wanted
            raise Usage(_("there is no case {id}").format(id=wanted), _("`wz list` shows the ids."))
        found = list(map(case_id.id_of, cases.ending(self, wanted))) if wanted else []
        if len(found) == 1:
            return found[0]
        if found:
            raise Usage(
                _("{text} is the end of {count} ids: {ids}").format(
                    text=text, count=len(found), ids=listed(found[:8]) + (" …" if len(found) > 8 else "")
                ),
                _("Type more of the id."),
            )
        from difflib import get_close_matches

        close = get_close_matches(wanted, [case_id.id_of(path)[-6:] for path in self.case_paths()], 3)
        raise Usage(
            _("no case ends in {text}").format(text=text),
            _("Did you mean {ids}?").format(ids=listed(close)) if close else _("`wz list` shows the ids."),
        )

    def _is_there(self, path: str) -> bool:
        try:
            self.files.read(path)
        except OSError:
            return False
        return True

    # -- writing

    def locked(self) -> AbstractContextManager[None]:
        """Hold the registry for writing: what is read inside is what will be written upon."""
        return self.git.locked()

    def commit(
        self, changes: Mapping[str, bytes], before: Mapping[str, bytes | None], message: str, keys: Keys | None = None
    ) -> str:
        """See `Committer.commit`."""
        return self.git.commit(changes, before, message, keys)

    def record(self, steps: Sequence[Step], before: Mapping[str, bytes | None], keys: Keys | None = None) -> list[str]:
        """See `Committer.record`."""
        return self.git.record(steps, before, keys)
