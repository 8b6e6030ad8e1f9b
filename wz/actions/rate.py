"""Rate (满意度评价): the petitioner judges; a bad first rating sends the case back once — 第十七条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, listed
from wz.model.case import Case
from wz.model.event import Event
from wz.regulation import deadlines
from wz.regulation.law import Law


class Rate(Event, tag="rate"):
    rating: Annotated[str, Field("choice", N_("rating"), choices="ratings")]


def decide(case: Case, event: Rate, law: Law) -> Refusal | None:
    if case.fault:
        return Refusal(
            law.rules.rating_article,
            _("the petitioner has rated the redone case already, and the unit was found at fault"),
            _('Supervise it: `wz supervise open --ground "23(4)"`.'),
        )
    ratings = law.rules.choices("ratings")
    if event.rating not in ratings:
        return Refusal(
            law.rules.rating_article,
            _("{rating} is no rating").format(rating=event.rating),
            _("Give one of {ratings}.").format(ratings=listed(ratings)),
        )
    return None


def apply(case: Case, event: Rate, law: Law) -> None:
    case.ratings.append(event.rating)
    now = case.assignment
    if now and law.rules.bad_rating(event.rating) and len(case.ratings) <= law.rules.redo.times:
        case.obligations.append(deadlines.at_bad_rating(law.rules, now.unit, event.at, now.number))
        case.become("redo", event.at)
        case.hold(now.unit, event.at)
    else:
        case.become("closed", event.at)


ACTION = Action(
    event=Rate,
    label="满意度评价",
    help=N_("Record the petitioner's rating of the answer."),
    example="wz rate 8Z5HZT --rating 满意",
    article="17",
    who="petitioner",
    states=frozenset({"answered"}),
    decide=decide,
    apply=apply,
    subject=lambda event, name: event.rating,
    ready=lambda case, at, law: not case.fault,
)
