"""What every command has: the registry (read when needed), the clock, who is typing; and the common options."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from wz.errors import GitFailed, Usage
from wz.i18n import _
from wz.model.instants import SHANGHAI, end_of_day, parse_instant

F = TypeVar("F", bound=Callable[..., Any])


# What the schemas take for a year.
YEARS = range(1900, 2100)
CLOCK_SECONDS = 120  # by which clocks differ that are set by the network


def now() -> datetime:
    """The present instant, in whole seconds. The one place that reads the clock."""
    return datetime.now(SHANGHAI).replace(microsecond=0)


class Session:
    """One run of a command. `revision` is what --rev was given: the registry is then as recorded at that commit."""

    def __init__(self, registry: str | None, revision: str | None = None) -> None:
        self._chosen = registry
        self._looking: Any = None
        self.revision = revision

    @property
    def named(self) -> bool:
        """Whether somebody said which registry, rather than stand in it."""
        return self._chosen is not None

    def foreseeing(self) -> Any:
        """The registry, where all its cases will be gone over next.

        Git begins to look for what has changed before anything else is done; most modules are not even imported yet.
        """
        if self.revision is None:
            from wz.store import changes

            self._looking = changes.foresee(self._root)
            click.get_current_context().call_on_close(self._stop_looking)
        return self.registry

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.stop()

    @cached_property
    def registry(self) -> Any:
        """The registry, found when first asked for, at the revision asked for."""
        return self.present if self.revision is None else self.present.at(self.revision)

    @cached_property
    def present(self) -> Any:
        """The registry as it lies in its folder now; what a killed writer left is mended, git can merge."""
        from wz.store import driver
        from wz.store.place import MARK
        from wz.store.registry import Registry

        registry = Registry(self._root)
        registry.progress = _Progress()
        if self._looking is not None:
            with suppress(GitFailed):  # whatever needs git will say so; the files alone can be read
                registry.git.layout = self._looking.git.layout  # which that git has asked for already
        mended = False
        if (self._root / MARK).is_file():
            mended = registry.git.mend()
            driver.ready(registry.git)
            _warn_of_clock(registry.git.last_moved())
        registry.looking = None if mended else self._looking
        return registry

    @property
    def law_since(self) -> Any:
        """The law as it is now, where --rev reads another; of a bare repository, that of its HEAD."""
        if self.revision is None:
            return None
        now = self.present.at("HEAD") if self.present.git.bare else self.present
        return now.law if now.law_mark != self.registry.law_mark else None

    @cached_property
    def _root(self) -> Path:
        """The registry's folder; a bare repository will do where --rev says which commit of it is meant."""
        from wz.errors import Unreadable
        from wz.store.place import MARK, find_root, is_bare_repository

        root = Path.cwd() if self._chosen is None else Path(self._chosen).absolute()
        if is_bare_repository(root):
            if self.revision is None:
                raise Unreadable(
                    _("{folder} is a bare repository, which has no files to read").format(folder=root),
                    _("Say which commit is meant, such as --rev HEAD."),
                )
            return root
        if self._chosen is None:
            return find_root(root)
        if not (root / MARK).is_file():
            raise Unreadable(
                _("{folder} is no registry: it has no {mark}").format(folder=root, mark=MARK),
                _("Make one with `wz init DIR`."),
            )
        return root

    @cached_property
    def email(self) -> str:
        """Git's e-mail of whoever is typing."""
        email: str = self.registry.git.identity.email
        return email

    @cached_property
    def today(self) -> datetime:
        return now()


def _warn_of_clock(last: int) -> None:
    """With a clock that was set back, what is recorded bears a wrong time, and what is read is of another day."""
    moment = now()
    if last > moment.timestamp() + CLOCK_SECONDS:
        from wz.model.instants import shown

        click.echo(
            _(
                "warning: this computer's clock says {now}, but something was recorded here on {last}: set the clock"
            ).format(now=shown(moment), last=shown(datetime.fromtimestamp(last, SHANGHAI))),
            err=True,
        )


class _Progress:
    """A bar on the terminal for what takes longer than a second."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Any = None

    def __call__(self, done: int, count: int) -> None:
        if self._bar is None and time.monotonic() - self._began > 1 and done < count and sys.stderr.isatty():
            self._bar = click.progressbar(length=count, label=_("reading cases"), file=sys.stderr)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)
            if done >= count:
                self._bar.__exit__(None, None, None)
                self._bar = None


def current(completing: click.Context | None = None) -> Session:
    """The session of the running command; a completion hands in its context, for no command is running then."""
    ctx = completing or click.get_current_context()
    session = ctx.meta.get("wz.session")
    if session is None:
        session = ctx.meta["wz.session"] = Session(ctx.meta.get("wz.registry"), ctx.meta.get("wz.revision"))
    assert isinstance(session, Session)
    return session


def complete_unit(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Units whose id or name begins with what was typed."""
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(unit.id, help=unit.name)
        for unit in current(ctx).registry.directory.units
        if unit.id.startswith(incomplete) or unit.name.startswith(incomplete)
    ]


def colours() -> bool:
    """Colours only on a terminal, and never with NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def width() -> int | None:
    """How wide a table may be: the terminal's width; None (as wide as it is) when output goes elsewhere."""
    from wz.render.table import terminal_width

    return terminal_width() if sys.stdout.isatty() else None


def _registry_chosen(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.meta["wz.registry"] = value


def registry_option(command: F, envvar: str | None = None) -> F:
    """--registry, before or behind the command's name."""
    return click.option(
        "--registry",
        metavar="DIR",
        type=click.Path(file_okay=False),
        envvar=envvar,
        help=_("The registry's folder; else the nearest one upwards from here."),
        expose_value=False,
        callback=_registry_chosen,
    )(command)


def _revision_chosen(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    ctx.meta["wz.revision"] = value


def rev_option(command: F) -> F:
    """--rev: what was known by then."""
    return click.option(
        "--rev",
        metavar="COMMIT",
        help=_("Read the registry as recorded at that commit, tag or branch; a bare repository will do."),
        expose_value=False,
        callback=_revision_chosen,
    )(command)


def format_option(*formats: str) -> Callable[[F], F]:
    """--format; the first one is the default."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help=_("How the result is printed."),
    )


def whole_number(least: int | None = None, most: int | None = None) -> click.IntRange:
    """A number of things; what it is called in messages is in the reader's language, as click's own name is not."""
    kind = click.IntRange(least, most)
    kind.name = _("whole number")
    return kind


class AsOf(click.ParamType[datetime]):
    """A day (its end is meant) or an instant."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        return as_of_instant(str(value))


def as_of_instant(text: str) -> datetime:
    """`2026-11-20` (24:00 of it), `2026-11-20 15:00`, `today`, `yesterday`. Raises Usage."""
    days = {"today": 0, "yesterday": -1}
    if text in days:
        return end_of_day((now() + timedelta(days[text])).date())
    moment: datetime | None = None
    with suppress(ValueError, OverflowError):
        moment = parse_instant(text)
    if moment is None or moment.year not in YEARS:
        raise Usage(
            _("{text} is neither a day nor an instant").format(text=text),
            _("Write 2026-11-20 (its end is meant), or 2026-11-20T15:00."),
        )
    return end_of_day(moment.date()) if len(text.strip()) <= 10 else moment


def as_of_option(command: F) -> F:
    """--as-of: what had happened by then."""
    return click.option(
        "--as-of",
        type=AsOf(),
        metavar="DAY",
        help=_("Judge as of that day's end, or that instant; later events do not exist for it."),
    )(command)


def happened_at(text: str) -> datetime:
    """`2026-11-23 10:30`, or `10:30` for today. Raises Usage for a bare day: an event has a time."""
    text = text.strip()
    try:
        if len(text) <= 5 and ":" in text:
            return parse_instant(f"{now():%Y-%m-%d} {text.zfill(5)}")
        if len(text) > 10:
            return parse_instant(text)
    except (ValueError, OverflowError):
        pass
    raise Usage(_("{text} is not a time").format(text=text), _('Write "2026-11-23 10:30", or 10:30 for today.'))
