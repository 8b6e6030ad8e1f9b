"""Disclose (交付联系方式): the units that deal with a case may read whom to call — 第十三条, 第十九条."""

from wz.actions.base import Action, Refusal
from wz.i18n import N_, _
from wz.model.case import OPEN, Case
from wz.model.event import Event
from wz.regulation.law import Law


class Disclose(Event, tag="disclose"):
    """Who can read it from now on, who is told nothing, who gets it on paper; wz finds that out, nobody types it."""

    disclosed_to: list[str] = []  # noqa: RUF012 - msgspec copies it
    withheld_from: list[str] = []  # noqa: RUF012
    on_paper: list[str] = []  # noqa: RUF012


def refuse_strangers(event: Event, units: set[str]) -> Refusal | None:
    """Nobody is told but who deals with the case. `event` says to whom it discloses."""
    told = {one for name in ("disclosed_to", "on_paper") for one in getattr(event, name)}
    if told <= units:
        return None
    return Refusal(
        "19",
        _("{unit} does not deal with the case, and is told nothing of the petitioner").format(
            unit=min(told - units),
        ),
        _("Transfer the case to the unit first."),
    )


def decide(case: Case, event: Disclose, law: Law) -> Refusal | None:
    now = case.assignment
    if now is None:
        return Refusal("19", _("no unit deals with the case"), _("Transfer it: `wz transfer` discloses too."))
    return refuse_strangers(event, {now.unit, *now.assist})


def apply(case: Case, event: Disclose, law: Law) -> None:
    """It is on record; keys move with its commit."""


ACTION = Action(
    event=Disclose,
    label="交付联系方式",
    help=N_("Let the units that deal with a case read the petitioner's contact, where the transfer did not."),
    example="wz disclose 8Z5HZT",
    article="19",
    who="office",
    states=OPEN,
    decide=decide,
    apply=apply,
    subject=lambda event, name: "、".join(map(name, [*event.disclosed_to, *event.on_paper])) or "无",
    ready=lambda case, at, law: (
        case.assignment is not None and case.facts.petitioner is not None and case.forgotten is None
    ),
)
