"""Who may do what: the rules' table of roles held against units.yaml — 第三条, 第五条, 第九条."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from wz.actions.base import Refusal
from wz.actions.catalog import ACTIONS
from wz.errors import Refused
from wz.i18n import _, listed, term
from wz.model.article import cited
from wz.model.directory import ROLE_LABELS, Directory
from wz.office.actors import typist
from wz.regulation.rules import RoleRule, Rules
from wz.store.git import Identity
from wz.store.registry import Registry

# What the table names beside the actions that this wz carries out.
_OTHERS = {
    "new": "登记",
    "find-fault": "责任认定",
    "supervise": "督办",
    "supervise-close": "督办办结",
    "urge": "催办",
    "refer": "移交",
    "import": "导入",
    "settings": "修改设置",
}


class Permission(NamedTuple):
    """One row of the table: an action, and for each role whether it acts and whether it enters for others."""

    action: str
    label: str
    roles: dict[str, tuple[bool, bool]]


class Myself(msgspec.Struct, frozen=True, kw_only=True):
    """`wz whoami --format json`: who is typing and what they may do; `role` is None where they have none."""

    email: str
    actor: str
    name: str
    body: str
    body_name: str
    position: str
    position_label: str
    role: str | None
    role_label: str
    signs: bool
    acts: list[str]
    enters: list[str]


def action_label(name: str) -> str:
    """The Chinese name of an action, of `new` or of `settings`; the code itself where wz does not know it."""
    return ACTIONS[name].label if name in ACTIONS else _OTHERS.get(name, name)


def table(rules: Rules) -> list[Permission]:
    """Every action named in the roles, in the order of the catalogue."""
    mentioned = dict.fromkeys(name for role in rules.roles for name in (*role.acts, *role.enters))
    order = ["new", *ACTIONS, *(name for name in mentioned if name not in ACTIONS and name != "new")]
    return [
        Permission(
            name, action_label(name), {role.id: (name in role.acts, name in role.enters) for role in rules.roles}
        )
        for name in order
    ]


def permit(registry: Registry, action: str, by: str | None = None, identity: Identity | None = None) -> str:
    """See that whoever is typing may do that, or enter it as `by`'s. Returns who is typing. Raises Refused.

    `identity` is who is typing where it is not git's own.
    """
    who = typist(registry.directory, (identity or registry.git.identity).email)
    if refusal := refuse(registry.rules, registry.directory, who, action, by or who):
        raise Refused(cited(refusal.article, refusal.why), refusal.instead, refusal.article)
    return who


def standing(registry: Registry) -> Myself:
    """Who is typing. Raises Refused where nobody in units.yaml has git's e-mail."""
    directory, identity = registry.directory, registry.git.identity
    who = typist(directory, identity.email)
    body_id, _slash, person_id = who.partition("/")
    body = next(body for body in directory.bodies() if body.id == body_id)
    person = next(person for person in body.people if person.id == person_id)
    role = _role(registry.rules, directory, who)
    return Myself(
        email=identity.email,
        actor=who,
        name=person.name,
        body=body.id,
        body_name=body.name,
        position=person.role,
        position_label=ROLE_LABELS[person.role],
        role=role.id if role else None,
        role_label=role.label if role else "",
        signs=identity.signs,
        acts=role.acts if role else [],
        enters=role.enters if role else [],
    )


def refuse(rules: Rules, directory: Directory, who: str, action: str, by: str) -> Refusal | None:
    """Why `who` may not record an act of `by`; None where the table allows it."""
    role = _role(rules, directory, who)
    if role is None:
        return _without_role(directory, who)
    if by.partition("/")[0] == who.partition("/")[0]:
        return _refuse_act(rules, directory, who, action) or (
            _refuse_act(rules, directory, by, action) if "/" in by and by != who else None
        )
    if action not in role.enters:
        return Refusal(
            role.article,
            _("{who} ({role}) cannot act for {actor}").format(who=who, role=_named(role), actor=by),
            _only(rules, action, (one for one in rules.roles if action in one.enters)),
        )
    return _refuse_act(rules, directory, by, action) if "/" in by else None


def _refuse_act(rules: Rules, directory: Directory, actor: str, action: str) -> Refusal | None:
    """Why the action is not that person's own."""
    role = _role(rules, directory, actor)
    if role is None:
        return _without_role(directory, actor)
    if action in role.acts:
        return None
    return Refusal(
        role.article,
        _("{action} is not for {who} ({role})").format(
            action=term(action, action_label(action)), who=actor, role=_named(role)
        ),
        _only(rules, action, (one for one in rules.roles if action in one.acts)),
    )


def _role(rules: Rules, directory: Directory, actor: str) -> RoleRule | None:
    holder = directory.holder(actor)
    return rules.role_of(holder) if holder else None


def _without_role(directory: Directory, actor: str) -> Refusal:
    holder = directory.holder(actor)
    if holder is None:
        return Refusal(
            "5",
            _("nobody is called {actor}").format(actor=actor),
            _("`wz units` shows who there is; add them to units.yaml."),
        )
    position = holder.partition("/")[2]
    return Refusal(
        "5",
        _("{who} is {position}, a role to which the rules give nothing").format(
            who=actor, position=term(position, ROLE_LABELS[position])
        ),
        _("List {holder} under `roles` in rules.yaml, or give the person another role in units.yaml.").format(
            holder=holder
        ),
    )


def _only(rules: Rules, action: str, roles: Iterable[RoleRule]) -> str:
    allowed = listed(_named(role) for role in roles)
    if not allowed:
        return _("No role has it; `wz rules --roles` shows the table.")
    return _("These may: {roles}. `wz rules --roles` shows the table.").format(roles=allowed)


def _named(role: RoleRule) -> str:
    return term(role.id, role.label)
