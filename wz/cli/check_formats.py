"""What `wz check` says in every format but the terminal's table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wz.cli.check_words import awaited_name, compared, level_name, owed_name, totals_line, unit_name, urge_text
from wz.cli.context import current
from wz.cli.done import due_text
from wz.i18n import CHINESE, _, ngettext
from wz.model.article import article_name
from wz.office import checking

if TYPE_CHECKING:
    from wz.office.checking import Check, Owed
    from wz.render.github import Annotation, Kind
    from wz.render.junit import Test
    from wz.render.page import Page, Section

_CSV_COLUMNS = (
    "case",
    "title",
    "category",
    "state",
    "unit",
    "obligation",
    "started",
    "due",
    "due_at",
    "days_left",
    "overdue_days",
    "level",
    "points",
    "urge_role",
    "urge_name",
    "article",
    "provisional",
)
# How loud GitHub is told a level; what has reached none is no remark.
_KINDS: dict[str, "Kind"] = {"blue": "notice", "yellow": "warning", "red": "error", "referral": "error"}


def rendered(report: "Check", output: str, fail_on: str | None) -> str:
    """The report in that format. JUnit's tests fail from the level `fail_on`, else from blue on."""
    match output:
        case "ndjson":
            from wz.render.json import line

            return "\n".join(line(one) for one in report.obligations)
        case "csv":
            return _csv(report)
        case "junit":
            return _junit(report, fail_on or "blue")
        case "github":
            return _github(report)
        case "markdown":
            from wz.render import markdown

            return markdown.document(_page(report))
        case "html":
            from wz.render import html

            return html.document(_page(report))
    from wz.render.json import pretty

    return pretty(report)


def _csv(report: "Check") -> str:
    import msgspec

    from wz.render.csv import lines

    rows = [msgspec.to_builtins(one) for one in report.obligations]
    for row in rows:
        urge = row.pop("urge")
        row |= {"urge_role": urge["role"], "urge_name": urge["name"]}
    return lines((*_CSV_COLUMNS, "before") if report.new_since else _CSV_COLUMNS, rows)


# -- for CI services


def _junit(report: "Check", fails_from: str) -> str:
    """A suite for each unit, a test for each thing owed; and one suite for the files that cannot be read."""
    from wz.cli.problems import problem_suite
    from wz.render.junit import Suite, document

    by_unit: dict[str, list[Test]] = {}
    for one in report.obligations:
        by_unit.setdefault(one.unit, []).append(_test(one, fails_from))
    name_of = current().registry.directory.name_of
    suites = [Suite(f"{unit} {name_of(unit)}", tests) for unit, tests in by_unit.items()]
    files = problem_suite(report.problems, _("every file can be read"))
    return document("wz check", [files, *suites], report.as_of)


def _test(one: "Owed", fails_from: str) -> "Test":
    from wz.model.case_id import path_of
    from wz.render.junit import Fault, Test

    name = f"{one.case} {one.obligation} {one.title}"
    if not checking.reached(one, fails_from):  # type: ignore[arg-type]
        return Test(name, one.unit)
    text = f"{path_of(one.case)}\n{one.title}\n{_told(one)}"
    return Test(name, one.unit, [Fault(False, one.level, f"{level_name(one.level)}: {_told(one)}", text)])


def _github(report: "Check") -> str:
    """Annotations, worst first, then the totals as a plain line of the job's log."""
    from wz.cli.problems import place_in_repository, problem_annotations
    from wz.render.github import commands

    prefix = place_in_repository()
    found = [*problem_annotations(report.problems, prefix), *_annotations(report, prefix)]
    return "\n".join(filter(None, [commands(found), totals_line(report)]))


def _annotations(report: "Check", prefix: str) -> Iterator["Annotation"]:
    """A remark on the last event of every case that has reached a level."""
    from wz.model.case_id import path_of
    from wz.render.github import Annotation
    from wz.store.casefile import event_lines

    for one in report.obligations:
        if kind := _KINDS.get(one.level):
            path = path_of(one.case)
            line = max(event_lines(current().registry.read(path).data).values(), default=1)
            title = f"{level_name(one.level)} {one.case} {one.title}"
            yield Annotation(kind, prefix + path, line, title, _told(one))


def _told(one: "Owed") -> str:
    """What an obligation that is late comes to, in a sentence."""
    days = ngettext("{days} working day over", "{days} working days over", one.overdue_days)
    told = _("{unit} owes {obligation} since {due} ({article})").format(
        unit=unit_name(one.unit),
        obligation=owed_name(one.obligation),
        due=due_text(one),  # type: ignore[arg-type]
        article=article_name(one.article),
    )
    parts = [told, days.format(days=one.overdue_days)]
    if one.urge.role:
        parts.append(_("urge: {whom}").format(whom=urge_text(one)))
    return ("；" if CHINESE else "; ").join(parts)


# -- for people


def _page(report: "Check") -> "Page":
    from wz.render.page import Page

    city = current().registry.directory.city
    lead = [_("As of {as_of:%Y-%m-%d %H:%M}, {city}").format(as_of=report.as_of, city=city), *compared(report)]
    return Page(_("Petitions: what is owed"), [*lead, totals_line(report)], list(_sections(report)))


def _sections(report: "Check") -> Iterator["Section"]:
    from wz.render.page import Section

    days = current().registry.rules.due_soon
    if late := checking.overdue(report):
        yield _late(report, late)
    if soon := checking.due_soon(report, days):
        headers = [_("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), _("Days left")]
        rows = [[*_whose(one), str(one.days_left)] for one in soon]
        yield Section(_("Due within {days} working days").format(days=days), headers, rows, [5])
    if report.waiting:
        headers = [_("For"), _("Case"), _("Title"), _("Since"), _("Working days")]
        rows = [
            [awaited_name(one.awaited), one.case, one.title, f"{one.since:%Y-%m-%d %H:%M}", str(one.days)]
            for one in report.waiting
        ]
        yield Section(_("Waiting for the office"), headers, rows, [4])
    if report.problems:
        from wz.cli.problems import what_is_wrong

        headers = [_("File"), _("Line"), _("Fault"), _("Cure")]
        rows = [[one.file, str(one.line or ""), what_is_wrong(one), one.cure] for one in report.problems]
        yield Section(_("Problems"), headers, rows, [1])


def _late(report: "Check", late: list["Owed"]) -> "Section":
    from wz.render.page import Section

    headers = [_("Level"), _("Case"), _("Title"), _("Unit"), _("Owes"), _("Due"), _("Days over"), _("Urge")]
    rows = [[level_name(one.level), *_whose(one), str(one.overdue_days), urge_text(one)] for one in late]
    if report.new_since:
        headers.append(_("Before"))
        for row, one in zip(rows, late, strict=True):
            row.append(level_name(one.before) if one.before else "")
    return Section(_("Overdue"), headers, rows, [6], [one.level if one.level != "none" else "" for one in late])


def _whose(one: "Owed") -> list[str]:
    return [one.case, one.title, unit_name(one.unit), owed_name(one.obligation), due_text(one)]  # type: ignore[arg-type]
