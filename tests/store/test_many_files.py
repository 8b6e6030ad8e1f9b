"""A commit of so many files that they are dealt with together: as safe as one of a single file."""

import os
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from wz.errors import GitFailed
from wz.office.survey import survey
from wz.store import changes, landing
from wz.store.git import FEW
from wz.store.registry import Registry

COUNT = FEW + 36
DIES = """
import os, sys
from pathlib import Path
from wz.store import pending, placing
from wz.store.registry import Registry
move = placing.move
def dying(prepared, target):
    if target.endswith("/50"):
        os._exit(9)
    move(prepared, target)
pending.move = placing.move = dying
registry = Registry(Path(sys.argv[1]))
with registry.locked():
    files = {f"cases/x/{n % 7}/{n}": b"%d\\n" % n for n in range(100)}
    registry.commit(files, dict.fromkeys(files), "many\\n")
"""


def files(mark: str = "") -> dict[str, bytes]:
    return {f"cases/x/{number % 7}/{number}": f"{mark}{number}\n".encode() for number in range(COUNT)}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(root: Path, changes: dict[str, bytes], before: dict[str, bytes] | None) -> str:
    registry = Registry(root)
    with registry.locked():
        return registry.commit(changes, before or dict.fromkeys(changes), "many\n")


def holds(root: Path, wanted: dict[str, bytes]) -> bool:
    return all((root / path).read_bytes() == content for path, content in wanted.items())


def test_new_files_and_then_their_next_versions(office: Path) -> None:
    commit(office, files(), None)
    assert holds(office, files())
    assert git(office, "status", "--porcelain") == ""
    new = commit(office, files("neu"), files())
    assert holds(office, files("neu"))
    assert git(office, "status", "--porcelain") == ""
    assert len(git(office, "show", "--format=", "--name-only", new).splitlines()) == COUNT
    git(office, "fsck", "--strict")


def test_one_file_of_somebody_elses_refuses_all(office: Path) -> None:
    commit(office, files(), None)
    head = git(office, "rev-parse", "HEAD")
    with pytest.raises(GitFailed, match="cases/x/6/41"):
        commit(office, files("neu"), {**files(), "cases/x/6/41": b"not as committed\n"})
    assert git(office, "rev-parse", "HEAD") == head
    assert git(office, "status", "--porcelain") == ""
    assert not list((office / ".git/wz/pending").iterdir())


def test_what_somebody_wrote_meanwhile_stays(office: Path) -> None:
    commit(office, files(), None)
    (office / "cases/x/6/41").write_text("mine\n", encoding="utf-8")
    commit(office, files("neu"), files())
    assert (office / "cases/x/6/41").read_text("utf-8") == "mine\n"
    assert git(office, "status", "--porcelain") == "M cases/x/6/41"


def test_a_folder_that_cannot_be_made_leaves_nothing(office: Path) -> None:
    (office / "cases").mkdir(exist_ok=True)
    (office / "cases/x").write_text("a file in the way", encoding="utf-8")
    head = git(office, "rev-parse", "HEAD")
    with pytest.raises(Exception, match=r"cases/x"):
        commit(office, files(), None)
    assert git(office, "rev-parse", "HEAD") == head
    assert not list((office / ".git/wz/pending").iterdir())
    assert not list((office / ".git").glob("fast_import_crash*"))


def test_killed_among_the_renames_the_next_writer_finishes(office: Path) -> None:
    done = subprocess.run([sys.executable, "-c", DIES, str(office)], check=False, capture_output=True)
    assert done.returncode == 9, done.stderr.decode()
    assert not (office / "cases/x/1/50").exists()
    with Registry(office).locked():
        pass
    assert holds(office, files())
    assert git(office, "status", "--porcelain") == ""


def noted(root: Path) -> list[bool]:
    """Of each file of ours, whether git's index says how it lies there."""
    told = git(root, "ls-files", "--debug", "cases/x").split()
    return [time != "0:0" for name, time in pairwise(told) if name == "mtime:"]


def test_git_notes_now_and_then_how_the_files_lie_there(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "_REFRESH_AFTER", COUNT + 2)
    (office / ".git/wz/unrefreshed").unlink()  # what its founding wrote
    commit(office, files(), None)
    assert noted(office) == [False] * COUNT
    for number in range(2):
        (office / "units.yaml").write_bytes((office / "units.yaml").read_bytes() + b"# unfinished\n")
        (office / f"staged-{number}").write_text("staged")
        git(office, "add", f"staged-{number}")
        commit(office, {f"cases/x/last/{number}": b"last\n"}, None)
    assert noted(office) == [True] * (COUNT + 2)
    # What somebody staged or changed is as it was.
    assert git(office, "status", "--porcelain").splitlines() == ["A  staged-0", "A  staged-1", " M units.yaml"]


def test_reading_takes_no_lock_of_gits(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that is killed while it holds the lock leaves it to a person to take away."""
    monkeypatch.setattr(changes, "PAYS", 1)
    for file in sample.glob("cases/*/*/*/*.yaml"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    before = (sample / ".git/index").read_bytes()
    assert survey(Registry(sample), datetime.fromisoformat("2026-11-20T23:59:59+08:00")).problems == []
    assert (sample / ".git/index").read_bytes() == before
