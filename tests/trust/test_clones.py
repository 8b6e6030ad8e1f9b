"""Several clones, worked on at random and synced at random: in the end all are equal and nothing is lost or double.

WZ_STEPS sets how much is done (default 24), WZ_SEED what; `python -m tests.trust.clones` goes on for as long as wanted.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.serving import git_daemon, git_over_http
from tests.trust.clones import Clones, Said, git, in_process
from tests.trust.conftest import Clone

STEPS = int(os.environ.get("WZ_STEPS", "24"))


def test_three_clones_and_a_folder(clones: Callable[..., Clones]) -> None:
    three = clones(3)
    three.work(STEPS, syncing=0.25)
    three.settle()
    three.check()
    assert three.totals.acknowledged > STEPS / 4
    assert three.totals.merges > 0


def test_over_git_daemon(clones: Callable[..., Clones], hub: Path) -> None:
    with git_daemon(hub.parent) as address:
        two = clones(2, f"{address}/{hub.name}")
        two.work(STEPS // 5, syncing=0.3)
        two.settle()
        two.check()


def test_over_http(clones: Callable[..., Clones], hub: Path) -> None:
    git(hub, "config", "http.receivepack", "true")
    with git_over_http(hub.parent) as address:
        two = clones(2, f"{address}/{hub.name}")
        two.work(STEPS // 5, syncing=0.3)
        two.settle()
        two.check()


@pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")
def test_killed_while_working_and_syncing(clones: Callable[..., Clones], forge: Any) -> None:
    def run(root: Path, arguments: Sequence[str], moment: float | None) -> Said:
        if moment is None:  # it is to end, so it need be no process of its own
            return in_process(root, arguments, None)
        process = forge.start(arguments, root, os.environ)
        try:
            return Said(process.wait(moment), "", "")
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            return Said(process.wait(), "", "")

    two = clones(2, run=run, kills=0.8, longest=0.25)
    two.work(STEPS // 2, syncing=0.5)
    two.settle()
    two.check()
    assert two.totals.killed > 0


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_who_pushes_at_the_same_moment_tries_again(clones: Callable[..., Clones], forge: Any) -> None:
    """Three sync at once, several times: git lets one push, the others merge and push anew."""
    three = clones(3)
    started = [Clone(root) for root in three.roots]
    made = []
    for number in range(2):
        made += [clone.new(f"路灯{number}") for clone in started]
        running = [forge.start(("sync",), clone.root, os.environ) for clone in started]
        assert [process.wait() for process in running] == [0] * 3
    three.settle()
    three.check()
    assert {file.stem for file in three.roots[0].glob("cases/*/*/*/*.yaml")} == set(made)
