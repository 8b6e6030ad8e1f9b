"""Where a result goes: to standard output, or into a file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import click

from wz.cli.context import F
from wz.errors import Unreadable
from wz.i18n import _, reason_of


def output_option(command: F) -> F:
    """--output: into a file, whole or not at all."""
    return click.option(
        "--output",
        "to",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help=_("Write the result to this file instead, in UTF-8."),
    )(command)


def give(text: str, to: str | None) -> None:
    """The result on standard output (no file, or `-`), or in a file. Raises Unreadable where that cannot be written."""
    if to is None or to == "-":
        click.echo(text)
        return
    with opened(to) as out:
        out.write((text + "\n").encode("utf-8"))


@contextmanager
def opened(to: str) -> Iterator[IO[bytes]]:
    """A file to write into, which is there whole at the end, or as it was. Raises Unreadable where it cannot be."""
    file = Path(os.path.realpath(to))  # a link stays one; what it leads to is replaced
    draft = file
    try:
        # A device or pipe is written to; only a file can be put in another's place.
        if not file.exists() or file.is_file():
            draft = file.with_name(f"{file.name}.{os.getpid()}.wz-new")
        with draft.open("wb") as out:
            yield out
        if draft is not file:
            draft.replace(file)
    except BrokenPipeError:  # whoever read it has had enough
        raise
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=to, reason=reason_of(error)),
            _("See that its folder is there and may be written."),
        ) from None
    finally:
        if draft is not file:
            with suppress(OSError):
                draft.unlink()
