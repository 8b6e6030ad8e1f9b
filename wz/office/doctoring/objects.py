"""Objects and packs that cannot be read: of which case and commit they are, and where their bytes still are."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wz.i18n import _
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient
from wz.office.doctoring.sources import Found, Sources
from wz.office.doctoring.whereabouts import Whereabouts

_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LOOSE = re.compile(r"([0-9a-f]{2})/([0-9a-f]{38}(?:[0-9a-f]{24})?)")
_PACK = re.compile(r"pack-[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MISSING = re.compile(r"missing (blob|tree|commit|tag) ([0-9a-f]{40,64})")
_INVALID = re.compile(r"invalid sha1 pointer (?!0+\b)([0-9a-f]{40,64})")
_ROUNDS = 20


def objects(patient: Patient) -> Iterator[Ailment]:
    """Every object is read; what cannot be is looked for elsewhere."""
    words = _fsck(patient)
    if not words:
        return
    patient.ails = True
    yield from _packs(patient, words)
    broken: dict[str, str] = {}  # names, with what is known of their kind
    for _round in range(_ROUNDS):
        before = len(broken)
        damaged = [name for name in _names(words) if _is_damaged(patient, name)]
        broken |= {name: broken.get(name, "") for name in damaged} | _missing(words)
        if patient.fix:  # out of the way, or git would take them for the objects that are to be put back
            for name in damaged:
                patient.keep(_loose(patient, name))
        if not patient.fix or len(broken) == before:
            break
        words = _fsck(patient)
    yield from _each(patient, broken)


def again(patient: Patient) -> Iterator[Ailment]:
    """Once more, where something was wrong: what a branch or the index lacked is known only when they are whole."""
    if not patient.ails:
        return
    found = list(objects(patient))
    yield from found
    if not found and (patient.fix or not patient.named) and (words := _fsck(patient)):
        lines = words.splitlines()
        line = next((one for one in lines if one.startswith(("error", "fatal"))), lines[0])
        todo = _("Run `git fsck` to see all of it; a fresh clone may help.")
        yield patient.ailment("object", "git fsck", line, todo=todo)


def _each(patient: Patient, broken: dict[str, str]) -> Iterator[Ailment]:
    """Each object put back where its bytes are to be had. A folder put back may show that more is missing."""
    sources = Sources(patient)
    try:
        done: set[str] = set()
        while todo := [name for name in broken if name not in done]:
            where = Whereabouts(patient, todo)
            for name in todo:
                done.add(name)
                yield _put_back(patient, name, where, sources.find(name, broken[name], where.path(name)))
            if patient.fix:
                broken |= {name: kind for name, kind in _missing(_fsck(patient)).items() if name not in broken}
    finally:
        sources.close()


def _put_back(patient: Patient, name: str, where: Whereabouts, found: Found | None) -> Ailment:
    path, commits = where.path(name), where.commits(name)
    what = _("it cannot be read")
    if path:
        what = _("a version of {path} cannot be read").format(path=path)
    why = _("the disk damaged it, or the power went before it was written")
    cases = [case] if (case := where.case(name)) else []
    if found is None:
        todo = _(
            "Nothing here holds its bytes. `wz doctor --fix --from DIR` takes them from another clone or a backup."
        )
        return patient.ailment("object", name, what, why=why, state="lost", todo=todo, cases=cases, commits=commits)
    if not patient.fix:
        todo = _("`wz doctor --fix` puts it back from {source}.").format(source=found.source)
        return patient.ailment("object", name, what, why=why, todo=todo, cases=cases, commits=commits)
    written = patient.git.run(
        "hash-object", "-w", "-t", found.kind, "--stdin", "--literally", stdin=found.content, check=False
    )
    if written.stdout.decode().strip() != name:
        todo = _("It could not be written: {words}").format(words=written.stderr.decode("utf-8", "replace").strip())
        return patient.ailment("object", name, what, why=why, todo=todo, cases=cases, commits=commits)
    found.bring()
    return patient.ailment(
        "object",
        name,
        what,
        why=why,
        state="mended",
        done=_("put back from {source}; its name, a checksum, fits").format(source=found.source),
        cases=cases,
        commits=commits,
    )


def _packs(patient: Patient, words: str) -> Iterator[Ailment]:
    """Packs that are damaged: their index is made anew, or what can be read of them is taken out."""
    folder = patient.common_dir / "objects" / "pack"
    for name in dict.fromkeys(_PACK.findall(words)):
        pack, index = folder / f"{name}.pack", folder / f"{name}.idx"
        if not pack.exists() or patient.git.run("verify-pack", str(index), check=False).returncode == 0:
            continue
        place, why = patient.name(pack), _("the disk damaged it")
        what = _("a pack of objects is damaged")
        if not patient.fix:
            todo = _("`wz doctor --fix` makes its index anew, or else takes out what can be read; the pack is kept.")
            yield patient.ailment("pack", place, what, why=why, todo=todo)
            continue
        anew = folder / f"tmp_idx_{name}"
        if patient.git.run("index-pack", "-o", str(anew), str(pack), check=False).returncode == 0:
            if index.exists():
                patient.keep(index)
            anew.replace(index)
            yield patient.ailment("pack", place, what, why=why, state="mended", done=_("its index was made anew"))
            continue
        anew.unlink(missing_ok=True)
        kept = patient.keep(pack)
        for beside in folder.glob(f"{name}.*"):
            patient.keep(beside)
        patient.git.run("unpack-objects", "-r", "-q", stdin=kept.read_bytes(), check=False)
        done = _("what can be read was taken out; the pack is kept in {place}").format(place=patient.name(kept))
        yield patient.ailment("pack", place, what, why=why, state="mended", done=done)


def _fsck(patient: Patient) -> str:
    """What git has to say against its objects; empty where all is well."""
    done = patient.git.run("fsck", "--full", "--no-dangling", "--no-progress", "--no-reflogs", check=False)
    words = (done.stdout + done.stderr).decode("utf-8", "replace")
    return words if done.returncode else ""


def _missing(words: str) -> dict[str, str]:
    """The objects that are not there at all, and of what kind each is."""
    return {name: kind for kind, name in _MISSING.findall(words)} | dict.fromkeys(_INVALID.findall(words), "commit")


def _names(words: str) -> list[str]:
    return list(dict.fromkeys([*_HEX.findall(words), *("".join(parts) for parts in _LOOSE.findall(words))]))


def _loose(patient: Patient, name: str) -> Path:
    return patient.common_dir / "objects" / name[:2] / name[2:]


def _is_damaged(patient: Patient, name: str) -> bool:
    """Whether a loose object is there, but is not what its name says."""
    try:
        data = _loose(patient, name).read_bytes()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    with suppress(zlib.error):
        plain = zlib.decompress(data)
        return (
            hashlib.sha1(plain, usedforsecurity=False) if len(name) == 40 else hashlib.sha256(plain)
        ).hexdigest() != name
    return True
