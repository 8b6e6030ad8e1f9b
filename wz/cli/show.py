"""`wz show`: one case in full."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from wz.actions.base import Field
from wz.cli.actions import complete_case
from wz.cli.context import as_of_option, colours, current, format_option, now, registry_option, rev_option
from wz.cli.fields import asked_fields
from wz.cli.values import choices_of
from wz.i18n import _, labelled, listed, term
from wz.model.article import article_name

UNREADABLE = 4
_COMMON_LABELS = {
    "oa": "OA 送签",
    "note": "备注",
    "attachments": "附件",
    "redactions": "隐去内容",
    "disclosed_to": "交付对象",
    "withheld_from": "不予透露",
    "on_paper": "纸质交付",
}
_UNITS = ("disclosed_to", "withheld_from", "on_paper")
_SEALED = "-----BEGIN AGE ENCRYPTED FILE-----"


@click.command(
    help=_("One case: its facts as corrected, its state, what is owed, its events numbered, what can be done next.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz show 8Z5HZT\n  wz show 8Z5HZT --format json --as-of 2026-11-20"
)
@click.argument("case", metavar="CASE", shell_complete=complete_case)
@as_of_option
@rev_option
@format_option("text", "json")
@registry_option
def show(case: str, as_of: datetime | None, output: str) -> int:
    from wz.actions.replay import replay
    from wz.office import showing
    from wz.office.reading import read_case
    from wz.office.survey import unlawful_problems

    registry = current().registry
    moment = as_of or now()
    read = read_case(registry, registry.resolve(case), moment)
    assert read.facts is not None
    replayed = replay(read.facts, read.events, registry.law, moment)
    problems = unlawful_problems(read, replayed, registry.law)
    shown = showing.show(replayed, read.path, registry.law, registry.directory, moment, problems)
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
        labelled(_("Category"), term(facts["category"], rules.choices("categories")[facts["category"]])),
        labelled(_("State"), term(shown["state"], states[shown["state"]])),
        labelled(
            _("Received"),
            f"{_moment(facts['received'])}  {term(facts['channel'], rules.choices('channels')[facts['channel']])}",
        ),
    ]
    if unit:
        assist = "、".join(term(one, directory.name_of(one)) for one in shown["assist"])
        lines.append(labelled(_("Unit"), term(unit, directory.name_of(unit)) + (f" + {assist}" if assist else "")))
    for key, label in (("area", _("Area")), ("scope", _("Scope")), ("about", _("About")), ("tags", _("Tags"))):
        if facts.get(key):
            lines.append(labelled(label, _fact(key, facts[key])))
    if facts.get("petitioner"):
        lines.append(labelled(_("Petitioner"), _petitioner(shown)))
    if facts.get("urgent"):
        lines.append(labelled(_("Urgent"), _("yes (突发类: no extension)")))
    lines += ["", _safe(facts["content"]), ""]
    lines += [_obligation(one, lit) for one in shown["obligations"]]
    lines += ["", *(_event(one) for one in shown["events"])]
    named = listed(_action_name(name) for name in shown["next"])
    return "\n".join([*lines, "", labelled(_("Possible now"), named)])


def _petitioner(shown: dict[str, Any]) -> str:
    if shown["forgotten"]:
        return _("forgotten on {at}, nobody can open it any more").format(at=_moment(shown["forgotten"]))
    return _("sealed (wz petitioner {case})").format(case=shown["case"])


def _fact(key: str, value: Any) -> str:
    directory = current().registry.directory
    match key:
        case "area":
            area = directory.area(value)
            return term(value, area.name) if area else _safe(value)
        case "scope":
            return term(value, article_name(value))
        case "about":
            return "、".join(term(one, directory.name_of(one)) for one in map(_safe, value))
    return "、".join(map(_safe, value))


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
    from wz.cli.check_words import level_name
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
        fate = listed([fate, _("{days} days charged").format(days=one["overdue_days"])])
    level = one["level"]
    text = _("{unit} owes {obligation} by {due}: {fate}").format(
        unit=term(one["unit"], directory.name_of(one["unit"])),
        obligation=obligation_name(one["obligation"]),
        due=one["due"] + (" " + _("(provisional)") if one["provisional"] else ""),
        fate=fate,
    )
    return text if level == "none" else text + "  " + paint(f"[{level_name(level)}]", level, lit)


def _event(numbered: dict[str, Any]) -> str:
    event = numbered["event"]
    from wz.actions.catalog import ACTIONS

    head = f"{numbered['place']:>3}. {_moment(event['at'])}  {_action_name(event['action'])}  {event['by']}"
    if numbered["retracted"]:
        head += "  " + _("(retracted)")
    rest = {key: value for key, value in event.items() if key not in ("action", "at", "by")}
    fields = {asked.path: asked.field for asked in asked_fields(ACTIONS[event["action"]].event)}
    return "\n".join(
        [
            head,
            *("     " + labelled(_label((key,), fields), _value(value, (key,), fields)) for key, value in rest.items()),
        ]
    )


def _label(path: tuple[str, ...], fields: Mapping[tuple[str, ...], Field]) -> str:
    """What a field of an event is called: its key, or its name where messages are Chinese."""
    field = fields.get(path)
    return term(path[-1], _(field.label) if field else _COMMON_LABELS.get(path[-1], path[-1]))


def _redaction(one: Mapping[str, Any]) -> str:
    """Where personal data stood that are left out of what is published, and of what kind."""
    from wz.model.personal import KIND_LABELS
    from wz.office.confidentiality import PUBLISHED

    kinds = {str(kind): label for kind, label in KIND_LABELS.items()}
    field, kind = term(one["field"], PUBLISHED[one["field"]][1]), term(one["kind"], kinds[one["kind"]])
    return f"{field} {one['line']}:{one['column']} {kind}"


def _value(value: Any, path: tuple[str, ...], fields: Mapping[tuple[str, ...], Field]) -> str:
    field = fields.get(path)
    if isinstance(value, dict):
        if "sha256" in value:
            return _safe(value["name"])
        if "column" in value:
            return _redaction(value)
        inner = ((*path, key) for key in value)
        return "、".join(f"{_label(one, fields)} {_value(value[one[-1]], one, fields)}" for one in inner)
    if isinstance(value, list):
        return "、".join(_value(one, path, fields) for one in value)
    if field and field.kind == "choice":
        return term(value, choices_of(field).get(value, value))
    if path[-1] in _UNITS or (field and field.kind in ("unit", "units")):
        return term(value, current().registry.directory.name_of(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if str(value).startswith(_SEALED):
        return _("(sealed)")
    return _safe(str(value)).replace("\n", "\n       ")
