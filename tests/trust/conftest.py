"""A hub that everybody shares, and clones of it in which people type."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trust.clones import PEOPLE, Clones, Said, git, hub_of, in_process


class Clone:
    """Somebody's clone, the commands typed in it in process, and what must hold after each of them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, *arguments: str, code: int = 0) -> Said:
        done = in_process(self.root, arguments, None)
        assert done.code == code, (arguments, done)
        assert "Traceback" not in done.err
        return done

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--format", "json", code=code).out)

    def new(self, title: str = "路灯不亮", *more: str) -> str:
        """Register a case; gives its id."""
        given = ("--category", "help", "--channel", "website", "--title", title, "--content", "人民路")
        return self("new", *given, "--format", "id", *more).out.strip()

    def file(self, case: str) -> Path:
        return self.root / f"cases/{case[:4]}/{case[4:6]}/{case[6:8]}/{case}.yaml"

    def texts(self, case: str) -> list[str]:
        """The texts of the case's notes, in the order of the file."""
        events = [one["event"] for one in self.json("show", case)["events"]]
        return [event["text"] for event in events if event["action"] == "note"]

    def git(self, *arguments: str) -> str:
        return git(self.root, *arguments)

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def clean(self) -> bool:
        return self.git("status", "--porcelain", "--untracked-files=all") == ""


@pytest.fixture
def hub(founded: Path, tmp_path: Path) -> Path:
    """A bare repository with a registry in it that has no case yet."""
    return hub_of(founded, tmp_path)


@pytest.fixture
def clones(hub: Path, tmp_path: Path) -> Callable[..., Clones]:
    """clones(3, hub=address): so many clones for random work, by the seed in WZ_SEED."""

    def make(count: int, address: str | None = None, **more: Any) -> Clones:
        return Clones(tmp_path, address or str(hub), count, random.Random(SEED), **more)

    return make


SEED = int(os.environ.get("WZ_SEED", "20261125"))


@pytest.fixture
def pair(clones: Callable[..., Clones]) -> tuple[Clone, Clone]:
    """Zhang's clone and Liu's."""
    assert PEOPLE[1][1].startswith("liu")
    one, other = (Clone(root) for root in clones(2).roots)
    return one, other
