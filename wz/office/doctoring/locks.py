"""Locks of programs that are gone, and the half-written files they left."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wz.i18n import _, reason_of
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient
from wz.store.gitlocks import is_ours

_FOLDERS_OF_LOCKS = ("refs", "objects/info", "logs")
_LEFT_IN_OBJECTS = ("pack/tmp_*", "[0-9a-f][0-9a-f]/tmp_obj_*", "pack/.tmp-*", "incoming-*", "tmp_objdir-*")
_LEFT_BY_WZ = ("objects-*", "index.sqlite.[0-9]*", "fetched-*")


def locks(patient: Patient) -> Iterator[Ailment]:
    """Every lock file of git's: one that is nobody's stops all later work."""
    for lock in dict.fromkeys(_locks(patient)):
        age = patient.age(lock)
        if age is None:
            continue
        place = patient.name(lock)
        why = _("a program was killed while it held it; as long as it lies there, git refuses to write")
        # Ours bears a mark; a living wz would keep this one from mending, so here it is nobody's.
        if is_ours(lock):
            if patient.fix:
                lock.unlink()
                done = _("taken away")
                yield patient.ailment("lock", place, _("a lock that a killed wz left"), state="mended", done=done)
            else:
                todo = _("Unless a wz is at work just now, the next one that records something takes it away.")
                yield patient.ailment("lock", place, _("a lock of wz's"), state="hint", todo=todo)
            continue
        if not patient.is_abandoned(lock):
            yield patient.ailment(
                "lock",
                place,
                _("a lock that is held, or was {seconds} seconds ago").format(seconds=_whole(age)),
                state="hint",
                why=_("the gits at work here: {processes}").format(processes=" ".join(patient.users))
                if patient.users
                else _("it is too young to be called abandoned"),
                todo=_("Wait until whoever holds it is done. If nobody is, run this again ten minutes later."),
            )
            continue
        what = _("a stale lock, {age} old").format(age=_age(age))
        if not patient.fix:
            yield patient.ailment("lock", place, what, why=why, todo=_("`wz doctor --fix` takes it away."))
            continue
        try:
            kept = patient.keep(lock)
        except OSError as error:
            yield patient.ailment("lock", place, what, why=why, todo=_cannot(error))
            continue
        yield patient.ailment(
            "lock", place, what, state="mended", why=why, done=_("moved to {place}").format(place=patient.name(kept))
        )


def leftovers(patient: Patient) -> Iterator[Ailment]:
    """Half-written packs, objects and drafts: nothing refers to them, they only fill the disk."""
    objects = patient.common_dir / "objects"
    places = [path for pattern in _LEFT_IN_OBJECTS for path in sorted(objects.glob(pattern))]
    places += sorted(patient.git_dir.glob("fast_import_crash_*")) + sorted(patient.git_dir.glob("**/*.wz-new"))
    places += [path for pattern in _LEFT_BY_WZ for path in sorted((patient.git_dir / "wz").glob(pattern))]
    if not patient.bare:
        places += sorted((patient.root / "cases").glob("**/.*.wz-new"))
    old = [path for path in places if patient.is_abandoned(path)]
    if not old:
        return
    size = sum(_size(path) for path in old)
    what = _("{count} half-written files of killed programs, {size} KB").format(count=len(old), size=size // 1024 + 1)
    place = patient.name(old[0]) + (" …" if len(old) > 1 else "")
    if not patient.fix:
        yield patient.ailment(
            "leftover", place, what, todo=_("`wz doctor --fix` deletes them; nothing refers to them.")
        )
        return
    failed = [path for path in old if not _delete(path)]
    if failed:
        todo = _("Delete by hand: {places}").format(places=" ".join(map(patient.name, failed[:5])))
        yield patient.ailment("leftover", place, what, todo=todo)
    else:
        yield patient.ailment("leftover", place, what, state="mended", done=_("deleted; nothing referred to them"))


def _locks(patient: Patient) -> Iterator[Path]:
    for folder in {patient.git_dir, patient.common_dir}:
        yield from sorted(folder.glob("*.lock"))
    for name in _FOLDERS_OF_LOCKS:
        yield from sorted((patient.common_dir / name).rglob("*.lock"))


def _size(path: Path) -> int:
    with suppress(OSError):
        if path.is_dir():
            return sum(below.lstat().st_size for below in path.rglob("*"))
        return path.lstat().st_size
    return 0


def _delete(path: Path) -> bool:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False
    return True


def _whole(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds != float("inf") else "?"


def _age(seconds: float) -> str:
    if seconds == float("inf"):
        return _("of a time that has not come")
    if seconds < 7200:
        return _("{number} minutes").format(number=round(seconds / 60))
    if seconds < 172_800:
        return _("{number} hours").format(number=round(seconds / 3600))
    return _("{number} days").format(number=round(seconds / 86_400))


def _cannot(error: OSError) -> str:
    return _("It cannot be moved ({reason}): see that you may write in .git, then repeat.").format(
        reason=reason_of(error)
    )
