"""Commands typed in process, at a terminal, and at an office's desk."""

import io
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import copied, pack

ROOT = Path(__file__).parents[2]


class Result(NamedTuple):
    """What a command returned."""

    code: int
    out: str
    err: str


Runner = Callable[..., Result]


@pytest.fixture
def typed(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    """Runs a command line in this process, which is quicker: typed("check", cwd=office) -> Result(code, out, err)."""
    from wz.cli.main import run

    def call(
        *arguments: str | Path,
        cwd: Path | None = None,
        stdin: str | bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> Result:
        data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        with monkeypatch.context() as patch:
            patch.chdir(cwd or tmp_path)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            capsysbinary.readouterr()
            code = run([*map(str, arguments)])
        captured = capsysbinary.readouterr()
        return Result(code, captured.out.decode("utf-8"), captured.err.decode("utf-8"))

    return call


class Screen(NamedTuple):
    """What stood on a terminal, with its escape sequences, and the exit code."""

    code: int
    text: str


@pytest.fixture
def terminal(forge: Any) -> Callable[..., Screen]:
    """Runs the real command at a terminal of its own, 80 columns wide.

    `answers` are pairs: once the first text stands on the screen, the second is typed. What is typed is not echoed.
    """
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    def run(
        *arguments: str | Path,
        cwd: Path,
        answers: Sequence[tuple[str, str]] = (),
        columns: int = 80,
        env: Mapping[str, str] | None = None,
    ) -> Screen:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        modes = termios.tcgetattr(theirs)
        modes[1] &= ~termios.OPOST
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, modes)
        kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
        environment = kept | {"TERM": "xterm-256color"} | dict(env or {})
        process = forge.start([*map(str, arguments)], cwd, environment, [theirs] * 3)
        os.close(theirs)
        try:
            seen = _converse(ours, list(answers))
            return Screen(process.wait(30), seen.decode("utf-8"))
        finally:
            os.close(ours)
            if process.poll() is None:
                process.kill()
                process.wait()

    return run


def _converse(screen: int, answers: list[tuple[str, str]]) -> bytes:
    """Read until the command has gone, answering as it asks."""
    seen, answered, deadline = b"", 0, time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([screen], [], [], 1)[0]:
            continue
        try:
            new = os.read(screen, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not new:
            break
        seen += new
        while answers and (place := seen.find(answers[0][0].encode(), answered)) >= 0:
            answered = place + len(answers[0][0].encode())
            os.write(screen, answers.pop(0)[1].encode())
    assert not answers, f"never asked: {answers[0][0]}; on the screen: {seen.decode()}"
    return seen


class Desk:
    """A clerk's desk: a registry, the commands typed into it, and what must hold after each of them."""

    def __init__(self, root: Path, run: Runner) -> None:
        self.root = root
        self._run = run

    def __call__(self, *arguments: str | Path, code: int = 0, **more: Any) -> Result:
        """Type a command; it must leave with that exit code."""
        done = self._run(*arguments, cwd=more.pop("cwd", self.root), **more)
        assert done.code == code, f"{arguments} gave {done.code}: {done.out}{done.err}"
        assert "Traceback" not in done.err
        return done

    def json(self, *arguments: str | Path, **more: Any) -> Any:
        return json.loads(self(*arguments, "--format", "json", **more).out)

    def new(self, category: str = "投诉", received: str = "2026-03-02 08:30", *more: str | Path) -> str:
        """Register a case; gives its id."""
        given = ("--category", category, "--channel", "网站", "--title", "路灯不亮", "--content", "人民路路灯三天不亮")
        return self("new", *given, "--received", received, "--format", "id", *more).out.strip()

    def file(self, case: str) -> Path:
        return self.root / f"cases/{case[:4]}/{case[4:6]}/{case[6:8]}/{case}.yaml"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(self.root), *arguments], check=True, capture_output=True)
        return done.stdout.decode("utf-8").rstrip("\n")

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def clean(self) -> bool:
        return self.git("status", "--porcelain") == ""

    def commits(self) -> int:
        return int(self.git("rev-list", "--count", "HEAD"))


@pytest.fixture(scope="session")
def _beginnings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    return {}


@pytest.fixture
def begun(
    desk: Desk, _beginnings: dict[str, tuple[Path, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Any]:
    """begun(tell): what telling it at the fresh desk gives. It is told once; a later test finds the desk as left."""

    def begin(tell: Callable[[Desk], Any]) -> Any:
        name = f"{tell.__module__}.{tell.__qualname__}"
        if name not in _beginnings:
            told = tell(desk)
            pack(desk.root)
            kept = tmp_path_factory.mktemp("begun") / "office"
            shutil.copytree(desk.root, kept, symlinks=True)
            _beginnings[name] = kept, told
            return told
        kept, told = _beginnings[name]
        shutil.rmtree(desk.root)
        copied(kept, desk.root)
        return told

    return begin


@pytest.fixture
def desk(office: Path, typed: Runner) -> Desk:
    """A fresh, empty registry at which zhang of the office types, in process."""
    return Desk(office, typed)


@pytest.fixture
def story_desk(sample: Path, typed: Runner) -> Desk:
    """A fresh copy of the sample at which zhang of the office types, in process."""
    return Desk(sample, typed)


@pytest.fixture
def reader(told: Path, typed: Runner) -> Desk:
    """The sample itself, for commands that only read."""
    return Desk(told, typed)


@pytest.fixture(scope="session")
def fits() -> Callable[[str, Any], None]:
    """fits("check", data): the data is good by that schema of the project."""
    from jsonschema import Draft202012Validator

    def check(name: str, data: Any) -> None:
        schema = json.loads((ROOT / f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
        assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []

    return check
