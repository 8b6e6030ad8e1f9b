"""`wz why`: how each deadline came about."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from wz.cli.actions import complete_case
from wz.cli.calendar import KINDS, weekday
from wz.cli.context import as_of_option, colours, current, format_option, now, registry_option, rev_option
from wz.i18n import _, term

if TYPE_CHECKING:
    from wz.office.explaining import Explanation


@click.command(
    help=_(
        "How each deadline came about: article, start, every day counted or skipped and why, extensions, charged days."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz why 8Z5HZT"
)
@click.argument("case", metavar="CASE", shell_complete=complete_case)
@as_of_option
@rev_option
@format_option("text", "json")
@registry_option
def why(case: str, as_of: datetime | None, output: str) -> None:
    from wz.office.explaining import explain_then
    from wz.office.reading import read_case

    session = current()
    registry = session.registry
    moment = as_of or now()
    read = read_case(registry, registry.resolve(case), moment)
    explained = explain_then(read, registry.law, session.law_since, moment)
    if output == "json":
        from wz.render.json import pretty

        click.echo(pretty(explained))
    elif explained.obligations:
        today = {(one.obligation, one.started): one for one in explained.today or ()}
        click.echo("\n\n".join(_text(one, today.get((one.obligation, one.started))) for one in explained.obligations))
    else:
        click.echo(_("No unit owes anything in this case yet: clocks start with the transfer (第十三条)."))


def _text(one: "Explanation", today: "Explanation | None") -> str:
    from wz.cli.check_words import level_name
    from wz.cli.done import obligation_name
    from wz.model.article import article_name
    from wz.model.instants import shown
    from wz.render.table import paint

    name_of, lit = current().registry.directory.name_of, colours()
    lines = [
        paint(
            _("{obligation} ({article}), owed by {unit}").format(
                obligation=obligation_name(one.obligation),
                article=article_name(one.article),
                unit=term(one.unit, name_of(one.unit)),
            ),
            "bold",
            lit,
        ),
        _("  starts {start}; that day does not count").format(start=shown(one.started)),
        _period(one),
    ]
    by_day = {day.date: f"{day.n:>4}  {_day(day.date)}  {_reason(day.why)}" for day in one.counted}
    by_day |= {day.date: paint(f"   -  {_day(day.date)}  {_reason(day.why)}", "dim", lit) for day in one.skipped}
    lines += [by_day[day].rstrip() for day in sorted(by_day)]
    lines.append(_("  due {due}").format(due=shown(one.due_at)) + (" " + _("(provisional)") if one.provisional else ""))
    if one.met:
        lines.append(_("  met {at}").format(at=shown(one.met)))
    if one.ended:
        lines.append(_("  ended {at}, unfulfilled").format(at=shown(one.ended)))
    for day in one.overdue:
        holder = term(day.holder, name_of(day.holder)) if day.holder else "-"
        charged = _("charged") if day.charged else _("not charged: {holder} held the case").format(holder=holder)
        lines.append(f"   !  {_day(day.date)}  {charged}  {_reason(day.why)}".rstrip())
    if one.overdue_days:
        lines.append(
            "  "
            + paint(
                _("{days} charged days: {level}, {points} points").format(
                    days=one.overdue_days, level=level_name(one.level), points=f"{one.points:g}"
                ),
                one.level,
                lit,
            )
        )
    if one.justified:
        lines.append(_("  reasons given on {day:%Y-%m-%d} (第二十六条)").format(day=one.justified))
    if today is not None:
        lines.append("  " + paint(_otherwise_today(one, today), "bold", lit))
    return "\n".join(lines)


def _otherwise_today(then: "Explanation", today: "Explanation") -> str:
    """What the calendar and the rules of today make of it, beside what was judged then."""
    from wz.cli.check_words import level_name
    from wz.model.instants import shown

    if (then.due_at, then.level) == (today.due_at, today.level):
        return _("by the calendar and rules of today: the same")
    return _("by the calendar and rules of today: due {due}, {days} charged days, level {level}").format(
        due=shown(today.due_at), days=today.overdue_days, level=level_name(today.level)
    )


def _period(one: "Explanation") -> str:
    methods = current().registry.rules.supervision.methods
    if one.obligation == "supervision" and any(way.article == one.article and way.days is None for way in methods):
        return _("  until the day that the order sets")
    if one.extended:
        return _("  {days} working days").format(days=f"{one.days} + {one.extended}") + _(" (extended, 第十四条)")
    return _("  {days} working days").format(days=one.days)


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d} {weekday(day)}"


def _reason(why: str) -> str:
    """A day's kind in the reader's language, and its name."""
    kind, colon, name = why.partition(":")
    return term(kind, KINDS[kind]) + colon + name if kind in KINDS else why
