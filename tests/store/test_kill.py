"""Killed at any moment: the case holds the event wholly or not at all, and the next command mends the rest.

WZ_KILLS sets how many random kills are tried (default 20), WZ_SEED which ones.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")

Desk = Any
Runner = Callable[..., Any]
Interposed = Callable[[str, str], dict[str, str | None]]
Start = Callable[..., Any]

# Read here, for tests run without variables of wz's.
KILLS, SEED = int(os.environ.get("WZ_KILLS", "20")), os.environ.get("WZ_SEED", "20261123")

# Before the real git runs, everything dies; after it ran, everything dies; python dies and git lives on for a while.
MOMENTS = {
    "before": "kill -9 0",
    "after": '"$GIT" "$@"; kill -9 0',
    "outlived": "kill -9 $PPID; sleep 0.4",
    "outlived by little": "kill -9 $PPID",
}
STEPS = ["cat-file", "fast-import", "update-index", "update-ref"]


@pytest.fixture
def start(forge: Any) -> Start:
    """start(desk, "note", …, env={}) is the command under way, in a process group of its own."""

    def run(desk: Desk, *arguments: str, env: dict[str, str | None] | None = None) -> Any:
        return forge.start(arguments, desk.root, {**os.environ, **(env or {})})

    return run


class Watch:
    """A case before an action that is killed; afterwards it must hold the event wholly or not at all."""

    def __init__(self, desk: Desk, case: str) -> None:
        self.desk, self.case = desk, case
        self.file = desk.root / desk.path(case)
        self.before = self.file.read_bytes()
        self.head = desk.head

    def assert_whole_or_nothing(self, text: str) -> None:
        """Right after the kill, before anything is mended."""
        event = f"text: {text}\n".encode()
        recorded, shown = self.desk.committed(self.case), self.file.read_bytes()
        assert recorded == self.before or (recorded.startswith(self.before) and event in recorded)
        assert shown in (self.before, recorded)

    def assert_mended(self, text: str) -> bool:
        """After the next command. Returns whether the event is there."""
        recorded = self.desk.committed(self.case)
        assert self.file.read_bytes() == recorded
        assert recorded.startswith(self.before)
        assert self.desk.status == ""
        times = self.desk.texts(self.case).count(text)
        assert times <= 1
        assert (self.desk.head != self.head) or times == 0
        assert not (self.desk.git_dir / "index.lock").exists()
        self.desk.git("fsck", "--strict", "--no-dangling")
        return times == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_each_step(
    desk: Desk, wz: Runner, interposed: Interposed, start: Start, step: str, moment: str
) -> None:
    watch = Watch(desk, desk.cases[0])
    env = interposed(step, MOMENTS[moment])
    process = start(desk, "note", watch.case, "--text", "killed", "--attach", str(desk.root / "units.yaml"), env=env)
    assert process.wait() == -signal.SIGKILL
    if moment == "outlived":  # somebody only looks, and then git does what it was told
        assert wz("show", watch.case, cwd=desk.root).code == 0
        time.sleep(0.3)
    next_command = wz("note", desk.cases[1], "--text", "next", cwd=desk.root)
    assert next_command.code == 0, next_command.err
    watch.assert_mended("killed")
    assert desk.texts(desk.cases[1]) == ["next"]
    desk.assert_sound()


@pytest.mark.parametrize("reader", ["show", "check"])
def test_reading_mends_too(desk: Desk, wz: Runner, interposed: Interposed, start: Start, reader: str) -> None:
    watch = Watch(desk, desk.cases[0])
    env = interposed("update-ref", MOMENTS["after"])
    assert start(desk, "note", watch.case, "--text", "killed", env=env).wait() == -signal.SIGKILL
    watch.assert_whole_or_nothing("killed")
    assert desk.status != ""
    assert wz(reader, *([watch.case] if reader == "show" else []), cwd=desk.root).code == 0
    assert watch.assert_mended("killed")


def test_edit_made_after_the_kill_stays(desk: Desk, wz: Runner, interposed: Interposed, start: Start) -> None:
    """Killed after the branch moved; then a human edits the file that still is the old one. Their words stay."""
    case, path = desk.cases[0], desk.path(desk.cases[0])
    start(desk, "note", case, "--text", "killed", env=interposed("update-ref", MOMENTS["after"])).wait()
    file = desk.root / path
    file.write_bytes(file.read_bytes() + b"# by hand\n")
    assert wz("check", cwd=desk.root).code == 0
    assert file.read_bytes().endswith(b"# by hand\n")
    assert desk.status == f" M {path}\n"
    assert wz("note", case, "--text", "x", cwd=desk.root).code == 5
    desk.git("restore", path)
    assert desk.texts(case) == ["killed"]


@pytest.mark.parametrize("then", ["detached", "other branch", "commit dropped", "merge begun"])
def test_user_goes_elsewhere_after_the_kill(
    desk: Desk, wz: Runner, interposed: Interposed, start: Start, then: str
) -> None:
    """What was left is finished or forgotten, and reading works wherever the user went."""
    case = desk.cases[0]
    desk.git("branch", "other")
    start(desk, "note", case, "--text", "killed", env=interposed("update-ref", MOMENTS["after"])).wait()
    (desk.git_dir / "index.lock").unlink(missing_ok=True)  # as git tells its user to do
    match then:
        case "detached":
            desk.git("checkout", "-q", "--detach", "--force")
        case "other branch":
            desk.git("switch", "-q", "--force", "other")
        case "commit dropped":
            desk.git("reset", "-q", "--hard", "HEAD^")
        case "merge begun":
            (desk.git_dir / "MERGE_HEAD").write_text(desk.git("rev-parse", "other"))
    result = wz("check", cwd=desk.root)
    assert result.code == 0, result.err
    assert desk.status == ""
    assert desk.texts(case) == (["killed"] if then in ("detached", "merge begun") else [])


def test_killed_at_random_moments(desk: Desk, wz: Runner, start: Start) -> None:
    """Of the process group and of the python process alone, by the clock and by what has just appeared on disk."""
    chance = random.Random(SEED)
    took = time.monotonic()
    assert wz("note", desk.cases[0], "--text", "measured", cwd=desk.root).code == 0
    took = time.monotonic() - took
    state = desk.git_dir / "wz"
    signs: list[Path | None] = [
        None,
        state / "pending/0",
        state / "pending/journal.json",
        desk.git_dir / "index.lock",
        desk.git_dir / "refs/heads/main.lock",
        state / "pending/index",
    ]
    killed, stood = 0, set()
    for number in range(KILLS * 3):
        if killed == KILLS:
            break
        watch = Watch(desk, chance.choice(desk.cases))
        text, group, sign = f"kill {number}", chance.random() < 0.6, chance.choice(signs)
        delay = chance.uniform(0.0, 0.012) if sign else took * (1.1 - chance.random() ** 2)
        process = start(desk, "note", watch.case, "--text", text)
        limit = time.monotonic() + (10 if sign else delay)
        while process.poll() is None and time.monotonic() < limit and not (sign and sign.exists()):
            time.sleep(0 if sign else 0.001)
        if sign:
            time.sleep(delay)
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        where = f"kill {number} of seed {SEED}: {'group' if group else 'python'} at {sign and sign.name}+{delay:.4f}"
        if group:
            watch.assert_whole_or_nothing(text)
        next_command = chance.choice(
            [("show", watch.case), ("note", watch.case, "--text", "next"), ("note", desk.cases[0], "--text", "next")]
        )
        result = wz(*next_command, cwd=desk.root)
        assert result.code == 0, f"{where}: {result.err}"
        if not group and next_command[0] == "show":
            time.sleep(0.02)  # git may outlive python by some milliseconds
            assert wz("show", watch.case, cwd=desk.root).code == 0
        stood.add(watch.assert_mended(text))
    assert killed == KILLS
    assert stood == {True, False}  # some before and some after the branch moved, or this proves little
    desk.assert_sound()


ROWS = "编号,标题,类别,渠道,时间,内容\n" + "".join(
    f"T{number},井盖破损{number},投诉,网站,2026-10-2{number} 10:00,请更换。\n" for number in range(5)
)


@pytest.mark.parametrize(
    ("step", "moment"),
    [
        ("fast-import", "before"),
        ("fast-import", "after"),
        ("update-ref", "after"),
        ("update-ref", "outlived by little"),
    ],
)
def test_import_killed(
    desk: Desk, wz: Runner, interposed: Interposed, start: Start, tmp_path: Path, step: str, moment: str
) -> None:
    """All rows or none; run again, each is there once."""
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    count = len(desk.cases)
    command = ("import", str(tmp_path / "rows.csv"), "--yes", "--system", "旧平台")
    assert start(desk, *command, env=interposed(step, MOMENTS[moment])).wait() == -signal.SIGKILL
    time.sleep(0.05)  # git may outlive python by some milliseconds
    assert wz("check", cwd=desk.root).code == 0
    assert len(desk.cases) in (count, count + 5)
    assert wz(*command, cwd=desk.root).code == 0
    assert len(desk.cases) == count + 5
    desk.assert_sound()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_undo_killed(desk: Desk, wz: Runner, interposed: Interposed, start: Start, tmp_path: Path, moment: str) -> None:
    """What a batch did is taken back wholly or not at all."""
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(desk.cases), encoding="utf-8")
    assert wz("batch", "note", "--text", "误录", str(ids), cwd=desk.root).code == 0
    commit = desk.head
    command = ("undo", commit, "--reason", "误录")
    assert start(desk, *command, env=interposed("update-ref", MOMENTS[moment])).wait() == -signal.SIGKILL
    assert wz("check", cwd=desk.root).code == 0
    taken_back = [desk.committed(case).count(b"action: retract") for case in desk.cases]
    assert taken_back == [0 if moment == "before" else 1] * 3
    if moment == "before":
        assert wz(*command, cwd=desk.root).code == 0
    assert [(desk.root / desk.path(case)).read_bytes().count(b"action: retract") for case in desk.cases] == [1] * 3
    desk.assert_sound()


@pytest.mark.parametrize("what", ["kill -9 $PPID; exit 1", "kill -9 $$", "echo 'fatal: No space left' >&2; exit 128"])
def test_gate_that_cannot_look(desk: Desk, interposed: Interposed, wz: Runner, what: str) -> None:
    """Killed, its git killed, or out of room: the gate before a commit lets nothing through, and ends."""
    file = desk.root / desk.path(desk.cases[0])
    file.write_bytes(file.read_bytes().replace("请处理".encode(), "已处理".encode()))
    desk.git("add", ".")
    assert wz("hook", "pre-commit", cwd=desk.root).code == 1  # what it says when it can look
    assert wz("hook", "pre-commit", cwd=desk.root, env=interposed("write-tree", what), timeout=30).code not in (0, 1)
    assert wz("hook", "pre-commit", cwd=desk.root).code == 1


def test_gate_that_is_gone(desk: Desk, wz: Runner) -> None:
    """With wz uninstalled, git refuses the commit rather than let it pass unseen."""
    assert wz("hook", "install", "--only", "pre-commit", cwd=desk.root).code == 0
    hook, head = desk.git_dir / "hooks/pre-commit", desk.head
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    (desk.root / "letter").write_text("x")
    desk.git("add", "letter")
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    command = ["git", "-C", desk.root, "commit", "-qm", "letter"]
    assert subprocess.run(command, env=environment, capture_output=True, timeout=30).returncode != 0
    assert desk.head == head


@pytest.mark.parametrize(
    ("step", "moment"),
    [("fast-import", "after"), ("update-ref", "before"), ("update-ref", "after"), ("update-ref", "outlived by little")],
)
def test_batch_killed(
    desk: Desk, wz: Runner, interposed: Interposed, start: Start, tmp_path: Path, step: str, moment: str
) -> None:
    """Three cases in one batch, a commit for each: all of it or nothing; run again, it is whole."""
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(desk.cases), encoding="utf-8")
    command = ("batch", "note", "--text", "killed", "--per-case", str(ids))
    assert start(desk, *command, env=interposed(step, MOMENTS[moment])).wait() == -signal.SIGKILL
    assert wz("check", cwd=desk.root).code == 0
    time.sleep(0.05)  # git may outlive python by some milliseconds
    assert wz("check", cwd=desk.root).code == 0
    held = [desk.texts(case) for case in desk.cases]
    assert held in ([[]] * 3, [["killed"]] * 3)
    assert wz(*command, cwd=desk.root).code == 0
    assert [desk.texts(case) for case in desk.cases] == [["killed"]] * 3
    desk.assert_sound()
