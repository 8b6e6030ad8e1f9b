"""Where urgings go: notify.yaml, a file of the office's own outside the registry, for its addresses are secret."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.store.files import Trusted
from wz.store.settings import read_settings

_PLACE = re.compile(r"\{(name|phone|email|unit)\}")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Apprise URLs for a person (`to: urban-mgmt/li`), a unit (`to: urban-mgmt`), a role, both, or everybody.

    `{phone}`, `{email}`, `{name}` and `{unit}` in a URL stand for the recipient's. `method` is how the urging is
    recorded: phone, sms, wechat, email, …; left out, the kind of URL decides.
    """

    urls: list[str]
    to: str | None = None
    role: str | None = None
    method: str | None = None


class Routes(msgspec.Struct, frozen=True, kw_only=True):
    """notify.yaml."""

    format: int
    routes: list[Route]

    def of(self, unit: str, person: str | None, role: str) -> Route | None:
        """The route that speaks most closely of the recipient; of equals the first in the file."""
        fitting = [
            (closeness, -place, route)
            for place, route in enumerate(self.routes)
            if (closeness := _closeness(route, unit, person, role)) is not None
        ]
        return max(fitting, key=lambda one: one[:2])[2] if fitting else None


def _closeness(route: Route, unit: str, person: str | None, role: str) -> int | None:
    """4: the person, 3: the role in the unit, 2: the unit, 1: the role, 0: everybody, None: somebody else."""
    if route.role is not None and route.role != role:
        return None
    if route.to is None:
        return 0 if route.role is None else 1
    if "/" in route.to:
        return 4 if person is not None and route.to == f"{unit}/{person}" else None
    if route.to != unit:
        return None
    return 2 if route.role is None else 3


def filled(url: str, values: Mapping[str, str | None]) -> str:
    """The URL with the recipient's own values in it. Raises Usage where units.yaml lacks one."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        if not found:
            raise Usage(
                _("units.yaml has no {field} of the recipient").format(field=match[1]),
                _("Enter it there, or give the recipient a route without it."),
            )
        return quote(found, safe="")

    return _PLACE.sub(value, url)


def kind(url: str) -> str:
    """What may be said of a URL aloud: its scheme, never what follows."""
    return url.partition(":")[0].lower()


def read_routes(path: Path) -> Routes:
    """Read notify.yaml. Raises Usage where it is not there, Unreadable where it cannot be used."""
    if not path.is_file():
        raise Usage(
            _("there is no {path}, so it is not known where messages go").format(path=path),
            _("Make it (docs/notify.md shows how), or name another file in WZ_NOTIFY; without --send nothing is sent."),
        )
    found = read_settings(Trusted(path.parent), path.name, "notify", lambda document: msgspec.convert(document, Routes))
    if found.value is None:
        raise Unreadable(
            "\n".join(f"{path}:{one.line or 1}: {one.message} {one.cure}".rstrip() for one in found.problems),
            _("Mend the file; docs/notify.md shows its form."),
        )
    return found.value
