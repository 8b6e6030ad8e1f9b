"""An audit as it is asked for: a range, from memory what is known, commit by commit what is not."""

from collections.abc import Callable, Iterable
from pathlib import Path

from wz.errors import GitFailed, Usage
from wz.i18n import _
from wz.office.auditing.audit import Auditor, root_of
from wz.office.auditing.finding import Audit, Finding
from wz.office.auditing.memory import Memory, keep, recall, with_tip
from wz.office.auditing.signing import Signatures
from wz.store.past import Named, Past

# Hears how many commits of how many are done.
Progress = Callable[[int, int], None]


def audit(
    past: Past,
    registry: str,
    wanted: str | None = None,
    *,
    signed: bool = False,
    state: Path | None = None,
    progress: Progress = lambda done, count: None,
) -> Audit:
    """Audit a range: `A..B`, or a revision and all it is built on; without one, HEAD.

    `state` is the folder of the memory; None does without. Raises Usage where the range is none, GitFailed where the
    clone does not hold the whole history.
    """
    start, tip = _ends(past, wanted)
    text = wanted or "HEAD"
    if tip is None:
        return Audit(
            registry=registry, range=text, tip=None, signed=signed, commits=0, examined=0, findings=[], late=[]
        )
    memory = _usable(past, recall(state, signed=signed) if state else Memory(key=""))
    excluded = [f"^{start}"] if start else []
    new = past.names(tip, *excluded, *(f"^{one}" for one in memory.tips))
    _refuse_shallow(past, new)
    auditor, found = _examine(past, new, memory, whole=start is None, signed=signed, progress=progress)
    findings, late = memory.findings + found, memory.late + auditor.late
    older = [one for one in memory.tips if not past.contains(tip, one)]
    counted = memory.commits + len(new) if len(memory.tips) < 2 and not older else past.count(tip)
    keeps = not any(one.kind == "unsigned" for one in found)  # whose keys may yet come to hand
    if state and not start and keeps and (new or memory.tips[:1] != [tip]):
        tips = with_tip(memory, tip, older)
        kept = Memory(key=memory.key, tips=tips, commits=counted, findings=findings, late=late, trusted=auditor.trusted)
        keep(state, kept, signed=signed)
    if start or older:
        named = {one.name for one in past.names(tip, *excluded)}
        findings = [one for one in findings if one.commit in named]
        late = [one for one in late if one.commit in named]
        counted = len(named)
    return Audit(
        registry=registry, range=text, tip=tip, signed=signed, commits=counted, examined=len(new),
        findings=auditor.open_at(tip, findings), late=late,
    )  # fmt: skip


def _examine(
    past: Past, new: list[Named], memory: Memory, *, whole: bool, signed: bool, progress: Progress
) -> tuple[Auditor, list[Finding]]:
    """Audit what is not known yet; `whole`: from the beginning, where nothing is known."""
    signatures = Signatures()
    auditor = Auditor(
        past,
        root_of(new) if whole and not memory.tips else None,
        dict(memory.trusted),
        signatures.want if signed else lambda subject, signers: None,
    )
    for number, _commit in enumerate(auditor.run(new), 1):
        progress(number, len(new))
    return auditor, auditor.findings + list(signatures.unsigned(past))


def _ends(past: Past, wanted: str | None) -> tuple[str | None, str | None]:
    """The commit before the range (None: from the beginning) and its last one (None: nothing is committed)."""
    if wanted is None:
        return None, past.git.last_commit()
    first, dots, last = wanted.partition("..")
    if last.startswith("."):
        raise Usage(
            _("{range} is no range").format(range=wanted), _("Write FROM..TO, or one revision for all it is built on.")
        )
    return (_known(past, first or "HEAD") if dots else None), _known(past, (last or "HEAD") if dots else first)


def _known(past: Past, revision: str) -> str:
    commit = past.git.commit_of(revision)
    if commit is None:
        raise Usage(
            _("there is no revision {revision}").format(revision=revision),
            _("`git log --oneline` shows the commits, `git branch -a` the branches; in a fresh clone, fetch first."),
        )
    return commit


def _usable(past: Past, memory: Memory) -> Memory:
    """The memory, where its commits are still there."""
    return memory if all(past.git.commit_of(tip) for tip in memory.tips) else Memory(key=memory.key)


def _refuse_shallow(past: Past, named: Iterable[Named]) -> None:
    cut = past.shallow() & {one.name for one in named if not one.parents}
    if cut:
        raise GitFailed(
            _("this clone does not hold the whole history (it is shallow)"),
            _("Run `git fetch --unshallow`; in a CI job, check out with full depth."),
        )
