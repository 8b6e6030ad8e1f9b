"""Problems, one a line, as editors and CI logs jump to them: `file:line: message cure`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wz.cli.context import current
from wz.i18n import CHINESE, _, labelled, listed
from wz.model.article import article_name
from wz.model.problem import Problem
from wz.render.table import one_line

if TYPE_CHECKING:
    from wz.render.github import Annotation
    from wz.render.junit import Suite
    from wz.store.sheets import Sheet

_SHOWN = 8
_ENDS = (".", "。", "!", "！", "?", "？", ":", "：", ")", "）")


def problem_line(problem: Problem) -> str:
    """One problem."""
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return one_line(f"{place}: {with_cure(what_is_wrong(problem), problem.cure)}")


def with_cure(message: str, cure: str) -> str:
    """What is wrong and what helps, as sentences of one line."""
    if not cure or message.rstrip().endswith(_ENDS):
        return f"{message} {cure}".strip()
    return f"{message}{'。' if CHINESE else '. '}{cure}"


def what_is_wrong(problem: Problem) -> str:
    """The message, behind the name of its article."""
    article = problem.article and article_name(problem.article)
    return labelled(article, problem.message) if article and article not in problem.message else problem.message


def problem_lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(problem_line, problems))


def show_problems(problems: Iterable[Problem]) -> None:
    """On stderr, beside a result that is on stdout."""
    for problem in problems:
        click.echo(problem_line(problem), err=True)


def problem_annotations(problems: Iterable[Problem], prefix: str) -> Iterable["Annotation"]:
    """Problems for GitHub; `prefix` is the registry's place in the repository, "" or "sub/"."""
    from wz.render.github import Annotation

    for one in problems:
        title = _("fault in a file of the registry")
        yield Annotation("error", prefix + one.file, one.line, title, f"{what_is_wrong(one)}\n{one.cure}".rstrip())


def problem_suite(problems: Iterable[Problem], passed: str) -> "Suite":
    """Problems for JUnit: a test for each file that has some; without any, the one test `passed`."""
    from wz.render.junit import Fault, Suite, Test

    by_file: dict[str, list[Problem]] = {}
    for one in problems:
        by_file.setdefault(one.file, []).append(one)
    tests = [
        Test(file, "files", [Fault(True, "problem", what_is_wrong(one), problem_line(one)) for one in some])
        for file, some in by_file.items()
    ]
    return Suite("files", tests or [Test(passed, "files")])


def place_in_repository() -> str:
    """Where the registry lies in its repository, "" or "sub/": CI services name files from the repository's top.

    Git is not asked, for in a job's container it often refuses a checkout that belongs to somebody else.
    """
    root: Path = current().registry.root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return "" if top == root else root.relative_to(top).as_posix() + "/"


def tell_unseen(sheet: "Sheet") -> None:
    """Say on stderr which cells a spreadsheet shows filled and wz read as empty."""
    told = (
        (
            sheet.unseen.merged,
            _("{file}: merged cells: {cells}. The first cell of each has the value; the others are read as empty."),
            _("Unmerge them and fill every cell."),
        ),
        (
            sheet.unseen.formulas,
            _("{file}: formulas without a saved result are read as empty: {cells}."),
            _("Open the file in a spreadsheet program and save it there."),
        ),
    )
    for cells, text, cure in told:
        if cells:
            named = listed(cells[:_SHOWN])
            if len(cells) > _SHOWN:
                named += " " + _("… and {count} more").format(count=len(cells) - _SHOWN)
            click.echo(_("warning: {text}").format(text=text.format(file=sheet.name, cells=one_line(named))), err=True)
            click.echo(cure, err=True)
