"""Several clones, worked on at random and synced at random: in the end all are equal and nothing is lost or double.

WZ_STEPS sets how much is done (default 24), WZ_SEED what; `python -m tests.trust.clones` goes on for as long as wanted.
With kills, and over git's own daemon, test_soak.py does the same.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.serving import git_over_http
from tests.trust.clones import Clones, git
from tests.trust.conftest import Clone

STEPS = int(os.environ.get("WZ_STEPS", "24"))


def test_three_clones_and_a_folder(clones: Callable[..., Clones]) -> None:
    three = clones(3)
    three.work(STEPS, syncing=0.25)
    three.settle()
    three.check()
    assert three.totals.acknowledged > STEPS / 4
    assert three.totals.merges > 0


def test_over_http(clones: Callable[..., Clones], hub: Path) -> None:
    git(hub, "config", "http.receivepack", "true")
    with git_over_http(hub.parent) as address:
        two = clones(2, f"{address}/{hub.name}")
        two.work(STEPS // 5, syncing=0.3)
        two.settle()
        two.check()


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
