"""Refer (移交): to 督查室, to police or prosecutors — 第二十六条, 第二十七条（附则）."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import OPEN, Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.model.obligation import Judged
from wz.regulation.judging import judge, to_refer
from wz.regulation.law import Law

RECEIVERS = {"supervision": "督查室", "police": "公安机关", "prosecutors": "司法机关"}


class Refer(Event, tag="refer"):
    to: Annotated[str, Field("choice", N_("who takes it over"), choices=RECEIVERS)]
    reason: Annotated[str, Field("text", N_("reason"))]


def decide(case: Case, event: Refer, law: Law) -> Refusal | None:
    if event.to not in RECEIVERS:
        return Refusal(
            "26",
            _("nothing is referred to {to}").format(to=event.to),
            _("Give one of {receivers}.").format(receivers=", ".join(RECEIVERS)),
        )
    if event.to != "supervision":
        return None
    judged = _judged(case, event, law)
    return None if to_refer(judged, law.rules) else _too_soon(judged, event, law)


def _judged(case: Case, event: Refer, law: Law) -> list[Judged]:
    """Every obligation, met late or still open, as it stood then."""
    return [judge(case, owed, law, event.at) for owed in case.obligations]


def _too_soon(judged: list[Judged], event: Refer, law: Law) -> Refusal:
    before = [one.obligation.referred for one in judged if one.obligation.referred is not None]
    if before:
        return Refusal("26", _("it was referred on {at}").format(at=shown(max(before))), _("Nothing is left to do."))
    needed = min((level.since for level in law.rules.levels if level.unless_justified), default=0)
    most = max((len(one.charged) for one in judged), default=0)
    if needed and most >= needed:
        why = _("the unit has said why it is late ({days} charged days)").format(days=most)
    else:
        why = _("the unit is {days} charged working days late at {at}; {needed} are needed").format(
            days=most, at=shown(event.at), needed=needed
        )
    return Refusal("26", why, _("Urge with `wz urge`, or supervise on ground 23(3) with `wz supervise open`."))


def apply(case: Case, event: Refer, law: Law) -> None:
    if event.to == "supervision":
        ripe = [one.obligation for one in to_refer(_judged(case, event, law), law.rules)]
        # 督查室 deals with the case: what else the unit owes in it at that time need not be referred again.
        for owed in ripe + [owed for owed in case.obligations if owed.open and owed.referred is None]:
            owed.referred = event.at
        return
    # 27bis: the matter is no longer the platform's.
    case.end_obligations(event.at)
    case.extension = None
    case.submitted = None
    case.become("closed", event.at)


ACTION = Action(
    event=Refer,
    label="移交",
    help=N_("Hand a case over: to the supervision office at 7 unjustified days; to police or prosecutors."),
    example="wz refer 8Z5HZT --to 督查室 --reason 超期7个工作日且未说明原因",
    article="26",
    who="office",
    states=OPEN,
    decide=decide,
    apply=apply,
    subject=lambda event, name: RECEIVERS.get(event.to, event.to),
)
