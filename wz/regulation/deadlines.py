"""Deadlines: which obligations arise, and when they fall due (第十三条, 第十四条, 第十七条, 第二十四条)."""

from datetime import date, datetime

from wz.model.instants import LAST_SECOND, instant
from wz.model.obligation import Kind, Obligation
from wz.model.workdays import Calendar
from wz.regulation.rules import Method, Rules


def at_transfer(
    rules: Rules, category: str, unit: str, start: datetime, limit: int | None, assignment: int
) -> list[Obligation]:
    """What a unit owes from the moment a case of that category is given to it.

    `limit` (working days set by other law) shortens completion to the smaller of the two (第十三条, last
    paragraph); contact never falls due after completion. A report's completion arises with the decision.
    """
    rule = rules.categories[category]
    completion = shortest(rule.completion, limit)
    arising: list[tuple[Kind, int]] = []
    if rule.contact is not None:
        arising.append(("contact", min(rule.contact, completion)))
    if rule.decision is not None:
        arising.append(("decision", rule.decision))
    if not rule.from_decision:
        arising.append(("completion", completion))
    return [
        Obligation(kind=kind, unit=unit, article=rule.article, start=start, days=days, assignment=assignment)
        for kind, days in arising
    ]


def at_acceptance(
    rules: Rules, category: str, unit: str, start: datetime, limit: int | None, assignment: int
) -> Obligation:
    """The completion of an accepted report, counted from the decision (第十三条（三）)."""
    rule = rules.categories[category]
    days = shortest(rule.completion, limit)
    return Obligation(kind="completion", unit=unit, article=rule.article, start=start, days=days, assignment=assignment)


def at_bad_rating(rules: Rules, unit: str, start: datetime, assignment: int) -> Obligation:
    """The redo, counted from the rating (第十七条)."""
    return Obligation(
        kind="redo", unit=unit, article=rules.redo.article, start=start, days=rules.redo.days, assignment=assignment
    )


def at_order(
    method: Method, unit: str, start: datetime, day: date | None, assignment: int, calendar: Calendar
) -> Obligation:
    """What an order of supervision asks for: within the method's working days, or by its own day (第二十四条)."""
    days = method.days
    if days is None:
        assert day is not None
        days = calendar.count(start.date(), day)
    else:
        day = None
    return Obligation(
        kind="supervision", unit=unit, article=method.article, start=start, days=days, day=day, assignment=assignment
    )


def shortest(days: int, limit: int | None) -> int:
    """办理时限另有规定的，按最短的时限办理."""
    return days if limit is None else min(days, limit)


def due_day(obligation: Obligation, calendar: Calendar) -> date:
    """The last day on which the obligation can be met."""
    return obligation.day or calendar.add(obligation.start.date(), obligation.days + obligation.extended)


def closing(day: date, calendar: Calendar) -> datetime:
    """The last instant of a period that ends on that day: 24:00, or the close of business (民法典 203)."""
    return instant(day, calendar.close_of_business or LAST_SECOND)


def due_at(obligation: Obligation, calendar: Calendar) -> datetime:
    """The last instant at which meeting the obligation is in time."""
    return closing(due_day(obligation, calendar), calendar)
