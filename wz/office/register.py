"""A new case: its facts received, given an id, written and committed."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec

from wz.errors import Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.event import Facts
from wz.model.instants import shown, written
from wz.model.petitioner import Petitioner
from wz.model.problem import misfit_path
from wz.office.documents import Document
from wz.office.permissions import permit
from wz.office.references import missing_in_facts
from wz.office.transaction import Done, Transaction, commit_message
from wz.store import casefile
from wz.store.registry import Registry
from wz.store.schema import where


def register(
    registry: Registry,
    fields: Mapping[str, Any],
    *,
    by: str,
    received: datetime,
    now: datetime,
    petitioner: Petitioner | None = None,
    documents: list[Document] | None = None,
    case_id: str | None = None,
    dry_run: bool = False,
) -> Done:
    """Register a case received at that instant.

    `fields` are the facts as plain data, without the petitioner. Raises Usage where one does not fit, Refused where
    who is typing may not register; then nothing has been written.
    """
    if received > now:
        raise Usage(
            _("{at} lies in the future (it is {now})").format(at=shown(received), now=shown(now)),
            _("Give with --received when it came in."),
        )
    with nullcontext() if dry_run else registry.locked():
        transaction = Transaction(registry, now)
        done = take_in(
            transaction,
            registry,
            fields,
            by=by,
            received=received,
            petitioner=petitioner,
            documents=documents,
            case_id=case_id,
        )
        return done if dry_run else transaction.commit()[0]


def take_in(
    transaction: Transaction,
    registry: Registry,
    fields: Mapping[str, Any],
    *,
    by: str,
    received: datetime,
    petitioner: Petitioner | None = None,
    documents: list[Document] | None = None,
    case_id: str | None = None,
) -> Done:
    """Register a case within a transaction; the petitioner is sealed first of all.

    Raises Usage where a fact does not fit, Refused where it is not allowed.
    """
    permit(registry, "new", by, transaction.identity)
    attachments = _named_apart(documents or [])
    new = case_id or _free_id(registry, received)
    data = {"format": 1, "id": new, **fields, "received": written(received)}
    if petitioner:
        data["petitioner"] = transaction.vault.seal(new, petitioner)
    if attachments:
        data["attachments"] = msgspec.to_builtins([document.file for document in attachments])
    facts = _typed(registry, data)
    read = casefile.parse(ids.path_of(new), casefile.new_text(facts))
    if read.problems:
        raise Usage("\n".join(problem.message for problem in read.problems), read.problems[0].cure)
    notes = [transaction.vault.demonstration()] if petitioner else []
    files = {f"{ids.files_of(new)}/{one.name}": one.content for one in attachments}
    return transaction.register(
        read, files, commit_message(f"new {new}", facts.title, new, "new", by, received), filter(None, notes)
    )


def _named_apart(documents: list[Document]) -> list[Document]:
    """The documents under names of their own: another file of the same name gets a number."""
    taken: dict[str, bytes] = {}
    named = []
    for given in documents:
        path, name, number = PurePosixPath(given.name), given.name, 1
        while taken.setdefault(name, given.content) != given.content:
            number += 1
            name = f"{path.stem}-{number}{path.suffix}"
        named.append(Document(name, given.content))
    return named


def _free_id(registry: Registry, received: datetime) -> str:
    while True:
        new = ids.new_id(received.date())
        if not (registry.root / ids.path_of(new)).exists():
            return new


def _typed(registry: Registry, data: dict[str, Any]) -> Facts:
    try:
        facts = msgspec.convert(data, Facts)
    except msgspec.ValidationError as error:
        raise Usage(
            _("{field} does not fit").format(field=where(misfit_path(error))), _("`wz new --help` shows the fields.")
        ) from None
    for missing in missing_in_facts(facts, registry.directory):
        raise Usage(missing.message, missing.cure)
    return facts
