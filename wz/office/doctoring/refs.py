"""HEAD, the branches and their logs: empty, torn, or naming commits that are not there."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from wz.i18n import _
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient

_NAME = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SYMBOLIC = re.compile(r"ref: (refs/[^\s\0]+)")
_PACKED = re.compile(rb"(?:#[^\0]*|[0-9a-f]{40,64} refs/[^\0\n]+|\^[0-9a-f]{40,64})")
_LOG_LINE = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\0\n]*")


def head(patient: Patient) -> Iterator[Ailment]:
    """HEAD itself: without it git does not even call this a repository."""
    file = patient.git_dir / "HEAD"
    text = _text(file)
    if text is not None and (_SYMBOLIC.fullmatch(text.strip()) or _NAME.fullmatch(text.strip())):
        return
    what = _("HEAD is missing") if text is None else _("HEAD says nothing that git understands")
    why = _("a power cut or a broken disk: git then says that this is no repository")
    branch = _branch_meant(patient)
    if branch is None:
        todo = _("Write into it `ref: refs/heads/NAME`, with the branch you worked on.")
        yield patient.ailment("head", patient.name(file), what, why=why, todo=todo)
    elif not patient.fix:
        todo = _("`wz doctor --fix` points it at {branch}, and then looks at all the rest.").format(branch=branch)
        yield patient.ailment("head", patient.name(file), what, why=why, todo=todo)
    else:
        if file.exists():
            patient.keep(file)
        patient.write(file, f"ref: {branch}\n".encode())
        done = _("points at {branch} again").format(branch=branch)
        yield patient.ailment("head", patient.name(file), what, why=why, state="mended", done=done)


def packed(patient: Patient) -> Iterator[Ailment]:
    """Lines of packed-refs that git does not understand; it then reads none of them."""
    file = patient.common_dir / "packed-refs"
    with suppress(OSError):
        lines = file.read_bytes().split(b"\n")
        good = [line for line in lines if line and _PACKED.fullmatch(line)]
        if len(good) == len([line for line in lines if line]):
            return
        yield from _rewritten(
            patient, file, good, _("lines that git does not understand: it reads no packed branch or tag")
        )


def logs(patient: Patient) -> Iterator[Ailment]:
    """Lines of the logs of HEAD and the branches that a power cut tore; they help nobody, and git complains of them."""
    folder = patient.common_dir / "logs"
    for file in sorted({patient.git_dir / "logs" / "HEAD", *folder.rglob("*")}):
        with suppress(OSError):
            data = file.read_bytes() if file.is_file() else b""
            lines = data.split(b"\n")
            good = [line for line in lines if _LOG_LINE.fullmatch(line)]
            if len(good) != len([line for line in lines if line]) or (data and not data.endswith(b"\n")):
                yield from _rewritten(patient, file, good, _("torn lines in a branch's log"))


def branches(patient: Patient) -> Iterator[Ailment]:
    """Every branch whose file is broken, or whose commit is not there."""
    heads = patient.common_dir / "refs" / "heads"
    loose = {
        path.relative_to(patient.common_dir).as_posix(): path for path in sorted(heads.rglob("*")) if path.is_file()
    }
    refs = {ref: path for ref, path in loose.items() if not ref.endswith(".lock")}
    current = _SYMBOLIC.fullmatch((_text(patient.git_dir / "HEAD") or "").strip())
    if current and current[1] not in refs and patient.git.commit_of(current[1]) is None and _had(patient, current[1]):
        refs[current[1]] = patient.common_dir / current[1]  # its file is gone, its log is not
    for ref, path in refs.items():
        text = (_text(path) or "").strip()
        if text.startswith("ref: ") or (_NAME.fullmatch(text) and _is_commit(patient, text)):
            continue
        yield _branch(patient, ref, path, text)


def _had(patient: Patient, ref: str) -> bool:
    """Whether a branch that has no file had one; beside others, and without a log, it is one somebody is to begin."""
    others = patient.git.run("for-each-ref", "--count=1", "refs/heads/", check=False).stdout
    return bool(_past(patient, ref)) and (not others or (patient.common_dir / "logs" / ref).exists())


def _branch(patient: Patient, ref: str, path: Path, text: str) -> Ailment:
    """A broken branch. Where something newer than the last whole commit was on it, a person decides."""
    named = _NAME.fullmatch(text) is not None
    what = (
        _("its commit {commit} is not there or cannot be read").format(commit=text[:9])
        if named
        else _("its file is empty or torn")
    )
    why = _("a power cut or a broken disk: what it named was not on the disk yet")
    candidates = list(dict.fromkeys([*([text] if named else []), *_candidates(patient, ref)]))
    newest = candidates[0] if candidates else ""
    # What it refers to may be missing, too; that is looked for next, and is no reason to go back any further.
    commit = (
        newest if _is_commit(patient, newest) else next((one for one in candidates if _is_whole(patient, one)), None)
    )
    if commit is None:
        todo = _("No log of it names a whole commit. `git fsck --lost-found` lists what nothing names; or clone anew.")
        return patient.ailment("branch", ref, what, why=why, state="lost", todo=todo)
    about = {"commit": commit[:9], "subject": _subject(patient, commit)}
    if commit != newest:
        todo = _(
            "Commit {newest} was on it and is not whole: `wz doctor --fix --from DIR` takes it from another clone. "
            "If none has it, `git update-ref {ref} {commit}` goes back to the last whole one ({subject}); then record "
            "anew what is missing."
        ).format(newest=newest[:9], ref=ref, **about)
        return patient.ailment("branch", ref, what, why=why, todo=todo, commits=[newest, commit])
    if not patient.fix:
        todo = _(
            "`wz doctor --fix` puts it back to {commit} ({subject}), the last that its log names, and then looks at "
            "what rests on it."
        ).format(**about)
        return patient.ailment("branch", ref, what, why=why, todo=todo, commits=[commit])
    if path.exists():
        patient.keep(path)
    patient.write(path, f"{commit}\n".encode())
    done = _("put back to {commit} ({subject}), the last that its log names").format(**about)
    return patient.ailment("branch", ref, what, why=why, state="mended", done=done, commits=[commit])


def _subject(patient: Patient, commit: str) -> str:
    done = patient.git.run("log", "-1", "--format=%s", commit, check=False)
    return done.stdout.decode("utf-8", "replace").strip()


def _candidates(patient: Patient, ref: str) -> Iterator[str]:
    """The commits a branch may have been at, latest first."""
    from wz.store.pending import Pending

    journal = Pending(patient.git_dir / "wz", patient.root).announced()
    if journal is not None and journal.ref == ref and _is_commit(patient, journal.new):
        yield journal.new
    seen = _past(patient, ref)
    yield from reversed(seen)
    name = ref.removeprefix("refs/heads/")
    for remote in sorted((patient.common_dir / "refs" / "remotes").glob("*")):
        if commit := patient.git.commit_of(f"{remote.name}/{name}"):
            yield commit


def _past(patient: Patient, ref: str) -> list[str]:
    """What the logs say a branch was at, oldest first."""
    symbolic = _SYMBOLIC.fullmatch((_text(patient.git_dir / "HEAD") or "").strip())
    files = [patient.common_dir / "logs" / ref]
    if symbolic and symbolic[1] == ref:
        files.insert(0, patient.git_dir / "logs" / "HEAD")
    found: list[str] = []
    for file in files:
        with suppress(OSError):
            found += [
                match[2].decode() for line in file.read_bytes().split(b"\n") if (match := _LOG_LINE.fullmatch(line))
            ]
    return [one for one in found if one.strip("0")]


def _branch_meant(patient: Patient) -> str | None:
    """The branch HEAD named: the only one, or the one whose log ends as HEAD's does, or `main`."""
    heads = patient.common_dir / "refs" / "heads"
    names = {path.relative_to(patient.common_dir).as_posix() for path in heads.rglob("*") if path.is_file()}
    with suppress(OSError, UnicodeDecodeError):
        for line in (patient.common_dir / "packed-refs").read_text("utf-8").splitlines():
            _commit, _blank, ref = line.partition(" ")
            names |= {ref} if ref.startswith("refs/heads/") else set()
    names = {one for one in names if not one.endswith(".lock")}
    if len(names) == 1:
        return names.pop()
    last = _last(patient.git_dir / "logs" / "HEAD")
    same = [one for one in sorted(names) if last and _last(patient.common_dir / "logs" / one) == last]
    return same[0] if len(same) == 1 else "refs/heads/main" if "refs/heads/main" in names else None


def _last(log: Path) -> bytes | None:
    with suppress(OSError):
        good = [match[2] for line in log.read_bytes().split(b"\n") if (match := _LOG_LINE.fullmatch(line))]
        return good[-1] if good else None
    return None


def _is_commit(patient: Patient, name: str) -> bool:
    return bool(name) and patient.git.run("cat-file", "commit", name, check=False).returncode == 0


def _is_whole(patient: Patient, commit: str) -> bool:
    """Whether a commit and every folder and file name below it can be read, back to the first."""
    return patient.git.run("rev-list", "--objects", "--quiet", commit, check=False).returncode == 0


def _rewritten(patient: Patient, file: Path, good: list[bytes], what: str) -> Iterator[Ailment]:
    place = patient.name(file)
    if not patient.fix:
        yield patient.ailment(
            "branch", place, what, todo=_("`wz doctor --fix` leaves the good lines, and keeps the file.")
        )
        return
    patient.keep(file)
    patient.write(file, b"".join(line + b"\n" for line in good))
    yield patient.ailment("branch", place, what, state="mended", done=_("the good lines were left; the file is kept"))


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return None
