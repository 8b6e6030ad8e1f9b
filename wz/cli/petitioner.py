"""`wz petitioner`: whom to call, for a holder of a key; and who else can read it."""

from typing import TYPE_CHECKING

import click

from wz.cli.actions import complete_case
from wz.cli.context import current, format_option, registry_option
from wz.i18n import _, labelled, listed, term

if TYPE_CHECKING:
    from wz.office.readers import Opened, Reader


@click.command(
    help=_("The petitioner of a case, opened with a key held here; and who else can open it. (第十九条)")
    + "\n\n"
    + _("What is shown is shown on this screen alone: it goes into no file, log or message of wz's.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz petitioner 8Z5HZT\n  wz petitioner 8Z5HZT --who\n  wz petitioner 8Z5HZT --format json"
)
@click.argument("case", metavar="CASE", shell_complete=complete_case)
@click.option("--who", is_flag=True, help=_("Only who can open it, and since which event."))
@format_option("text", "json")
@registry_option
def petitioner(case: str, who: bool, output: str) -> None:
    from wz.model import case_id as ids
    from wz.office.act import unreadable
    from wz.office.readers import look

    registry = current().registry
    read = registry.read(ids.path_of(registry.resolve(case)))
    if read.facts is None:
        raise unreadable(read.problems)
    opened = look(registry, read, who=who)
    if output == "json":
        import msgspec

        from wz.render.json import pretty

        click.echo(pretty(msgspec.to_builtins(opened)))
        return
    click.echo("\n".join(_text(opened)))


def _text(opened: "Opened") -> list[str]:
    lines = [opened.case]
    if opened.petitioner is not None:
        lines += [*_contact(opened.petitioner), ""]
    directory = current().registry.directory
    if opened.forgotten:
        gone = opened.forgotten
        lines.append(
            _("Forgotten on {at} by {by} (event {place}): {reason}").format(
                at=f"{gone.at:%Y-%m-%d %H:%M}", by=gone.by, place=gone.place, reason=_safe(gone.reason)
            )
        )
    elif opened.readers:
        lines.append(_readers(opened.readers))
    else:
        lines.append(_("Nobody can open it with what is in this clone."))
    if opened.withheld_from:
        names = listed(term(one, directory.name_of(one)) for one in opened.withheld_from)
        lines.append(labelled(_("Withheld from"), names + " " + _("(complained of, 第十九条)")))
    if opened.on_paper:
        names = listed(term(one, directory.name_of(one)) for one in opened.on_paper)
        lines.append(labelled(_("On paper to"), names))
    return lines


def _contact(data: dict[str, object]) -> list[str]:
    from wz.model.personal import KIND_LABELS
    from wz.model.petitioner import FIELDS

    kinds = {str(kind): label for kind, label in KIND_LABELS.items()}
    lines = [labelled(term(name, label), _safe(str(data[name]))) for name, label in FIELDS.items() if data[name]]
    moved = data["moved"]
    assert isinstance(moved, list)
    for one in moved:
        told = _("{kind}, out of the {field}").format(kind=term(one["kind"], kinds[one["kind"]]), field=_(one["field"]))
        lines.append(labelled(told, _safe(one["text"])))
    return [f"  {line}" for line in lines]


def _readers(readers: "list[Reader]") -> str:
    from wz.render.table import table

    headers = [_("Can open it"), _("Key"), _("Here"), _("Since"), _("Event")]
    rows = [
        [
            term(one.holder, one.holder_name),
            one.fingerprint,
            _("yes") if one.held else "",
            f"{one.since:%Y-%m-%d %H:%M}" if one.since else "",
            f"{one.place} {_action(one.action)}" if one.action else "",
        ]
        for one in readers
    ]
    return table(headers, rows)


def _action(name: str) -> str:
    from wz.office.permissions import action_label

    return term(name, action_label(name))


def _safe(text: str) -> str:
    from wz.render.table import one_line

    return one_line(text)
