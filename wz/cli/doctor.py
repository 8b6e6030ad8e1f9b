"""`wz doctor`: what a broken disk, a power cut or a killed program left, found and mended."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wz.cli.context import format_option, now, registry_option
from wz.cli.output import give, output_option
from wz.i18n import _, listed, ngettext, term

if TYPE_CHECKING:
    from wz.office.doctoring.ailment import Ailment, Examination

FINDINGS = 1
_COMMITS_SHOWN = 5
_MARKS = ("units.yaml", "calendar.yaml", ".git")


@click.command(
    help=_(
        "Find what a broken disk, a power cut or a killed program left: stale locks, torn branches, unreadable "
        "objects, empty files, a damaged index. Without --fix nothing is changed. What is displaced is kept in "
        ".git/wz/lost; a person's own edits are left alone. Exit code 0: all is well or mended; 1: something is left."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz doctor\n  wz doctor --fix\n  wz doctor --fix --from /mnt/usb/registry",
    short_help=_("Find and mend what a broken disk, a power cut or a killed program left."),
)
@click.option("--fix", is_flag=True, help=_("Mend what can be mended."))
@click.option(
    "--from",
    "donors",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path),
    help=_("Another clone, a copy or a backup, to take lost objects from; once for each."),
)
@click.option("--quick", is_flag=True, help=_("Do not read every object and every file."))
@format_option("text", "json")
@output_option
@registry_option
def doctor(fix: bool, donors: tuple[Path, ...], quick: bool, output: str, to: str | None) -> int:
    from wz.office.doctoring.examine import examine

    found = examine(_root(), now(), fix=fix, quick=quick, donors=[one.absolute() for one in donors], told=_telling())
    if output == "json":
        from wz.render.json import pretty

        give(pretty(found), to)
    else:
        give(_text(found), to)
    return FINDINGS if found.left else 0


def _root() -> Path:
    """The registry's folder, even where the files that make it one are gone."""
    chosen = click.get_current_context().meta.get("wz.registry")
    here = Path(chosen).absolute() if chosen else Path.cwd()
    if chosen:
        return here
    return next((one for one in (here, *here.parents) if any((one / mark).exists() for mark in _MARKS)), here)


def _telling() -> Callable[[str], None]:
    """What is looked at, on a terminal: reading every object of a large registry takes a while."""
    words = {
        "objects": _("reading every object …"),
        "files": _("reading every file …"),
    }

    def tell(what: str) -> None:
        if what in words and sys.stderr.isatty():
            click.echo(words[what], err=True)

    return tell


def _text(found: "Examination") -> str:
    parts = [_lines(one) for one in found.ailments]
    if found.lost_folder:
        parts.append(_("What was displaced is kept in {place}").format(place=os.path.relpath(found.lost_folder)))
    return "\n".join([*parts, _summary(found)])


def _lines(one: "Ailment") -> str:
    """What is wrong where; then, indented, why, whom it concerns, what was done, what remains."""
    from wz.office.doctoring.ailment import KIND_LABELS, STATE_LABELS
    from wz.render.table import one_line

    head = f"{_(STATE_LABELS[one.state])}  {term(one.kind, KIND_LABELS[one.kind])}  {one.place}: {one.what}"
    commits = [commit[:9] for commit in one.commits[:_COMMITS_SHOWN]] + ["…"] * (len(one.commits) > _COMMITS_SHOWN)
    about = listed([*one.cases, *commits])
    return "\n".join(
        [one_line(head), *(f"    {one_line(line)}" for line in (one.why, about, one.done, one.todo) if line)]
    )


def _summary(found: "Examination") -> str:
    counts = {state: sum(one.state == state for one in found.ailments) for state in ("found", "mended", "lost", "hint")}
    if not found.ailments:
        return _("All is well.") if found.objects_read else _("All is well, as far as a quick look tells.")
    parts = []
    if counts["mended"]:
        parts.append(ngettext("{count} mended", "{count} mended", counts["mended"]).format(count=counts["mended"]))
    if counts["found"]:
        parts.append(ngettext("{count} left", "{count} left", counts["found"]).format(count=counts["found"]))
    if counts["lost"]:
        parts.append(ngettext("{count} lost", "{count} lost", counts["lost"]).format(count=counts["lost"]))
    if counts["hint"]:
        parts.append(ngettext("{count} hint", "{count} hints", counts["hint"]).format(count=counts["hint"]))
    return listed(parts)
