"""`wz units`: the city's units and their people."""

from typing import Any

import click

from wz.cli.context import complete_unit, current, format_option, registry_option, rev_option
from wz.i18n import _, term

_KINDS = {"township": "乡镇", "department": "部门", "enterprise": "公共服务企事业单位"}


@click.command(
    help=_("The city's units and their people; one unit in full by id, name or alias. (第五条)")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz units\n  wz units 城管局"
)
@click.argument("unit", required=False, shell_complete=complete_unit)
@format_option("table", "json")
@rev_option
@registry_option
def units(unit: str | None, output: str) -> None:
    import msgspec

    directory = current().registry.directory
    bodies = directory.bodies()
    if unit is not None:
        from wz.office.actors import find_actor

        wanted = find_actor(directory, unit)
        bodies = [body for body in bodies if body.id == wanted]
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(msgspec.to_builtins(bodies) if unit else directory))
        return
    from wz.model.directory import ROLE_LABELS
    from wz.render.table import table

    if unit is None:
        rows = [(body.id, body.name, _kind(body), "、".join(body.aliases), len(body.people)) for body in bodies]
        click.echo(table([_("Id"), _("Name"), _("Kind"), _("Aliases"), _("People")], rows, right=[4]))
        return
    people = [
        (f"{body.id}/{person.id}", person.name, term(person.role, ROLE_LABELS[person.role]), person.email, person.phone)
        for body in bodies
        for person in body.people
    ]
    click.echo(table([_("Actor"), _("Name"), _("Role"), _("E-mail"), _("Telephone")], people))


def _kind(body: Any) -> str:
    kind = getattr(body, "kind", None)
    return term(kind, _KINDS[kind]) if kind else ""
