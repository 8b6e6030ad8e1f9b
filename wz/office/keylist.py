"""The public keys in units.yaml: which there are and were, and a list changed with every byte around it kept."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.model.directory import Body, Directory
from wz.model.problem import Problem
from wz.store import sealing, yamlfile
from wz.store.keyring import Keyring, is_demonstration
from wz.store.registry import Registry
from wz.store.sealing import fingerprint

FILE = "units.yaml"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `wz key list`: `status` is current, retired (for later cases), revoked (for all), or unlisted."""

    holder: str
    holder_name: str
    key: str
    fingerprint: str
    status: str
    held: bool
    file: str | None
    since: str | None
    since_commit: str | None
    until: str | None
    demonstration: bool


class Spell(NamedTuple):
    """Since and until when units.yaml listed a key."""

    holder: str
    since: datetime
    commit: str
    until: datetime | None


def listed(registry: Registry, ring: Keyring) -> list[Listed]:
    """Every key that is or was in units.yaml, and those held here that are not."""
    directory, spells = registry.directory, _spells(registry)
    current = {key: body for body in directory.bodies() for key in body.keys}
    revoked = {key: body for body in directory.bodies() for key in body.revoked}
    rows = []
    for key in dict.fromkeys([*current, *revoked, *spells, *ring.own]):
        spell, held = spells.get(key), ring.held.get(key)
        body = current.get(key) or revoked.get(key)
        holder = body.id if body else spell.holder if spell else ""
        status = "current" if key in current else "revoked" if key in revoked else "retired" if spell else "unlisted"
        rows.append(
            Listed(
                holder=holder,
                holder_name=directory.name_of(holder) if holder else "",
                key=key,
                fingerprint=fingerprint(key),
                status=status,
                held=held is not None,
                file=str(held.path) if held else None,
                since=spell.since.isoformat() if spell else None,
                since_commit=spell.commit if spell else None,
                until=spell.until.isoformat() if spell and spell.until and status != "current" else None,
                demonstration=is_demonstration(key),
            )
        )
    return rows


def _spells(registry: Registry) -> dict[str, Spell]:
    found: dict[str, Spell] = {}
    for recorded in registry.git.history(FILE):
        try:
            directory = msgspec.convert(yamlfile.load(recorded.content or b""), Directory)
        except (yamlfile.YamlFault, msgspec.ValidationError):
            continue  # what cannot be read changes nothing
        there = {key: body.id for body in directory.bodies() for key in body.keys}
        for key, spell in found.items():
            if key not in there and spell.until is None:
                found[key] = spell._replace(until=recorded.at)
        for key, holder in there.items():
            if key not in found or found[key].until is not None:
                found[key] = Spell(holder, recorded.at, recorded.name, None)
    return found


# -- what is wrong with it


def problems(registry: Registry) -> Iterator[Problem]:
    """Keys in units.yaml that are mistyped, stand for two bodies, or are in use though they were revoked."""
    lines = (registry.root / FILE).read_text("utf-8", "replace").splitlines()
    seen: dict[str, Body] = {}
    for body in registry.directory.bodies():
        for key in dict.fromkeys((*body.keys, *body.revoked)):
            first = seen.setdefault(key, body)
            if message := _fault(key, first, body):
                line = max((number for number, text in enumerate(lines, 1) if key in text), default=None)
                cure = _("`wz key rotate --for {body}` puts a key of its own in its place.").format(body=body.id)
                yield Problem(file=FILE, line=line, article="19", message=message, cure=cure)


def _fault(key: str, first: Body, body: Body) -> str | None:
    if not sealing.is_public(key):
        return _("{key} is no age key: its last symbols do not fit the others").format(key=key)
    if first.id != body.id:
        return _("{key} is the key of {body}, too").format(key=key, body=first.id)
    if key in body.keys and key in body.revoked:
        return _("{key} is in use, and was revoked: what is sealed to it is dropped").format(key=key)
    return None


# -- changing the file


def changed(data: bytes, body: Body, field: str, add: Sequence[str], remove: Sequence[str] = ()) -> bytes:
    """units.yaml with keys added to a body's list (`keys` or `revoked`) and others taken out of it.

    Raises Usage where the file is laid out so that this cannot be done without touching anything else.
    """
    wanted = _document(data)
    mapping = _mapping_of(wanted, body.id)
    mapping[field] = [key for key in [*mapping.get(field, ()), *add] if key not in remove]
    mapping[field] or mapping.pop(field)
    text = data.decode("utf-8")
    for key in add:
        text = _with(text, body.id, field, key)
    for key in remove:
        text = _without(text, key)
    new = text.encode("utf-8")
    if _document(new) != wanted:
        raise Usage(
            _("units.yaml is laid out so that a key cannot be added to {body}").format(body=body.id),
            _("Write it by hand, below the name of {body}, and commit it: {text}").format(
                body=body.id, text=f"{field}: [{', '.join(mapping.get(field, ()))}]"
            ),
        )
    return new


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = yamlfile.load(data)
    except yamlfile.YamlFault as fault:
        raise Unreadable(f"{FILE}:{fault.line or 1}: {fault.message}", fault.cure) from None
    if not isinstance(document, dict):
        raise Unreadable(f"{FILE}:1: " + _("must be a mapping"), _("`wz validate` lists every fault."))
    return document


def _mapping_of(document: dict[str, Any], body: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in (document["office"], document["supervision"], *document["units"]) if one["id"] == body
    )
    return found


def _with(text: str, body: str, field: str, key: str) -> str:
    """The key behind the last one of the list, or as a new list below the body's name."""
    document = _document(text.encode("utf-8"))
    there = _mapping_of(document, body).get(field)
    if there:
        last = next(iter(re.findall(rf"^[ \t]*-[ \t]+.*{there[-1]}.*\n?", text, re.MULTILINE)), None)
        if last is not None:
            item = re.match(r"[ \t]*-[ \t]+", last)
            assert item is not None
            return text.replace(last, last.rstrip("\n") + f"\n{item[0]}{key}\n", 1)
        return re.sub(rf"{there[-1]}(['\"]?)", rf"{there[-1]}\1, {key}", text, count=1)
    positions = yamlfile.load_strictly(text.encode("utf-8"))[1]
    path: tuple[str | int, ...] = (body,)
    if body not in ("office", "supervision"):
        path = ("units", [one["id"] for one in document["units"]].index(body))
    number = positions.keys.get((*path, "name"))
    lines = text.splitlines(keepends=True)
    start = re.match(r"[ \t]*(?:-[ \t]+)?(?=name:)", lines[number - 1]) if number else None
    if number is None or start is None:
        return text
    indent = " " * len(start[0])
    lines.insert(number, f"{indent}{field}:\n{indent}  - {key}\n")
    return "".join(lines)


def _without(text: str, key: str) -> str:
    """The file without the key; where it was alone, without its list."""
    named, behind = rf"['\"]?{key}['\"]?", r"[ \t]*(?:#.*)?\n"
    item, lists = rf"^[ \t]*-[ \t]+{named}{behind}", r"^[ \t]*(?:keys|revoked):[ \t]*"
    for pattern in (
        rf"{lists}(?:#.*)?\n{item.removeprefix('^')}(?![ \t]*-[ \t]+['\"]?age1)",  # the only one of a list
        rf"{lists}\[[ \t]*{named}[ \t]*\]{behind}",
        item,
        rf"{named}[ \t]*,[ \t]*",
        rf",[ \t]*{named}",
    ):
        new, count = re.subn(pattern, "", text, count=1, flags=re.MULTILINE)
        if count:
            return new
    return text
