"""`wz validate`: every fault of every file at once."""

from typing import TYPE_CHECKING

import click

from wz.cli.context import current, format_option, now, registry_option
from wz.cli.output import give, output_option
from wz.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

    from wz.office.validating import Validation

FINDINGS = 1


@click.command(
    help=_("Check every file against schema, workflow and cross-references; all problems at once, with line and cure.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz validate\n  wz validate cases/2026/11/19/20261119-8Z5HZT.yaml"
)
@click.argument("paths", nargs=-1, type=click.Path())
@format_option("text", "json", "junit", "github")
@output_option
@registry_option
def validate(paths: tuple[str, ...], output: str, to: str | None) -> int:
    from wz.office import validating

    registry = current().registry
    moment = now()
    only = [file for path in paths for file in _below(path)] if paths else None
    result = validating.validate(registry, moment, only)
    counts = _("{cases} cases in {files} files: {problems} problems").format(
        cases=result.cases, files=result.files, problems=len(result.problems)
    )
    text = _rendered(result, output, moment, counts)
    if text or to:
        give(text, to)
    if output != "json":
        click.echo(counts, err=True)
    return FINDINGS if result.problems else 0


def _rendered(result: "Validation", output: str, moment: "datetime", counts: str) -> str:
    match output:
        case "json":
            from wz.render.json import pretty

            return pretty(result)
        case "junit":
            from wz.cli.problems import problem_suite
            from wz.render.junit import document

            return document("wz validate", [problem_suite(result.problems, counts)], moment)
        case "github":
            from wz.cli.problems import place_in_repository, problem_annotations
            from wz.render.github import commands

            return commands(problem_annotations(result.problems, place_in_repository()))
    from wz.cli.problems import problem_lines

    return problem_lines(result.problems)


def _below(path: str) -> list[str]:
    """The file, or every file below the folder, as the registry names it; the path is from here or from there."""
    from pathlib import Path

    from wz.errors import Usage

    root = current().registry.root.resolve()
    for candidate in (Path(path).resolve(), (root / path).resolve()):
        if candidate.exists() and candidate.is_relative_to(root):
            found = [candidate] if candidate.is_file() else sorted(candidate.rglob("*"))
            return [one.relative_to(root).as_posix() for one in found if one.is_file()]
    raise Usage(_("there is no file {path} in the registry").format(path=path), _("Check its name."))
