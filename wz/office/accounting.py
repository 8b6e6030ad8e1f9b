"""What the cases of one period add up to, for its report: bounded, but for what it names case by case."""

from collections import Counter
from datetime import date, datetime
from typing import Literal

import msgspec

from wz.actions.import_ import Import
from wz.actions.replay import Replay
from wz.model.case import ENDED, Case
from wz.model.directory import Directory
from wz.model.instants import SHANGHAI
from wz.model.period import Period
from wz.model.personal import Public
from wz.office.candidates import NO_COMPLAINT, Standing
from wz.office.confidentiality import Published, found_in, public_contacts, published
from wz.office.grouping import READ, Text
from wz.office.scoring import Tally
from wz.office.tracing import Trace, traces
from wz.regulation.law import Law

Counts = Literal["categories", "channels", "areas", "units"]
_KEPT = 3  # typical cases kept of a category
_TOLD = 300  # characters of an answer


class Typical(msgspec.Struct, frozen=True, kw_only=True):
    """A case answered in the period whose answer is published (第二十一条); nothing of who asked or what they wrote.

    `merit` is 0 for the best rating, and so on; an answer not rated comes after the good ones.
    """

    case: str
    title: str
    category: str
    unit: str
    name: str
    received: date
    answered: date
    days: int
    rating: str | None
    merit: int
    answer: str


class Account:
    """The running account of a period, fed with each case as it stood at `moment`."""

    def __init__(self, law: Law, directory: Directory, period: Period, moment: datetime) -> None:
        self.law, self.directory, self.period, self.moment = law, directory, period, moment
        self.public = public_contacts(directory)
        self.known = False
        self.received = self.imported = self.declined = 0
        self.volume: dict[Counts, Counter[str | None]] = {
            "categories": Counter(),
            "channels": Counter(),
            "areas": Counter(),
            "units": Counter(),
        }
        self.tallies = {unit.id: Tally() for unit in directory.units}
        self.warned: list[Trace] = []
        self.watched: list[Trace] = []
        self.category_of: dict[str, str] = {}
        self.texts: list[Text] = []
        self.standings: dict[str, Standing] = {}
        self.typical: list[Typical] = []

    def add(self, replayed: Replay, history: Import | None, detailed: bool = False) -> None:
        """Count a case; `detailed` keeps what the report names besides what it counts.

        `history` is how another system answered it, even where it was brought in only after `moment`.
        """
        case = replayed.case
        self.known = True
        if self.period.holds(received := _day(case.facts.received)):
            self._count(case, history)
            if detailed and case.state != "declined" and case.facts.category not in NO_COMPLAINT:
                facts = case.facts
                self.texts.append(Text(facts.id, facts.title, facts.content[:READ], received))
                is_open = history.answered_at > self.moment if history else case.state not in ENDED
                self.standings[facts.id] = Standing(case.lead, is_open, "23(2)" in case.supervised)
        elif case.settled and (not case.steps or _day(case.steps[-1].event.at) < self.period.first):
            return  # nothing in it falls into the period
        self.declined += case.state == "declined" and self.period.holds(_day(case.since))
        for trace in traces(case, self.law, self.period, self.moment):
            self.tallies.setdefault(trace.unit, Tally()).add(trace)
            if detailed:
                self._keep(case, trace)

    def total(self) -> Tally:
        """All units together."""
        everything = Tally()
        for tally in self.tallies.values():
            everything.merge(tally)
        return everything

    def _count(self, case: Case, history: Import | None) -> None:
        facts = case.facts
        self.received += 1
        self.imported += history is not None
        unit = history.unit if history else case.lead
        named = self.directory.find_unit(unit) if unit else None
        for name, code in (
            ("categories", facts.category),
            ("channels", facts.channel),
            ("areas", facts.area),
            ("units", named.id if named else unit),
        ):
            self.volume[name][code] += 1  # type: ignore[index]

    def _keep(self, case: Case, trace: Trace) -> None:
        match trace.figure:
            case "points" if trace.level:
                self.warned.append(trace)
            case "supervised" | "referred":
                self.watched.append(trace)
            case "on-time":
                self._keep_typical(case, trace)
                return
            case _:
                return
        self.category_of[case.facts.id] = case.facts.category

    def _keep_typical(self, case: Case, trace: Trace) -> None:
        """Only what was answered well, in time, and may be read by everybody."""
        rules = self.law.rules
        if any(map(rules.bad_rating, case.ratings)) or (told := _told(case, self.public)) is None:
            return
        good = [rating.id for rating in rules.ratings if not rating.bad]
        found = Typical(
            case=case.facts.id,
            title=told.title,
            category=case.facts.category,
            unit=trace.unit,
            name=self.directory.name_of(trace.unit),
            received=_day(case.facts.received),
            answered=trace.on,
            days=trace.days or 0,
            rating=case.ratings[-1] if case.ratings else None,
            merit=good.index(case.ratings[-1]) if case.ratings else len(good),
            answer=_shortened(told.answer),
        )
        alike = sorted(
            [found, *(one for one in self.typical if one.category == found.category)],
            key=lambda one: (one.merit, one.days, one.answered, one.case),
        )
        self.typical = [one for one in self.typical if one.category != found.category] + alike[:_KEPT]


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _told(case: Case, public: Public) -> Published | None:
    """Title and answer as everybody may read them; None where they may not, or hold personal data after all."""
    texts = published(case)
    if texts is None or case.state not in ("answered", "closed"):
        return None
    return None if any(found_in({"title": texts.title, "answer": texts.answer}, public)) else texts


def _shortened(text: str) -> str:
    """One paragraph, cut at the end of a sentence where there is one."""
    whole = "".join(line.strip() for line in text.splitlines())
    if len(whole) <= _TOLD:
        return whole
    end = max(whole.rfind(sign, 0, _TOLD) for sign in "。！；")
    return whole[: end + 1] if end > 0 else whole[:_TOLD] + "……"
