"""The regulation's numbers, labels, grounds and articles, typed."""

from functools import cached_property
from typing import Literal

import msgspec

from wz.model.event import CHANNELS
from wz.model.obligation import LevelId


class Clause(msgspec.Struct, frozen=True):
    """A numbered item of an article, and its text."""

    id: str
    text: str


class CategoryRule(msgspec.Struct, frozen=True, kw_only=True):
    """第十三条: the working days of one category; `from_decision`: completion runs from the decision to accept."""

    label: str
    article: str
    completion: int
    contact: int | None = None
    decision: int | None = None
    from_decision: bool = False
    investigation: bool = False


class ReturnRule(msgspec.Struct, frozen=True):
    days: int
    article: str


class ExtensionRule(msgspec.Struct, frozen=True):
    grants: int
    max_days: int | None
    article: str
    urgent: bool


class RedoRule(msgspec.Struct, frozen=True):
    times: int
    days: int
    article: str


class Rating(msgspec.Struct, frozen=True):
    id: str
    label: str
    bad: bool


class Method(msgspec.Struct, frozen=True):
    id: str
    label: str
    article: str
    days: int | None


class Supervision(msgspec.Struct, frozen=True):
    methods: list[Method]


class Grounds(msgspec.Struct, frozen=True):
    decline: list[Clause]
    supervise: list[Clause]
    redo: list[Clause]


class Level(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """第二十六条: a warning level; `since` is the number of charged overdue days from which it holds."""

    id: LevelId
    label: str
    since: int
    urge: str
    points: float
    article: str
    criticisms: int
    unless_justified: bool


class RoleRule(msgspec.Struct, frozen=True, kw_only=True):
    """Who may do what: `holders` are `body/role` of units.yaml, `acts` what is done as one's own body's act, `enters`
    what is entered for a unit or the petitioner. Names of actions, and `new` and `settings`."""

    id: str
    label: str
    article: str
    holders: list[str]
    acts: list[str]
    enters: list[str]


class RecordingRule(msgspec.Struct, frozen=True):
    """How far `at` may lie from the commit's time: working days back (one's own act; another's), minutes ahead."""

    own: int
    behalf: int
    ahead: int


class Rules(msgspec.Struct, frozen=True, kw_only=True, dict=True, rename={"returns": "return"}):
    """The whole of rules.yaml."""

    format: int
    title: str
    source: str = ""
    scope: list[Clause]
    grounds: Grounds
    categories: dict[str, CategoryRule]
    returns: ReturnRule
    extension: ExtensionRule
    redo: RedoRule
    rating_article: str
    ratings: list[Rating]
    supervision: Supervision
    levels: list[Level]
    charging: Literal["held", "all"]
    points: Literal["worst", "cumulative"]
    late_justification: Literal["ignored", "counts"]
    due_soon: int
    roles: list[RoleRule]
    recording: RecordingRule

    @cached_property
    def levels_by_days(self) -> list[Level]:
        """The levels, mildest first."""
        return sorted(self.levels, key=lambda level: level.since)

    def level(self, level_id: str) -> Level | None:
        return next((level for level in self.levels if level.id == level_id), None)

    def role_of(self, holder: str) -> RoleRule | None:
        """The role of whoever holds `body/role` of units.yaml."""
        return next((role for role in self.roles if holder in role.holders), None)

    def method(self, method_id: str) -> Method | None:
        """A way of supervising (第二十四条)."""
        return next((method for method in self.supervision.methods if method.id == method_id), None)

    def bad_rating(self, rating_id: str) -> bool:
        """不满意以下 (第十七条)."""
        return any(rating.bad for rating in self.ratings if rating.id == rating_id)

    def choices(self, name: str) -> dict[str, str]:
        """The codes of a list of the rules, named as in the file (`channels` besides), and their Chinese labels."""
        match name:
            case "categories":
                return {code: rule.label for code, rule in self.categories.items()}
            case "channels":
                return CHANNELS
            case "ratings":
                return {rating.id: rating.label for rating in self.ratings}
            case "levels":
                return {level.id: level.label for level in self.levels}
            case "supervision.methods":
                return {method.id: method.label for method in self.supervision.methods}
            case "scope":
                return {clause.id: clause.text for clause in self.scope}
            case _:
                clauses: list[Clause] = getattr(self.grounds, name.removeprefix("grounds."))
                return {clause.id: clause.text for clause in clauses}
