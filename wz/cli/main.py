"""The group of all commands, and the one place that catches."""

import errno
import importlib
import os
import sys
from functools import partial
from typing import Any

import click

from wz import __version__
from wz.cli.context import registry_option
from wz.errors import Unreadable, Usage, WzError
from wz.i18n import N_, _, listed, reason_of

BUG = 70
# The disk's, or that of a name that somebody typed.
_NO_FAULT_OF_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENAMETOOLONG, errno.ELOOP)
COMPLETING = "_WZ_COMPLETE"
INTERRUPTED = 130

# Where each command lives and what it does in a line. Nothing is imported before it is needed: --help reads this table.
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    N_("Daily work"): {
        "check": ("wz.cli.check:check", N_("Who owes what by when, and what waits for the office.")),
        "list": ("wz.cli.list:list_cases", N_("Cases that fit a filter.")),
        "show": ("wz.cli.show:show", N_("One case: facts, state, events, what can be done next.")),
        "why": ("wz.cli.why:why", N_("How each deadline of a case came about, day by day.")),
        "log": ("wz.cli.log:log", N_("The history of a case, with its commits.")),
        "export": ("wz.cli.export:export", N_("Cases as a file for spreadsheets, calendars and other systems.")),
        "sql": ("wz.cli.sql:sql", N_("Ask the registry in SQL, read-only.")),
    },
    N_("A case's life"): {
        "new": ("wz.cli.new:new", N_("Register a case.")),
        "decline": ("wz.cli.actions:decline", N_("Decline a case that the platform does not take.")),
        "brief": (
            "wz.cli.actions:brief",
            N_("Report a matter of weight to the leaders, who instruct before it is dealt with."),
        ),
        "instruct": ("wz.cli.actions:instruct", N_("Record a leader's instruction.")),
        "transfer": (
            "wz.cli.actions:transfer",
            N_("Give a case to the unit responsible; or add units after coordination."),
        ),
        "return": ("wz.cli.actions:return_group", N_("Ask for, accept or refuse a return.")),
        "contact": ("wz.cli.actions:contact", N_("Record that the unit spoke with the petitioner.")),
        "decide": ("wz.cli.actions:decide", N_("Decide whether a report is accepted.")),
        "extend": ("wz.cli.actions:extend_group", N_("Ask for, grant or refuse an extension.")),
        "reply": ("wz.cli.actions:reply", N_("Hand in what was done and the answer to the petitioner.")),
        "approve": (
            "wz.cli.approve:approve",
            N_("Approve what the unit handed in, and say whether the answer is published."),
        ),
        "send-back": ("wz.cli.actions:send_back", N_("Send what the unit handed in back to it; the deadline stands.")),
        "rate": ("wz.cli.actions:rate", N_("Record the petitioner's rating of the answer.")),
        "find-fault": (
            "wz.cli.actions:find_fault",
            N_("Find whether the unit is the cause of a second bad rating."),
        ),
        "supervise": (
            "wz.cli.supervise:supervise",
            N_("Supervise a case, close the supervision, find what must be supervised."),
        ),
        "urge": ("wz.cli.urge:urge", N_("Who is to be urged at which level; write, send and record it.")),
        "refer": (
            "wz.cli.actions:refer",
            N_("Hand a case over: to the supervision office at 7 unjustified days; to police or prosecutors."),
        ),
        "justify": ("wz.cli.actions:justify", N_("Put on record why an overdue case is late.")),
        "withdraw": ("wz.cli.actions:withdraw", N_("Record that the petitioner takes the matter back.")),
        "note": ("wz.cli.actions:note", N_("Put a text on record.")),
        "attach": ("wz.cli.actions:attach", N_("Add documents to a case.")),
        "correct": ("wz.cli.actions:correct", N_("Correct a fact; it reads so from then on.")),
        "petitioner": ("wz.cli.petitioner:petitioner", N_("Whom to call: open what is sealed; and who else can.")),
        "disclose": (
            "wz.cli.actions:disclose",
            N_("Let the units that deal with a case read the petitioner's contact, where the transfer did not."),
        ),
        "forget": (
            "wz.cli.forget:forget",
            N_("Forget the petitioner: the case's keys are deleted, and nobody can open what is sealed."),
        ),
        "retract": ("wz.cli.actions:retract", N_("Retract an event entered by mistake.")),
    },
    N_("Many at once"): {
        "batch": ("wz.cli.batch:batch", N_("Do many actions from a table: all, or none.")),
        "undo": ("wz.cli.undo:undo", N_("Take back the last event of a case, or all of a commit.")),
        "import": ("wz.cli.import_:import_file", N_("Cases and history from another system's table.")),
    },
    N_("Several clones"): {
        "sync": ("wz.cli.sync:sync", N_("Bring in what others recorded, send what was recorded here.")),
    },
    N_("Assessment"): {
        "score": ("wz.cli.score:score", N_("The units' assessment over a year, a quarter or a month.")),
        "report": ("wz.cli.report:report", N_("The report of a month, a quarter or a year, as a document.")),
    },
    N_("What leaves the office"): {
        "print": ("wz.cli.print:print_form", N_("An official document of a case as a Word file.")),
        "publish": ("wz.cli.publish:publish", N_("Write the public site of published answers.")),
    },
    N_("The registry"): {
        "init": ("wz.cli.init:init", N_("Make a registry.")),
        "validate": ("wz.cli.validate:validate", N_("Every file against schema, workflow and cross-references.")),
        "audit": ("wz.cli.audit:audit", N_("The history itself: growth, workflow, roles, times, signatures.")),
        "doctor": (
            "wz.cli.doctor:doctor",
            N_("Find and mend what a broken disk, a power cut or a killed program left."),
        ),
        "hook": ("wz.cli.hook:hook", N_("Gates before a commit, before a push, and on the server.")),
        "whoami": ("wz.cli.whoami:whoami", N_("Who you are here, and what you may do.")),
        "key": ("wz.cli.key:key", N_("Keys to which petitioners are sealed: make, list, rotate, back up.")),
        "units": ("wz.cli.units:units", N_("The city's units and their people.")),
        "calendar": ("wz.cli.calendar:calendar", N_("Working days: a month or a year, with reasons.")),
        "rules": ("wz.cli.rules:rules", N_("The regulation's numbers, with their articles.")),
        "completion": ("wz.cli.completion:completion", N_("Print the completion script of a shell.")),
    },
}
_WHERE = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
# What programs call, not people.
_HIDDEN = {"merge-file": "wz.cli.merge_file:merge_file"}


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WHERE and cmd_name not in _HIDDEN:
            return None
        place = _HIDDEN.get(cmd_name) or _WHERE[cmd_name][0]
        module, _colon, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _WHERE and args[0] not in _HIDDEN and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], _WHERE, 2)
            hint = _("Did you mean {close}?").format(close=listed(close)) if close else _("`wz --help` lists them.")
            ctx.fail(_("There is no command {name}. {hint}").format(name=args[0], hint=hint))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(_(title)):
                formatter.write_dl([(name, _(entry[1])) for name, entry in commands.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("A city's petition registry over plain files in git, under its regulation.")
    + "\n\n\b\n"
    + _("Example:")
    + "\n  wz init registry --sample\n  cd registry\n  wz check --as-of 2026-11-20",
)
@partial(registry_option, envvar="WZ_REGISTRY")
@click.version_option(__version__, prog_name="wz", message="%(prog)s %(version)s")
def wz() -> None:
    """The group itself does nothing."""


def run(arguments: list[str] | None = None) -> int:
    """Run a command line; every failure becomes a message on stderr and an exit code."""
    _speak_utf8()
    if COMPLETING in os.environ:
        return _complete()
    try:
        outcome = wz.main(arguments, prog_name="wz", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except WzError as error:
        click.echo(_("error: {message}").format(message=_harmless(error.message)), err=True)
        if error.cure:
            click.echo(_harmless(error.cure), err=True)
        return error.exit_code
    except click.exceptions.Abort:
        click.echo(_("Stopped; nothing more has been recorded."), err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return max(error.exit_code, Usage.exit_code)  # 1 would mean findings
    except BrokenPipeError:
        _let_go()  # whoever read our output has had enough
        return 0
    except OSError as error:
        return _disk_full(error) if error.errno in _NO_FAULT_OF_OURS else _bug(error)
    except Exception as error:
        return _bug(error)


def _bug(error: Exception) -> int:
    if os.environ.get("WZ_DEBUG"):
        raise error
    click.echo(_("error: this is a bug in wz: {error!r}").format(error=error), err=True)
    click.echo(_("Set WZ_DEBUG=1 to see where; please report it."), err=True)
    return BUG


def _let_go() -> None:
    """Output that nobody takes is dropped, lest Python complain about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _disk_full(error: OSError) -> int:
    """No fault of ours; most often it is our output that was to be kept there."""
    written = error.filename or _("standard output")
    message = _("cannot write {path}: {reason}").format(path=written, reason=reason_of(error))
    click.echo(_("error: {message}").format(message=_harmless(message)), err=True)
    _let_go()
    return Unreadable.exit_code


def _complete() -> int:
    """Answer a shell that completes what somebody is typing; where there is no answer, be silent."""
    from wz.cli.completion import registered

    registered()
    try:
        wz.main(prog_name="wz", complete_var=COMPLETING, standalone_mode=False)
    except SystemExit as answered:
        return int(answered.code or 0)
    except Exception:
        if os.environ.get("WZ_DEBUG"):
            raise
    return 1


def _harmless(text: str) -> str:
    """A message without what could steer a terminal: it may quote a file."""
    from wz.render.table import harmless

    return "\n".join(harmless(line).rstrip() for line in text.splitlines())


def _speak_utf8() -> None:
    """A Windows console or an ASCII locale must not choke on Chinese, nor a stream that somebody has closed on us."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - it lives as long as we do
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")
    for name, bars in (("stdout", False), ("stderr", True)):
        stream = getattr(sys, name)
        if stream.isatty():
            from wz.cli.screen import Screen

            setattr(sys, name, Screen(stream, bars=bars))
