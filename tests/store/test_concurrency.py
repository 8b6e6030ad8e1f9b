"""Many at once: other commands, the user's own git, an index that somebody holds. Nothing is lost or swept along."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="interposes a shell script before git")

Desk = Any
Runner = Callable[..., Any]
Interposed = Callable[[str, str], dict[str, str | None]]


def test_ten_processes(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    """Five on one case, five on three; each two actions, one with a document of the same name."""
    start = int(desk.git("rev-list", "--count", "HEAD"))
    one, *others = desk.cases
    of_process = [one] * 5 + [others[number % 2] for number in range(5)]

    def work(number: int) -> list[int]:
        case = of_process[number]
        document = tmp_path / str(number) / "photo.jpg"
        document.parent.mkdir()
        document.write_bytes(bytes([number]) * 3000)
        first = wz("note", case, "--text", f"note {number}", "--attach", document, cwd=desk.root)
        second = wz("note", case, "--text", f"again {number}", "--registry", desk.root)
        return [first.code, second.code]

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(work, range(10)))
    assert codes == [[0, 0]] * 10
    for case in desk.cases:
        mine = [number for number in range(10) if of_process[number] == case]
        assert Counter(desk.texts(case)) == Counter(f"{word} {number}" for number in mine for word in ("note", "again"))
        files = list((desk.root / desk.path(case)).with_suffix(".files").iterdir())
        assert sorted(file.read_bytes()[0] for file in files) == mine
    assert int(desk.git("rev-list", "--count", "HEAD")) == start + 20
    assert desk.git("rev-list", "--min-parents=2", "HEAD") == ""
    desk.assert_sound()


def test_new_cases_at_once(office: Path, wz: Runner) -> None:
    def register(number: int) -> str:
        facts = ("--category", "consult", "--channel", "website", "--title", f"t{number}", "--content", "c")
        result = wz("new", *facts, "--format", "id", cwd=office)
        assert result.code == 0, result.err
        return str(result.out.strip())

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(register, range(6)))
    assert sorted(file.stem for file in office.glob("cases/*/*/*/*.yaml")) == sorted(set(ids))
    assert len(set(ids)) == 6


def test_two_linked_worktrees_at_once(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    desk.git("worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    second = type(desk)(tmp_path / "second")
    with ThreadPoolExecutor(6) as pool:
        jobs = [(where, number) for number in range(4) for where in (desk, second)]
        codes = list(pool.map(lambda job: wz("note", desk.cases[0], "--text", f"{job[1]}", cwd=job[0].root).code, jobs))
    assert codes == [0] * 8
    for where in (desk, second):
        assert sorted(where.texts(desk.cases[0])) == ["0", "1", "2", "3"]
        where.assert_sound()


def test_user_commits_at_the_same_time(desk: Desk, wz: Runner) -> None:
    """A user who stages and commits all the while: git may ask them to repeat, nobody loses anything."""
    stop, made, number = threading.Event(), 0, 0

    def commit_all_the_while() -> None:
        nonlocal made
        while not stop.is_set():
            (desk.root / f"letter-{made}.txt").write_text("x")
            added = subprocess.run(["git", "-C", desk.root, "add", f"letter-{made}.txt"], capture_output=True)
            done = subprocess.run(["git", "-C", desk.root, "commit", "-qm", "letter"], capture_output=True)
            made += added.returncode == 0 and done.returncode == 0

    user = threading.Thread(target=commit_all_the_while)
    user.start()
    try:
        while number < 8 or (made <= 4 and number < 80):  # until both have come to something
            result = wz("note", desk.cases[number % 3], "--text", str(number), cwd=desk.root)
            assert result.code == 0, result.err
            number += 1
    finally:
        stop.set()
        user.join()
    assert made > 4
    desk.git("add", ".")
    desk.git("commit", "-qm", "the last letter", check=False)
    assert sorted(text for case in desk.cases for text in desk.texts(case)) == sorted(map(str, range(number)))
    assert len(desk.git("ls-files", "letter-*").split()) >= made
    desk.assert_sound()


@pytest.mark.parametrize("moment", ["cat-file", "fast-import", "update-index", "update-ref"])
def test_branch_moved_between(desk: Desk, wz: Runner, interposed: Interposed, moment: str) -> None:
    """Something is pushed, or committed from a linked worktree's script, while the action is on its way."""
    before = desk.head
    env = interposed(moment, '"$GIT" update-ref HEAD $("$GIT" commit-tree -p HEAD -m letter HEAD^{tree})')
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env)
    assert result.code == 0, result.err
    assert desk.git("log", "--format=%s", f"{before}..").splitlines() == [f"note {desk.cases[0]}: x", "letter"]
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


@pytest.mark.parametrize("moment", ["fast-import", "update-index", "update-ref"])
def test_git_waits_its_turn(desk: Desk, wz: Runner, interposed: Interposed, moment: str) -> None:
    """While the action is on its way, git refuses the user's commit as it does for two gits: no stale index."""
    with (desk.root / "units.yaml").open("a") as file:
        file.write("# by hand\n")
    commit = 'env -u GIT_INDEX_FILE "$GIT" commit -qam "by hand"'
    env = interposed(moment, f"{commit} 2>&1 </dev/null | grep -q index.lock || kill -9 $PPID")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env).code == 0
    assert desk.status == " M units.yaml\n"
    desk.git("commit", "-qam", "by hand")
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


def test_same_case_committed_between(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """The user commits a hand edit of this very case while the action is on its way: theirs stays, ours is refused."""
    path = desk.path(desk.cases[0])
    env = interposed("cat-file", f'echo "# by hand" >> {path}; "$GIT" commit -qm "by hand" {path}')
    action = ("note", desk.cases[0], "--text", "x", "--attach", "units.yaml")
    result = wz(*action, cwd=desk.root, env=env)
    assert result.code == 5
    assert path in result.err
    assert desk.git("log", "-1", "--format=%s").strip() == "by hand"
    assert desk.committed(desk.cases[0]).endswith(b"# by hand\n")
    assert desk.status == ""
    assert wz(*action, cwd=desk.root).code == 0
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


def test_branch_switched_between(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """The user switches branches while the action is on its way: it lands on one of them, and on that one whole."""
    env = interposed("fast-import", '"$GIT" switch -qc elsewhere')
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env)
    assert result.code == 0
    assert desk.git("symbolic-ref", "--short", "HEAD").strip() == "elsewhere"
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


def test_case_edited_while_the_branch_moves(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """A human's edit that lands in the last moment is not overwritten; git shows it."""
    path = desk.path(desk.cases[0])
    env = interposed("update-ref", f'echo "# by hand" >> {path}')
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env).code == 0
    assert (desk.root / path).read_bytes().endswith(b"# by hand\n")
    assert b"text: x" in desk.committed(desk.cases[0])
    assert desk.status == f" M {path}\n"


def test_stopped_by_the_user(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """Ctrl-C before the branch moves: nothing recorded, and it says so."""
    before = desk.everything()
    env = interposed("fast-import", "kill -INT $PPID; sleep 0.2")
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env)
    assert (result.code, "nothing more has been recorded" in result.err) == (130, True)
    assert desk.everything() == before
    assert wz("note", desk.cases[0], "--text", "y", cwd=desk.root).code == 0
    desk.assert_sound()


def test_stopped_by_the_user_too_late(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """Ctrl-C while the branch moves: it is recorded, and says so."""
    result = wz(
        *("note", desk.cases[0], "--text", "x"),
        cwd=desk.root,
        env=interposed("update-ref", '"$GIT" "$@"; kill -INT $PPID; sleep 0.1; exit'),
    )
    assert result.code == 0
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


# -- the index is somebody else's for a while


def test_index_held_for_a_moment(desk: Desk, wz: Runner) -> None:
    lock = desk.git_dir / "index.lock"
    lock.write_bytes(b"")
    threading.Timer(0.6, lock.unlink).start()
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    desk.assert_sound()


def test_index_held_for_long(desk: Desk, wz: Runner) -> None:
    """The actions stand, the lock stays, what is staged stays; the index is brought along once it is free."""
    (desk.root / "letter").write_text("x")
    desk.git("add", "letter")
    lock = desk.git_dir / "index.lock"
    lock.write_bytes(b"")
    index = (desk.git_dir / "index").read_bytes()
    first, second, _third = desk.cases
    assert wz("note", first, "--text", "1", cwd=desk.root).code == 0
    assert wz("note", second, "--text", "2", cwd=desk.root).code == 0
    assert lock.read_bytes() == b""
    assert (desk.git_dir / "index").read_bytes() == index
    assert (desk.texts(first), desk.texts(second)) == (["1"], ["2"])
    assert b"text: '1'" in desk.committed(first)
    lock.unlink()
    assert wz("show", first, cwd=desk.root).code == 0
    assert desk.status == "A  letter\n"
    desk.git("commit", "-qm", "letter")
    desk.assert_sound()


def test_index_held_across_a_kill(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """Killed after the branch moved, with an index that somebody else took before the next command."""
    env = interposed("update-ref", '"$GIT" "$@"; kill -9 $PPID; exit')
    wz("note", desk.cases[0], "--text", "1", cwd=desk.root, env=env)
    lock = desk.git_dir / "index.lock"
    lock.unlink()  # as git tells its user to do
    lock.write_bytes(b"DIRC of a living git")
    assert wz("note", desk.cases[1], "--text", "2", cwd=desk.root).code == 0
    assert lock.read_bytes() == b"DIRC of a living git"
    lock.unlink()
    assert wz("note", desk.cases[2], "--text", "3", cwd=desk.root).code == 0
    assert [desk.texts(case) for case in desk.cases] == [["1"], ["2"], ["3"]]
    desk.assert_sound()


def test_ten_batches(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    """Five run one file, five each their own, over the same cases: the one is recorded once, nothing is lost."""
    ids = "\n".join(desk.cases)

    def work(number: int) -> int:
        text = "the same" if number < 5 else f"own {number}"
        return int(wz("batch", "note", "--text", text, "-", cwd=desk.root, stdin=ids).code)

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(work, range(10))) == [0] * 10
    for case in desk.cases:
        assert sorted(desk.texts(case)) == [*(f"own {number}" for number in range(5, 10)), "the same"]
    desk.assert_sound()
