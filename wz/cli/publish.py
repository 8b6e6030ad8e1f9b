"""`wz publish`: the static public site."""

from datetime import datetime
from pathlib import Path

import click

from wz.cli.context import as_of_option, current, format_option, registry_option
from wz.errors import Usage
from wz.i18n import _, ngettext

FINDINGS = 1
UNREADABLE = 4


@click.command(
    help=_(
        "Write the public site into a folder: channels and rules, published answers with a search, statistics. "
        "Only answers approved for publication are in it; one that holds personal data is left out and reported. "
        "(第十五条、第二十一条、第二十二条)"
    )
    + "\n\n"
    + _("What is committed is published; the same commit gives the same files. Only files that differ are written.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz publish site\n  wz publish --check site"
)
@click.argument("directory", metavar="DIR", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help=_("Write nothing; fail if personal data would leave, or if DIR holds anything else than it is to hold."),
)
@as_of_option
@format_option("text", "json")
@registry_option
def publish(directory: Path | None, only_check: bool, as_of: datetime | None, output: str) -> int:
    from wz.office import publishing, sitefolder

    if directory is None and not only_check:
        raise Usage(_("missing: DIR"), _("Example:") + "  wz publish site")
    registry = current().registry
    recorded = publishing.recorded(registry)
    moment = as_of or recorded.at
    if only_check:
        if directory is not None and not (directory / sitefolder.MANIFEST).is_file():
            raise Usage(_("{folder} is no site that wz wrote").format(folder=directory), _("Leave it out, or publish."))
        result = publishing.check(registry, directory, moment, recorded.commit)
    else:
        assert directory is not None
        result = publishing.publish(registry, directory, moment, recorded.commit)
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(result))
    else:
        _tell(result)
    if result.problems:
        return UNREADABLE
    return FINDINGS if result.findings else 0


def _tell(result: "object") -> None:
    from wz.cli.problems import show_problems
    from wz.office.publishing import Result

    assert isinstance(result, Result)
    click.echo(
        ngettext("{count} case published", "{count} cases published", result.published).format(count=result.published)
        + (
            _(": {written} files written, {removed} removed").format(
                written=len(result.written), removed=len(result.removed)
            )
            if result.directory and not result.findings
            else ""
        )
    )
    if result.findings or result.problems:
        show_problems([*result.findings, *result.problems])
