"""`python -m bench.history`: a history of one commit for each action on one case, and how fast it is audited.

Fails where fewer commits are audited in a second than asked for, or where a second run does not cost less.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path
from typing import IO, NamedTuple

from bench import generate
from bench.generate import AS_OF, FIRST, ROOT
from wz.model.case_id import check_symbol, path_of
from wz.model.instants import SHANGHAI
from wz.office.act import commit_message
from wz.office.founding import schema_files

_PEOPLE = {"office/zhang": "张文慧 <zhang@office.example>", "urban-mgmt/li": "李思远 <li@urban-mgmt.example>"}
_STORIES = [*generate._ENDED, *generate._OPEN]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
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
    texts = [generate._template(story) for story in _STORIES]
    cases = max(commits * len(_STORIES) // sum(len(story) + 1 for story in _STORIES), 1) + len(_STORIES)
    span = (AS_OF - FIRST).days - 5
    waiting: list[Step] = []
    made = 0
    for number in range(cases):
        day = FIRST + timedelta(number * span // cases)
        while waiting and waiting[0].at.date() < day and made < commits:
            yield heappop(waiting)
            made += 1
        which = number % len(_STORIES)
        for step in _of_case(number, day, texts[which], _STORIES[which]):
            heappush(waiting, step)
    while waiting and made < commits:
        yield heappop(waiting)
        made += 1


def _of_case(number: int, day: date, text: str, story: list[generate.Step]) -> Iterator[Step]:
    body = f"{day:%Y%m%d}" + "".join(_ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
    name = f"{body[:8]}-{body[8:]}{check_symbol(body)}"
    text = text.replace("CASE-ID", name)
    for after in range(4):
        text = text.replace(f"<{after}>", str(day + timedelta(after)))
    head, events, tail = text.partition(_EVENTS)
    items = ["  - action:" + one for one in tail.split("  - action:")[1:]]

    def at(after: int, time: str) -> datetime:
        return datetime.fromisoformat(f"{day + timedelta(after)}T{time}:00").replace(tzinfo=SHANGHAI)

    yield Step(at(0, "08:30"), number, 0, name, "office/zhang", "new", head + events)
    for place, (after, clock, action, by, _fields) in enumerate(story, 1):
        yield Step(at(after, clock), number, place, name, by, action, head + events + "".join(items[:place]))


def repository(root: Path, commits: int) -> None:
    """A registry with such a history on `main`."""
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
        _step(stream, step)


def _step(stream: IO[bytes], step: Step, parent: str = "") -> None:
    message = commit_message(f"{step.action} {step.case}", "x", step.case, step.action, step.actor, step.at)
    typist = step.actor if step.actor in _PEOPLE else "office/zhang"
    _commit(stream, typist, int(step.at.timestamp()), message, {path_of(step.case): step.text.encode()}, parent)


def _commit(stream: IO[bytes], who: str, at: int, message: str, files: dict[str, bytes], parent: str = "") -> None:
    words = message.encode()
    stream.write(
        b"commit refs/heads/main\ncommitter %s %d +0800\ndata %d\n%s\n%s"
        % (_PEOPLE[who].encode(), at, len(words), words, parent.encode())
    )
    for path, content in files.items():
        stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))


def main() -> int:
    """Make the history, audit it, audit it again, add a few actions and audit those; 1 where it is too slow."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("--commits", type=int, default=100_000, help="length of the history")
    parser.add_argument("--least", type=float, default=5_000, help="commits a second that are asked for")
    parser.add_argument("--keep", type=Path, help="make the registry here and keep it")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="wz-bench-"))
    root = folder / "history"
    try:
        shutil.rmtree(root, ignore_errors=True)
        repository(root, options.commits)
        whole = _timed(root, "--fresh")
        again = _timed(root)
        _one_more(root, options.commits)
        new = _timed(root)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    rate = options.commits / whole
    sys.stdout.write(
        f"{options.commits:>9,} commits  wz audit {whole:.1f} s  {rate:,.0f} commits/s (at least {options.least:,.0f})"
        f"  again {again * 1000:.0f} ms  after one new commit {new * 1000:.0f} ms\n"
    )
    return int(rate < options.least or max(again, new) > max(whole / 10, 2))


def _one_more(root: Path, commits: int) -> None:
    """The commit that comes next in the story."""
    *_before, step = steps(commits)
    git = ["git", "-C", str(root)]
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        _step(importer.stdin, step, "from refs/heads/main^0\n")


def _timed(root: Path, *arguments: str) -> float:
    """Seconds of one audit, whole process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "wz", "audit", *arguments], cwd=root, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
