"""Who may read a case's petitioner: what an event changes in that, and what it puts on record — 第十九条."""

from collections.abc import Iterator

import msgspec

from wz.actions.correct import Correct
from wz.actions.disclose import Disclose
from wz.actions.forget import Forget
from wz.actions.replay import replay
from wz.actions.transfer import Transfer
from wz.errors import Refused, Unreadable, Usage, WzError
from wz.i18n import _, listed
from wz.model.case import Case
from wz.model.directory import Directory
from wz.model.event import Event
from wz.office.vault import Vault
from wz.store.casefile import CaseFile
from wz.store.sealing import Key

# After these, other bodies may deal with the case, or be complained of.
_MOVING = frozenset({"transfer", "disclose", "return-accept", "retract", "correct"})
# What asks for a case's keys.
TOUCHING = _MOVING | {"forget"}


def readers(case: Case, directory: Directory) -> set[str]:
    """Who may read the petitioner of a case: the office, and the units that deal with it and are not complained of."""
    from wz.office.confidentiality import is_about

    if case.forgotten is not None:
        return set()
    return {directory.office.id, *(one for one in units_of(case) if not is_about(case.facts, one, directory))}


def units_of(case: Case) -> list[str]:
    """The units that must call back: the one responsible, and those that assist it."""
    now = case.assignment
    return [now.unit, *now.assist] if now else []


def disclose(vault: Vault, read: CaseFile, event: Event) -> tuple[Event, list[str]]:
    """The event with what it discloses on record, and what whoever is typing should know.

    Raises Refused where there is nothing left to forget, Usage where there is nothing to disclose.
    """
    if not isinstance(event, Transfer | Disclose | Forget):
        return event, []
    assert read.facts is not None
    case = replay(read.facts, read.events, vault.registry.law).case
    if isinstance(event, Forget):
        if case.forgotten is not None:
            raise vault.closed(case)
        return event, []
    if case.facts.petitioner is None or case.forgotten is not None:
        if isinstance(event, Disclose):
            raise vault.closed(case) if case.forgotten else _nothing(case)
        return event, []
    units = units_of(case) if isinstance(event, Disclose) else [event.to, *event.assist]
    return _settled(vault, case, event, units)


def _nothing(case: Case) -> Usage:
    return Usage(
        _("no petitioner is recorded for {case}, so there is nothing to disclose").format(case=case.facts.id),
        _("Enter one: wz correct {case} --field petitioner --value-file FILE").format(case=case.facts.id),
    )


def _settled(vault: Vault, case: Case, event: Event, units: list[str]) -> tuple[Event, list[str]]:
    from wz.office.confidentiality import is_about

    directory = vault.registry.directory
    withheld = [unit for unit in units if is_about(case.facts, unit, directory)]
    others = [body for unit in units if unit not in withheld and (body := directory.unit(unit))]
    paper = [body.id for body in others if not body.keys]
    reading = {entry.holder for entry in vault.keys.of(case.facts.id)}
    new = [body for body in others if body.keys and body.id not in reading]
    notes = [*_withheld(withheld, directory), *_on_paper(paper, directory)]
    if new:
        key = _own_key(vault, case)
        if isinstance(key, str):
            if isinstance(event, Disclose):
                raise vault.closed(case)
            new = []
            notes.append(key)
        else:
            for body in new:
                vault.give(case.facts.id, key, body)
            named = listed(body.name for body in new)
            notes.append(_("{units} can read the petitioner's contact from now on.").format(units=named))
    if isinstance(event, Disclose) and not (new or paper):
        raise _no_further(case, withheld, directory)
    lists = {"disclosed_to": [body.id for body in new], "withheld_from": withheld, "on_paper": paper}
    return msgspec.structs.replace(event, **lists), notes


def _own_key(vault: Vault, case: Case) -> Key | str:
    """The case's key; or, where it cannot be had here, what is to be said of that."""
    try:
        key = vault.key_of(case.facts.id)
        if key is not None:
            return key
        closed: WzError = vault.closed(case)
    except Unreadable as error:
        closed = error
    command = f"wz disclose {case.facts.id}"
    if isinstance(closed, Unreadable):  # which whoever is typing can mend
        return _("{why}: the contact is disclosed to nobody.\n{cure}\nThen: {command}").format(
            why=closed.message, cure=closed.cure, command=command
        )
    return _("{why}: the contact is disclosed to nobody. Whoever holds the office's key does it: {command}").format(
        why=closed.message, command=command
    )


def _no_further(case: Case, withheld: list[str], directory: Directory) -> Refused:
    if withheld:
        named = listed(map(directory.name_of, withheld))
        return Refused(
            _("第十九条: the petition complains of {units}, which is told nothing of the petitioner").format(
                units=named
            ),
            _("The office passes messages on."),
            "19",
        )
    return Refused(
        _("every unit that deals with {case} can read the petitioner's contact already").format(case=case.facts.id),
        _("`wz petitioner --who {case}` shows since when.").format(case=case.facts.id),
    )


def _withheld(units: list[str], directory: Directory) -> Iterator[str]:
    for unit in units:
        yield _("Withheld from {unit}: the petition complains of it (第十九条). The office passes messages on.").format(
            unit=directory.name_of(unit)
        )


def _on_paper(units: list[str], directory: Directory) -> Iterator[str]:
    for unit in units:
        yield _("{unit} has no key: it gets the contact on the paper transfer slip (wz print --form transfer).").format(
            unit=directory.name_of(unit)
        )


def withdraw(vault: Vault, case: Case, event: Event) -> list[str]:
    """Take the keys of a case from whoever may not read it after the event; what is to be said of that."""
    if case.facts.petitioner is None or not (event.action in _MOVING or isinstance(event, Forget)):
        return []
    case_id = case.facts.id
    if isinstance(event, Forget):
        vault.keys.forget(case_id)
        return [_("The keys of this case are deleted. docs/privacy.md says what remains elsewhere.")]
    allowed = readers(case, vault.registry.directory)
    gone = [entry for entry in vault.keys.of(case_id) if entry.holder not in allowed]
    for entry in gone:
        vault.keys.drop(entry)
    names = [vault.registry.directory.name_of(one) for one in dict.fromkeys(entry.holder for entry in gone)]
    if not names:
        return _lacking(vault, case, event)
    if isinstance(event, Correct):
        text = _(
            "The petition complains of {units}: its key to the petitioner was taken away (第十九条). What it has read "
            "since then cannot be unread."
        )
    else:
        text = _("{units} cannot read the petitioner's contact any more; what was read cannot be unread.")
    return [text.format(units=listed(names))]


def _lacking(vault: Vault, case: Case, event: Event) -> list[str]:
    """Who has the case (again), or has it still, and cannot call back until the office discloses whom to call."""
    if event.action != "retract" and getattr(event, "field", "") not in ("petitioner", "about"):
        return []
    directory = vault.registry.directory
    reading = {entry.holder for entry in vault.keys.of(case.facts.id)}
    units = [one for one in units_of(case) if one in readers(case, directory) - reading]
    named = listed(body.name for one in units if (body := directory.unit(one)) and body.keys)
    if not named:
        return []
    return [
        _("{units} cannot read the petitioner's contact yet. To disclose it: wz disclose {case}").format(
            units=named, case=case.facts.id
        )
    ]
