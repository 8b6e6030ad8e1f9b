"""The public site (第十五条、第二十一条、第二十二条): approved, published answers alone, without personal data."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec

from wz.actions.replay import Replay
from wz.errors import GitFailed, Unreadable, Usage
from wz.i18n import _, reason_of
from wz.model import case_id as ids
from wz.model.case import Case
from wz.model.instants import SHANGHAI, parse_instant
from wz.model.personal import Public
from wz.model.problem import Problem
from wz.office.confidentiality import found_in, public_contacts, published, shown
from wz.office.public_figures import Figures, rules_page
from wz.office.sitefolder import MANIFEST, claim, differs, manifest, present, write
from wz.office.survey import replays
from wz.regulation.law import Law
from wz.render.site import Pages, PublicCase, Row, assets, page_of, row, search_data
from wz.store.registry import Registry

_SETTINGS = ("cases", "units.yaml", "calendar.yaml", "rules.yaml")
_LATEST = 30


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """`wz publish --format json`. `findings`: cases left out, or what --check objects to; files are named in the site.

    `problems` are faults of the registry, whose cases are left out too.
    """

    directory: str | None
    as_of: datetime
    commit: str | None
    published: int
    written: list[str]
    removed: list[str]
    findings: list[Problem]
    problems: list[Problem]


class Recorded(NamedTuple):
    """The commit that the site is made of, and when it was made."""

    commit: str
    at: datetime


def recorded(registry: Registry) -> Recorded:
    """What is committed. Raises GitFailed where something is not: a published page can be traced to a commit."""
    git = registry.git
    changed = git.text("status", "--porcelain", "--", *_SETTINGS)
    if changed:
        raise GitFailed(
            _("not everything is committed: {files}").format(files=" ".join(changed.split()[1::2][:5])),
            _("Commit it or drop it (`git status` shows it), then repeat."),
        )
    commit, _blank, at = git.text("log", "-1", "--format=%H %cI").partition(" ")
    return Recorded(commit, parse_instant(at))


def publish(registry: Registry, target: Path, as_of: datetime, commit: str | None) -> Result:
    """Write the site into a folder: only files that differ, and none stays that no longer belongs there.

    A case whose texts hold personal data is left out and reported. Raises Usage where the folder holds something
    else, Unreadable where it cannot be written.
    """
    _keep_apart(registry.root, target)
    claim(target)
    findings: list[Problem] = []
    problems: list[Problem] = []
    written: list[str] = []
    sums: dict[str, str] = {}
    count = 0
    try:
        for path, content in pages(registry, as_of, findings, problems):
            sums[path] = hashlib.sha256(content).hexdigest()
            count += path.startswith("cases/")
            if differs(file := f"{target}/{path}", content):
                write(file, content)
                written.append(path)
        removed = [path for path in present(target) if path not in sums]
        for path in removed:
            (target / path).unlink()
        listed = manifest(sums)
        if differs(target / MANIFEST, listed):
            write(target / MANIFEST, listed)
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=error.filename or target, reason=reason_of(error)),
            _("See that there is space and that you may write there, then repeat."),
        ) from None
    return Result(
        directory=target.as_posix(),
        as_of=as_of.astimezone(SHANGHAI),
        commit=commit,
        published=count,
        written=written,
        removed=removed,
        findings=findings,
        problems=problems,
    )


def _keep_apart(root: Path, target: Path) -> None:
    """Raises Usage where the site would lie among the cases, or in git's own folder."""
    inside = target.resolve()
    if any(inside.is_relative_to((root / folder).resolve()) for folder in ("cases", ".git")):
        raise Usage(
            _("{folder} belongs to the registry").format(folder=target),
            _("Choose a folder of its own, such as `site`."),
        )


def check(registry: Registry, target: Path | None, as_of: datetime, commit: str | None) -> Result:
    """What would leave that must not: personal data; and, in a site already written, every file that is not as it is
    to be. Writes nothing.
    """
    findings: list[Problem] = []
    problems: list[Problem] = []
    expected: set[str] = set()
    count = 0
    for path, content in pages(registry, as_of, findings, problems):
        expected.add(path)
        count += path.startswith("cases/")
        if target is not None and differs(target / path, content):
            findings.append(_finding(path, _("it is not there, or not as it is to be")))
    if target is not None:
        for path in (path for path in present(target) if path not in expected):
            findings.append(_finding(path, _("nothing published belongs there")))
    return Result(
        directory=target.as_posix() if target else None,
        as_of=as_of.astimezone(SHANGHAI),
        commit=commit,
        published=count,
        written=[],
        removed=[],
        findings=findings,
        problems=problems,
    )


def _finding(path: str, message: str) -> Problem:
    return Problem(file=path, article="21", message=message, cure=_("Run `wz publish` on that folder."))


def pages(
    registry: Registry, as_of: datetime, findings: list[Problem], problems: list[Problem]
) -> Iterator[tuple[str, bytes]]:
    """Every file of the site, one at a time; of all cases only their lines in the lists are kept."""
    directory, rules = registry.directory, registry.rules
    rendered = Pages({"city": directory.city, "office": directory.office.name, "as_of": f"{as_of:%Y-%m-%d}"})
    figures = Figures(rules)
    rows: list[Row] = []
    for case in public_cases(registry, as_of, findings, problems):
        yield page_of(case.id), rendered.page("case.html", "../", here="case", case=case)
        rows.append(row(case))
        figures.add(case)
    rows.sort(key=lambda one: (one.answered, one.id), reverse=True)
    months = figures.months()
    for month, inside in groupby(rows, key=lambda one: one.answered[:7]):
        listed = rendered.page("month.html", "../", here="list", this=month, rows=list(inside))
        yield f"months/{month}.html", listed
    years = []
    for year, inside in groupby(rows, key=lambda one: one.answered[:4]):
        years.append(year)
        yield f"search/{year}.js", search_data(year, inside)
    yield (
        "index.html",
        rendered.page("index.html", here="list", latest=rows[:_LATEST], months=months, years=years, total=len(rows)),
    )
    yield "statistics.html", rendered.page("statistics.html", here="statistics", total=len(rows), **figures.values())
    yield "rules.html", rendered.page("rules.html", here="rules", **rules_page(rules, directory))
    yield from assets().items()


def public_cases(
    registry: Registry, as_of: datetime, findings: list[Problem], problems: list[Problem]
) -> Iterator[PublicCase]:
    """Every case that may be published, as the public reads it; not one with unlawful events, which are problems."""
    public = public_contacts(registry.directory)
    law = registry.law
    for replayed in replays(registry, as_of, problems):
        case = replayed.case
        if replayed.unlawful or (one := _public(registry, law, replayed)) is None:
            continue
        if found := _personal(one, public):
            problem = _("left out: what would be published holds personal data: {found}").format(found=found)
            cure = _("Redact it: `wz retract` the approval, and approve anew with --redact.")
            path = ids.path_of(case.facts.id)
            findings.append(Problem(file=path, case=case.facts.id, article="20", message=problem, cure=cure))
            continue
        yield one


def _personal(case: PublicCase, public: Public) -> str:
    texts = {"title": case.title, "content": case.content, "answer": case.answer}
    return "; ".join(shown(found) for found in found_in(texts, public))


def _public(registry: Registry, law: Law, replayed: Replay) -> PublicCase | None:
    case = replayed.case
    texts = published(case)
    if texts is None or case.answer is None or case.approval is None:
        return None
    facts, directory = case.facts, registry.directory
    area = directory.area(facts.area) if facts.area else None
    received, answered = (moment.astimezone(SHANGHAI).date() for moment in (facts.received, case.approval.at))
    return PublicCase(
        id=facts.id,
        title=texts.title,
        content=texts.content,
        answer=texts.answer,
        category=law.rules.categories[facts.category].label,
        unit=directory.name_of(case.answer.by.partition("/")[0]),
        area=area.name if area else "",
        received=received.isoformat(),
        answered=answered.isoformat(),
        rating=_rating(case, law),
        days=law.calendar.count(received, answered),
    )


def _rating(case: Case, law: Law) -> str:
    """满意; 不满意（重办中）; 不满意（重办后：满意）."""
    labels = [law.rules.choices("ratings")[one] for one in case.ratings]
    if len(labels) > 1:
        return f"{labels[0]}（重办后：{labels[-1]}）"
    if labels and case.state in ("redo", "in-review"):
        return f"{labels[0]}（重办中）"
    if labels and case.state == "answered":
        return f"{labels[0]}（已重办）"
    return labels[0] if labels else ""
