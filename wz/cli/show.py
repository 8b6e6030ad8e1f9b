"""`wz show`: one case in full."""

from datetime import datetime
from typing import Any

import click

from wz.cli.actions import complete_case
from wz.cli.context import as_of_option, colours, current, format_option, now, registry_option
from wz.i18n import _, term

UNREADABLE = 4


@click.command(
    help=_("One case: its facts as corrected, its state, what is owed, its events numbered, what can be done next.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz show 7KQ2M5\n  wz show 7KQ2M5 --format json --as-of 2026-11-20"
)
@click.argument("case", metavar="CASE", shell_complete=complete_case)
@as_of_option
@format_option("text", "json")
@registry_option
def show(case: str, as_of: datetime | None, output: str) -> int:
    from wz.actions.replay import replay
    from wz.model import case_id as ids
    from wz.office import showing
    from wz.office.act import unreadable
    from wz.office.survey import unlawful_problems

    registry = current().registry
    path = ids.path_of(registry.resolve(case))
    read = registry.read(path)
    if read.facts is None:
        raise unreadable(read.problems)
    moment = as_of or now()
    replayed = replay(read.facts, read.events, registry.law, moment)
    problems = unlawful_problems(read, replayed)
    shown = showing.show(replayed, path, registry.law, registry.directory, moment, problems)
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(shown))
    else:
        click.echo(_text(shown))
        if problems:
            from wz.cli.problems import show_problems

            show_problems(problems)
    return UNREADABLE if problems else 0


def _text(shown: dict[str, Any]) -> str:
    from wz.model.case import STATE_LABELS
    from wz.render.table import one_line, paint

    registry, lit = current().registry, colours()
    rules, directory = registry.rules, registry.directory
    facts, states = shown["facts"], {str(state): label for state, label in STATE_LABELS.items()}
    unit = shown["unit"]
    lines = [
        paint(f"{shown['case']}  {one_line(facts['title'])}", "bold", lit),
        _pair(_("Category"), term(facts["category"], rules.choices("categories")[facts["category"]])),
        _pair(_("State"), term(shown["state"], states[shown["state"]])),
        _pair(
            _("Received"),
            f"{_moment(facts['received'])}  {term(facts['channel'], rules.choices('channels')[facts['channel']])}",
        ),
    ]
    if unit:
        assist = "、".join(term(one, directory.name_of(one)) for one in shown["assist"])
        lines.append(_pair(_("Unit"), term(unit, directory.name_of(unit)) + (f" + {assist}" if assist else "")))
    for key, label in (("area", _("Area")), ("scope", _("Scope")), ("about", _("About")), ("tags", _("Tags"))):
        if facts.get(key):
            lines.append(_pair(label, facts[key] if isinstance(facts[key], str) else "、".join(facts[key])))
    if facts.get("urgent"):
        lines.append(_pair(_("Urgent"), _("yes (突发类: no extension)")))
    lines += ["", _safe(facts["content"]), ""]
    lines += [_obligation(one, lit) for one in shown["obligations"]]
    lines += ["", *(_event(one) for one in shown["events"])]
    named = ", ".join(_action_name(name) for name in shown["next"])
    return "\n".join([*lines, "", _pair(_("Possible now"), named)])


def _pair(label: str, value: str) -> str:
    return f"{label}: {value}"


def _safe(text: str) -> str:
    """A text of several lines without what could steer a terminal."""
    from wz.render.table import one_line

    return "\n".join(one_line(line) for line in text.splitlines())


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _action_name(name: str) -> str:
    from wz.actions.catalog import ACTIONS

    return term(name, ACTIONS[name].label) if name in ACTIONS else name


def _obligation(one: dict[str, Any], lit: bool) -> str:
    from wz.cli.done import obligation_name
    from wz.render.table import paint

    directory = current().registry.directory
    if one["met"]:
        fate = _("met {at}").format(at=_moment(one["met"]))
    elif one["ended"]:
        fate = _("ended {at}").format(at=_moment(one["ended"]))
    elif one["days_left"] >= 0:
        fate = _("{days} working days left").format(days=one["days_left"])
    else:
        fate = _("overdue")
    if one["overdue_days"]:
        fate += ", " + _("{days} days charged").format(days=one["overdue_days"])
    level = one["level"]
    text = _("{unit} owes {obligation} by {due}: {fate}").format(
        unit=term(one["unit"], directory.name_of(one["unit"])),
        obligation=obligation_name(one["obligation"]),
        due=one["due"] + (" " + _("(provisional)") if one["provisional"] else ""),
        fate=fate,
    )
    return text if level == "none" else text + "  " + paint(f"[{level}]", level, lit)


def _event(numbered: dict[str, Any]) -> str:
    event = numbered["event"]
    head = f"{numbered['place']:>3}. {_moment(event['at'])}  {_action_name(event['action'])}  {event['by']}"
    if numbered["retracted"]:
        head += "  " + _("(retracted)")
    rest = {key: value for key, value in event.items() if key not in ("action", "at", "by")}
    return "\n".join([head, *(f"     {key}: {_value(value)}" for key, value in rest.items())])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key} {_value(one)}" for key, one in value.items() if key not in ("sha256", "size"))
    if isinstance(value, list):
        return "、".join(map(_value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _safe(str(value)).replace("\n", "\n       ")
