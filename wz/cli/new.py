"""`wz new`: register a case."""

from typing import Any

import click

from wz.actions.base import Field
from wz.cli.context import complete_unit, current, format_option, happened_at, now, registry_option
from wz.cli.questions import at_terminal
from wz.cli.values import choose, named_unit, read_document, read_text
from wz.errors import Usage
from wz.i18n import N_, _, listed

_TITLE = Field("line", N_("title"))
_CONTENT = Field("text", N_("content"))
_CATEGORY = Field("choice", N_("category"), choices="categories")
_CHANNEL = Field("choice", N_("channel"), choices="channels")
_SCOPE = Field("choice", N_("scope"), choices="scope")


def _complete_area(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    areas = current(ctx).registry.directory.areas
    return [CompletionItem(area.id, help=area.name) for area in areas if area.id.startswith(incomplete)]


@click.command(
    help=_("Register a case; the id is made here. (第六条、第七条)")
    + "\n\n"
    + _(
        "The petitioner is sealed before anything is written: who may read it needs a key (`wz key`), and `wz "
        "petitioner` opens it. What stands in options is seen by other users of this computer while the command runs: "
        "scripts use --petitioner -."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz new --category 投诉 --channel 热线电话 --title 路灯不亮 --content 人民路12号前路灯三天不亮"
    + "\n  wz new --category consult --channel website --title 社保转移 --content-file 来信.txt"
    + "\n  wz new --category 求助 --channel 热线电话 --title 停水 --content 三楼停水 --name 王小明 --phone 13800138000"
)
@click.option("--title", metavar="TEXT", help=_("Title") + f"  [{_('required')}]")
@click.option("--title-file", metavar="FILE", type=click.Path(dir_okay=False), help=_("The title, from a file."))
@click.option(
    "--category",
    metavar="CODE",
    help=_("Category: consult 咨询, complaint 投诉, report 举报, help 求助, suggestion 建议, other 其他")
    + f"  [{_('required')}]",
)
@click.option(
    "--channel",
    metavar="CODE",
    help=_("Channel: website 网站, wechat 公众号, hotline 热线电话, other 其他") + f"  [{_('required')}]",
)
@click.option("--content", metavar="TEXT", help=_("What was said") + f"  [{_('required')}]")
@click.option(
    "--content-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help=_("What was said, from a file; - is standard input"),
)
@click.option("--received", metavar="TIME", help=_("When it came in; else now."))
@click.option("--scope", metavar="ITEM", help=_('Item of 第七条, such as "7(3)"'))
@click.option("--area", metavar="AREA", help=_("Area (属地)"), shell_complete=_complete_area)
@click.option("--urgent", is_flag=True, help=_("Urgent matter (突发类): no extension (第十四条)."))
@click.option(
    "--about",
    metavar="UNIT|NAME",
    multiple=True,
    help=_("Whom it is about; once for each. (第十九条)"),
    shell_complete=complete_unit,
)
@click.option("--name", metavar="TEXT", help=_("The petitioner's name; sealed, as the next four are. (第十九条)"))
@click.option("--phone", metavar="NUMBER", help=_("Where to call back: telephone numbers, 、 between several"))
@click.option("--id-number", metavar="NUMBER", help=_("Identity number, where the matter needs it"))
@click.option("--address", metavar="TEXT", help=_("Address"))
@click.option("--hours", metavar="TEXT", help=_("When to call"))
@click.option(
    "--petitioner",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help=_("These five as JSON from a file; - is standard input"),
)
@click.option(
    "--seal-found/--keep-found",
    default=None,
    help=_("Move identity, telephone and card numbers out of title and content into what is sealed; or leave them."),
)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help=_("Tag; once for each."))
@click.option("--source", metavar="SYSTEM:NUMBER", help=_("Where it came from, and its number there."))
@click.option(
    "--attach",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help=_("A document that came with it; once for each."),
)
@click.option("--dry-run", is_flag=True, help=_("Check and show what would be recorded; record nothing."))
@format_option("text", "json", "id")
@registry_option
def new(**given: Any) -> None:
    from wz.office.actors import typist
    from wz.office.register import register

    session = current()
    registry = session.registry
    by = typist(registry.directory, session.email)
    fields = _fields(given)
    from wz.cli.contact import contact, seal_found

    sealed = seal_found(fields, contact(given), given["seal_found"])
    present = now()
    done = register(
        registry,
        fields,
        by=by,
        received=happened_at(given["received"]) if given["received"] else present,
        now=present,
        petitioner=sealed,
        documents=[read_document(path) for path in given["attach"]],
        dry_run=given["dry_run"],
    )
    if given["output"] == "id":
        click.echo(done.case_id)
        return
    from wz.cli.done import show_done

    show_done(done, "new", given["output"])


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """The facts as plain data, asking for what is missing on a terminal. Raises Usage."""
    from wz.cli.questions import ask
    from wz.cli.values import convert

    asked = {"title": _TITLE, "category": _CATEGORY, "channel": _CHANNEL, "content": _CONTENT}
    fields: dict[str, Any] = {}
    missing = []
    for name, field in asked.items():
        raw = given[name]
        if given.get(name + "_file"):
            if raw is not None:
                raise Usage(_("--{name} and --{name}-file are both given").format(name=name), _("Give one of the two."))
            raw = read_text(given[name + "_file"])
        if raw is not None:
            fields[name] = convert(field, raw, f"--{name}")
        elif at_terminal():
            fields[name] = ask(_(field.label), field, f"--{name}")
        else:
            missing.append(f"--{name}")
    if missing:
        raise Usage(_("missing: {options}").format(options=listed(missing)), _("`wz new --help` shows an example."))
    return fields | _optional(given)


def _optional(given: dict[str, Any]) -> dict[str, Any]:
    from wz.cli.values import convert

    directory = current().registry.directory
    fields: dict[str, Any] = {}
    if given["scope"]:
        fields["scope"] = convert(_SCOPE, given["scope"], "--scope")
    if given["area"]:
        fields["area"] = choose({area.id: area.name for area in directory.areas}, given["area"], "--area")
    if given["urgent"]:
        fields["urgent"] = True
    if given["about"]:
        fields["about"] = [named_unit(name, directory) for name in given["about"]]
    if given["tags"]:
        fields["tags"] = list(given["tags"])
    if given["source"]:
        system, colon, number = given["source"].partition(":")
        if not (system and colon and number):
            raise Usage(_("{text} is no source").format(text=given["source"]), _("Write SYSTEM:NUMBER."))
        fields["source"] = {"system": system, "id": number}
    return fields
