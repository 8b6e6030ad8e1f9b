"""A few seconds of what `make soak` does for ten minutes."""

import os
import subprocess
import sys

import pytest

SEED = os.environ.get("WZ_SEED", "20261123")


@pytest.mark.skipif(sys.platform == "win32", reason="forks and kills process groups")
def test_a_few_seconds() -> None:
    numbers = ("--seconds", "2", "--clones", "2", "--people", "2", "--cases", "5", "--kills", "0.3", "--seed", SEED)
    done = subprocess.run([sys.executable, "-m", "soak", *numbers], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lost = 0, duplicated = 0" in done.stdout
    assert "acknowledged 0," not in done.stdout
