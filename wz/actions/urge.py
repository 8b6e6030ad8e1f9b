"""Urge (催办): who is late is told so, once at each level — 第二十六条."""

from typing import Annotated

from wz.actions.base import Action, Field, Refusal
from wz.i18n import N_, _, term
from wz.model.case import OPEN, Case
from wz.model.event import Event
from wz.model.instants import shown
from wz.model.obligation import LevelId
from wz.regulation.judging import judge_open, to_urge, worst_level
from wz.regulation.law import Law

METHODS = {
    "phone": "电话",
    "sms": "短信",
    "wechat": "微信",
    "email": "电子邮件",
    "visit": "上门或面谈",
    "online": "平台留言",
    "notice": "书面通知",
    "other": "其他",
}


class Urge(Event, tag="urge"):
    level: Annotated[LevelId, Field("choice", N_("level"), choices="levels")]
    method: Annotated[str, Field("choice", N_("method"), choices=METHODS)]
    to: Annotated[str, Field("line", N_("who was urged"))]


def decide(case: Case, event: Urge, law: Law) -> Refusal | None:
    judged = judge_open(case, law, event.at)
    if to_urge(judged, event.level):
        return None
    levels = law.rules.choices("levels")
    reached = worst_level(judged)
    if any(event.level in one.obligation.urged for one in judged):
        return Refusal(
            "26",
            _("the unit has been urged at {level} already").format(level=term(event.level, levels[event.level])),
            _("Once for each level and obligation; the next level is urged when it is reached."),
        )
    return Refusal(
        "26",
        _("nothing in this case has reached {level} at {at}").format(
            level=term(event.level, levels[event.level]), at=shown(event.at)
        ),
        _("It stands at {level}; `wz why` shows the charged days.").format(
            level=term(reached, levels.get(reached, "无"))
        ),
    )


def apply(case: Case, event: Urge, law: Law) -> None:
    for one in to_urge(judge_open(case, law, event.at), event.level):
        one.obligation.urged.append(event.level)


ACTION = Action(
    event=Urge,
    label="催办",
    help=N_("Record that the unit was urged at a level."),
    example="wz urge 8Z5HZT --record phone",
    article="26",
    who="office",
    states=OPEN,
    decide=decide,
    apply=apply,
    subject=lambda event, name: f"{event.level} {event.to}",
    ready=lambda case, at, law: any(to_urge(judge_open(case, law, at), level.id) for level in law.rules.levels),
)
