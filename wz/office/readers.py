"""Who can open a case's petitioner, and since which event."""

from datetime import datetime
from typing import Any

import msgspec

from wz.actions.replay import replay
from wz.model.case import Case
from wz.model.petitioner import Petitioner
from wz.office.vault import Vault
from wz.store.casefile import CaseFile
from wz.store.registry import Registry


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A key that opens the case's: whose it is, and by which event; `place` 0 is the registration."""

    holder: str
    holder_name: str
    fingerprint: str
    held: bool
    place: int | None
    action: str | None
    since: datetime | None


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """The event by which the petitioner was forgotten."""

    place: int
    at: datetime
    by: str
    reason: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """`wz petitioner --format json`; `petitioner` is null where it was only asked who can open it."""

    case: str
    petitioner: dict[str, Any] | None
    readers: list[Reader]
    withheld_from: list[str]
    on_paper: list[str]
    forgotten: Forgotten | None


def look(registry: Registry, read: CaseFile, *, who: bool) -> Opened:
    """The petitioner of a case, or (`who`) just who can open it. Raises as `Vault.open` does."""
    assert read.facts is not None
    vault = Vault(registry)
    case = replay(read.facts, read.events, registry.law).case
    known = None if who else vault.open(case)
    return Opened(
        case=case.facts.id,
        petitioner=shown(known) if known is not None else None,
        readers=readers_of(vault, read, case),
        withheld_from=_named(case, "withheld_from"),
        on_paper=_named(case, "on_paper"),
        forgotten=_forgotten(case),
    )


def shown(petitioner: Petitioner) -> dict[str, Any]:
    """A petitioner as JSON gives it: every field, null where it is not known."""
    return {name: getattr(petitioner, name) for name in ("name", "phone", "id_number", "address", "hours")} | {
        "moved": msgspec.to_builtins(petitioner.moved)
    }


def readers_of(vault: Vault, read: CaseFile, case: Case) -> list[Reader]:
    """Every key that opens the case's, the office's first."""
    directory = vault.registry.directory
    order = [body.id for body in directory.bodies()]
    mine: Any = vault.mine_or_none
    found = []
    for entry in sorted(
        vault.keys.of(case.facts.id),
        key=lambda one: (order.index(one.holder) if one.holder in order else len(order), one),
    ):
        place, action, since = _since(read, case, entry.holder, directory.office.id)
        found.append(
            Reader(
                holder=entry.holder,
                holder_name=directory.name_of(entry.holder),
                fingerprint=entry.fingerprint,
                held=entry.fingerprint in mine,
                place=place,
                action=action,
                since=since,
            )
        )
    return found


def _since(read: CaseFile, case: Case, holder: str, office: str) -> tuple[int | None, str | None, datetime | None]:
    """The last event that let a body read it; of the office, the one by which it was sealed first."""
    assert read.facts is not None
    if holder == office:
        if read.facts.petitioner is not None:
            return 0, "new", read.facts.received
        for place, event in enumerate(case.events, 1):
            if event.action == "correct" and getattr(event, "field", "") == "petitioner":
                return place, event.action, event.at
        return None, None, None
    for place, event in reversed([*enumerate(case.events, 1)]):
        if holder in getattr(event, "disclosed_to", ()):
            return place, event.action, event.at
    return None, None, None


def _named(case: Case, field: str) -> list[str]:
    """The units that the last transfer or disclosure withheld it from, or handed it to on paper."""
    for place, event in reversed([*enumerate(case.events, 1)]):
        if event.action in ("transfer", "disclose") and place not in case.retracted:
            return list(getattr(event, field))
    return []


def _forgotten(case: Case) -> Forgotten | None:
    event: Any = case.forgotten
    if event is None:
        return None
    place = next(place for place, one in enumerate(case.events, 1) if one is event)
    return Forgotten(place=place, at=event.at, by=event.by, reason=event.reason)
