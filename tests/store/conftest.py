"""A desk: a registry with three cases, and what tests ask of its repository."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from wz.cli.context import now
from wz.office.register import register
from wz.office.validating import validate
from wz.store.registry import Registry


class Desk:
    """A registry with cases in a repository of its own or within a bigger one."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def files(self) -> list[Path]:
        return sorted(self.root.glob("cases/*/*/*/*.yaml"))

    @property
    def cases(self) -> list[str]:
        return [file.stem for file in self.files]

    def path(self, case: str) -> str:
        return next(file for file in self.files if file.stem == case).relative_to(self.root).as_posix()

    def git(self, *arguments: str, check: bool = True) -> str:
        """What a git command prints."""
        done = subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True, check=False)
        assert done.returncode == 0 or not check, done.stderr.decode()
        return done.stdout.decode("utf-8")

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    @cached_property
    def git_dir(self) -> Path:
        return Path(self.git("rev-parse", "--absolute-git-dir").strip())

    @property
    def status(self) -> str:
        return self.git("status", "--porcelain", "--untracked-files=all")

    def committed(self, case: str) -> bytes:
        """The case file as the last commit has it."""
        place = f"HEAD:./{self.path(case)}"
        return subprocess.run(["git", "-C", str(self.root), "show", place], capture_output=True, check=True).stdout

    def events(self, case: str) -> list[dict[str, Any]]:
        data = (self.root / self.path(case)).read_text(encoding="utf-8")
        return yaml.load(data, yaml.BaseLoader)["events"] or []

    def texts(self, case: str) -> list[str]:
        """The texts of the case's notes."""
        return [event["text"] for event in self.events(case) if event["action"] == "note"]

    def assert_sound(self) -> None:
        """Nothing broken in the repository; nothing left to commit; every case lawful; files that only grew."""
        self.git("fsck", "--strict", "--no-dangling")
        assert self.status == ""
        self.assert_only_growth()
        assert validate(Registry(self.root), now()).problems == []

    def assert_only_growth(self) -> None:
        patches = self.git("log", "-p", "--unified=0", "--format=", "--", "cases")
        assert [line for line in patches.splitlines() if line.startswith("-") and not line.startswith("---")] == []

    def everything(self) -> dict[str, bytes | str]:
        """All that an action that was refused must leave as it was."""
        files = {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if file.is_file() and ".git" not in file.relative_to(self.root).parts
        }
        refs = self.git("for-each-ref") + self.git("symbolic-ref", "-q", "HEAD", check=False)
        return {**files, ":refs": refs, ":status": self.status, ":staged": self.git("ls-files", "--stage")}


@pytest.fixture(scope="session")
def desk_made(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk that `desk` copies."""
    root = tmp_path_factory.mktemp("desk") / "desk"
    shutil.copytree(founded, root)
    registry = Registry(root)
    for number, title in enumerate(("路灯不亮", "井盖缺失", "占道经营"), 1):
        received = now() - timedelta(minutes=10 - number)
        fields = {"title": title, "category": "complaint", "channel": "website", "content": "请处理。\n"}
        register(registry, fields, by="office/zhang", received=received, now=received)
    return root


@pytest.fixture
def desk_at(desk_made: Path) -> Callable[[Path], Desk]:
    """Copies the desk to a place of one's own."""

    def copy(to: Path) -> Desk:
        shutil.copytree(desk_made, to, symlinks=True)
        desk = Desk(to)
        desk.git("update-index", "-q", "--refresh")
        return desk

    return copy


@pytest.fixture
def desk(desk_at: Callable[[Path], Desk], tmp_path: Path) -> Desk:
    """A fresh desk."""
    return desk_at(tmp_path / "desk")


@pytest.fixture
def interposed(tmp_path: Path) -> Callable[[str, str], dict[str, str | None]]:
    """The environment in which, once, a git subcommand is preceded by a piece of shell; `$GIT "$@"` is the real thing.

    It lets something happen at exactly that moment: the real git, the real processes, a chosen instant.
    """

    def make(subcommand: str, what: str) -> dict[str, str | None]:
        folder = tmp_path / "interposed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        real = shutil.which("git")
        assert real is not None
        (folder / "git").write_text(
            f'#!/bin/sh\nGIT={shlex.quote(real)}\nif [ "$3" = {subcommand} ] && mkdir {shlex.quote(str(folder))}/once'
            f' 2>/dev/null; then\n{what}\nfi\nexec "$GIT" "$@"\n'
        )
        (folder / "git").chmod(0o755)
        return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    return make
