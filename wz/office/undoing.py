"""Taking back what was recorded: a `retract` event for each event; what others rest on is named. History stays."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Literal, NamedTuple

from wz.actions.catalog import ACTIONS
from wz.actions.replay import retracted_places
from wz.errors import InTheWay, Refused, Usage, WzError
from wz.i18n import _
from wz.model.case_id import id_of
from wz.model.event import Event, mark_of
from wz.office.finding import Finder
from wz.office.transaction import Transaction, message_of_many
from wz.office.verdict import Verdict
from wz.store import revisions
from wz.store.casefile import CaseFile, parse
from wz.store.registry import Registry

_SHORT = 9


class Target(NamedTuple):
    """An event to be taken back, and its place in the file as it was recorded."""

    case_id: str
    place: int
    event: Event


class Undoing(NamedTuple):
    """What is to be taken back; `commit` is the one whose events they are, None where a case was named."""

    targets: list[Target]
    commit: str | None


class Undone(Verdict, kw_only=True):
    """What became of an event; `event` is its place in the file now, `place` that of the retraction.

    `possible`: it would be taken back, but for a dry run or for other events.
    """

    event: int
    result: Literal["retracted", "possible", "already", "refused", "wrong"]


def what(registry: Registry, text: str | None, email: str) -> Undoing:
    """What an argument of `wz undo` means: a case, a commit; nothing: the last commit of whoever types.

    Raises Usage where it means neither, or could mean either.
    """
    if text is None:
        commit = revisions.latest(registry.git, email)
        if commit is None:
            raise Usage(_("nothing of {email} is on record").format(email=email or "?"), _("Name a case or a commit."))
        return Undoing(of_commit(registry, commit), commit)
    commit = registry.git.commit_of(text) if text.strip() else None
    try:
        case_id = Finder(registry).find(text)
    except Usage:
        if commit is None:
            raise
        return Undoing(of_commit(registry, commit), commit)
    if commit is not None:
        raise Usage(
            _("{text} is both the end of case {case} and commit {commit}").format(
                text=text, case=case_id, commit=commit[:_SHORT]
            ),
            _("Type more of the one that is meant."),
        )
    return Undoing([of_case(registry, case_id)], None)


def of_case(registry: Registry, case_id: str) -> Target:
    """The last event of a case. Raises Usage where it has none."""
    events = Transaction(registry, datetime.max).case(case_id).events
    if not events:
        raise Usage(
            _("{case} has no event yet: it has only been registered").format(case=case_id),
            _("`wz decline` or `wz withdraw` ends it; `wz correct` mends a fact."),
        )
    return Target(case_id, len(events), events[-1])


def of_commit(registry: Registry, commit: str) -> list[Target]:
    """The events that a commit recorded. Raises Usage where it recorded none, or the commit before it is not here."""
    short = commit[:_SHORT]
    parents = revisions.parents(registry.git, commit)
    if not parents and registry.git.shallow:
        raise Usage(  # against nothing, all that was ever recorded would be this commit's
            _("what {commit} recorded is not known: this clone is shallow, and ends there").format(commit=short),
            _("Fetch the history: git fetch --unshallow. Or name a case."),
        )
    if len(parents) > 1:
        raise Usage(
            _("{commit} is a merge: others recorded what it brought").format(commit=short),
            _("Name one of the commits that it brought; `git log` shows them."),
        )
    found = []
    for path, before, after in revisions.touched(registry.git, commit, "cases"):
        if path.endswith(".yaml") and after is not None:
            known = len(parse(path, before).events) if before is not None else 0
            case_id = id_of(path)
            events = parse(path, after).events
            found += [Target(case_id, place, event) for place, event in enumerate(events, 1) if place > known]
    if not found:
        raise Usage(
            _("{commit} recorded no event: {subject}").format(
                commit=short, subject=revisions.subject(registry.git, commit)
            ),
            _("Only events are taken back; `wz decline` or `wz withdraw` ends a case, `wz correct` mends a fact."),
        )
    return found


def undo(
    registry: Registry, undoing: Undoing, reason: str, *, by: str, now: datetime, dry_run: bool = False
) -> list[Undone]:
    """Retract the events, all in one commit or, where one cannot be, none; what became of each.

    In a case the last in legal order goes first, so that none stands in another's way. Raises GitFailed, Unreadable.
    """
    with nullcontext() if dry_run else registry.locked():
        transaction = Transaction(registry, now)
        transaction.vault.keys.expect(target.case_id for target in undoing.targets)
        used: dict[str, set[int]] = {}
        targets = sorted(enumerate(undoing.targets), key=lambda one: (one[1].event.at, one[1].place), reverse=True)
        outcomes = {
            number: _retract(transaction, target, reason, by, used.setdefault(target.case_id, set()))
            for number, target in targets
        }
        in_order = [outcomes[number] for number in range(len(targets))]
        if not dry_run and not any(one.code for one in in_order) and transaction.done:
            message = None if len(transaction.done) == 1 else _message(registry, undoing, transaction)
            commits = {(one.case_id, one.place): one.commit for one in transaction.commit(message)}
            for one in in_order:
                if one.place is not None:
                    one.result, one.commit = "retracted", commits[one.case, one.place]
    return in_order


def _message(registry: Registry, undoing: Undoing, transaction: Transaction) -> str:
    count = len({one.case_id for one in transaction.done})
    undone = f"{undoing.commit[:_SHORT]} {revisions.subject(registry.git, undoing.commit)}" if undoing.commit else ""
    return message_of_many(f"retract {count} cases", undone, transaction.done)


def _retract(transaction: Transaction, target: Target, reason: str, by: str, used: set[int]) -> Undone:
    outcome = Undone(
        case=target.case_id,
        event=target.place,
        action=target.event.action,
        at=target.event.at,
        result="possible",
    )
    try:
        read = transaction.case(target.case_id)
        outcome.event = _place_now(read, target, used)
        if outcome.event in retracted_places(enumerate(read.events, 1)):
            outcome.result = "already"
            return outcome
        fields = {"event": outcome.event, "reason": reason}
        done = transaction.act(target.case_id, ACTIONS["retract"], fields, by=by, at=transaction.now)
        outcome.place, outcome.state = done.place, done.case.state
    except WzError as error:
        outcome.blame(error)
        outcome.result = "wrong"
        if isinstance(error, Refused):
            outcome.result = "refused"
        if isinstance(error, InTheWay):
            outcome.cure = _("Take that event back first, with `wz retract {case} --event N`.").format(
                case=target.case_id
            )
    return outcome


def _place_now(read: CaseFile, target: Target, used: set[int]) -> int:
    """Where the event stands now: a merge may have put others before it. Raises Usage where it is no more."""
    mark = mark_of(target.event)
    places: Sequence[int] = [target.place, *range(1, len(read.events) + 1)]
    for place in places:
        if place <= len(read.events) and place not in used and mark_of(read.events[place - 1]) == mark:
            used.add(place)
            return place
    raise Usage(
        _("{path} does not hold event {place} ({action}) of that commit").format(
            path=read.path, place=target.place, action=target.event.action
        ),
        _("Switch to a branch that has the commit."),
    )
