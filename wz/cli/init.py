"""`wz init`: make a registry."""

import sys
from pathlib import Path

import click

from wz.cli.context import Session, current, now, registry_option
from wz.i18n import _


@click.command(
    help=_("Make a registry in DIR: settings, schemas, a git repository. You become its first clerk, by git's e-mail.")
    + "\n\n"
    + _("--sample puts an invented office's weeks into it, one commit for each action, to try everything on.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz init registry\n  wz init try --sample"
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False))
@click.option("--sample", is_flag=True, help=_("Replay the sample's story into it."))
@click.option("--update", is_flag=True, help=_("Bring the schemas of the registry up to this wz."))
@registry_option
def init(folder: str, sample: bool, update: bool) -> None:
    root = Path(folder).absolute()
    if update:
        from wz.office.founding import update_schemas

        session = current() if folder == "." else Session(folder)
        changed = update_schemas(session.registry)
        click.echo("\n".join(changed) or _("The schemas are up to date."))
        return
    if sample:
        _sample(root)
    else:
        from wz.office.founding import found

        found(root, now())
        click.echo(_("A registry is in {folder}.").format(folder=root))
        click.echo(_("Next: write your units into units.yaml, commit it, then `wz new`."))


def _sample(root: Path) -> None:
    from wz.office.sample import found_sample, story

    steps = len(story()["steps"])
    with click.progressbar(length=steps, label=_("replaying"), file=sys.stderr) as bar:
        registry = found_sample(root, lambda _done, _count: bar.update(1))
    office = registry.directory.office
    clerk = office.holder_of("clerk") or office.people[0]
    registry.git.configure({"user.name": clerk.name, "user.email": clerk.email or ""})
    click.echo(_("A registry with {steps} actions is in {folder}.").format(steps=steps, folder=root))
    click.echo(_("In it you act as {name} ({email}).").format(name=clerk.name, email=clerk.email))
    click.echo(_("Next: wz check --as-of {day}").format(day=story()["story_day"]))
