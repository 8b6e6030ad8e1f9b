"""Annotations as GitHub Actions reads them from a job's output: `::error file=…,line=…,title=…::message`."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from wz.render.table import one_line

Kind = Literal["error", "warning", "notice"]
# What ends or divides a command must not stand in its values.
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


class Annotation(NamedTuple):
    """A remark on a line (from 1) of a file, which is named from the top of the repository."""

    kind: Kind
    file: str
    line: int | None
    title: str
    message: str


def commands(annotations: Iterable[Annotation]) -> str:
    """One command a line. GitHub shows the first ten of each kind in a step, so the worst should come first."""
    return "\n".join(map(_command, annotations))


def _command(one: Annotation) -> str:
    properties = {"file": one.file, "line": str(one.line or 1), "title": one_line(one.title)}
    written = ",".join(f"{name}={value.translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{one.kind} {written}::{one.message.translate(_IN_MESSAGE)}"
