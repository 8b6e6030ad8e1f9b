"""Pinning a year: the published arrangement written into calendar.yaml, every byte around it kept."""

from datetime import date
from typing import Any

from wz.errors import Unreadable, Usage
from wz.i18n import _
from wz.model.workdays import Arrangement
from wz.office.permissions import permit
from wz.store import yamlfile
from wz.store.registry import Registry
from wz.store.settings import national

_FILE = "calendar.yaml"


def pin(registry: Registry, year: int, *, dry_run: bool) -> tuple[str, str | None]:
    """Write the year into calendar.yaml and commit it. Returns what was added, and the commit.

    Raises Usage where the year is not published or is pinned already, Refused where who is typing may not.
    """
    by = permit(registry, "settings")
    arrangement = national(year)
    if not arrangement.published:
        raise Usage(
            _("no arrangement for {year} has been published that this version of `holidays` knows").format(year=year),
            _("Update it with `pip install -U holidays`, or write the year into calendar.yaml by hand."),
        )
    added = entry(year, arrangement)
    if dry_run:
        return added, None
    with registry.locked():
        before = (registry.root / _FILE).read_bytes()
        after = _inserted(before, year, added)
        message = f"calendar: pin {year}\n\nWz-Action: calendar-pin\nWz-Actor: {by}\n"
        return added, registry.commit({_FILE: after}, {_FILE: before}, message)


def entry(year: int, arrangement: Arrangement) -> str:
    """A pinned year as it stands below `years:`."""

    def days(of: dict[date, str]) -> dict[str, str]:
        return {day.isoformat(): reason for day, reason in of.items()}

    body = {
        str(year): {
            "source": arrangement.source,
            "holidays": days(dict(arrangement.holidays)),
            "workdays": days(dict(arrangement.workdays)),
        }
    }
    return "".join(f"  {line}\n" for line in yamlfile.dump(body).splitlines())


def _inserted(before: bytes, year: int, added: str) -> bytes:
    document, positions = _read(before)
    years = document.get("years")
    if years and str(year) in years:
        raise Usage(
            _("calendar.yaml pins {year} already").format(year=year),
            _("To pin it anew, delete its entry under `years:`, commit that, and repeat."),
        )
    text = before.decode("utf-8")
    if not text.endswith("\n"):
        text += "\n"
    if years is None and "years" not in document:
        return (text + "years:\n" + added).encode("utf-8")
    lines = text.splitlines(keepends=True)
    # Behind the last line of `years:`, which is the line before the next key, or the end of the file.
    start = positions.keys[("years",)]
    following = [line for path, line in positions.keys.items() if len(path) == 1 and line > start]
    end = min(following, default=len(lines) + 1) - 1
    while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    new = "".join(lines[:end]) + added + "".join(lines[end:])
    if not _holds(new.encode("utf-8"), year):
        raise Usage(
            _("calendar.yaml is laid out so that the year cannot be added"),
            _("Write `years:` as a block, one year below the other; or paste what --dry-run prints."),
        )
    return new.encode("utf-8")


def _read(data: bytes) -> tuple[dict[str, Any], yamlfile.Positions]:
    """calendar.yaml, and where everything in it stands. Raises Unreadable."""
    try:
        document, positions = yamlfile.load_strictly(data)
    except yamlfile.YamlFault as fault:
        raise Unreadable(f"{_FILE}:{fault.line or 1}: {fault.message}", fault.cure) from None
    if not isinstance(document, dict):
        raise Unreadable(f"{_FILE}:1: " + _("must be a mapping"), _("`wz validate` lists every fault."))
    return document, positions


def _holds(data: bytes, year: int) -> bool:
    """Whether a calendar.yaml can be read and pins the year."""
    try:
        return str(year) in yamlfile.load(data)["years"]
    except (yamlfile.YamlFault, TypeError):
        return False
