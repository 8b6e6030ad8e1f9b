"""Commands run as processes of their own, forked from this python, which has imported wz already."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Ended(NamedTuple):
    """How a command ended: its exit code (negative: the signal) and what it printed."""

    code: int
    out: str
    err: str


class Running:
    """A wz under way, in a session of its own, so that it can be killed with all its gits."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed by wait
        self.pid = os.fork()
        if self.pid == 0:
            _become(arguments, cwd, env or {}, self._out.fileno(), self._err.fileno())

    def kill(self, *, group: bool) -> None:
        """At once: python alone, or with all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = 120) -> Ended:
        """Raises TimeoutError, after killing it."""
        deadline = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                self.kill(group=True)
                os.waitpid(self.pid, 0)
                raise TimeoutError(f"a wz was still at work after {seconds:.0f} seconds")
            time.sleep(0.002)
        texts = []
        for stream in (self._out, self._err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
            stream.close()
        return Ended(os.waitstatus_to_exitcode(status), *texts)


def wz(*arguments: str | Path, cwd: Path) -> Ended:
    """Run a command to its end."""
    return Running([*map(str, arguments)], cwd).wait()


def _become(arguments: Sequence[str], cwd: Path, env: Mapping[str, str], out: int, err: int) -> None:
    code = 70
    try:
        os.setsid()
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is what is needed
            os.dup2(nothing.fileno(), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(cwd)
        os.environ.update(env)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - they live as long as we do
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        from wz.cli.main import run

        code = run(list(arguments))
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
