"""`wz audit`: the history itself, commit by commit."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, format_option, now, registry_option, width
from wz.cli.output import give, output_option
from wz.i18n import _, term

if TYPE_CHECKING:
    from wz.office.auditing.finding import Audit, Finding
    from wz.store.past import Past

FINDINGS = 1
_CURES_SHOWN = 3  # of a kind
_WORTH_A_BAR = 3_000  # commits that take about a second


@click.command(
    help=_(
        "Hold every commit of the history against growth, regulation, roles, times, documents and signatures; "
        "RANGE is FROM..TO, or a revision and all it is built on."
    )
    + "\n\n"
    + _("What was audited before is remembered; exit code 1 with findings.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz audit\n  wz audit origin/main..HEAD --signed\n  wz audit --late --format json"
)
@click.argument("wanted", metavar="[RANGE]", required=False)
@click.option("--signed", is_flag=True, help=_("Every commit must be signed by its author, with a key that is listed."))
@click.option("--late", is_flag=True, help=_("List what was recorded on a later working day, too; it is no finding."))
@click.option("--fresh", is_flag=True, help=_("Audit anew what was audited before."))
@format_option("table", "json", "junit", "github")
@output_option
@registry_option
def audit(wanted: str | None, signed: bool, late: bool, fresh: bool, output: str, to: str | None) -> int:
    import gc

    from wz.office.auditing import memory, run

    gc.disable()  # a long history is many objects and no circles: looking for circles would cost a tenth of the time
    moment = now()
    past = _past()
    state = past.git.state_dir
    if fresh:
        memory.forget(state)
    with _Bar() as bar:
        try:
            found = run.audit(past, past.git.root.as_posix(), wanted, signed=signed, state=state, progress=bar.show)
        finally:
            past.close()
    text = _rendered(found, output, moment, past, late=late)
    if text or to:
        give(text, to)
    if output != "json":
        click.echo(_summary(found), err=True)
    return FINDINGS if found.findings else 0


def _past() -> "Past":
    """The history of the registry here, or of the bare repository that servers have."""
    from wz.store.git import Git
    from wz.store.past import Past
    from wz.store.place import is_bare_repository

    chosen = click.get_current_context().meta.get("wz.registry")
    folder = Path(chosen or ".").absolute()
    git: Git = Git(folder) if is_bare_repository(folder) else current().registry.git
    return Past(git, git.layout.prefix)


class _Bar:
    """A progress bar on stderr, for what takes more than a second."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def show(self, done: int, count: int) -> None:
        if count < _WORTH_A_BAR or done % 500:
            return
        if self._bar is None:
            self._bar = click.progressbar(length=count, label=_("auditing"), file=sys.stderr)
        self._bar.update(500)


def _summary(found: "Audit") -> str:
    return _("{commits} commits, {examined} examined now: {findings} findings, {late} recorded late").format(
        commits=found.commits, examined=found.examined, findings=len(found.findings), late=len(found.late)
    )


def _rendered(found: "Audit", output: str, moment: datetime, past: "Past", *, late: bool) -> str:
    import msgspec

    match output:
        case "json":
            from wz.render.json import pretty

            return pretty(found if late else msgspec.structs.replace(found, late=[]))
        case "junit":
            return _junit(found, moment)
        case "github":
            return _github(found.findings, past.prefix)
    parts = [_findings_table(found.findings)] if found.findings else []
    return "\n\n".join([*parts, *([_late_table(found)] if late and found.late else [])])


def _kind(finding: "Finding") -> str:
    from wz.office.auditing.finding import KIND_LABELS

    return term(finding.kind, KIND_LABELS[finding.kind])


def _what(finding: "Finding") -> str:
    """The message behind its article."""
    from wz.model.article import article_name

    article = article_name(finding.article)
    return finding.message if article in finding.message else f"{article}: {finding.message}"


def finding_lines(findings: "list[Finding]") -> str:
    """Each finding on two lines: commit, author, place, kind and what is wrong; then what helps."""
    from wz.render.table import one_line

    def lines(one: "Finding") -> str:
        place = f"{one.file}:{one.line}" if one.file and one.line else one.file or ""
        head = " ".join(filter(None, [one.commit[:9], one.author, place]))
        return f"  {one_line(head)}\n    {_kind(one)}: {one_line(_what(one))}\n    {one_line(one.cure)}"

    return "\n".join(map(lines, findings))


def _findings_table(findings: "list[Finding]") -> str:
    """The findings in the order of the history, then what helps, once for each remedy."""
    from wz.model.instants import shown
    from wz.render.table import flexible, one_line

    rows = [
        (
            one.commit[:9],
            shown(one.recorded),
            one_line(one.author),
            one.case or one_line(one.file or ""),
            _kind(one),
            _what(one),
        )
        for one in findings
    ]
    headers = [_("Commit"), _("Recorded"), _("Author"), _("Case"), _("Kind"), _("What")]
    return "\n".join([flexible(headers, rows, 5, width()), "", _("What helps"), *_cures(findings)])


def _cures(findings: "list[Finding]") -> "Iterator[str]":
    """What helps against each kind, where it differs from file to file the first few."""
    from wz.render.table import one_line

    told: dict[str, set[str]] = {}
    for one in findings:
        same = told.setdefault(one.kind, set())
        if one.cure not in same and len(same) < _CURES_SHOWN:
            yield f"{_kind(one)}: {one_line(one.cure)}"
        elif one.cure not in same and len(same) == _CURES_SHOWN:
            yield f"{_kind(one)}: …"
        same.add(one.cure)


def _late_table(found: "Audit") -> str:
    from wz.cli.log import action_name
    from wz.model.instants import shown
    from wz.render.table import one_line, table

    rows = [
        (
            one.commit[:9],
            one.case,
            action_name(one.action),
            one.by,
            shown(one.at),
            shown(one.recorded),
            one_line(one.author),
            one.days,
        )
        for one in found.late
    ]
    return (
        _("Recorded late")
        + "\n"
        + table(
            [_("Commit"), _("Case"), _("Action"), _("By"), _("Happened"), _("Recorded"), _("Author"), _("Days")],
            rows,
            right=[7],
        )
    )


def _junit(found: "Audit", moment: datetime) -> str:
    """One test for each kind of fault: CI services show which of them failed."""
    from wz.office.auditing.finding import KIND_LABELS, KINDS
    from wz.render.junit import Fault, Suite, Test, document

    tests = [
        Test(
            term(kind, KIND_LABELS[kind]),
            "wz.audit",
            [
                Fault(False, kind, one.as_problem().message, f"{one.file or ''}\n{one.message}\n{one.cure}".strip())
                for one in found.findings
                if one.kind == kind
            ],
        )
        for kind in KINDS
        if found.signed or kind != "unsigned"
    ]
    return document("wz audit", [Suite("wz audit", tests)], moment)


def _github(findings: "list[Finding]", prefix: str) -> str:
    from wz.render.github import Annotation, commands

    return commands(
        Annotation(
            "error",
            prefix + (one.file or "units.yaml"),
            one.line,
            f"wz audit: {_kind(one)}",
            f"{one.as_problem().message}\n{one.cure}",
        )
        for one in findings
    )
