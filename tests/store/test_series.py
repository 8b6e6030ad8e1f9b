"""A series of commits: what the same commits one by one would be, or nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wz.errors import GitFailed
from wz.store.commits import Committer
from wz.store.series import Series

Desk = Any
STEPS = [
    ({"cases/甲.txt": "一\n".encode()}, "first\n"),
    ({"cases/甲.txt": "一\n二\n".encode(), "cases/b/\"c\".txt": b""}, "第二\n\nbody\n"),
    ({"units.yaml": b"format: 1\n"}, "third\n"),
]  # fmt: skip


def commit_all(git: Committer) -> None:
    for changes, message in STEPS:
        before = {path: content(git.root / path) for path in changes}
        git.commit(changes, before, message)


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def history(desk: Desk, start: str) -> str:
    return str(desk.git("log", "--format=%an %ae %B", "--raw", "--no-abbrev", f"{start}..HEAD"))


def test_the_same_as_one_by_one(desk_at: Callable[[Path], Desk], tmp_path: Path) -> None:
    one_by_one, at_once = desk_at(tmp_path / "a"), desk_at(tmp_path / "b")
    start = one_by_one.head
    git, series = Committer(one_by_one.root), Series(at_once.root)
    git.identity = series.identity = git.identity  # at one second
    with git.locked():
        commit_all(git)
    with series.begun():
        commit_all(series)
    assert history(at_once, start) == history(one_by_one, start)
    assert at_once.everything() == one_by_one.everything()
    assert at_once.status == ""
    at_once.git("fsck", "--strict")
    with series.locked():  # and on as before
        series.commit({"x": b"x"}, {"x": None}, "later\n")
    assert at_once.git("log", "-1", "--format=%s").strip() == "later"


def test_what_is_staged_stays(desk: Desk) -> None:
    (desk.root / "letter").write_text("x")
    desk.git("add", "letter")
    series = Series(desk.root)
    with series.begun():
        commit_all(series)
    assert desk.status == "A  letter\n"


@pytest.mark.parametrize("fault", ["an action fails", "somebody edited a file", "the branch moved", "stopped"])
def test_nothing_at_all(desk: Desk, fault: str) -> None:
    before, series = desk.everything(), Series(desk.root)
    faults = {"an action fails": ValueError, "stopped": KeyboardInterrupt}

    def bring() -> None:
        with series.begun():
            commit_all(series)
            match fault:
                case "somebody edited a file":
                    series.commit({"calendar.yaml": b"x"}, {"calendar.yaml": b"what was read"}, "x\n")
                case "the branch moved":
                    other = desk.git("commit-tree", "-p", "HEAD", "-m", "x", "HEAD^{tree}").strip()
                    desk.git("update-ref", "HEAD", other)
                case _:
                    raise faults[fault]

    with pytest.raises(faults.get(fault, GitFailed)):
        bring()
    after = desk.everything()
    assert {**after, ":refs": ""} == {**before, ":refs": ""}
    assert (after[":refs"] == before[":refs"]) == (fault != "the branch moved")
    desk.git("fsck", "--strict", "--no-dangling")


@pytest.mark.skipif(sys.platform == "win32", reason="interposes a shell script before git")
def test_killed_once_the_branch_has_moved(
    desk: Desk, wz: Callable[..., Any], interposed: Callable[[str, str], dict[str, str | None]]
) -> None:
    """The next command brings the index along."""
    env = interposed("update-ref", '"$GIT" "$@"; kill -9 $PPID; exit')
    code = (
        "from pathlib import Path; from wz.store.series import Series; s = Series(Path.cwd())\n"
        "with s.begun(): s.commit({'cases/x.txt': b'x'}, {'cases/x.txt': None}, 'x\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=desk.root, env={**os.environ, **env}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert desk.git("log", "-1", "--format=%s").strip() == "x"
    assert desk.status != ""
    assert wz("show", desk.cases[0], cwd=desk.root).code == 0
    assert desk.status == ""
