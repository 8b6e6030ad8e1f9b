"""`wz import`: cases and history out of another system's table."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from wz.cli.context import current, format_option, now, registry_option
from wz.errors import Usage
from wz.i18n import _, reason_of

REJECTED = 1
_MANY = 500


@click.command(
    "import",
    help=_("Cases and answered history from a CSV, XLSX or JSON Lines file of another system, in one commit.")
    + "\n\n"
    + _(
        "Encoding, delimiter and the meaning of the columns are found out and shown before anything is written; a "
        "terminal asks whether they are right. A row with an answer comes in as history, which nobody is scored for; "
        "one without becomes a registered case. Rows already on record are passed over, so the file can be imported "
        "again. Names and contacts of petitioners are sealed before anything is written (第十九条)."
    )
    + "\n\n"
    + _(
        "JSON Lines as `wz export` writes them are whole cases: they come in with their ids and events, all or none; "
        "options about columns do not apply."
    )
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz import 留言.xlsx --dry-run"
    + "\n  wz import 留言.xlsx --system 问政平台 --map 内容=诉求详述 --category 求助 --save-profile 问政平台.yaml"
    + "\n  wz import 留言12月.csv --profile 问政平台.yaml --yes --errors 退回.csv",
)
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--sheet", metavar="NAME", help=_("The sheet of an .xlsx file; else the first that is not empty."))
@click.option(
    "--map",
    "mapped",
    metavar="FIELD=COLUMN",
    multiple=True,
    help=_("Which column is which field, such as 标题=诉求简述; nothing behind = leaves the field out."),
)
@click.option(
    "--value",
    "values",
    metavar="FIELD:TEXT=CODE",
    multiple=True,
    help=_("What a text in the table means, such as 类别:来信咨询=咨询."),
)
@click.option("--system", metavar="NAME", help=_("The system it comes from; else the file's name."))
@click.option("--category", metavar="CODE", help=_("Category of rows that name none; else other 其他."))
@click.option("--channel", metavar="CODE", help=_("Channel of rows that name none; else other 其他."))
@click.option("--closed", is_flag=True, help=_("Answered rows are closed; else only those rated or called closed."))
@click.option(
    "--profile",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Read the table as this file says; options given besides go before it."),
)
@click.option(
    "--save-profile",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Keep how the table was read, for --profile; with --dry-run too."),
)
@click.option(
    "--errors",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("Write the rows that could not be used here, with the reason in a column."),
)
@click.option(
    "--seal-found",
    is_flag=True,
    help=_("Move identity, telephone and card numbers out of titles and contents into what is sealed."),
)
@click.option("--no-petitioners", is_flag=True, help=_("Leave out the columns that tell who the petitioner is."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.option("--dry-run", is_flag=True, help=_("Check and show what would be recorded; record nothing."))
@format_option("text", "json")
@registry_option
def import_file(file: Path, **given: Any) -> int:
    from wz.cli.importing import json_of, show_columns, show_outcome
    from wz.cli.problems import tell_unseen
    from wz.office import intake
    from wz.office.actors import typist
    from wz.office.exchange import is_case
    from wz.office.headings import matched
    from wz.office.vault import Vault
    from wz.store.sheets import read_sheet

    _refuse_overwriting(file, given["errors"])
    session, moment = current(), now()
    registry = session.registry
    by = typist(registry.directory, session.email)
    name, data = file.name if str(file) != "-" else "-", _bytes(file)
    if is_case(data.lstrip(b"\xef\xbb\xbf\r\n\t ").partition(b"\n")[0]):
        from wz.cli.importing import bring_whole

        return bring_whole(registry, name, data, given, by=by, now=moment)
    sheet = read_sheet(name, data, given["sheet"])
    tell_unseen(sheet)
    profile = _profile(given, file)
    columns = matched(sheet.headers, profile.columns)
    show_columns(sheet, columns, profile)
    with _bar(len(sheet.rows), _("reading")) as tick:
        found = intake.plan(
            registry, sheet, columns, profile, by=by, now=moment, tick=tick, seal_found=given["seal_found"]
        )
    if given["errors"]:
        _write_errors(given["errors"], found)
    if given["save_profile"]:
        _save_profile(given["save_profile"], profile, columns)
    if not given["dry_run"]:
        if found.drafts and not given["yes"] and _at_terminal():
            _ask(len(found.drafts))
        with _bar(len(found.drafts), _("writing")) as tick:
            intake.record(registry, found, by=by, tick=tick)
    if given["output"] == "json":
        from wz.render.json import pretty

        click.echo(pretty(json_of(found, given["dry_run"])))
    else:
        show_outcome(found, given["dry_run"])
    if any(draft.petitioner for draft in found.drafts) and (said := Vault(registry).demonstration()):
        click.echo(said, err=True)
    return REJECTED if found.rejected else 0


def _bytes(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise Usage(
            _("cannot read {path}: {reason}").format(path=file, reason=reason_of(error)), _("Check the file's name.")
        ) from None


def _profile(given: dict[str, Any], file: Path) -> Any:
    """The profile kept in a file, with what the options say laid over it. Raises Usage."""
    import msgspec

    from wz.cli.values import choose
    from wz.model.event import CHANNELS
    from wz.office.headings import SEALED, Profile, field_named, read_profile
    from wz.office.text import tidy_line

    try:
        kept = read_profile(given["profile"]) if given["profile"] else Profile()
    except OSError as error:
        raise Usage(
            _("cannot read {path}: {reason}").format(path=given["profile"], reason=reason_of(error)),
            _("Check the file's name; --save-profile makes one."),
        ) from None
    columns = dict(kept.columns) | (dict.fromkeys(SEALED, "") if given["no_petitioners"] else {})
    for text in given["mapped"]:
        field, equals, column = text.partition("=")
        if not equals:
            raise Usage(_("--map {text} has no =").format(text=text), _("Write FIELD=COLUMN, such as 标题=诉求简述."))
        columns[field_named(field)] = column.strip()
    rules = current().registry.rules
    categories = rules.choices("categories")
    system = given["system"] or kept.system or (file.stem if str(file) != "-" else None)
    if not system or not tidy_line(system):
        raise Usage(_("it is not known which system this comes from"), _("Give --system NAME."))
    return msgspec.structs.replace(
        kept,
        system=tidy_line(system),
        category=choose(categories, given["category"], "--category") if given["category"] else kept.category,
        channel=choose(CHANNELS, given["channel"], "--channel") if given["channel"] else kept.channel,
        closed=given["closed"] or kept.closed,
        columns=columns,
        values=_values(kept.values, given["values"]),
    )


def _values(kept: dict[str, dict[str, str]], given: Sequence[str]) -> dict[str, dict[str, str]]:
    """What texts of the table mean. Raises Usage."""
    from wz.cli.values import choose
    from wz.model.event import CHANNELS
    from wz.office.headings import field_named

    rules = current().registry.rules
    choices = {
        "category": rules.choices("categories"),
        "channel": CHANNELS,
        "rating": rules.choices("ratings"),
        "scope": rules.choices("scope"),
        "urgent": {"yes": "是", "no": "否"},
        "status": {"open": "待办", "answered": "已答复", "closed": "已办结"},
    }
    values = {field: dict(meanings) for field, meanings in kept.items()}
    for text in given:
        name, colon, meaning = text.replace("：", ":").partition(":")
        word, equals, code = meaning.rpartition("=")
        if not (colon and equals and word.strip()):
            raise Usage(
                _("--value {text} is not FIELD:TEXT=CODE").format(text=text), _("Write 类别:来信咨询=咨询, say.")
            )
        field = field_named(name)
        if field not in choices:
            raise Usage(
                _("{field} has no codes").format(field=field),
                _("Fields with codes are: {fields}.").format(fields=", ".join(choices)),
            )
        values.setdefault(field, {})[word.strip()] = choose(choices[field], code, "--value")
    return values


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(count: int) -> None:
    from wz.i18n import ngettext

    click.confirm(
        ngettext("Record {count} case?", "Record {count} cases?", count).format(count=count),
        default=True,
        abort=True,
        err=True,
    )


@contextmanager
def _bar(length: int, label: str) -> Iterator[Callable[[int], object]]:
    """Something to tell of each step: a bar on a terminal where there are many."""
    if length < _MANY or not sys.stderr.isatty():
        yield lambda _steps: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr, update_min_steps=100) as bar:
        yield bar.update


def _refuse_overwriting(file: Path, errors: Path | None) -> None:
    """The good rows, or all of them, would be gone from the table. Raises Usage."""
    if errors is not None and os.path.realpath(errors) == os.path.realpath(file):
        raise Usage(
            _("--errors {file} is the table itself, which would lose its other rows").format(file=errors),
            _("Give another file."),
        )


def _write_errors(path: Path, found: Any) -> None:
    """The rows that could not be used, in the table's own format. Raises Usage."""
    from wz.store.sheets import with_reasons

    try:
        if found.rejected:
            path.write_bytes(with_reasons(found.sheet, {one.line: one.reason for one in found.rejected}))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from None


def _save_profile(path: Path, profile: Any, columns: Any) -> None:
    import msgspec

    from wz.office.headings import profile_text

    off = {field: "" for field, header in profile.columns.items() if not header}
    kept = msgspec.structs.replace(profile, columns=columns.fields | off)
    try:
        path.write_text(profile_text(kept), encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> Usage:
    return Usage(_("cannot write {path}: {reason}").format(path=path, reason=reason_of(error)), _("Give another file."))
