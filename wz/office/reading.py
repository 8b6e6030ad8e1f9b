"""One case file for a command that only reads it: it must be sound, and the case must have come in by then."""

from datetime import datetime

from wz.errors import Usage
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.instants import shown
from wz.office.act import unreadable
from wz.store.casefile import CaseFile
from wz.store.registry import Registry


def read_case(registry: Registry, case_id: str, as_of: datetime) -> CaseFile:
    """The case file, with facts. Raises Unreadable where it has faults, Usage where it came in after `as_of`."""
    read = registry.read(ids.path_of(case_id))
    if read.facts is None:
        raise unreadable(read.problems)
    if read.facts.received > as_of:
        raise Usage(
            _("{id} came in on {received} only, after {as_of}").format(
                id=case_id, received=shown(read.facts.received), as_of=shown(as_of)
            ),
            _("Give a later --as-of."),
        )
    return read
