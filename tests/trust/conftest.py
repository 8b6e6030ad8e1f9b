"""A hub that everybody shares, and clones of it in which people type; the desks of the command line."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import desk, fits, reader, story_desk, terminal, typed
from tests.conftest import copied
from tests.trust.clones import Clones, Said, git, hub_of, in_process

__all__ = ["desk", "fits", "reader", "story_desk", "terminal", "typed"]

SEED = int(os.environ.get("WZ_SEED", "20261125"))
On = Callable[..., AbstractContextManager[None]]
_TIMED = {"new": "--received", "note": "--at", "transfer": "--at", "contact": "--at"}
_FOUNDED = "2026-03-01T08:00:00+08:00"


class Clone:
    """Somebody's clone, the commands typed in it in process, and what must hold after each of them."""

    # When what is typed happened, where that is not now; see `on`.
    moment: str | None = None

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, *arguments: str, code: int = 0) -> Said:
        if self.moment and arguments[0] in _TIMED:
            arguments = (*arguments, _TIMED[arguments[0]], self.moment)
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


@pytest.fixture(scope="session")
def meeting(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub and two clones of it, made once; the registry was founded on 1 March 2026 and has no case yet."""
    folder = tmp_path_factory.mktemp("meeting")
    made = copied(founded, folder / "made")
    date = {"GIT_COMMITTER_DATE": _FOUNDED, "GIT_AUTHOR_DATE": _FOUNDED}
    amend = ["git", "-C", str(made), "commit", "-q", "--amend", "--no-edit", "--reset-author"]
    subprocess.run(amend, check=True, env={**os.environ, **date})
    hub = hub_of(made, folder)
    shutil.rmtree(made)
    for root in Clones(folder, str(hub), 2, random.Random(SEED)).roots:
        git(root, "remote", "set-url", "origin", "../hub.git")
    return folder


@pytest.fixture
def met(meeting: Path, tmp_path: Path) -> Path:
    """A copy of the hub and the two clones."""
    return shutil.copytree(meeting, tmp_path / "meeting", symlinks=True)


@pytest.fixture
def hub(met: Path) -> Path:
    """The bare repository that everybody shares."""
    return met / "hub.git"


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """on(3, "10:00"): what is typed inside happened and was recorded on that day of March 2026."""

    @contextmanager
    def travelled(day: int, clock: str = "09:00") -> Iterator[None]:
        moment = f"2026-03-{day:02} {clock}"
        with monkeypatch.context() as patch:
            patch.setattr(Clone, "moment", moment)
            patch.setenv("GIT_AUTHOR_DATE", f"{moment}:00 +0800")
            patch.setenv("GIT_COMMITTER_DATE", f"{moment}:00 +0800")
            yield

    return travelled


@pytest.fixture
def clones(hub: Path, tmp_path: Path) -> Callable[..., Clones]:
    """clones(3, hub=address): so many clones for random work, by the seed in WZ_SEED."""

    def make(count: int, address: str | None = None, **more: Any) -> Clones:
        return Clones(tmp_path, address or str(hub), count, random.Random(SEED), **more)

    return make


@pytest.fixture
def pair(met: Path) -> tuple[Clone, Clone]:
    """Zhang's clone and Liu's."""
    return Clone(met / "clone-0"), Clone(met / "clone-1")
