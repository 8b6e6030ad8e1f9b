"""Problems, one a line, as editors and CI logs jump to them: `file:line: message cure`."""

from collections.abc import Iterable

import click

from wz.i18n import labelled
from wz.model.article import article_name
from wz.model.problem import Problem
from wz.render.table import one_line


def problem_line(problem: Problem) -> str:
    """One problem."""
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    article = problem.article and article_name(problem.article)
    message = labelled(article, problem.message) if article and article not in problem.message else problem.message
    return one_line(f"{place}: {message} {problem.cure}")


def problem_lines(problems: Iterable[Problem]) -> str:
    return "\n".join(map(problem_line, problems))


def show_problems(problems: Iterable[Problem]) -> None:
    """On stderr, beside a result that is on stdout."""
    for problem in problems:
        click.echo(problem_line(problem), err=True)
