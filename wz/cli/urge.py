"""`wz urge`: who is to be urged, the message to each, and sending it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wz.actions.urge import METHODS
from wz.cli.actions import complete_case
from wz.cli.context import (
    as_of_option,
    colours,
    complete_unit,
    current,
    format_option,
    happened_at,
    now,
    registry_option,
)
from wz.cli.fields import complete_from
from wz.errors import Usage
from wz.i18n import _, ngettext, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from wz.model.problem import Problem
    from wz.office.urging import Urging

FAILED, UNREADABLE = 1, 4
_SECONDS = 60.0


@click.command(
    help=_(
        "Who is to be urged now, at which level, and the message to each: the handler at blue, the deputy at yellow, "
        "the principal at red; once for each level. --send sends the messages and puts them on record. (第二十六条)"
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz urge\n  wz urge EBX9R6 --record phone\n  wz urge --send",
)
@click.argument("cases", nargs=-1, metavar="[CASE]...", shell_complete=complete_case)
@click.option("--unit", metavar="UNIT", help=_("Only this unit's cases."), shell_complete=complete_unit)
@click.option("--send", is_flag=True, help=_("Send each message as notify.yaml says, and record what was sent."))
@click.option(
    "--record",
    metavar="METHOD",
    help=_("Send nothing; record that they were urged by other means: {methods}").format(methods=", ".join(METHODS)),
    shell_complete=complete_from(METHODS),
)
@click.option("--at", metavar="TIME", help=_("When it happened; else now."))
@as_of_option
@format_option("text", "json")
@registry_option
def urge(
    cases: tuple[str, ...],
    unit: str | None,
    send: bool,
    record: str | None,
    at: str | None,
    as_of: "datetime | None",
    output: str,
) -> int:
    if send and record:
        raise Usage(_("{options} are both given").format(options="--send, --record"), _("Give one of the two."))
    if as_of and (send or record):
        raise Usage(_("--as-of only looks"), _("Give with --at when it happened, or leave it out."))
    if at and not (send or record):
        raise Usage(_("--at is for --send and --record"), _("Use --as-of to look at another time."))
    if unit is not None:
        from wz.cli.values import find_unit

        unit = find_unit(unit, current().registry.directory)
    if record is not None:
        from wz.cli.values import choose

        record = choose(METHODS, record, "--record")
    moment = as_of or (happened_at(at) if at else now())
    problems: list[Problem] = []
    found = list(_done(cases, unit, send, record, moment, problems))
    click.echo(_rendered(found, problems, moment, output))
    return _outcome(found, problems, output)


def _done(
    cases: "Sequence[str]",
    unit: str | None,
    send: bool,
    record: str | None,
    moment: "datetime",
    problems: "list[Problem]",
) -> "Iterator[Urging]":
    """The urgings, sent or recorded where that was asked for."""
    from wz.model import case_id as ids
    from wz.office.urging import urgings

    registry = current().registry
    paths = [ids.path_of(registry.resolve(case)) for case in cases] or None
    if not (send or record):
        yield from urgings(registry, moment, problems, paths, unit)
        return
    from wz.actions.catalog import ACTIONS
    from wz.office import sending
    from wz.office.actors import actor_of
    from wz.office.permissions import permit

    permit(registry, "urge")
    by = actor_of(ACTIONS["urge"], registry.directory, current().email, None, None)
    if send:
        from wz.store.routes import read_routes

        sending.require()
        routes = read_routes(notify_path())
    # Whoever else is sending is done first: then what it sent is on record.
    with registry.git.reserved("urge", _SECONDS):
        for one in list(urgings(registry, moment, problems, paths, unit)):
            if send:
                yield sending.send_and_record(registry, one, routes, by=by, at=moment, now=now())
            else:
                yield sending.record(registry, one, record or "", by=by, at=moment, now=now())


def notify_path() -> Path:
    """notify.yaml: what WZ_NOTIFY names, else in the user's own configuration folder."""
    from wz.store.userfolder import configuration

    chosen = os.environ.get("WZ_NOTIFY")
    return Path(chosen) if chosen else configuration() / "notify.yaml"


def _outcome(found: "Sequence[Any]", problems: "list[Problem]", output: str) -> int:
    failed = [one for one in found if getattr(one, "failure", None)]
    for one in failed:
        click.echo(
            _("not sent: {case}, {to}: {why}").format(case=one.case, to=one.to, why=one.failure)
            if not one.commit
            else _("sent in part: {case}, {to}: {why}").format(case=one.case, to=one.to, why=one.failure),
            err=True,
        )
    if problems:
        if output != "json":
            from wz.cli.problems import show_problems

            show_problems(problems)
        return UNREADABLE
    return FAILED if failed else 0


def _rendered(found: "Sequence[Urging]", problems: "list[Problem]", moment: "datetime", output: str) -> str:
    if output == "json":
        from wz.model.instants import written
        from wz.render.json import pretty

        root = current().registry.root.as_posix()
        return pretty({"as_of": written(moment), "registry": root, "urgings": found, "problems": problems})
    if not found:
        return _("Nobody is to be urged.")
    count = ngettext("{count} to be urged", "{count} to be urged", len(found)).format(count=len(found))
    return "\n\n".join([*map(_text, found), count])


def _text(one: "Urging") -> str:
    """The urging's line, and the message, indented."""
    from wz.cli.check_words import level_name
    from wz.render.table import one_line, paint

    name = current().registry.directory.name_of(one.unit)
    head = f"{level_name(one.level)}  {one.case}  {term(one.unit, name)}  {one.to}"
    lines = [paint(head, one.level, colours()), *(f"    {one_line(line)}" for line in one.text.splitlines())]
    commit = getattr(one, "commit", None)
    if commit:
        lines.append(_("  recorded: {commit}").format(commit=commit[:9]))
    return "\n".join(lines)
