"""One case in full: facts as corrected, events, obligations, what can be done next."""

from datetime import datetime
from typing import Any

import msgspec

from wz.actions.replay import Replay, possible
from wz.model.directory import Directory
from wz.model.event import plain
from wz.model.instants import SHANGHAI
from wz.model.obligation import Judged
from wz.model.problem import Problem
from wz.office.checking import figures
from wz.regulation.judging import judge, judge_open, worst_level
from wz.regulation.law import Law
from wz.regulation.rules import Rules


def obligation_json(judged: Judged, rules: Rules, directory: Directory) -> dict[str, Any]:
    """An obligation as `show` and the actions give it in JSON."""
    owed = judged.obligation
    data: dict[str, Any] = msgspec.to_builtins(figures(judged, rules, directory))
    for name, moment in (("met", owed.met), ("ended", owed.ended)):
        data[name] = moment.astimezone(SHANGHAI).isoformat() if moment else None
    return data


def show(
    replayed: Replay, path: str, law: Law, directory: Directory, as_of: datetime, problems: list[Problem]
) -> dict[str, Any]:
    """`wz show --format json`, as `schemas/show.schema.json` declares it."""
    case = replayed.case
    return {
        "case": case.facts.id,
        "path": path,
        "facts": plain(case.facts),
        "state": case.state,
        "unit": case.lead,
        "assist": case.assignment.assist if case.assignment else [],
        "level": worst_level(judge_open(case, law, as_of)),
        "forgotten": case.forgotten.at.astimezone(SHANGHAI).isoformat() if case.forgotten else None,
        "events": [
            {"place": place, "retracted": place in case.retracted, "event": plain(event)}
            for place, event in enumerate(case.events, 1)
            if event.at <= as_of
        ],
        "obligations": [
            obligation_json(judge(case, owed, law, as_of), law.rules, directory) for owed in case.obligations
        ],
        "next": [action.name for action in possible(case, as_of, law)],
        "problems": msgspec.to_builtins(problems),
    }
