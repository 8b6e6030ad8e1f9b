"""Petitioners sealed, opened, and given to those who may read them (第十九条); nothing leaves memory unsealed."""

from contextlib import suppress
from functools import cached_property
from typing import Any

import msgspec

from wz.errors import Refused, Unreadable, Usage, WzError
from wz.i18n import _, listed
from wz.model.case import Case
from wz.model.directory import Body
from wz.model.instants import shown
from wz.model.petitioner import Petitioner, entered, packed, unpacked
from wz.store import sealing
from wz.store.casekeys import CaseKeys, Entry
from wz.store.keyring import Keyring, is_demonstration
from wz.store.registry import Registry
from wz.store.sealing import Key


class Vault:
    """The cases' keys as they will be once what is done here is recorded, and the keys of whoever is typing."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.keys = CaseKeys(registry.git)

    @cached_property
    def mine(self) -> dict[str, Key]:
        """The keys held here, by their fingerprints."""
        return Keyring(self.registry.git.layout.top).by_fingerprint()

    @property
    def mine_or_none(self) -> dict[str, Key]:
        """The same; none where they cannot be looked at, for whoever only asks who holds which."""
        try:
            return self.mine
        except WzError:
            return {}

    def key_of(self, case_id: str) -> Key | None:
        """The case's own key; None where no key held here opens it."""
        for entry, sealed in self.keys.of(case_id).items():
            if entry.fingerprint in self.mine:
                private = sealing.unseal(sealed, [self.mine[entry.fingerprint].private])
                if private is not None:
                    return sealing.key_of(private.decode("ascii", "replace"))
        return None

    def seal(self, case_id: str, petitioner: Petitioner) -> str:
        """The petitioner sealed to a key of the case's own, which the office can open.

        Raises Usage where the office has no key, Unreadable where pyrage is not installed.
        """
        office = self._sealing_office()
        made = sealing.new_key()
        sealed = sealing.seal_text(packed(petitioner), made.public)
        self.give(case_id, made, office)
        return sealed

    def refuse_unready(self) -> None:
        """See that petitioners can be sealed. Raises Usage or Unreadable, as `seal` does."""
        self._sealing_office()
        sealing.new_key()

    def _sealing_office(self) -> Body:
        office = self.registry.directory.office
        if not office.keys:
            raise Usage(
                _("the office has no key in units.yaml, so the petitioner cannot be sealed; nothing has been recorded"),
                _("Make one with `wz key new`, or leave the petitioner out."),
            )
        return office

    def demonstration(self) -> str | None:
        """What is to be said where the office's key is the sample's, which comes with wz."""
        if not any(map(is_demonstration, self.registry.directory.office.keys)):
            return None
        return _(
            "The office's key is the sample's, which everybody has: run `wz key rotate` before real petitioners come."
        )

    def reseal(self, case: Case, data: Any) -> str:
        """The petitioner with what was entered, for the same readers.

        Raises Usage where that does not fit, Refused where no key held here opens the case's.
        """
        case_id = case.facts.id
        if case.facts.petitioner is None or case.forgotten is not None:  # then the event is refused
            return self.seal(case_id, entered(data))
        key = self.key_of(case_id)
        if key is None:
            raise self.closed(case)
        with suppress(Unreadable):  # what is damaged is entered anew
            return sealing.seal_text(packed(entered(data, self.open(case))), key.public)
        return sealing.seal_text(packed(entered(data)), key.public)

    def give(self, case_id: str, key: Key, body: Body) -> None:
        """Let a body's keys open the case's key."""
        for public in body.keys:
            entry = Entry(case_id, body.id, sealing.fingerprint(public))
            self.keys.put(entry, sealing.seal(key.private.encode("ascii"), public))

    def open(self, case: Case) -> Petitioner:
        """The petitioner of a case. Raises Refused where it may not or cannot be read here, Unreadable, Usage."""
        sealed = case.facts.petitioner
        if sealed is None:
            raise Usage(
                _("no petitioner is recorded for {case}").format(case=case.facts.id),
                _("Enter one: wz correct {case} --field petitioner --value-file FILE").format(case=case.facts.id),
            )
        key = None if case.forgotten else self.key_of(case.facts.id)
        if key is None:
            raise self.closed(case)
        opened = sealing.unseal(sealed.encode("ascii"), [key.private])
        try:
            return unpacked(opened or b"")
        except msgspec.MsgspecError:
            raise Unreadable(
                _("what is sealed in {case} cannot be opened by the case's key").format(case=case.facts.id),
                _("It was damaged, or two clones sealed it apart from each other: enter it anew with `wz correct`."),
            ) from None

    def closed(self, case: Case) -> Refused | Unreadable:
        """Why nobody here opens it."""
        case_id = case.facts.id
        if case.forgotten is not None:
            return Refused(
                _("the petitioner of {case} was forgotten on {at}: {reason}").format(
                    case=case_id, at=shown(case.forgotten.at), reason=getattr(case.forgotten, "reason", "")
                ),
                _("Nobody can open it any more (个人信息保护法第四十七条)."),
            )
        holders = dict.fromkeys(entry.holder for entry in self.keys.of(case_id))
        if not holders:
            return Unreadable(
                _("the key of {case} is not in this clone").format(case=case_id),
                _("`wz sync` brings the keys along; `git pull` does not."),
            )
        return Refused(
            _("第十九条: no key held here opens the petitioner of {case}").format(case=case_id),
            _("These can: {holders}. `wz key list` shows the keys and which are held here.").format(
                holders=listed(self.registry.directory.name_of(one) for one in holders)
            ),
            "19",
        )
