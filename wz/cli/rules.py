"""`wz rules`: the regulation's numbers, with their articles."""

from typing import TYPE_CHECKING, Any

import click

from wz.cli.context import current, format_option, registry_option, rev_option
from wz.i18n import _, listed, term

if TYPE_CHECKING:
    from wz.regulation.rules import Rules

_CHARGING = {"held": "承办单位持有案件之日", "all": "全部超期工作日"}
_POINTS = {"worst": "按最高一级计", "cumulative": "逐级累计"}
_BODIES = {"office": "“五型”办", "supervision": "督查室", "unit": "承办单位"}
_LATE = {"ignored": "不影响移交督查", "counts": "不再移交督查"}


@click.command(
    help=_("The numbers, labels and grounds that are applied, each with its article; rules.yaml replaces them whole.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz rules\n  wz rules --roles\n  wz rules --format json"
)
@click.option("--roles", is_flag=True, help=_("Who may do what: the table of roles alone."))
@format_option("table", "json")
@rev_option
@registry_option
def rules(roles: bool, output: str) -> None:
    applied = current().registry.rules
    if output == "json":
        from wz.render.json import pretty

        document = _document(applied)
        click.echo(pretty({"roles": document["roles"]} if roles else document))
    elif roles:
        click.echo(_roles(applied))
    else:
        click.echo("\n\n".join([applied.title, *_sections(applied), _roles(applied)]))


def _document(applied: "Rules") -> dict[str, Any]:
    """The rules as rules.yaml holds them: what a category does not have is left out."""
    import msgspec

    document: dict[str, Any] = {key: value for key, value in msgspec.to_builtins(applied).items() if value != ""}
    for code, rule in document["categories"].items():
        document["categories"][code] = {key: value for key, value in rule.items() if value not in (None, False)}
    return document


def _roles(applied: "Rules") -> str:
    """Who holds each role, then what each may do: as its own act, and for others."""
    from wz.model.article import article_name
    from wz.model.directory import ROLE_LABELS
    from wz.office.permissions import table as permissions
    from wz.render.table import table

    def holder(one: str) -> str:
        body, _slash, position = one.partition("/")
        return f"{term(body, _BODIES[body])}/{term(position, ROLE_LABELS[position])}"

    def may(acts: bool, enters: bool) -> str:
        words = [_("own")] * acts + [_("for others")] * enters
        return " + ".join(words)

    who = [
        (role.id, role.label, listed(map(holder, role.holders)), article_name(role.article)) for role in applied.roles
    ]
    what = [
        (one.action, one.label, *(may(*one.roles[role.id]) for role in applied.roles)) for one in permissions(applied)
    ]
    return "\n".join(
        [
            _("Roles"),
            table([_("Code"), _("Role"), _("Held by"), _("Article")], who),
            "",
            _("Who may do what"),
            table([_("Action"), "", *(role.id for role in applied.roles)], what),
        ]
    )


def _sections(applied: "Rules") -> list[str]:
    from wz.model.article import article_name
    from wz.model.directory import ROLE_LABELS
    from wz.render.table import table

    def section(title: str, headers: list[str], rows: list[tuple[Any, ...]]) -> str:
        return title + "\n" + table(headers, rows)

    def clauses(items: list[Any]) -> list[tuple[Any, ...]]:
        return [(item.id, article_name(item.id), item.text) for item in items]

    item = [_("Code"), _("Article"), _("Text")]
    extension, redo = applied.extension, applied.redo
    days = [
        (code, one.label, one.contact, one.decision, one.completion, article_name(one.article))
        for code, one in applied.categories.items()
    ]
    other = [
        (_("return within"), applied.returns.days, article_name(applied.returns.article)),
        (_("extensions at most"), extension.grants, article_name(extension.article)),
        (_("days of an extension at most"), extension.max_days or _("no limit"), article_name(extension.article)),
        (_("urgent matters extended"), _("yes") if extension.urgent else _("no"), article_name(extension.article)),
        (_("redone at most"), redo.times, article_name(redo.article)),
        (_("redo within"), redo.days, article_name(redo.article)),
        (_("recorded late at most, own act"), applied.recording.own, ""),
        (_("recorded late at most, for others"), applied.recording.behalf, ""),
        (_("minutes ahead at most"), applied.recording.ahead, ""),
        (_("overdue days charged"), term(applied.charging, _CHARGING[applied.charging]), article_name("26")),
        (_("points of several levels"), term(applied.points, _POINTS[applied.points]), article_name("26")),
        (
            _("reasons given after 7 days"),
            term(applied.late_justification, _LATE[applied.late_justification]),
            article_name("26"),
        ),
    ]
    levels = [
        (
            one.id,
            one.label,
            one.since,
            term(one.urge, ROLE_LABELS[one.urge]),
            f"{one.points:g}",
            one.criticisms,
            article_name(one.article),
        )
        for one in applied.levels_by_days
    ]
    ratings = [
        (one.id, one.label, _("yes") if one.bad else _("no"), article_name(applied.rating_article))
        for one in applied.ratings
    ]
    methods = [
        (one.id, one.label, one.days or _("as ordered"), article_name(one.article))
        for one in applied.supervision.methods
    ]
    return [
        section(
            _("Working days by category"),
            [_("Code"), _("Category"), _("Contact"), _("Decision"), _("Completion"), _("Article")],
            days,
        ),
        section(_("Other limits"), [_("What"), _("Value"), _("Article")], other),
        section(
            _("Warning levels"),
            [_("Code"), _("Level"), _("From days"), _("Urge"), _("Points"), _("Criticisms"), _("Article")],
            levels,
        ),
        section(_("Ratings"), [_("Code"), _("Rating"), _("Redo"), _("Article")], ratings),
        section(_("Ways of supervision"), [_("Code"), _("Way"), _("Working days"), _("Article")], methods),
        section(_("What is taken"), item, clauses(applied.scope)),
        section(_("What is declined"), item, clauses(applied.grounds.decline)),
        section(_("Grounds of a redo"), item, clauses(applied.grounds.redo)),
        section(_("Grounds of supervision"), item, clauses(applied.grounds.supervise)),
    ]
