"""`wz init`: make a registry, and the nightly job that checks it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wz.cli.context import Session, current, now, registry_option
from wz.i18n import N_, _

if TYPE_CHECKING:
    from wz.store.registry import Registry

# The places that can run the nightly job, and what is left to do there.
_JOBS = {
    "github": N_("Push: the job runs at 0:30 Beijing time; to try it now, choose Run workflow."),
    "gitlab": N_("Push; then in Build > Pipeline schedules make a schedule `30 0 * * *`, time zone Beijing."),
    "gitee": N_("Push, and switch on Gitee Go for the repository; the job runs at 0:30."),
    "cron": N_("Add it to your crontab: crontab -l 2>/dev/null | cat - ci/crontab | crontab -"),
    "windows": N_("Add the task: schtasks /Create /TN wz-check /XML ci\\wz-check.task.xml"),
}


@click.command(
    help=_("Make a registry in DIR: settings, schemas, a git repository. You become its first clerk, by git's e-mail.")
    + "\n\n"
    + _("--ci writes and commits a nightly job, into a registry that is there or into the new one.")
    + "\n\n"
    + _("--sample puts an invented office's weeks into it, one commit for each action, to try everything on.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz init registry\n  wz init try --sample\n  wz init --ci github --ci cron --fail-on yellow"
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False))
@click.option("--sample", is_flag=True, help=_("Replay the sample's story into it."))
@click.option("--update", is_flag=True, help=_("Bring the schemas of the registry up to this wz."))
@click.option(
    "--ci",
    "jobs",
    type=click.Choice(list(_JOBS)),
    multiple=True,
    help=_("Write a nightly job for this place; several may be given."),
)
@click.option(
    "--fail-on",
    type=click.Choice(["blue", "yellow", "red", "referral"]),
    help=_("The level from which on the nightly job fails; red if not given."),
)
@click.option(
    "--package",
    metavar="TEXT",
    help=_("What pip installs wz from in the nightly job: a requirement, or the address of a wheel or repository."),
)
@click.option("--force", is_flag=True, help=_("Write over files of the nightly job that were changed."))
@registry_option
def init(
    folder: str,
    sample: bool,
    update: bool,
    jobs: tuple[str, ...],
    fail_on: str | None,
    package: str | None,
    force: bool,
) -> None:
    if (fail_on or package or force) and not jobs:
        raise click.UsageError(_("--fail-on, --package and --force are about the nightly job: give --ci too."))
    registry = _registry_there(folder) if jobs and not sample and not update else None
    if update:
        from wz.office.founding import update_schemas

        registry = (current() if folder == "." else Session(folder)).registry
        changed = update_schemas(registry)
        click.echo("\n".join(changed) or _("The schemas are up to date."))
    elif registry is None:
        registry = _new(Path(folder).absolute(), sample)
    if jobs:
        _write_jobs(registry, jobs, fail_on or "red", package, force)


def _registry_there(folder: str) -> "Registry | None":
    """The registry that is meant, if there is one already; one named with --registry must be there."""
    from wz.errors import Unreadable

    session = current() if folder == "." else Session(folder)
    try:
        found: Registry = session.registry
    except Unreadable:
        if session.named and folder == ".":
            raise
        return None
    return found


def _new(root: Path, sample: bool) -> "Registry":
    if sample:
        return _sample(root)
    from wz.office.founding import found

    registry = found(root, now())
    click.echo(_("A registry is in {folder}.").format(folder=root))
    _tell_of_key(registry)
    click.echo(_("Next: write your units into units.yaml, commit it, then `wz new`."))
    return registry


def _tell_of_key(registry: "Registry") -> None:
    """What the office's key is for, where it lies, and what losing it means."""
    from wz.office.keys import ring_of

    keys = registry.directory.office.keys
    if not keys:
        click.echo(
            _("Petitioners cannot be sealed, for pyrage is not installed: pip install pyrage, then `wz key new`."),
            err=True,
        )
        return
    click.echo(
        _("The office's key, which opens sealed petitioners, is in {path}.").format(
            path=ring_of(registry).held[keys[0]].path
        )
    )
    click.echo(
        _("Whoever loses it reads no petitioner any more, and nobody can help: back it up with `wz key export FILE`.")
    )


def _write_jobs(registry: "Registry", jobs: tuple[str, ...], fail_on: str, package: str | None, force: bool) -> None:
    from wz.office.nightly import REQUIREMENTS, write

    written = write(registry, dict.fromkeys(jobs), fail_on=fail_on, package=package, force=force)
    click.echo("\n".join(written.files) or _("The nightly job is there already."))
    for job in dict.fromkeys(jobs):
        click.echo(f"{job}: {_(_JOBS[job])}", err=True)
    if written.nowhere:
        click.echo(
            _("Write into {file} where wz is to be had; the job fails until then.").format(file=REQUIREMENTS), err=True
        )


def _sample(root: Path) -> "Registry":
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
    return registry
