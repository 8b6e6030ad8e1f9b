"""Find fault (责任认定): after a second bad rating, whether the unit is the cause — 第二十三条（四）."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation.law import Law
from wz.regulation.rules import Rules


class FindFault(Event, tag="find-fault"):
    at_fault: Annotated[
        bool,
        Field(
            "yes-no",
            N_("the unit is at fault"),
            flags={
                "--at-fault": N_("the unit is at fault, and the case is to be supervised"),
                "--not-at-fault": N_("the unit is not at fault; the case stays closed"),
            },
        ),
    ]
    reason: Annotated[str, Field("text", N_("reason"))]


def to_find(case: Case, rules: Rules) -> bool:
    """Whether a redone case was rated badly again and nobody has said yet whose fault that is."""
    return (
        case.state == "closed"
        and case.fault is None
        and len(case.ratings) > rules.redo.times
        and rules.bad_rating(case.ratings[-1])
    )


def decide(case: Case, event: FindFault, law: Law) -> Refusal | None:
    if to_find(case, law.rules):
        return None
    if case.fault is not None:
        why = _("it has been found already whether the unit is at fault")
        instead = _("Retract that finding first, with `wz retract`.")
    else:
        why = _("no redone case was rated badly here (ratings: {ratings})").format(
            ratings=", ".join(case.ratings) or "-"
        )
        instead = _("The finding comes after a bad rating of the redone case (第十七条).")
    return Refusal("23(4)", why, instead)


def apply(case: Case, event: FindFault, law: Law) -> None:
    case.fault = event.at_fault
    if event.at_fault:
        # The answer stands and is not rated again; but the case is open, so that it can be supervised.
        case.become("answered", event.at)
        case.hold("office", event.at)


ACTION = Action(
    event=FindFault,
    label="责任认定",
    help=N_("Find whether the unit is the cause of a second bad rating."),
    example="wz find-fault 8Z5HZT --at-fault --reason 答复承诺的清理措施未落实",
    article="23(4)",
    who="office",
    states=frozenset({"closed"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: "属承办单位原因" if event.at_fault else "非承办单位原因",
    ready=lambda case, at, law: to_find(case, law.rules),
)
