"""The report of a month, a quarter or a year (第二十五条): all its figures, from one pass over the cases."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import dropwhile

from wz.actions.import_ import Import
from wz.actions.replay import Replay, replay
from wz.model.instants import SHANGHAI, end_of_day
from wz.model.period import Period, preceding, year_earlier
from wz.office.accounting import Account, Counts, Typical
from wz.office.candidates import Concentrated, concentrated
from wz.office.reported import Compared, Month, Report, Topic, Unit, Volume, Warned, Watched
from wz.office.scoring import Figures, ranked, share
from wz.office.survey import readings
from wz.office.tracing import Trace
from wz.regulation.law import Law
from wz.store.casefile import CaseFile
from wz.store.registry import Registry

TREND = 12  # months shown
TYPICAL = 3  # cases told


def report(registry: Registry, period: Period, as_of: datetime, least: int = 3) -> Report:
    """The report of a period as things stood at its end (or at `as_of`, where that is earlier).

    What it is compared with is as it stood at the end of its own period, as the reports of then said. Cases are read
    one at a time. A topic is a group of at least that many cases.
    """
    moment = min(as_of, end_of_day(period.last))
    law, directory = registry.law, registry.directory
    problems = list(registry.settings_problems)
    main = Account(law, directory, period, moment)
    earlier = [Account(law, directory, one, end_of_day(one.last)) for one in (preceding(period), year_earlier(period))]
    months = dict.fromkeys(_months(period, moment), 0)
    for read, replayed in readings(registry, moment, problems):
        received = replayed.case.facts.received.astimezone(SHANGHAI)
        if (month := f"{received:%Y-%m}") in months:
            months[month] += 1
        history = next((event for event in read.events if isinstance(event, Import)), None)
        main.add(replayed, history, detailed=True)
        for account in earlier:
            if (then := _back_then(read, replayed, law, account.moment)) is not None:
                account.add(then, history)
    previous, year_ago = earlier
    figures = main.total().figures(law.rules)
    return Report(
        as_of=moment,
        drawn_up=as_of.astimezone(SHANGHAI).date(),
        registry=registry.root.as_posix(),
        city=directory.city,
        office=directory.office.name,
        period=period,
        received=main.received,
        imported=main.imported,
        declined=main.declined,
        overview=list(_overview(main, previous, year_ago)),
        categories=_volumes("categories", main, previous, year_ago, law.rules.choices("categories")),
        channels=_volumes("channels", main, previous, year_ago, law.rules.choices("channels")),
        areas=_volumes("areas", main, previous, year_ago, {one.id: one.name for one in directory.areas}, "未注明"),
        units=_volumes("units", main, previous, year_ago, {}, "未转办"),
        months=[Month(month=month, received=count) for month, count in _begun(months)],
        totals=Figures(**figures),
        scores=ranked(main.tallies, law.rules, directory),
        warned=[_warned(one, main) for one in sorted(main.warned, key=_first)],
        watched=[_watched(one, main) for one in sorted(main.watched, key=_first)],
        topics=[_topic(one) for one in concentrated(main.texts, main.standings, least)],
        typical=_chosen(main.typical),
        problems=problems,
    )


def _first(one: Trace) -> tuple[str, date, str, int]:
    return (one.figure, one.on, one.case, one.assignment)


def _back_then(read: CaseFile, replayed: Replay, law: Law, moment: datetime) -> Replay | None:
    """The case as it stood at an earlier instant; None where it had not been received."""
    assert read.facts is not None
    if read.facts.received > moment:
        return None
    if all(event.at <= moment for event in read.events):
        return replayed
    return replay(read.facts, read.events, law, moment)


def _months(period: Period, moment: datetime) -> list[str]:
    """The twelve months up to the last one of the period that has begun, oldest first."""
    end = min(period.last, moment.astimezone(SHANGHAI).date())
    last = end.year * 12 + end.month - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(last - TREND + 1, last + 1)]


def _begun(months: dict[str, int]) -> list[tuple[str, int]]:
    """Without the months before the first case among them."""
    return list(dropwhile(lambda one: not one[1], months.items()))


def _overview(main: Account, *earlier: Account) -> Iterator[Compared]:
    """The chief figures, each beside those of then."""
    now, *then = [_chief(account) for account in (main, *earlier)]
    for (name, label, unit), value in now.items():
        previous, year_ago = (
            chief[name, label, unit] if account.known else None for account, chief in zip(earlier, then, strict=True)
        )
        yield Compared(
            id=name,
            label=label,
            unit=unit,
            value=value,
            previous=previous,
            change=_change(unit, value, previous),
            year_ago=year_ago,
            year_change=_change(unit, value, year_ago),
        )


def _chief(account: Account) -> dict[tuple[str, str, Unit], float | None]:
    total = account.total()
    figures = Figures(**total.figures(account.law.rules))
    return {
        ("received", "受理诉求", "cases"): account.received,
        ("declined", "不予受理", "cases"): account.declined,
        ("transferred", "转办", "cases"): figures.received,
        ("answered", "办结", "cases"): figures.on_time + figures.late,
        ("late", "超期办结", "cases"): figures.late,
        ("on_time_rate", "按期办结率", "share"): figures.on_time_rate,
        ("median_days", "办理用时中位数", "days"): figures.median_days,
        ("extended", "同意延期", "times"): figures.extensions.granted,
        ("points", "计扣分值", "points"): figures.points,
        ("criticisms", "通报批评", "times"): figures.criticisms,
        ("rated", "满意度评价", "times"): sum(figures.ratings.values()),
        ("satisfaction", "满意率", "share"): figures.satisfaction,
        ("redo", "发回重办", "cases"): figures.redo,
        ("supervised", "督办", "times"): figures.supervised,
        ("referred", "移交督查室", "cases"): figures.referred,
    }


def _change(unit: Unit, value: float | None, before: float | None) -> float | None:
    if value is None or before is None:
        return None
    if unit == "share":
        return round(value - before, 4)
    if not before:
        return None if value else 0.0
    return round((value - before) / before, 4)


def _volumes(
    name: Counts,
    main: Account,
    previous: Account,
    year_ago: Account,
    labels: dict[str, str],
    none: str = "其他",
) -> list[Volume]:
    """Every known code in its order, then others, most cases first; last those of none, where there are any."""
    counts = main.volume[name]
    codes: list[str | None] = list(labels)
    more = {code for code in counts if code is not None and code not in labels}
    codes += sorted(more, key=lambda code: (-counts[code], code))
    if counts[None]:
        codes.append(None)
    return [
        Volume(
            code=code,
            label=none if code is None else labels.get(code) or main.directory.name_of(code),
            count=counts[code],
            share=share(counts[code], main.received),
            previous=previous.volume[name][code] if previous.known else None,
            year_ago=year_ago.volume[name][code] if year_ago.known else None,
        )
        for code in codes
    ]


def _warned(one: Trace, main: Account) -> Warned:
    assert one.level is not None
    return Warned(
        case=one.case,
        unit=one.unit,
        name=main.directory.name_of(one.unit),
        category=main.category_of[one.case],
        level=one.level,
        on=one.on,
        obligation=one.obligation,
        due=one.due,
        charged=one.charged,
        points=one.points,
    )


def _watched(one: Trace, main: Account) -> Watched:
    return Watched(
        case=one.case,
        unit=one.unit,
        name=main.directory.name_of(one.unit),
        category=main.category_of[one.case],
        figure="supervised" if one.figure == "supervised" else "referred",
        ground=one.ground,
        on=one.on,
    )


def _topic(one: Concentrated) -> Topic:
    return Topic(name=one.name, cases=one.cases, open=one.open, since=one.since, until=one.until, units=one.units)


def _chosen(found: Sequence[Typical]) -> list[Typical]:
    """The best rated and promptest ones, of different categories first."""
    best = sorted(found, key=lambda one: (one.merit, one.days, one.answered, one.case))
    first = {one.category: one for one in reversed(best)}
    ahead = [one for one in best if first[one.category] is one]
    return (ahead + [one for one in best if first[one.category] is not one])[:TYPICAL]
