"""The work tree: files that are gone, empty, full of zeros or cut short; a person's own edits are left alone."""

from collections.abc import Iterable, Iterator
from itertools import islice

from wz.errors import GitFailed
from wz.i18n import _
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient
from wz.office.doctoring.whereabouts import case_of
from wz.store.files import is_case_path
from wz.store.repository import blob_name

_OURS = ("cases/", "schemas/", "units.yaml", "calendar.yaml", "rules.yaml", ".gitattributes", ".gitignore")
_AT_ONCE = 500


def files(patient: Patient) -> Iterator[Ailment]:
    """Every file of the last commit is read, for a damaged one may look untouched to git."""
    head = patient.git.commit_of("HEAD")
    if patient.bare or head is None:
        return
    try:
        passed = _passed_over(patient)
        recorded = [(path, blob) for path, blob in _recorded(patient, head) if path.startswith(_OURS)]
    except GitFailed:  # a folder of the commit cannot be read, which has been told
        return
    unlike = ((path, blob) for path, blob in recorded if path not in passed and _is_unlike(patient, path, blob))
    mended = 0
    while some := list(islice(unlike, _AT_ONCE)):
        contents = patient.git.contents([blob for _path, blob in some])
        for (path, _blob), content in zip(some, contents, strict=True):
            if content is not None and (what := _damage(patient, path, content)):
                mended += patient.fix
                yield _restored(patient, path, what, content)
    if mended:
        patient.git.run("update-index", "-q", "--refresh", check=False)
    yield from _unrecorded(patient)


def _recorded(patient: Patient, head: str) -> Iterator[tuple[str, str]]:
    """The registry's files in a commit, each with its blob."""
    for entry in (
        patient.git.run("ls-tree", "-r", "-z", head).stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    ):
        about, _tab, path = entry.partition("\t")
        mode, _type, blob = about.split(" ")
        if mode.startswith("100"):
            yield path, blob


def _restored(patient: Patient, path: str, what: str, content: bytes) -> Ailment:
    why = _("a power cut, a broken disk or a killed program; nobody writes such a file by hand")
    cases = [case] if (case := case_of(path)) else []
    if not patient.fix:
        todo = _("`wz doctor --fix` restores it from the last commit.")
        return patient.ailment("work-tree", path, what, why=why, todo=todo, cases=cases)
    place, done = patient.root / path, _("restored from the last commit")
    if place.is_file() and place.stat().st_size:
        kept = patient.keep_copy(place)
        done += "; " + _("what was there is kept in {place}").format(place=patient.name(kept))
    patient.write(place, content)
    return patient.ailment("work-tree", path, what, why=why, state="mended", done=done, cases=cases)


def _is_unlike(patient: Patient, path: str, blob: str) -> bool:
    place = patient.root / path
    try:
        return blob_name(place.read_bytes(), len(blob)) != blob
    except OSError:
        return not place.is_dir() and not place.is_symlink()


def _damage(patient: Patient, path: str, content: bytes) -> str:
    """What befell a file, if it is nothing a person does; empty where it may be somebody's edit."""
    try:
        data = (patient.root / path).read_bytes()
    except FileNotFoundError:
        return _("it is missing")
    except OSError:
        return ""
    if not data:
        return _("it is empty")
    shown = data.rstrip(b"\0")
    if not shown:
        return _("it holds nothing but zeros")
    if len(shown) < len(content) and content.startswith(shown):
        if shown != data:
            return _("its end is nothing but zeros")
        # A case only grows, so a shorter one is an older one; of a setting somebody may have deleted the last lines.
        if is_case_path(path) or not shown.endswith(b"\n"):
            return _("it is cut short")
    return ""


def _passed_over(patient: Patient) -> set[str]:
    """Files that are not to be there: removed by somebody's `git rm`, or left out of a sparse checkout."""
    prefix = len(patient.git.layout.prefix)
    removed = patient.git.run(
        "diff-index", "--cached", "--name-only", "--diff-filter=D", "-z", "HEAD", check=False
    ).stdout
    listed = patient.git.run("ls-files", "-v", "-z", "--full-name", check=False).stdout
    sparse = [entry[2:] for entry in listed.split(b"\0") if entry[:1] in (b"S", b"s")]
    return {one.decode("utf-8", "surrogateescape")[prefix:] for one in [*removed.split(b"\0"), *sparse] if one}


def _unrecorded(patient: Patient) -> Iterator[Ailment]:
    """Case files that no commit knows and that hold nothing."""
    listed = patient.git.run("ls-files", "--others", "--exclude-standard", "-z", "--", "cases", check=False).stdout
    empty = [
        path
        for path in listed.decode("utf-8", "surrogateescape").split("\0")
        if is_case_path(path) and not (patient.root / path).read_bytes().strip(b"\0")
    ]
    yield from _nothing_in(patient, empty)


def _nothing_in(patient: Patient, empty: Iterable[str]) -> Iterator[Ailment]:
    for path in empty:
        what = _("it is empty, and no commit knows it")
        if patient.fix:
            kept = patient.keep(patient.root / path)
            done = _("moved to {place}").format(place=patient.name(kept))
            yield patient.ailment("work-tree", path, what, state="mended", done=done)
        else:
            yield patient.ailment("work-tree", path, what, todo=_("`wz doctor --fix` moves it out of the way."))
