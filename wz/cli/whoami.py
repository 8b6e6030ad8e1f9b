"""`wz whoami`: who is typing, and what their role allows."""

import click

from wz.cli.context import current, format_option, registry_option
from wz.i18n import _, listed, term


@click.command(
    help=_("Who you are in this registry, by git's e-mail, and what your role allows. (第五条)")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz whoami\n  wz whoami --format json"
)
@format_option("text", "json")
@registry_option
def whoami(output: str) -> None:
    from wz.office.permissions import action_label, standing

    session = current()
    mine = standing(session.registry)
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(mine))
        return

    def names(actions: list[str]) -> str:
        return listed(term(one, action_label(one)) for one in actions) or "-"

    position = term(mine.position, mine.position_label)
    click.echo(
        "\n".join(
            [
                _("{actor}: {name}, {position}, {body}").format(
                    actor=mine.actor, name=mine.name, position=position, body=mine.body_name
                ),
                _("e-mail: {email}").format(email=mine.email),
                _("signs commits: {signs}").format(signs=_("yes") if mine.signs else _("no")),
                _("role: {role}").format(role=term(mine.role, mine.role_label) if mine.role else "-"),
                _("may do: {actions}").format(actions=names(mine.acts)),
                _("may enter for others: {actions}").format(actions=names(mine.enters)),
            ]
        )
    )
