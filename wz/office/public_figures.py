"""What the public site says in figures, and of its rules: over published answers alone."""

from collections import Counter
from typing import Any, NamedTuple

from markupsafe import Markup

from wz.model.article import article_name
from wz.model.directory import ROLE_LABELS, Directory
from wz.regulation.rules import Rules
from wz.render.charts import bars, columns
from wz.render.site import PublicCase

# How many months and units the charts show; the table has every month.
_MONTHS = 12
_UNITS = 15


class Month(NamedTuple):
    """One month of published answers; figures as the page shows them."""

    month: str
    total: int
    days: str
    rated: int
    satisfied: str


class Figures:
    """Counts published cases, one at a time."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._cases: Counter[tuple[str, str]] = Counter()
        self._days: Counter[str] = Counter()
        self._ratings: Counter[tuple[str, str]] = Counter()
        self._units: Counter[str] = Counter()

    def add(self, case: PublicCase) -> None:
        self._cases[case.month, case.category] += 1
        self._days[case.month] += case.days
        self._units[case.unit] += 1
        if case.rating:
            self._ratings[case.month, case.rating.partition("（")[0]] += 1

    def months(self) -> list[Month]:
        """Every month with published answers, the newest first."""
        bad = {rating.label for rating in self._rules.ratings if rating.bad}
        found = []
        for month in sorted({month for month, _category in self._cases}, reverse=True):
            count = sum(number for (one, _category), number in self._cases.items() if one == month)
            ratings = {label: number for (one, label), number in self._ratings.items() if one == month}
            rated = sum(ratings.values())
            good = sum(number for label, number in ratings.items() if label not in bad)
            satisfied = f"{good / rated:.1%}" if rated else "－"
            found.append(Month(month, count, f"{self._days[month] / count:.1f}", rated, satisfied))
        return found

    def values(self) -> dict[str, Any]:
        """What the page of statistics shows."""
        months = self.months()
        charted = [one.month for one in reversed(months[:_MONTHS])]
        categories = [rule.label for rule in self._rules.categories.values()]
        series = {label: [self._cases[month, label] for month in charted] for label in categories}
        labels = [month[2:] if len(charted) <= 6 else f"{int(month[5:])}月" for month in charted]
        ratings = [rating.label for rating in self._rules.ratings]
        by_rating = [(label, sum(n for (_m, one), n in self._ratings.items() if one == label)) for label in ratings]
        by_unit = sorted(self._units.items(), key=lambda one: (-one[1], one[0]))[:_UNITS]
        return {
            "months": months,
            "by_month": Markup(columns(labels, series, "每月公开答复，按类别")),  # noqa: S704 - charts escape their texts
            "by_rating": Markup(bars(by_rating, "满意度评价")),  # noqa: S704
            "by_unit": Markup(bars(by_unit, "公开答复最多的承办单位")),  # noqa: S704
        }


def rules_page(rules: Rules, directory: Directory) -> dict[str, Any]:
    """Channels and rules (第二十二条), from units.yaml and the regulation applied."""

    def days(count: int | None) -> str:
        return f"{count}" if count else "－"

    channels = [
        (label, directory.channels.get(code, "已开通"))  # type: ignore[call-overload]
        for code, label in rules.choices("channels").items()
        if code in directory.channels or code != "other"
    ]
    deadlines = [
        {
            "label": rule.label,
            "decision": days(rule.decision),
            "contact": days(rule.contact),
            "completion": days(rule.completion),
            "article": article_name(rule.article),
        }
        for rule in rules.categories.values()
    ]
    levels = [
        {"since": one.since, "label": one.label, "urge": ROLE_LABELS[one.urge], "points": f"{one.points:g}"}
        for one in rules.levels_by_days
    ]
    articles = {
        name: article_name(rule.article)
        for name, rule in (("returns", rules.returns), ("extension", rules.extension), ("redo", rules.redo))
    }
    return {"rules": rules, "channels": channels, "deadlines": deadlines, "levels": levels, "articles": articles}
