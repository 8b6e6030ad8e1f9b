"""Whole processes timed in alternation with their yardsticks, so that the machine's moods strike both."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

Command = Callable[[int], Sequence[str]]


class Measure(NamedTuple):
    """One thing measured: our command and its yardstick, each made anew for the n-th run.

    `most` is the ratio allowed, `megabytes` the memory. `before` prepares the n-th run (say, drops a cache) and is not
    timed. `rounds` is for what takes long.
    """

    name: str
    ours: Command
    yardstick: Command
    yardstick_name: str
    folder: Path
    most: float | None = None
    before: Callable[[int], None] = lambda number: None
    megabytes: float | None = None
    rounds: int | None = None


class Result(NamedTuple):
    """Medians in seconds over the counted runs, their ratio, and our largest process in MB."""

    name: str
    cases: int
    ours: float
    yardstick: float
    yardstick_name: str
    ratio: float
    most: float | None
    memory: float
    megabytes: float | None

    @property
    def exceeded(self) -> bool:
        return (self.most is not None and self.ratio > self.most) or (
            self.megabytes is not None and self.memory > self.megabytes
        )


def run(measure: Measure, cases: int, rounds: int) -> Result:
    """Time both commands by turns; the first round warms up and does not count."""
    ours: list[float] = []
    yard: list[float] = []
    peak = 0.0
    for number in range((measure.rounds or rounds) + 1):
        measure.before(number)
        seconds, memory = _timed(measure.ours(number), measure.folder)
        other, _memory = _timed(measure.yardstick(number), measure.folder)
        if number:
            ours.append(seconds)
            yard.append(other)
            peak = max(peak, memory)
    mine, theirs = statistics.median(ours), statistics.median(yard)
    return Result(
        measure.name, cases, mine, theirs, measure.yardstick_name, mine / theirs, measure.most, peak, measure.megabytes
    )


def _timed(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of one process; its output is read and thrown away."""
    environment = {**os.environ, "WZ_LANG": "en", "NO_COLOR": "1"}
    start = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    assert process.stderr is not None
    words = process.stderr.read().decode("utf-8", "replace")
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}: {words}")
    return seconds, _megabytes(usage)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024
