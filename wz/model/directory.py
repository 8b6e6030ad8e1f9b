"""The city's people: the office, the supervision office, member units (第五条), areas."""

from typing import Literal

import msgspec

from wz.model.event import Channel

Role = Literal["handler", "responsible", "deputy", "principal", "chief", "clerk", "auditor"]

# How official documents name a role.
ROLE_LABELS: dict[str, str] = {
    "handler": "承办人",
    "responsible": "责任人",
    "deputy": "分管领导",
    "principal": "主要领导",
    "chief": "主任",
    "clerk": "工作人员",
    "auditor": "审计人员",
    "supervision": "督查室",
}
# What 第五条 and 第二十六条 presuppose of every member unit.
UNIT_ROLES: tuple[Role, ...] = ("handler", "responsible", "deputy", "principal")


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    name: str
    role: Role
    email: str | None = None
    phone: str | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever can act: the office, the supervision office, a member unit.

    `public_contacts` are its telephone numbers, e-mail addresses and addresses that may stand in what is published;
    `keys` the public halves of its keys, to which petitioners are sealed, `revoked` those that must open nothing more.
    """

    id: str
    name: str
    aliases: list[str] = []
    people: list[Person] = []
    public_contacts: list[str] = []
    keys: list[str] = []
    revoked: list[str] = []

    def holder_of(self, role: str) -> Person | None:
        """The first person listed with that role."""
        return next((person for person in self.people if person.role == role), None)


class Unit(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A member unit (第五条): township 乡镇, department 部门, enterprise 公共服务企事业单位."""

    kind: Literal["township", "department", "enterprise"]
    area: str | None = None


class Area(msgspec.Struct, frozen=True):
    id: str
    name: str


class Directory(msgspec.Struct, kw_only=True):
    """units.yaml. `channels` say where the public reaches the platform (第二十二条)."""

    format: int
    city: str
    office: Body
    supervision: Body
    channels: dict[Channel, str] = {}
    areas: list[Area] = []
    units: list[Unit] = []

    def bodies(self) -> list[Body]:
        """Everybody who can act: the office first."""
        return [self.office, self.supervision, *self.units]

    def unit(self, unit_id: str) -> Unit | None:
        """A member unit by id."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def body(self, body_id: str) -> Body | None:
        """The office, the supervision office or a member unit, by id."""
        return next((body for body in self.bodies() if body.id == body_id), None)

    def find_unit(self, text: str) -> Unit | None:
        """A member unit by id, name or alias."""
        return next((unit for unit in self.units if text in (unit.id, unit.name, *unit.aliases)), None)

    def area(self, area_id: str) -> Area | None:
        return next((area for area in self.areas if area.id == area_id), None)

    def name_of(self, body_id: str) -> str:
        """The name of the office, the supervision office or a unit; the id itself where nobody bears it."""
        return next((body.name for body in self.bodies() if body.id == body_id), body_id)

    def actor_exists(self, actor: str) -> bool:
        """Whether `body` or `body/person` names somebody here; the petitioner always is."""
        if actor == "petitioner":
            return True
        body_id, _, person_id = actor.partition("/")
        for body in self.bodies():
            if body.id == body_id:
                return not person_id or any(person.id == person_id for person in body.people)
        return False

    def holder(self, actor: str) -> str | None:
        """`office/clerk`, `supervision/chief`, `unit/handler`: as what somebody acts; None where nobody is so called.

        `unit` is any member unit.
        """
        body_id, _, person_id = actor.partition("/")
        for body in self.bodies():
            if body.id == body_id:
                kind = "unit" if isinstance(body, Unit) else body_id
                return next((f"{kind}/{person.role}" for person in body.people if person.id == person_id), None)
        return None

    def actor_by_email(self, email: str) -> str | None:
        """`body/person` whose e-mail this is; letter case does not matter."""
        wanted = email.casefold()
        for body in self.bodies():
            for person in body.people:
                if person.email and person.email.casefold() == wanted:
                    return f"{body.id}/{person.id}"
        return None
