"""All actions in one visible table, and the type of a whole case file."""

from typing import Any

import msgspec

from wz.actions import (
    approve,
    attach,
    brief,
    contact,
    correct,
    decide,
    decline,
    disclose,
    extension_grant,
    extension_refuse,
    extension_request,
    find_fault,
    forget,
    import_,
    instruct,
    justify,
    note,
    rate,
    refer,
    reply,
    retract,
    return_accept,
    return_refuse,
    return_request,
    send_back,
    supervise,
    supervise_close,
    transfer,
    urge,
    withdraw,
)
from wz.actions.base import Action
from wz.model.event import Event, Facts

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        decline.ACTION,
        brief.ACTION,
        instruct.ACTION,
        transfer.ACTION,
        return_request.ACTION,
        return_accept.ACTION,
        return_refuse.ACTION,
        contact.ACTION,
        decide.ACTION,
        extension_request.ACTION,
        extension_grant.ACTION,
        extension_refuse.ACTION,
        reply.ACTION,
        approve.ACTION,
        send_back.ACTION,
        rate.ACTION,
        find_fault.ACTION,
        supervise.ACTION,
        supervise_close.ACTION,
        justify.ACTION,
        urge.ACTION,
        refer.ACTION,
        withdraw.ACTION,
        correct.ACTION,
        disclose.ACTION,
        forget.ACTION,
        retract.ACTION,
        note.ACTION,
        attach.ACTION,
        import_.ACTION,
    )
}

_BY_EVENT: dict[type[Event], Action] = {action.event: action for action in ACTIONS.values()}


def action_of(event: Event) -> Action:
    """The action that an event is of."""
    return _BY_EVENT[type(event)]


def typed_event(data: dict[str, Any]) -> Event:
    """An event from its mapping. Raises msgspec.ValidationError where a field is missing or does not fit."""
    return msgspec.convert(data, ACTIONS[data["action"]].event)


def typed_case(data: dict[str, Any]) -> tuple[Facts, list[Event]]:
    """Facts and events of a case file that its schema has accepted."""
    facts = msgspec.convert({key: value for key, value in data.items() if key != "events"}, Facts)
    return facts, [typed_event(event) for event in data["events"] or ()]
