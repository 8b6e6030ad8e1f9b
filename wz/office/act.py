"""One action: decided on the case as it stands, appended to its file, committed."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from wz.actions.base import Action
from wz.office.deciding import unreadable
from wz.office.documents import Document, Documents
from wz.office.transaction import Done, Transaction, commit_message
from wz.store.registry import Registry

__all__ = ["Document", "Done", "act", "commit_message", "unreadable"]


def act(
    registry: Registry,
    case_id: str,
    action: Action,
    fields: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    now: datetime,
    documents: Documents | None = None,
    dry_run: bool = False,
) -> Done:
    """Do one action to one case.

    `fields` are the event's own fields as plain data, `documents` those that are files. Raises Usage where a field
    does not fit, Refused where the regulation or the role of who is typing does not allow it, Unreadable where the
    case cannot be read; then nothing has been written.
    """
    with nullcontext() if dry_run else registry.locked():
        transaction = Transaction(registry, now)
        done = transaction.act(case_id, action, fields, by=by, at=at, documents=documents)
        return done if dry_run else transaction.commit()[0]
