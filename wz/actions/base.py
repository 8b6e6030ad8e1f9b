"""What every action file provides, and the words it is declared with."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from wz.model.case import Case, State
from wz.model.event import Event
from wz.regulation.law import Law

Who = Literal["office", "unit", "petitioner", "any"]
FieldKind = Literal["line", "text", "choice", "unit", "units", "days", "day", "instant", "yes-no", "file", "place"]


class Field(NamedTuple):
    """How a field of an event is asked for.

    `label` names it for people; `choices` are codes with their Chinese labels, or the name of a list in the rules;
    `option` is the option's name where it differs from the field's; `flags` are the two options of a yes-no field,
    yes first, or an option for each choice, with what they say; `asked` says of an optional field when a terminal
    asks for it, from the answers so far and the case.
    """

    kind: FieldKind
    label: str
    choices: Mapping[str, str] | str = {}
    option: str = ""
    flags: Mapping[str, str] = {}
    asked: Callable[[Mapping[str, Any], Case], bool] = lambda answers, case: False


class Refusal(NamedTuple):
    """Why an event is not allowed: the article (None where no article speaks), the reason with its dates, the cure."""

    article: str | None
    why: str
    instead: str


Decide = Callable[[Case, Any, Law], Refusal | None]
Apply = Callable[[Case, Any, Law], None]
# Whether the action could be taken at that instant, for the list of what can be done next.
Ready = Callable[[Case, datetime, Law], bool]
# The tail of the commit's subject: from the event and a function that gives a body's name.
Subject = Callable[[Any, Callable[[str], str]], str]


class Action(NamedTuple):
    """One action: its event, who may do it and when, whether it may be done, and what it does.

    `decide` says why not, beyond actor and state, which the catalogue's `refuse` checks for every action alike.
    `ready` tells whether a case in one of `states` could take it at an instant.
    """

    event: type[Event]
    label: str
    help: str
    example: str
    article: str | None
    who: Who
    states: frozenset[State]
    decide: Decide
    apply: Apply
    subject: Subject
    ready: Ready = lambda case, at, law: True

    @property
    def name(self) -> str:
        return str(self.event.__struct_config__.tag)


def always(case: Case, event: Event, law: Law) -> Refusal | None:
    """For actions that actor and state alone decide."""
    return None


def nothing(case: Case, event: Event, law: Law) -> None:
    """For actions that are on record and change no state."""


def back_to_unit(case: Case, event: Event) -> None:
    """The unit holds the case again from the office's word on, unless something else still lies with the office."""
    if case.assignment and case.extension is None and case.state in ("assigned", "redo"):
        case.hold(case.assignment.unit, event.at)
