"""The power goes: an action that was acknowledged is there, the repository is sound, and the next action works.

A few moments by chance; `python -m soak.powercut` tries every one of every kind of command (docs/reliability.md).
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

SEED = os.environ.get("WZ_SEED", "20261123")
# Debian's package strace; CI requires it, a machine without it may do without this test.
MISSING = shutil.which("strace") is None and os.environ.get("WZ_TEST_STRACE") != "required"


@pytest.mark.skipif(MISSING, reason="strace records what is written")
def test_power_cut() -> None:
    command = [sys.executable, "-m", "soak.powercut", "--only", "an action", "--cuts", "3", "--seed", SEED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^in all 5 power cuts, 0 with a fault$", done.stdout, re.MULTILINE)
