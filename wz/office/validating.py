"""Every file against schema, workflow and cross-references; all problems at once."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from wz.actions.replay import replay
from wz.errors import Unreadable
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.event import Event, Facts, File
from wz.model.instants import shown
from wz.model.problem import Problem
from wz.office import keylist
from wz.office.references import missing_in_event, missing_in_facts
from wz.office.survey import unlawful_problems
from wz.store import casefile
from wz.store.casefile import CaseFile
from wz.store.files import WorkTree
from wz.store.registry import Registry


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """`wz validate --format json`. `files` counts everything below cases/, `cases` the case files."""

    registry: str
    files: int
    cases: int
    problems: list[Problem]


def validate(registry: Registry, now: datetime, only: list[str] | None = None) -> Validation:
    """All problems of the registry, or of the cases whose files or documents lie at the paths `only`.

    The settings are looked at in any case; files elsewhere than below cases/ are not the registry's.
    """
    problems = list(registry.settings_problems)
    usable = _usable(registry)
    if usable and any(body.keys or body.revoked for body in registry.directory.bodies()):
        with suppress(Unreadable):  # where nothing can be sealed here, nothing is said of it
            problems += keylist.problems(registry)
    files = cases = 0
    seen: dict[str, str] = {}
    for path in _files(registry.root) if only is None else _of_cases(only):
        files += 1
        if _is_document(path):
            continue
        if not path.endswith(".yaml") or path.count("/") != 4:
            problems.append(
                Problem(
                    file=path,
                    message=_("this file does not belong here"),
                    cure=_("Case files are cases/YYYY/MM/DD/ID.yaml, documents cases/YYYY/MM/DD/ID.files/NAME."),
                )
            )
            if not path.endswith(".yaml"):
                continue
        cases += 1
        read = registry.read(path)
        problems += read.problems
        if read.facts is not None:
            problems += _place_problems(read, read.facts, seen)
            if usable:
                problems += _case_problems(registry, read, read.facts, now)
    return Validation(registry=registry.root.as_posix(), files=files, cases=cases, problems=problems)


def _usable(registry: Registry) -> bool:
    """Whether the settings can be read, so that cases can be held against them; their own problems are told anyway."""
    try:
        return bool(registry.law and registry.directory)
    except Unreadable:
        return False


def _files(root: Path) -> Iterator[str]:
    """Everything below cases/ but folders; a link to a folder is none, for git does not follow it."""
    if (root / "cases").is_symlink():
        yield "cases"
    for path in sorted((root / "cases").rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(root).as_posix()


def _of_cases(paths: list[str]) -> Iterator[str]:
    """Those of the paths that lie below cases/; for a document the file of its case, which names its sha256."""
    below = (path for path in paths if path.startswith("cases/"))
    yield from dict.fromkeys(
        path.rpartition("/")[0].removesuffix(".files") + ".yaml" if _is_document(path) else path for path in below
    )


def _is_document(path: str) -> bool:
    return path.rpartition("/")[0].endswith(".files")


def _place_problems(read: CaseFile, facts: Facts, seen: dict[str, str]) -> Iterator[Problem]:
    if not ids.is_valid(facts.id):
        yield Problem(
            file=read.path,
            line=_line(read, "id"),
            case=facts.id,
            message=_("id: {id} is not a case id: its last symbol does not fit the others").format(id=facts.id),
            cure=_("Restore the id that `wz new` gave; `git log` shows it."),
        )
    elif ids.path_of(facts.id) != read.path:
        yield Problem(
            file=read.path,
            line=_line(read, "id"),
            case=facts.id,
            message=_("the file of {id} must be {path}").format(id=facts.id, path=ids.path_of(facts.id)),
            cure=_("Move the file there, or restore its id."),
        )
    elif f"{facts.received:%Y%m%d}" != facts.id[:8]:
        yield Problem(
            file=read.path,
            line=_line(read, "received"),
            case=facts.id,
            message=_("received: {day:%Y-%m-%d} is not the day in the id").format(day=facts.received),
            cure=_("Restore the time that was first written; a mistake is mended with `wz correct`."),
        )
    if facts.id in seen:
        yield Problem(
            file=read.path,
            line=_line(read, "id"),
            case=facts.id,
            message=_("{id} is also in {path}").format(id=facts.id, path=seen[facts.id]),
            cure=_("Keep one of the two files."),
        )
    seen.setdefault(facts.id, read.path)


def _case_problems(registry: Registry, read: CaseFile, facts: Facts, now: datetime) -> Iterator[Problem]:
    yield from unlawful_problems(read, replay(facts, read.events, registry.law), registry.law)
    directory = registry.directory
    for missing in missing_in_facts(facts, directory):
        yield Problem(
            file=read.path,
            line=_line(read, missing.field),
            case=facts.id,
            message=f"{missing.field}: {missing.message}",
            cure=missing.cure,
        )
    yield from _file_problems(registry, read, facts.id, facts.attachments, "attachments")
    for place, event in enumerate(read.events, 1):
        for missing in missing_in_event(event, directory):
            kept = _("What a case names stays in units.yaml.")
            yield _event_problem(read, facts, place, missing.field, missing.message, f"{missing.cure} {kept}")
        if event.at > now:
            yield _event_problem(
                read,
                facts,
                place,
                "at",
                _("{at} lies in the future").format(at=shown(event.at)),
                _("Retract the event and enter it with the right time."),
            )
        yield from _file_problems(registry, read, facts.id, documents_of(event), f"events[{place}]")


def documents_of(event: Event) -> list[File]:
    """Every document that an event names."""
    own = [value for name in event.__struct_fields__ if isinstance(value := getattr(event, name), File)]
    return own + event.attachments


def _event_problem(read: CaseFile, facts: Facts, place: int, field: str, message: str, cure: str) -> Problem:
    return Problem(
        file=read.path,
        line=_line(read, "events", place - 1, field),
        case=facts.id,
        message=f"events[{place}].{field}: {message}",
        cure=cure,
    )


def _file_problems(
    registry: Registry, read: CaseFile, case_id: str, files: list[File], where: str
) -> Iterator[Problem]:
    tree, folder = WorkTree(registry.root), ids.files_of(case_id)
    for file in files:
        path = f"{folder}/{file.name}"
        found = [_digest(tree, path), _digest(tree, f"{folder}/{file.apart}")]
        if (file.sha256, file.size) in found:
            continue
        if found[0] is None:
            yield Problem(
                file=read.path,
                line=_text_line(read, file.sha256),
                case=case_id,
                message=f"{where}: " + _("{path} is not there").format(path=path),
                cure=_("Restore it: git checkout HEAD -- {path}").format(path=path),
            )
        else:
            yield Problem(
                file=read.path,
                line=_text_line(read, file.sha256),
                case=case_id,
                message=f"{where}: " + _("{path} is not the file that was recorded (sha256 or size)").format(path=path),
                cure=_("Restore it from the commit that added it: git log -- {path}").format(path=path),
            )


def _digest(tree: WorkTree, path: str) -> tuple[str, int] | None:
    """The SHA-256 and the size of a document; None where it cannot be read."""
    try:
        return tree.digest(path)
    except OSError:
        return None


def _line(read: CaseFile, *path: str | int) -> int | None:
    return casefile.line_of(read.data, path)


def _text_line(read: CaseFile, text: str) -> int | None:
    place = read.data.find(text.encode())
    return read.data[:place].count(b"\n") + 1 if place >= 0 else None
