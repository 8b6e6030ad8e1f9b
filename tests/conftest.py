"""Hermetic registries: real git, a fixed identity, nothing of the machine's own configuration."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
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
        }.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def wz(tmp_path: Path) -> Runner:
    """Runs the real command: wz("check", "--format", "json", cwd=office) -> Result(code, out, err).

    `stdin` is text or bytes, `env` is added to the environment (a value None takes the variable away).
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
        done = subprocess.run(
            [sys.executable, "-m", "wz", *map(str, arguments)],
            cwd=cwd or tmp_path,
            input=stdin.encode("utf-8") if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=environment,
            timeout=timeout,
            check=False,
            preexec_fn=preexec,
        )
        return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

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
            made.rename(root)
    return root


@pytest.fixture
def sample(told: Path, tmp_path: Path) -> Path:
    """A fresh copy of the full sample registry; its story's day is 2026-11-20."""
    return copied(told, tmp_path / "sample")


def copied(registry: Path, to: Path) -> Path:
    """A copy whose index knows the copied files, so that git need not read them again."""
    shutil.copytree(registry, to, symlinks=True)
    subprocess.run(["git", "-C", str(to), "update-index", "-q", "--refresh"], check=True, capture_output=True)
    return to
