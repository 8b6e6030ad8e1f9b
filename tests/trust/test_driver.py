"""Git by hand: its pull, rebase, cherry-pick and stash merge cases by their events in every clone."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust.clones import git
from tests.trust.conftest import Clone

Pair = tuple[Clone, Clone]


@pytest.fixture(scope="module")
def made(meeting: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A hub and two clones that have each put a note on the same case, made once; Zhang's is on the hub."""
    folder = shutil.copytree(meeting, tmp_path_factory.mktemp("made") / "meeting", symlinks=True)
    one, other = Clone(folder / "clone-0"), Clone(folder / "clone-1")
    case = one.new()
    one("sync")
    other("sync")
    other("note", case, "--text", "刘")
    one("note", case, "--text", "张")
    one("sync")
    return folder, case


@pytest.fixture
def parted(made: tuple[Path, str], tmp_path: Path) -> tuple[Clone, Clone, str]:
    """A copy of the two clones, and the case."""
    folder = shutil.copytree(made[0], tmp_path / "meeting", symlinks=True)
    one, other = Clone(folder / "clone-0"), Clone(folder / "clone-1")
    for clone in (one, other):
        clone.git("update-index", "-q", "--refresh")
    return one, other, made[1]


HOW: dict[str, list[tuple[str, ...]]] = {
    "pull": [("pull", "-q", "--no-rebase", "--no-edit")],
    "rebase": [("pull", "-q", "--rebase")],
    "cherry-pick": [
        ("fetch", "-q"), ("branch", "mine"), ("reset", "-q", "--hard", "origin/main"), ("cherry-pick", "mine"),
    ],
    "stash": [
        ("reset", "-q", "--soft", "HEAD^"), ("stash", "-q"), ("pull", "-q"), ("stash", "pop", "-q"),
        ("commit", "-qam", "by hand"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("how", HOW)
def test_git_by_hand(parted: tuple[Clone, Clone, str], how: str) -> None:
    _one, other, case = parted
    for command in HOW[how]:
        other.git(*command)
    assert other.clean
    assert other.texts(case) == (["刘", "张"] if how == "pull" else ["张", "刘"])
    other("validate")
    if how != "stash":  # a message of one's own has no trailers
        other("audit")
    other("sync")


def test_a_fresh_clone_has_the_driver_after_its_first_command(pair: Pair) -> None:
    one, _other = pair
    assert git(one.root, "config", "--default", "none", "merge.wz.driver") == "none"
    one("check")
    assert "merge-file %O %A %B %P" in git(one.root, "config", "merge.wz.driver")
    git(one.root, "config", "--remove-section", "merge.wz")
    one("check")
    assert "merge-file %O %A %B %P" in git(one.root, "config", "merge.wz.driver")


@pytest.mark.parametrize("gone", ["driver", "wz"])
def test_what_git_left_of_a_merge_is_called_so(
    parted: tuple[Clone, Clone, str], run_git: Callable[..., int], gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged by git alone, a case file holds both sides between marks; the cure is to let wz do it."""
    _one, other, case = parted
    if gone == "driver":
        git(other.root, "config", "--remove-section", "merge.wz")
    else:
        command = git(other.root, "config", "merge.wz.driver").replace(sys.executable, "/gone/python")
        git(other.root, "config", "merge.wz.driver", command)
        monkeypatch.setenv("PATH", str(Path(shutil.which("git") or "").parent))
    assert run_git(other, "pull", "-q", "--no-rebase", "--no-edit") == 1
    told = other("show", case, code=4).err
    assert "left both sides in it" in told
    assert "git merge --abort" in told
    other.git("merge", "--abort")
    other("sync")
    assert sorted(other.texts(case)) == ["刘", "张"]


def test_nobody_elses_configuration_is_written_to(pair: Pair) -> None:
    """A registry that does not ask for the driver, and one that must not be written to, are only read."""
    one, other = pair
    (one.root / ".gitattributes").write_text("cases/** -text\n")
    before = (one.root / ".git/config").read_bytes()
    one("check")
    assert (one.root / ".git/config").read_bytes() == before
    (other.root / ".git/config").chmod(0o444)
    if os.geteuid() != 0:
        other("check")


def test_init_update_lets_an_old_registry_ask_for_it(pair: Pair) -> None:
    one, _other = pair
    (one.root / ".gitattributes").write_text("cases/** -text")
    one.git("commit", "-qam", "old")
    one("init", "--update")
    assert (one.root / ".gitattributes").read_text() == "cases/** -text\ncases/**/*.yaml merge=wz\n"
    assert one.clean
    assert one.git("check-attr", "merge", "cases/2026/11/23/x.yaml").endswith(": wz")
    assert "merge-file" in git(one.root, "config", "merge.wz.driver")


def test_what_cannot_be_merged_stays_readable(parted: tuple[Clone, Clone, str], run_git: Callable[..., int]) -> None:
    """Somebody changed the facts by hand: git is told of a conflict, and the file is ours."""
    _one, other, case = parted
    file = other.file(case)
    file.write_bytes(file.read_bytes().replace("路灯".encode(), "井盖".encode()))
    other.git("commit", "-qam", "facts")
    ours = file.read_bytes()
    assert run_git(other, "pull", "-q", "--no-rebase", "--no-edit") == 1
    assert file.read_bytes() == ours
    other.git("merge", "--abort")
    told = other("sync", code=5).err
    assert f"{file.relative_to(other.root).as_posix()}:4: " in told
    assert "other facts" in told


@pytest.fixture
def run_git() -> Callable[..., int]:
    """The exit code of git."""
    import subprocess

    def run(clone: Clone, *arguments: str) -> int:
        return subprocess.run(["git", "-C", str(clone.root), *arguments], capture_output=True, check=False).returncode

    return run
