"""The examination, from what everything else rests on upwards: git, HEAD, locks, branches, objects, files, caches."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

from wz.errors import Unreadable, Usage
from wz.i18n import _, reason_of
from wz.office.doctoring import files, locks, objects, refs, sources, staging, state, surroundings
from wz.office.doctoring.ailment import Ailment, Examination
from wz.office.doctoring.patient import Patient

_Check = Callable[[Patient], Iterator[Ailment]]
_FIRST: tuple[_Check, ...] = (surroundings.git_itself, refs.head)
_THEN: tuple[_Check, ...] = (
    surroundings.disk,
    locks.locks,
    refs.packed,
    refs.logs,
    objects.objects,
    refs.branches,
    staging.index,
    objects.again,  # what the branches or the index lacked is known only now
    refs.branches,
    state.journal,
    files.files,
    state.cache,
    locks.leftovers,
    surroundings.unfinished,
    surroundings.clock,
    surroundings.settings,
)
_READS_EVERYTHING = (objects.objects, objects.again, files.files)


def examine(
    root: Path,
    now: datetime,
    *,
    fix: bool = False,
    quick: bool = False,
    donors: Sequence[Path] = (),
    told: Callable[[str], None] = lambda what: None,
) -> Examination:
    """Examine the registry in a folder, and mend what can be. `quick` reads neither every object nor every file.

    `donors` are other clones, from which objects may be taken; `told` hears what is looked at.
    Raises Usage, Unreadable, GitFailed.
    """
    for donor in donors:
        if not sources.is_usable(donor):
            raise Usage(
                _("{folder} is no git repository").format(folder=donor), _("--from wants another clone or a copy.")
            )
    patient = Patient(root, fix=fix, now=now, donors=donors)
    found: list[Ailment] = []
    try:
        with ExitStack() as stack:
            for check in _FIRST:
                found += check(patient)
            if not any(one.kind == "head" and one.state == "found" for one in found):
                if fix:
                    stack.enter_context(patient.git.locked(finish=False))
                for check in _THEN:
                    if not (quick and check in _READS_EVERYTHING):
                        told(check.__name__)
                        found += check(patient)
                        patient.named = bool(found)
                        patient.ails = patient.ails or patient.named
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=error.filename or "", reason=reason_of(error)),
            _(
                "What was displaced is kept in {place}. See that there is space and that you may write, then repeat."
            ).format(place=patient.kept or "-"),
        ) from None
    with suppress(OSError):
        if patient.kept is not None:
            patient.kept.rmdir()  # only where nothing came into it
            patient.kept = None
    return Examination(
        registry=str(root),
        fixed=fix,
        objects_read=not quick,
        lost_folder=str(patient.kept) if patient.kept else None,
        ailments=_once(found),
    )


def _once(found: Sequence[Ailment]) -> list[Ailment]:
    """Each thing once: of what was looked at twice, the last word."""
    last = {(one.kind, one.place): one for one in found}
    return list(last.values())
