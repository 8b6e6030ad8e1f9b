"""A command for each action of the catalogue, made from the action's own declaration."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from wz.actions.base import Action
from wz.actions.catalog import ACTIONS
from wz.cli.answers import gather
from wz.cli.context import complete_unit, current, format_option, happened_at, now, registry_option
from wz.cli.fields import asked_fields, options
from wz.cli.questions import at_terminal
from wz.cli.values import read_document
from wz.errors import Refused, Usage
from wz.i18n import N_, _
from wz.model.article import article_name, cited

if TYPE_CHECKING:
    from wz.model.case import Case


# Adds to an action's fields what is not typed but follows from the case: from the case, the fields, what was typed.
Complete = Callable[["Case", dict[str, Any], Mapping[str, Any]], None]


def command(
    action: Action, name: str | None = None, extra: Sequence[click.Option] = (), complete: Complete | None = None
) -> click.Command:
    """The command that does one action; `extra` are options beside those of its fields."""

    def callback(**given: Any) -> None:
        perform(action, given, complete)

    made = click.Command(
        name or action.name,
        callback=callback,
        help=_help(action) + "\n\n\b\n" + _("Example:") + f"\n  {action.example}",
        short_help=_(action.help),
        params=[case_argument(), *own_options(action), *extra],
    )
    for decorate in (
        *common_options(action),
        click.option("--dry-run", is_flag=True, help=_("Check and show what would be recorded; record nothing.")),
        format_option("text", "json"),
        registry_option,
    ):
        decorate(made)
    return made


def _help(action: Action) -> str:
    """What it does, with the regulation's name for it and the article."""
    if action.article is None:
        return _("{text} ({name})").format(text=_(action.help), name=action.label)
    return _("{text} ({name}, {article})").format(
        text=_(action.help), name=action.label, article=article_name(action.article)
    )


def own_options(action: Action) -> list[click.Parameter]:
    """The options of the action's own fields."""
    return [one for asked in asked_fields(action.event) for one in options(asked)]


def common_options(action: Action) -> list[Any]:
    """What every action may be given besides: whose act, when, a note, documents."""
    return [
        *([] if action.who in ("office", "petitioner") else [as_option]),
        click.option("--at", "at", metavar="TIME", help=_("When it happened; else now.")),
        click.option("--note", "note", metavar="TEXT", help=_("A note that goes with it.")),
        click.option(
            "--attach",
            "attach",
            metavar="FILE",
            multiple=True,
            type=click.Path(exists=True, dir_okay=False),
            help=_("A document that goes with it; once for each."),
        ),
    ]


def as_option(target: Any) -> Any:
    return click.option(
        "--as",
        "on_behalf",
        metavar="UNIT[/PERSON]",
        help=_("On whose behalf the office enters it."),
        shell_complete=complete_unit,
    )(target)


def case_argument() -> click.Argument:
    """CASE: an id, or an unambiguous end of one."""
    return click.Argument(["case"], metavar="CASE", shell_complete=complete_case)


def complete_case(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Ids that begin with what was typed, or whose random part does; the newest first, with their titles."""
    from click.shell_completion import CompletionItem

    from wz.model.case_id import id_of
    from wz.render.table import one_line

    registry = current(ctx).registry
    wanted = incomplete.upper()
    items = []
    for path in reversed(registry.case_paths()):
        full = id_of(path)
        offered = full if wanted[:1].isdigit() and full.startswith(wanted) else full.rpartition("-")[2]
        if offered.startswith(wanted):
            facts = registry.read(path).facts
            items.append(CompletionItem(offered, help=one_line(facts.title) if facts else None))
        if len(items) == 50:
            break
    return items


def perform(action: Action, given: Mapping[str, Any], complete: Complete | None = None) -> None:
    """Parse what was typed, do the action, print what was done."""
    from wz.actions.replay import refuse_now, replay
    from wz.model import case_id as ids
    from wz.office.act import act, unreadable
    from wz.office.actors import actor_of
    from wz.office.permissions import permit

    session = current()
    registry = session.registry
    case_id = registry.resolve(given["case"])
    read = registry.read(ids.path_of(case_id))
    if read.facts is None:
        raise unreadable(read.problems)
    case = replay(read.facts, read.events, registry.law).case
    by = actor_of(action, registry.directory, session.email, given.get("on_behalf"), case.lead)
    permit(registry, action.name, by)  # before questions are asked for nothing
    if at_terminal() and not given["at"] and (refusal := refuse_now(case, action, now(), registry.law)):
        # Nobody shall answer ten questions first.
        raise Refused(cited(refusal.article, refusal.why), refusal.instead, refusal.article)
    fields, documents = gather(action, given, case)
    if action.name == "correct":
        fields["value"] = correct_value(fields)
    if complete is not None:
        complete(case, fields, given)
    if given["note"]:
        fields["note"] = given["note"]
    attached = [read_document(path) for path in given["attach"]]
    present = now()
    done = act(
        registry,
        case_id,
        action,
        fields,
        by=by,
        at=happened_at(given["at"]) if given["at"] else present,
        now=present,
        documents={**documents, **({"attachments": attached} if attached else {})},
        dry_run=given["dry_run"],
    )
    from wz.cli.done import show_done

    show_done(done, action.name, given["output"])


def correct_value(fields: Mapping[str, Any]) -> Any:
    """The new value of a fact, from its text: codes by their names, lists split at commas."""
    from wz.cli.values import choose, named_unit
    from wz.model.instants import written

    registry, text = current().registry, str(fields["value"])
    lists = {"category": "categories", "channel": "channels", "scope": "scope"}
    match fields["field"]:
        case "category" | "channel" | "scope" as field:
            return choose(registry.rules.choices(lists[field]), text, "--value")
        case "area":
            return choose({area.id: area.name for area in registry.directory.areas}, text, "--value")
        case "urgent":
            return choose({"yes": "是", "no": "否"}, text, "--value") == "yes"
        case "received":
            return written(happened_at(text))
        case "about":
            return [named_unit(one, registry.directory) for one in _listed(text)]
        case "tags":
            return _listed(text)
        case "petitioner":
            from wz.cli.contact import from_json

            return from_json(text)
        case "source":
            system, colon, number = text.partition(":")
            if not colon:
                raise Usage(_("{text} is no source").format(text=text), _("Write SYSTEM:NUMBER."))
            return {"system": system, "id": number}
    return text


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", ",").split(",") if one.strip()]


def _group(name: str, help_text: str, members: Mapping[str, str]) -> click.Group:
    examples = "".join(f"\n  {ACTIONS[action].example}" for action in members.values())
    group = click.Group(name, help=help_text + "\n\n\b\n" + _("Example:") + examples, short_help=help_text)
    for member, action in members.items():
        group.add_command(command(ACTIONS[action], member))
    return group


_MEMBERS = {
    "return_group": (
        "return",
        N_("Ask for, accept or refuse a return."),
        {"request": "return-request", "accept": "return-accept", "refuse": "return-refuse"},
    ),
    "extend_group": (
        "extend",
        N_("Ask for, grant or refuse an extension."),
        {"request": "extension-request", "grant": "extension-grant", "refuse": "extension-refuse"},
    ),
}


def __getattr__(name: str) -> click.Command:
    """The commands, each made when it is asked for: building all of them would cost every action its start-up."""
    if name in _MEMBERS:
        group, text, members = _MEMBERS[name]
        return _group(group, _(text), members)
    action = ACTIONS.get(name.replace("_", "-"))
    if action is None:
        raise AttributeError(name)
    return command(action)
