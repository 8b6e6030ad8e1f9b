"""One row of a foreign table as a case: its facts, and its history where it was answered there."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from wz.actions.import_ import out_of_time
from wz.errors import WzError
from wz.i18n import _, listed
from wz.model.event import CHANNELS
from wz.model.instants import shown, written
from wz.model.petitioner import FIELDS as PETITIONER_FIELDS
from wz.model.petitioner import LONGEST, Petitioner, faults
from wz.model.table import Value
from wz.office.confidentiality import public_contacts
from wz.office.found import move
from wz.office.headings import Profile, synonyms
from wz.office.moments import read_moment
from wz.office.text import tidy, tidy_line
from wz.store.registry import Registry
from wz.store.sheets import Row

_LIST = str.maketrans("，；;、|\n", ",,,,,,")
MAX_TITLE = 500


class Unusable(WzError):
    """A row cannot become a case; the message says why."""


class Draft(NamedTuple):
    """A row as a case that has no id yet; `event` is its history, None where it was not answered there.

    `petitioner` is sealed when the case is written, and stands in no other field.
    """

    line: int
    received: datetime
    facts: dict[str, Any]
    event: dict[str, Any] | None
    petitioner: Petitioner

    @property
    def source(self) -> tuple[str, str]:
        return self.facts["source"]["system"], self.facts["source"]["id"]


class Reader:
    """Reads rows by one profile. `notes` counts what was done to rows that the reader of the report should know."""

    def __init__(self, registry: Registry, profile: Profile, by: str, now: datetime, seal_found: bool = False) -> None:
        self._seal_found, self._public = seal_found, public_contacts(registry.directory)
        self.notes: Counter[str] = Counter()
        self._columns = [(field, header) for field, header in profile.columns.items() if header]
        self._profile, self._by, self._now = profile, by, now
        directory, rules = registry.directory, registry.rules
        self._units = {name: unit.id for unit in directory.units for name in (unit.id, unit.name, *unit.aliases)}
        self._areas = {name: area.id for area in directory.areas for name in (area.id, area.name)}
        self._codes = {
            "category": self._known("category", rules.choices("categories"), "类"),
            "channel": self._known("channel", CHANNELS),
            "rating": self._known("rating", rules.choices("ratings")),
            "scope": self._known("scope", {clause.id: clause.text for clause in rules.scope}),
            "urgent": self._known("urgent", {"yes": "是", "no": "否"}),
            "status": self._known("status", {}),
        }
        self._has_answers = "answer" in dict(self._columns)

    def _known(self, field: str, labels: Mapping[str, str], ending: str = "") -> dict[str, str]:
        known = synonyms().values.get(field, {}) | {code: code for code in labels}
        known |= {label: code for code, label in labels.items()}
        if ending:
            known |= {name + ending: code for name, code in known.items()}
        return known | self._profile.values.get(field, {})

    def read(self, row: Row) -> Draft:
        """The row's case. Raises Unusable."""
        if row.fault:
            raise Unusable(row.fault)
        cells = {field: value for field, header in self._columns if (value := row.values.get(header)) is not None}
        title, content = self._title_and_content(cells)
        received = self._moment(cells, "received")
        if received is None:
            raise Unusable(_("it does not say when it was received"))
        if received > self._now:
            raise Unusable(_("received {at} lies in the future").format(at=shown(received)))
        event = self._history(cells, received)
        petitioner, open_texts = self._petitioner(cells, {"title": title, "content": content})
        number = _fingerprint(open_texts["title"], open_texts["content"], received)
        if self._seal_found:
            title, content = open_texts["title"], open_texts["content"]
        facts: dict[str, Any] = {"format": 1, "id": "", "title": title}
        facts["category"] = self._code(cells, "category") or self._profile.category or "other"
        if scope := self._code(cells, "scope"):
            facts["scope"] = scope
        facts["channel"] = self._code(cells, "channel") or self._profile.channel or "other"
        facts["received"] = written(received)
        facts["content"] = content
        facts |= self._more(cells)
        facts["source"] = {
            "system": tidy_line(_text(cells.get("system"))) or self._profile.system,
            "id": tidy_line(_text(cells.get("source_id"))).lstrip("'") or number,
        }
        if event is None and self._unit(cells):
            self.notes[_("not answered there, and names a unit: transfer it, which import does not do")] += 1
        return Draft(row.line, received, facts, event, petitioner)

    def _petitioner(self, cells: Mapping[str, Value], texts: Mapping[str, str]) -> tuple[Petitioner, dict[str, str]]:
        """Who petitioned, and title and content without the numbers that stand there; these go along if asked for."""
        known = {field: tidy_line(_text(cells.get(field))) for field in PETITIONER_FIELDS}
        if isinstance(cells.get("id_number"), float):
            known["id_number"] = ""
            self.notes[_("has an identity number that the spreadsheet has rounded: left out")] += 1
        petitioner = Petitioner(**{field: value for field, value in known.items() if value})  # type: ignore[arg-type]
        for field, fault, _cure in faults(petitioner):
            if len(known[field]) > LONGEST:
                raise Unusable(fault)
            self.notes[_("{fault}; it is sealed as it stands").format(fault=fault)] += 1
        moved, changed = move(texts, petitioner, self._public)
        if changed and not self._seal_found:
            self.notes[_("has an identity, telephone or card number in title or content; --seal-found moves it")] += 1
        return moved if self._seal_found else petitioner, {**texts, **changed}

    def _title_and_content(self, cells: Mapping[str, Value]) -> tuple[str, str]:
        """Title and content; where one is empty, the other serves for both."""
        title, content = tidy_line(_text(cells.get("title"))), tidy(_text(cells.get("content")))
        if not title and not content:
            raise Unusable(_("it has neither title nor content"))
        if not title:
            first = content.partition("\n")[0]
            title = first if len(first) <= 50 else first[:49] + "…"
            self.notes[_("has no title: it got the first line of its content")] += 1
        if not content:
            content = title
            self.notes[_("has no content: its title serves")] += 1
        if len(title) > MAX_TITLE:
            raise Unusable(_("its title has more than {count} characters").format(count=MAX_TITLE))
        return title, content

    def _moment(self, cells: Mapping[str, Value], field: str, ends: bool = False) -> datetime | None:
        value = cells.get(field)
        if value is None or (isinstance(value, str) and not tidy_line(value)):
            return None
        try:
            return read_moment(tidy_line(value) if isinstance(value, str) else value, ends)
        except (ValueError, OverflowError):
            raise Unusable(
                _("{header}: {value} is no day or time").format(header=self._header(field), value=_brief(value))
            ) from None

    def _code(self, cells: Mapping[str, Value], field: str) -> str | None:
        """The code of a cell's words; None where it is empty."""
        if not (text := tidy_line(_text(cells.get(field)))):
            return None
        code = self._codes[field].get(text) or self._codes[field].get(text.casefold())
        if code is None:
            raise Unusable(
                _("{header}: {value} is no {field}; say which with --value {field}:{value}=CODE").format(
                    header=self._header(field), value=_brief(text), field=field
                )
            )
        return code

    def _more(self, cells: Mapping[str, Value]) -> dict[str, Any]:
        """The facts that may be left out, in their order in the file."""
        facts: dict[str, Any] = {}
        if area := tidy_line(_text(cells.get("area"))):
            if area in self._areas:
                facts["area"] = self._areas[area]
            else:
                self.notes[_("names an area that units.yaml does not have: left out")] += 1
        if self._code(cells, "urgent") == "yes":
            facts["urgent"] = True
        if about := _listed(cells.get("about")):
            facts["about"] = list(dict.fromkeys(self._units.get(name, name) for name in about))
        if tags := _listed(cells.get("tags")):
            facts["tags"] = tags
        return facts

    def _unit(self, cells: Mapping[str, Value]) -> str | None:
        """The unit's id, or its name where it is none of ours; None for what names no unit, such as 部门."""
        name = tidy_line(_text(cells.get("unit")))
        if not name:
            return None
        if unit := self._units.get(name):
            return unit
        if name in synonyms().no_unit:
            self.notes[_("names no unit, only {word}: left out").format(word=name)] += 1
            return None
        return name

    def _history(self, cells: Mapping[str, Value], received: datetime) -> dict[str, Any] | None:
        """The import event of a row that was answered there, without its unusable parts; None for an open one."""
        answer, status = tidy(_text(cells.get("answer"))), self._status(cells)
        ended = self._ended(cells, received, status, answer)
        if ended is None:
            return None
        event: dict[str, Any] = {"action": "import", "at": written(self._now), "by": self._by}
        event["from"] = tidy_line(_text(cells.get("system"))) or self._profile.system
        if unit := self._unit(cells):
            event["unit"] = unit
            if unit not in self._units:
                self.notes[_("was answered by a unit that units.yaml does not have: its name is kept")] += 1
        if answer:
            event["answer"] = answer
        event["answered_at"] = written(ended)
        if rating := self._code(cells, "rating"):
            event["rating"] = rating
        if status == "closed" or self._profile.closed:
            event["closed"] = True
        return event

    def _ended(
        self, cells: Mapping[str, Value], received: datetime, status: str | None, answer: str
    ) -> datetime | None:
        """When the row was answered there; None for an open one. Raises Unusable where that cannot be told."""
        ended = self._moment(cells, "answered_at", ends=True)
        if status == "open":
            if answer:
                raise Unusable(_("its state there is open, yet it has an answer; --map status= passes over the state"))
            return None
        if status is None and not answer:
            if ended is not None and self._has_answers:
                raise Unusable(_("it says when it was answered, but not what"))
            return None
        if ended is None:
            raise Unusable(_("it was answered, but does not say when"))
        ended = min(ended, self._now) if ended.date() == self._now.date() else ended
        if refusal := out_of_time(received, ended, self._now):
            raise Unusable(refusal.why)
        return ended

    def _status(self, cells: Mapping[str, Value]) -> str | None:
        """open, answered or closed; None where nothing, or nothing known, is said: then the answer decides."""
        text = tidy_line(_text(cells.get("status")))
        if not text:
            return None
        status = self._codes["status"].get(text)
        if status is None:
            self.notes[
                _("its state there, {state}, is not known: whether it has an answer decides").format(state=text)
            ] += 1
        return status

    def _header(self, field: str) -> str:
        return dict(self._columns).get(field, field)


def _text(value: Value) -> str:
    """A cell as text; whole numbers without the fraction that spreadsheets give them."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return listed(map(str, value)) if isinstance(value, list) else str(value)


def _listed(value: Value) -> list[str]:
    names = value if isinstance(value, list) else _text(value).translate(_LIST).split(",")
    return list(dict.fromkeys(name for one in names if (name := tidy_line(str(one)))))


def _brief(value: Value) -> str:
    text = tidy_line(_text(value))
    return text if len(text) <= 30 else text[:29] + "…"


def _fingerprint(title: str, content: str, received: datetime) -> str:
    """A number for a row that has none: the same row gets the same one again."""
    return hashlib.sha256(f"{written(received)}\n{title}\n{content}".encode()).hexdigest()[:16]
