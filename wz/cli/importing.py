"""What an import found and did, for people and for scripts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from wz.errors import Usage
from wz.i18n import _, listed, ngettext, term
from wz.model.instants import written
from wz.office.headings import CHINESE, LEFT_OUT, SEALED, Columns, Profile
from wz.office.intake import Intake
from wz.store.registry import Registry
from wz.store.sheets import Sheet

_SHOWN = 10
_SAMPLE = 24
# What says how a table is read, and means nothing for whole cases.
_OF_COLUMNS = (
    "sheet", "mapped", "values", "system", "category", "channel", "closed", "profile", "save-profile", "errors",
    "seal-found", "no-petitioners",
)  # fmt: skip


def show_columns(sheet: Sheet, columns: Columns, profile: Profile) -> None:
    """How the table was understood, on stderr, before anything is written."""
    from wz.cli.context import width
    from wz.render.table import flexible

    rows = ngettext("{count} row", "{count} rows", len(sheet.rows)).format(count=len(sheet.rows))
    delimiter = {"\t": "TAB", ",": None}.get(sheet.delimiter or "", sheet.delimiter)
    form = ", ".join(one for one in (sheet.kind, sheet.encoding, sheet.sheet, delimiter) if one)
    click.echo(f"{sheet.name}: {rows} ({form})", err=True)
    by_header: dict[str, list[str]] = {}
    for field, header in columns.fields.items():
        by_header.setdefault(header, []).append(term(field, CHINESE[field]))
    hidden = {columns.fields.get(field) for field in SEALED}
    cells = [
        (
            header,
            _sample(sheet, header) if header in by_header and header not in hidden else "",
            "、".join(by_header.get(header, [])) or _(LEFT_OUT[columns.left_out[header]]),
        )
        for header in sheet.headers
    ]
    click.echo(flexible([_("Column"), _("Begins with"), _("Field")], cells, 2, width()), err=True)
    click.echo(
        _(
            "Source: {system}; number there: {number}; category where none is said: {category}; channel: {channel}"
        ).format(
            system=profile.system,
            number=columns.fields.get("source_id") or _("none, so each row gets one from its content"),
            category=profile.category or "other",
            channel=profile.channel or "other",
        ),
        err=True,
    )


def _sample(sheet: Sheet, header: str) -> str:
    """The first value of a column, without what is personal in it."""
    from wz.model.personal import redacted, scan
    from wz.office.text import tidy_line

    value = next((row.values[header] for row in sheet.rows[:100] if row.values.get(header) is not None), "")
    text = tidy_line(str(value))
    text = redacted(text, scan(text))
    return text if len(text) <= _SAMPLE else text[: _SAMPLE - 1] + "…"


def counts(found: Intake) -> dict[str, int]:
    """How many rows came to what; the figures behind `rows` add up to it."""
    states = [one.state for one in found.recorded]
    return {
        "rows": len(found.sheet.rows),
        "registered": states.count("registered"),
        "answered": states.count("answered"),
        "closed": states.count("closed"),
        "on_record": sum(one.case is not None for one in found.known),
        "repeated": sum(one.case is None for one in found.known),
        "rejected": len(found.rejected),
    }


def show_outcome(found: Intake, dry_run: bool) -> None:
    """What each row came to: the figures on stdout, what to look at on stderr."""
    figures = counts(found)
    for one in found.rejected[:_SHOWN]:
        click.echo(f"{found.sheet.name}:{one.line}: {one.reason}", err=True)
    _more(len(found.rejected))
    for like in found.alike[:_SHOWN]:
        what = (_("says the same as {case}") if like.likeness == 1 else _("is much like {case} ({percent} %)")).format(
            case=_named(found, like.of), percent=round(like.likeness * 100)
        )
        click.echo(f"{found.sheet.name}:{like.line}: {what}", err=True)
    _more(len(found.alike))
    since = [one for one in found.known if one.answered_since]
    for known in since[:_SHOWN]:
        text = _("has an answer there, and {case} is still open here").format(case=known.case)
        click.echo(f"{found.sheet.name}:{known.line}: {text}", err=True)
    _more(len(since))
    for note, count in found.notes:
        click.echo(
            ngettext("{count} row {note}", "{count} rows: {note}", count).format(count=count, note=note), err=True
        )
    head = _("would be imported") if dry_run else _("imported")
    new = len(found.recorded)
    click.echo(
        _(
            "{head}: {new} of {rows} rows ({registered} registered, {answered} answered, {closed} closed); "
            "{on_record} on record already, {repeated} repeated in the file, {rejected} rejected"
        ).format(head=head, new=new, **figures)
    )


def _named(found: Intake, of: str) -> str:
    return found.sheet.name + of if of.startswith(":") else of


def _more(count: int) -> None:
    if count > _SHOWN:
        click.echo(_("… and {count} more: --format json lists all").format(count=count - _SHOWN), err=True)


def json_of(found: Intake, dry_run: bool) -> dict[str, Any]:
    """The whole of it, as `schemas/import.schema.json` declares."""
    sheet, columns = found.sheet, found.columns
    return {
        "file": sheet.name,
        "kind": sheet.kind,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "sheet": sheet.sheet,
        "system": found.profile.system,
        "dry_run": dry_run,
        "commit": found.commit,
        "at": written(found.at),
        "columns": [
            {
                "column": header,
                "fields": [field for field, one in columns.fields.items() if one == header],
                "left_out": columns.left_out.get(header),
            }
            for header in sheet.headers
        ],
        "counts": counts(found),
        "imported": [
            {"line": one.line, "case": one.case, "source": one.source, "state": one.state} for one in found.recorded
        ],
        "known": [
            {
                "line": one.line,
                "source": one.source,
                "case": one.case,
                "same_as_line": one.same_as,
                "answered_since": one.answered_since,
            }
            for one in found.known
        ],
        "rejected": [{"line": one.line, "reason": one.reason} for one in found.rejected],
        "alike": [
            {
                "line": one.line,
                "case": None if one.of.startswith(":") else one.of,
                "like_line": int(one.of[1:]) if one.of.startswith(":") else None,
                "likeness": one.likeness,
            }
            for one in found.alike
        ],
        "notes": [{"note": note, "rows": count} for note, count in found.notes],
    }


def bring_whole(registry: Registry, name: str, data: bytes, given: Mapping[str, Any], *, by: str, now: datetime) -> int:
    """Bring in whole cases, as `wz export` writes them, in one commit or not at all. Raises Usage, Refused."""
    from wz.cli.problems import show_problems
    from wz.office.exchange import restore
    from wz.render.json import pretty

    meaningless = [option for option in _OF_COLUMNS if given[option.replace("-", "_")]]
    if meaningless:
        raise Usage(
            _("{file} holds whole cases, so --{option} means nothing").format(
                file=name, option={"mapped": "map", "values": "value"}.get(meaningless[0], meaningless[0])
            ),
            _("Leave it out."),
        )
    done = restore(registry, data.removeprefix(b"\xef\xbb\xbf").splitlines(), by=by, now=now, file=name,
                   dry_run=given["dry_run"])  # fmt: skip
    if given["output"] == "json":
        shown = {"file": name, "dry_run": given["dry_run"], "commit": done.commit, "written": done.written}
        click.echo(pretty({**shown, "present": done.present, "problems": done.problems}))
    else:
        show_problems(done.problems)
        count = len(done.written)
        head = _("would be imported") if given["dry_run"] else _("imported")
        whole = ngettext("{head}: {count} whole case", "{head}: {count} whole cases", count)
        there = _("{count} there already").format(count=len(done.present))
        click.echo(listed([whole.format(head=head, count=count), there]))
    return int(bool(done.problems))
