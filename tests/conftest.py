"""Hermetic registries: real git, a fixed identity, nothing of the machine's own configuration."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import wz as package

SOURCE = Path(package.__file__).resolve().parents[1]
EMAIL = "zhang@office.example"
_GIT_CONFIG = f"""\
[user]
\tname = 张文慧
\temail = {EMAIL}
\tuseConfigOnly = true
[init]
\tdefaultBranch = main
\ttemplateDir =
[gc]
\tauto = 0
[maintenance]
\tauto = false
[core]
\tquotePath = false
"""


class Result(NamedTuple):
    """What a command returned."""

    code: int
    out: str
    err: str


Runner = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An environment without the user: own HOME, own git configuration, no variables of git's, wz's or the locale's."""
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text(_GIT_CONFIG, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("GIT_", "WZ_", "LC_", "XDG_")) or name in (
                "LANG",
                "LANGUAGE",
                "EMAIL",
                "VISUAL",
                "PAGER",
            ):
                patch.delenv(name)
        for name, value in {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "EDITOR": "false",
            "LANG": "C.UTF-8",
            "WZ_LANG": "en",
            "NO_COLOR": "1",
            "PYTHONPATH": str(SOURCE),
            "PYTHONDONTWRITEBYTECODE": "",  # what is started here is started often
        }.items():
            patch.setenv(name, value)
        yield


# What is decided when python starts or wz is imported; with another value of one of these, a python must be started.
_STARTING = ("WZ_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "PYTHON")


class Forked:
    """A command that the forge runs, as `subprocess.Popen` shows one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("rb")
        self.pid = int(self._answers.readline())
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("wz", timeout or 0)
        return code

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self._code is None and select.select([self._connection], [], [], timeout)[0]:
            self._code = int(self._answers.readline())
            self._answers.close()
            self._connection.close()
        return self._code


class Forge:
    """Starts commands, each as a process in a session of its own, from one python that has imported wz (forge.py)."""

    def __init__(self, place: Path) -> None:
        self._place = str(place)

    def start(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], streams: Sequence[int] | None = None
    ) -> Forked:
        """`streams` are the descriptors of its standard input, output and error; without them it has none.

        The language is the forge's own: it was chosen when wz was imported.
        """
        assert all(env.get(name) == os.environ.get(name) for name in _STARTING)
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._place)
        request = {"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}
        with Path(os.devnull).open("r+b") as nothing:
            socket.send_fds(connection, [b"x"], streams or [nothing.fileno()] * 3)
            connection.sendall(json.dumps(request).encode() + b"\n")
        return Forked(connection)


@pytest.fixture(scope="session")
def forge(hermetic: None) -> Iterator[Forge | None]:
    """None on Windows, which cannot fork."""
    if sys.platform == "win32":
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
        place = Path(folder) / "forge"
        script = [sys.executable, str(Path(__file__).with_name("forge.py")), str(place)]
        with subprocess.Popen(script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield Forge(place)
            process.terminate()


@pytest.fixture
def wz(tmp_path: Path, forge: Forge | None) -> Runner:
    """Runs the real command: wz("check", "--format", "json", cwd=office) -> Result(code, out, err).

    `stdin` is text or bytes, `env` is added to the environment (a value None takes the variable away). It is a process
    of its own, forked by the forge where that is the same, else with a python started anew.
    """

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        stdin: str | bytes = b"",
        env: Mapping[str, str | None] | None = None,
        timeout: float = 120,
        preexec: Callable[[], None] | None = None,
    ) -> Result:
        environment = os.environ | {key: value for key, value in (env or {}).items() if value is not None}
        for key, value in (env or {}).items():
            if value is None:
                environment.pop(key, None)
        words, folder = [*map(str, arguments)], cwd or tmp_path
        data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        if forge is None or preexec is not None or any(key.startswith(_STARTING) for key in env or {}):
            if preexec is not None:  # where little can be written python would keep half of what it compiles
                environment["PYTHONDONTWRITEBYTECODE"] = "1"
            done = subprocess.run(
                [sys.executable, "-m", "wz", *words],
                cwd=folder,
                input=data,
                capture_output=True,
                env=environment,
                timeout=timeout,
                check=False,
                preexec_fn=preexec,
            )
            return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(data)
            given.seek(0)
            process = forge.start(words, folder, environment, [one.fileno() for one in (given, out, err)])
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            out.seek(0)
            err.seek(0)
            return Result(code, out.read().decode("utf-8"), err.read().decode("utf-8"))

    return run


@pytest.fixture(scope="session")
def founded(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small registry made once: the sample's units and calendar, no case. Not to be written to; see `office`."""
    from wz.office.founding import prepare, settle
    from wz.store.registry import Registry

    root = tmp_path_factory.mktemp("founded") / "office"
    prepare(root)
    units, calendar = ((SOURCE / name).read_text(encoding="utf-8") for name in ("units.yaml", "calendar.yaml"))
    settle(Registry(root), units, calendar)
    pack(root)
    return root


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Path:
    """A fresh copy of the small registry; git's identity is zhang, a clerk of the office."""
    return copied(founded, tmp_path / "office")


@pytest.fixture(scope="session")
def told(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry, made once by `wz init --sample`, for all workers. Not to be written to; see `sample`."""
    from filelock import FileLock

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root = shared / "sample-told"
    with FileLock(shared / "sample-told.lock"):
        if not root.exists():
            made = shared / "sample-being-told"
            shutil.rmtree(made, ignore_errors=True)
            subprocess.run(
                [sys.executable, "-m", "wz", "init", str(made), "--sample"],
                check=True,
                capture_output=True,
                timeout=120,
            )
            pack(made)
            made.rename(root)
    return root


@pytest.fixture
def sample(told: Path, tmp_path: Path) -> Path:
    """A fresh copy of the full sample registry; its story's day is 2026-11-20."""
    return copied(told, tmp_path / "sample")


def pack(registry: Path) -> None:
    """One pack instead of many objects, each in a folder: it is copied for every test that writes."""
    subprocess.run(["git", "-C", str(registry), "repack", "-adq"], check=True, capture_output=True)


def copied(registry: Path, to: Path) -> Path:
    """A copy whose index knows the copied files, so that git need not read them again."""
    shutil.copytree(registry, to, symlinks=True)
    subprocess.run(["git", "-C", str(to), "update-index", "-q", "--refresh"], check=True, capture_output=True)
    return to
