"""Histories of any length: one commit for each action on one case, written as wz writes them."""

import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import IO, NamedTuple

from bench.generate import AS_OF, ENDED, FIRST, OPEN, ROOT, case_id, template
from wz.model.case_id import path_of
from wz.model.instants import SHANGHAI
from wz.office.act import commit_message
from wz.office.founding import schema_files

_PEOPLE = {"office/zhang": "张文慧 <zhang@office.example>", "urban-mgmt/li": "李思远 <li@urban-mgmt.example>"}
_EVENTS = "events:\n"


class Step(NamedTuple):
    """One commit: when, of which case, whose act, which action, and the file as it then is."""

    at: datetime
    number: int
    place: int
    case: str
    actor: str
    action: str
    text: str


def steps(commits: int) -> Iterator[Step]:
    """So many commits in the order of their times: cases overlap as in an office's weeks."""
    stories = [*ENDED, *OPEN]
    texts = [template(story) for story in stories]
    cases = max(commits * len(stories) // sum(len(story) + 1 for story in stories), 1) + len(stories)
    span = (AS_OF - FIRST).days - 5
    waiting: list[Step] = []
    made = 0
    for number in range(cases):
        day = FIRST + timedelta(number * span // cases)
        while waiting and waiting[0].at.date() < day and made < commits:
            yield heappop(waiting)
            made += 1
        which = number % len(stories)
        for step in _of_case(number, day, texts[which], stories[which]):
            heappush(waiting, step)
    while waiting and made < commits:
        yield heappop(waiting)
        made += 1


def _of_case(number: int, day: date, text: str, story: list) -> Iterator[Step]:  # type: ignore[type-arg]
    name = case_id(day, number)
    text = text.replace("CASE-ID", name)
    for after in range(4):
        text = text.replace(f"<{after}>", str(day + timedelta(after)))
    head, events, tail = text.partition(_EVENTS)
    items = ["  - action:" + one for one in tail.split("  - action:")[1:]]

    def at(after: int, time: str) -> datetime:
        return datetime.fromisoformat(f"{day + timedelta(after)}T{time}:00").replace(tzinfo=SHANGHAI)

    yield Step(at(0, "08:30"), number, 0, name, "office/zhang", "new", head + events)
    for place, (after, time, action, by, _fields) in enumerate(story, 1):
        yield Step(at(after, time), number, place, name, by, action, head + events + "".join(items[:place]))


def repository(root: Path, commits: int) -> None:
    """A bare-bones repository with such a history on `main`; nothing is checked out."""
    root.mkdir(parents=True)
    git = ["git", "-C", str(root)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    for key, value in {"user.name": "张文慧", "user.email": "zhang@office.example", "gc.auto": "0"}.items():
        subprocess.run([*git, "config", key, value], check=True)
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        _write(importer.stdin, steps(commits - 1))
    if importer.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "reset", "-q", "--hard"], check=True)


def _write(stream: IO[bytes], made: Iterator[Step]) -> None:
    founded = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SHANGHAI).timestamp())
    files = {name: (ROOT / name).read_bytes() for name in ("units.yaml", "calendar.yaml")} | schema_files()
    _commit(stream, "office/zhang", founded, "init: a new registry\n\nWz-Action: init\n", files)
    for step in made:
        message = commit_message(f"{step.action} {step.case}", "x", step.case, step.action, step.actor, step.at)
        typist = step.actor if step.actor in _PEOPLE else "office/zhang"
        _commit(stream, typist, int(step.at.timestamp()), message, {path_of(step.case): step.text.encode()})


def _commit(stream: IO[bytes], who: str, at: int, message: str, files: dict[str, bytes]) -> None:
    words = message.encode()
    stream.write(
        b"commit refs/heads/main\ncommitter %s %d +0800\ndata %d\n%s\n" % (_PEOPLE[who].encode(), at, len(words), words)
    )
    for path, content in files.items():
        stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
