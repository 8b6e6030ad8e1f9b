"""`wz merge-file`: what git runs to merge a case file (see `wz/store/driver.py`). Nobody types it; no help lists it."""

from pathlib import Path

import click

from wz.i18n import _

CONFLICT = 1


@click.command(hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("path")
def merge_file(base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Merge the case file at `path`, given as three files, into `ours`, which stays as it is where that cannot be.

    Ours come first: when a commit is put upon others, as by a rebase, the file must go on as they have it.
    """
    from wz.cli.problems import problem_line
    from wz.model.problem import Problem
    from wz.store.files import is_case_path
    from wz.store.merging import merge

    texts = [file.read_bytes() for file in (base, ours, theirs)]
    if is_case_path(path[max(path.rfind("cases/"), 0) :]):
        merged = merge(path, texts[0] or None, texts[1], texts[2], append=True)
    else:
        merged = Problem(
            file=path,
            message=_("both sides added another document by this name"),
            cure=_("Record one of the two under another name, with `wz attach`."),
        )
    if isinstance(merged, Problem):
        click.echo(problem_line(merged), err=True)
        return CONFLICT
    ours.write_bytes(merged)
    return 0
