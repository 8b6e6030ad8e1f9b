"""Whose act an event is: git's identity matched to a person, and on whose behalf they act."""

from wz.actions.base import Action
from wz.actions.replay import named
from wz.errors import Refused, Usage
from wz.i18n import _
from wz.model.directory import Directory
from wz.office.references import close_units


def typist(directory: Directory, email: str) -> str:
    """`body/person` who is typing, by git's e-mail. Raises Refused where nobody in units.yaml has it."""
    actor = directory.actor_by_email(email)
    if actor is None:
        raise Refused(
            _("{email} is nobody's e-mail in units.yaml, so it is not known who acts").format(email=email or "?"),
            _("Enter it with the person in units.yaml, or set git's: git config user.email …"),
        )
    return actor


def find_actor(directory: Directory, text: str) -> str:
    """An actor from what was typed: `unit`, `unit/person`, a unit's name or alias. Raises Usage."""
    body_text, slash, person = text.partition("/")
    bodies = {name: body.id for body in directory.bodies() for name in (body.id, body.name, *body.aliases)}
    body = bodies.get(body_text)
    if body is None:
        raise Usage(_("there is no unit {unit}").format(unit=body_text), close_units(body_text, directory))
    people = next(one.people for one in directory.bodies() if one.id == body)
    person = next((one.id for one in people if one.name == person), person)
    actor = f"{body}/{person}" if slash else body
    if not directory.actor_exists(actor):
        raise Usage(
            _("nobody is called {actor}").format(actor=actor),
            _("`wz units {unit}` shows who there is.").format(unit=body),
        )
    return actor


def actor_of(action: Action, directory: Directory, email: str, on_behalf: str | None, lead: str | None) -> str:
    """Whose act it will be.

    The office may enter a unit's or the petitioner's act, and says so; a unit enters its own. Raises Refused, Usage.
    """
    who = typist(directory, email)
    body = who.partition("/")[0]
    if action.who == "petitioner":
        if body != "office":
            raise Refused(
                _("{action} is the petitioner's, and only the office enters it").format(action=named(action)),
                _("Ask the office."),
                action.article,
            )
        return "petitioner"
    if on_behalf is None:
        if action.who == "unit" and body == "office":
            raise Usage(
                _("{action} is the unit's act").format(action=named(action)),
                _("Add --as {lead} to enter it on the unit's behalf.").format(lead=lead or "UNIT"),
            )
        return who
    actor = find_actor(directory, on_behalf)
    if body != "office" and actor.partition("/")[0] != body:
        raise Refused(
            _("{who} cannot act for {actor}").format(who=who, actor=actor),
            _("Only the office enters events on another's behalf."),
            "5",
        )
    return actor
