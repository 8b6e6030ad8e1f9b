"""`wz batch`: many actions from a table, or one action on many cases."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wz.actions.base import Action
from wz.cli.context import current, format_option, now, registry_option
from wz.errors import Usage
from wz.i18n import N_, _

if TYPE_CHECKING:
    from wz.store.sheets import Sheet

_FILE = N_("FILE is CSV, XLSX or JSON Lines; - or nothing is standard input.")


class Batch(click.Command):
    """`wz batch FILE`, or `wz batch ACTION [FILE]` with the options of that action."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        command, rest = self.meant_by(args)
        if command is not self:
            return command.make_context(f"{info_name} {' '.join(args[: len(args) - len(rest)])}", rest, parent, **extra)
        if args and not extra.get("resilient_parsing") and _is_word(args[0]):
            from wz.cli.columns import action_called

            action_called(args[0])  # which says what was meant
        return super().make_context(info_name, args, parent, **extra)

    def meant_by(self, args: Sequence[str]) -> tuple[click.Command, list[str]]:
        """The command that these words are for, this one or that of the action they begin with; and the other words.

        An action is named by its code, its label, or the words of its command: `return accept`.
        """
        from wz.cli.columns import IN_TABLES, code_of

        for count in (2, 1):
            code = code_of(" ".join(args[:count]))
            for action in IN_TABLES.values():
                if len(args) >= count and code in (action.name, action.label):
                    return _of_action(action), list(args[count:])
        return self, list(args)


def _is_word(text: str) -> bool:
    """Whether it cannot be meant as a file: it has no ending, and there is none."""
    return not text.startswith("-") and "." not in text and not Path(text).exists()


def _complete_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Actions by their names; then files, as the shell completes them."""
    from click.shell_completion import CompletionItem

    from wz.cli.columns import IN_TABLES

    names = [CompletionItem(name, help=_(one.help)) for name, one in IN_TABLES.items() if name.startswith(incomplete)]
    return [*names, CompletionItem(incomplete, type="file")]


def _options(command: Any) -> Any:
    """What a batch may be given, whatever its action."""
    for decorate in reversed(
        (
            click.option(
                "--sheet", metavar="NAME", help=_("The sheet of an XLSX file; else the first that holds anything.")
            ),
            click.option(
                "--ignore",
                metavar="COLUMN",
                multiple=True,
                help=_("Pass over that column, once for each; '*': every column that is no option."),
            ),
            click.option("--dry-run", is_flag=True, help=_("Check and show what would be recorded; record nothing.")),
            click.option("--per-case", is_flag=True, help=_("One commit for each row; still all or none.")),
            click.option("--again", is_flag=True, help=_("Do once more what is on record already.")),
            click.option(
                "--errors",
                metavar="FILE",
                type=click.Path(dir_okay=False),
                help=_("Where a row is at fault, write the table there again, in its own format, with what is wrong."),
            ),
            format_option("text", "json"),
            registry_option,
        )
    ):
        command = decorate(command)
    return command


@click.command(
    cls=Batch,
    help=_("Do many actions from a table: all, or where a row is at fault, none.")
    + "\n\n"
    + _(
        "Columns are `case` (an id, an end of it, or SYSTEM:NUMBER of where it came from), `action`, and the options "
        "of the actions, in English or Chinese; `at`, `as`, `note`, `attach`; `key`, which tells a row from others "
        "alike. Files are named from the table's folder. Each row is checked against the registry as the rows before "
        "it leave it. What is on record already is passed over, so the same table can be run again."
    )
    + "\n\n"
    + _("With an action and its options, given once for all rows, a list of ids is enough.")
    + " "
    + _(_FILE)
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz batch 转办.xlsx --dry-run"
    + "\n  wz batch actions.csv --errors errors.csv"
    + "\n  wz list unit:urban-mgmt state:assigned --format ids | wz batch note --text 已催办 -",
)
@click.argument("file", metavar="[ACTION] [FILE]", required=False, shell_complete=_complete_file)
@_options
def batch(**given: Any) -> int:
    return perform(None, given)


def _of_action(action: Action) -> click.Command:
    """The command that does one action to many cases."""
    from wz.cli.actions import common_options, own_options
    from wz.cli.approve import redact_option

    extra = [redact_option()] if action.name == "approve" else []
    made = click.Command(
        action.name,
        callback=lambda **given: perform(action, given),
        help=_(action.help)
        + f" ({action.label}) "
        + _("To every case of FILE: a list of ids, or a table whose cells prevail over the options.")
        + " "
        + _(_FILE)
        + "\n\n\b\n"
        + _("Example:")
        + f"\n  {action.example.replace('wz ', 'wz batch ').replace(' 8Z5HZT', '')} 编号.txt",
        params=[click.Argument(["file"], required=False, type=click.Path()), *own_options(action), *extra],
    )
    for decorate in reversed(common_options(action)):
        decorate(made)
    command: click.Command = _options(made)
    return command


def perform(action: Action | None, given: Mapping[str, Any]) -> int:
    """Read the table, do what its rows ask, print what became of each. Returns the exit code."""
    from wz.cli.outcomes import reason, show
    from wz.cli.problems import tell_unseen
    from wz.cli.rows import PROBLEM_HEADERS, Table
    from wz.office.batch import batch as run

    session = current()
    name, data = _read(given["file"])
    sheet = _ids(name, data) if action is not None else None
    if sheet is None:
        from wz.store.sheets import read_sheet

        sheet = read_sheet(name, data, given["sheet"])
        tell_unseen(sheet)
    folder = Path.cwd() if given["file"] in (None, "-") else Path(given["file"]).parent
    table = Table(sheet, folder, action, given if action else {}, given["ignore"])
    with click.progressbar(
        list(table.requests()), label=_("checking"), file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as rows:
        outcomes = run(
            session.registry,
            rows,
            email=session.email,
            now=now(),
            per_case=given["per_case"],
            again=given["again"],
            dry_run=given["dry_run"],
        )
    show(name, outcomes, given["output"], given["dry_run"])
    if given["errors"] and any(one.code for one in outcomes):
        from wz.store.sheets import with_reasons

        reasons = {one.line: reason(one) for one in outcomes}
        _write(given["errors"], with_reasons(sheet, reasons, PROBLEM_HEADERS))
        click.echo(_("{file} has the table, with what is wrong.").format(file=given["errors"]), err=True)
    return max((one.code for one in outcomes), default=0)


def _read(file: str | None) -> tuple[str, bytes]:
    """The table's name and bytes. Raises Usage."""
    from wz.i18n import reason_of

    if file in (None, "-"):
        if sys.stdin.isatty():
            raise Usage(
                _("no table is given"), _("Name a file; or pipe ids into it: `wz list --format ids | wz batch …`.")
            )
        return _("standard input"), sys.stdin.buffer.read()
    try:
        return str(file), Path(str(file)).read_bytes()
    except OSError as error:
        raise Usage(
            _("cannot read {path}: {reason}").format(path=file, reason=reason_of(error)), _("Check the file's name.")
        ) from None


def _ids(name: str, data: bytes) -> "Sheet | None":
    """A list of ids, one a line, as a table of them; None where it is more than that."""
    from wz.cli.columns import common_columns, plain_header
    from wz.store.sheets import Row, Sheet
    from wz.store.sheettext import decode, is_json

    if data.startswith(b"PK"):
        return None
    if not data.strip():
        return Sheet(name, "csv", ["case"], [], "utf-8", ",")
    text, encoding = decode(name, data)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    first = plain_header(lines[0][1])
    if is_json(name, text) or first in common_columns() or any(set(line) & set(',\t;|"') for _number, line in lines):
        return None
    return Sheet(name, "csv", ["case"], [Row(number, {"case": line}) for number, line in lines], encoding, ",")


def _write(path: str, content: bytes) -> None:
    from wz.i18n import reason_of

    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise Usage(
            _("cannot write {path}: {reason}").format(path=path, reason=reason_of(error)), _("Give another file.")
        ) from None
