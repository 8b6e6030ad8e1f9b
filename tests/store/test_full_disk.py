"""No room or no permission: refused with a clear message, nothing half written; with room, the same command works."""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mounts, limits and permissions of POSIX")

Desk = Any
Runner = Callable[..., Any]
PAGE = 4096
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A file system of 4 MB; False where this user or this machine may not mount one."""
    place.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True)
        yes = mounted.returncode == 0
    except FileNotFoundError:
        yes = False
    try:
        yield yes
    finally:
        if yes:
            subprocess.run(["umount", place], check=True)


def fill(disk: Path, leave: int) -> None:
    """Fill the disk but for some pages."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        file.write(b"\0" * max(0, left - leave * PAGE))


def limit_file_size(size: int) -> Callable[[], None]:
    """What makes the process fail to write beyond a size in any file: a full disk for those who cannot mount."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def assert_untouched(desk: Desk, before: dict[str, Any], result: Any) -> None:
    assert result.code in (4, 5), result
    assert result.err.startswith("error: ")
    assert "Traceback" not in result.err
    assert desk.everything() == before
    desk.git("fsck", "--strict", "--no-dangling")


def test_full_disk(desk_at: Callable[[Path], Desk], wz: Runner, tmp_path: Path) -> None:
    """With ever more pages left, so that another step fails each time, until the action has room."""
    with small_disk(tmp_path / "disk") as mounted:
        desk = desk_at(tmp_path / "disk" / "desk")
        document = tmp_path / "scan.pdf"
        document.write_bytes(os.urandom(3 * PAGE))
        command = ("note", desk.cases[0], "--text", "x", "--attach", document)
        sizes = [0, 300, 900, 3 * PAGE - 1, 3 * PAGE + 8]  # the case's file, the pack, the document …
        reasons = []
        before = desk.everything()
        for step in range(40):
            if mounted:
                fill(tmp_path / "disk", step)
            elif step >= len(sizes):
                break
            result = wz(*command, cwd=desk.root, preexec=None if mounted else limit_file_size(sizes[step]))
            if result.code == 0:
                break
            if mounted:
                assert "No space left on device" in result.err or "Out of diskspace" in result.err
                assert "space" in result.err.splitlines()[-1]  # the cure
                (tmp_path / "disk/ballast").unlink()
            assert_untouched(desk, before, result)
            reasons.append((result.code, result.err.splitlines()[0][:40]))
        assert len(set(reasons)) >= 3  # it failed at several steps
        (tmp_path / "disk/ballast").unlink(missing_ok=True)
        if result.code:
            assert wz(*command, cwd=desk.root).code == 0
        else:
            assert wz("check", cwd=desk.root).code == 0
        assert desk.texts(desk.cases[0]) == ["x"]
        desk.assert_sound()


@pytest.mark.parametrize("what", ["batch", "import", "undo"])
def test_no_room_for_many(desk: Desk, wz: Runner, tmp_path: Path, what: str) -> None:
    """All of it or nothing, at whichever step the room runs out; with room, the same command works."""
    (tmp_path / "ids.txt").write_text("\n".join(desk.cases), encoding="utf-8")
    row = "T1,井盖破损,投诉,网站,2026-10-20 10:00,请更换。\n"
    (tmp_path / "rows.csv").write_text("编号,标题,类别,渠道,时间,内容\n" + row, encoding="utf-8")
    assert wz("note", desk.cases[0], "--text", "误录", cwd=desk.root).code == 0
    command = {
        "batch": ("batch", "note", "--text", "x", tmp_path / "ids.txt"),
        "import": ("import", tmp_path / "rows.csv", "--yes", "--system", "旧平台"),
        "undo": ("undo", desk.cases[0], "--reason", "误录"),
    }[what]
    before = desk.everything()
    for size in (10, 200, (desk.git_dir / "index").stat().st_size - 1):
        result = wz(*command, cwd=desk.root, preexec=limit_file_size(size))
        result = result._replace(err=result.err[max(result.err.find("error: "), 0) :])  # behind what import has to say
        assert_untouched(desk, before, result)
    assert wz(*command, cwd=desk.root).code == 0
    desk.assert_sound()


def test_file_size_limit(desk: Desk, wz: Runner) -> None:
    """A quota hits files by their size: the case's own, then the index, which is the largest."""
    before, index = desk.everything(), (desk.git_dir / "index").stat().st_size
    for size in (0, 10, 200, (desk.root / desk.path(desk.cases[0])).stat().st_size + 10, index - 1):
        result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, preexec=limit_file_size(size))
        assert_untouched(desk, before, result)
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    desk.assert_sound()


def test_new_registry_on_a_full_disk(wz: Runner, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        if mounted:
            fill(tmp_path / "disk", 12)
        result = wz("init", tmp_path / "disk/r", preexec=None if mounted else limit_file_size(3000))
        assert result.code in (4, 5)
        assert result.err.startswith("error: ")
        (tmp_path / "disk/ballast").unlink(missing_ok=True)
        again = wz("init", tmp_path / "disk/r")
        assert again.code == 0, again.err
        assert wz("validate", cwd=tmp_path / "disk/r").code == 0


# -- folders that may not be written


def as_an_ordinary_user() -> None:
    """Take from root what makes permissions count for nothing; an ordinary user has nothing to lose."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


@contextmanager
def read_only(*folders: Path) -> Iterator[None]:
    modes = {folder: folder.stat().st_mode for folder in folders}
    for folder in folders:
        folder.chmod(modes[folder] & ~0o222)
    try:
        yield
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)


@pytest.mark.parametrize("which", ["everything", "the day's folder", ".git", ".git/objects", ".git/refs/heads"])
def test_read_only_folder(desk: Desk, wz: Runner, which: str) -> None:
    case = desk.cases[0]
    assert wz("note", case, "--text", "0", cwd=desk.root).code == 0  # .git/wz is there from now on
    folders = {
        "everything": [desk.root, *(folder for folder in desk.root.rglob("*") if folder.is_dir())],
        "the day's folder": [(desk.root / desk.path(case)).parent],
        ".git/objects": [desk.root / ".git/objects", *(desk.root / ".git/objects").glob("*/")],
    }.get(which, [desk.root / which])
    before = desk.everything()
    with read_only(*folders):
        probe = subprocess.run(
            ["touch", folders[0] / "probe"], preexec_fn=as_an_ordinary_user, capture_output=True, check=False
        )
        assert probe.returncode != 0  # else this test would prove nothing
        result = wz("note", case, "--text", "x", cwd=desk.root, preexec=as_an_ordinary_user)
        readers = [("check",), ("show", case), ("validate",), ("log", case)]
        for reader in readers if which == "everything" else readers[:1]:
            read = wz(*reader, cwd=desk.root, preexec=as_an_ordinary_user)
            assert read.code == 0, read.err
    assert_untouched(desk, before, result)
    assert "ermission" in result.err
    assert wz("note", case, "--text", "x", cwd=desk.root).code == 0
    assert desk.texts(case) == ["0", "x"]
    desk.assert_sound()


def test_folder_becomes_read_only_in_the_last_moment(
    desk: Desk, wz: Runner, interposed: Callable[[str, str], dict[str, str | None]]
) -> None:
    """The commit stands, so the command succeeds; the work tree follows with the next one that may write."""
    folder = (desk.root / desk.path(desk.cases[0])).parent
    env = interposed("update-ref", f"chmod a-w {folder}")
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env, preexec=as_an_ordinary_user)
    assert result.code == 0, result.err
    assert wz("check", cwd=desk.root, preexec=as_an_ordinary_user).code == 0
    assert desk.texts(desk.cases[0]) == []
    folder.chmod(0o755)
    assert wz("note", desk.cases[1], "--text", "y", cwd=desk.root).code == 0
    assert desk.texts(desk.cases[0]) == ["x"]
    desk.assert_sound()


def test_read_only_file_system(desk_at: Callable[[Path], Desk], wz: Runner, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        desk = desk_at(tmp_path / "disk" / "desk")
        before = desk.everything()
        folders = [folder for folder in (tmp_path / "disk").rglob("*") if folder.is_dir()]
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro", tmp_path / "disk"], check=True)
            result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root)
            read = wz("check", cwd=desk.root)
            subprocess.run(["mount", "-o", "remount,rw", tmp_path / "disk"], check=True)
            assert "Read-only file system" in result.err
        else:
            with read_only(*folders):
                result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, preexec=as_an_ordinary_user)
                read = wz("check", cwd=desk.root, preexec=as_an_ordinary_user)
        assert read.code == 0
        assert_untouched(desk, before, result)
        assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
        desk.assert_sound()
