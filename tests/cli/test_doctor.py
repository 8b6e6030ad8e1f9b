"""`wz doctor`: each kind of damage done to a real registry; found, mended where it can be, and nothing made worse."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Any
OLD = time.time() - 7200


@pytest.fixture(scope="session")
def worked_on(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with two cases, the first of which has grown twice."""
    from datetime import timedelta

    from wz.actions.catalog import ACTIONS
    from wz.cli.context import now
    from wz.office.act import act
    from wz.office.register import register
    from wz.store.registry import Registry

    root = tmp_path_factory.mktemp("doctor") / "office"
    shutil.copytree(founded, root)
    registry, moment = Registry(root), now()
    fields = {"title": "路灯不亮", "category": "complaint", "channel": "website", "content": "请处理。\n"}
    for minutes in (9, 8):
        done = register(registry, fields, by="office/zhang", received=moment - timedelta(minutes=minutes), now=moment)
    for text in ("第一次", "第二次"):
        act(registry, done.case_id, ACTIONS["note"], {"text": text}, by="office/zhang", at=moment, now=moment)
    subprocess.run(["git", "-C", str(root), "config", "core.fsync", "all"], check=True)
    return root


@pytest.fixture
def sick(worked_on: Path, tmp_path: Path, desk: Desk) -> Desk:
    """The desk at a copy of it, to be damaged."""
    root = tmp_path / "sick"
    shutil.copytree(worked_on, root)
    desk.root = root
    desk.git("update-index", "-q", "--refresh")
    return desk


def grown(desk: Desk) -> Path:
    """The case that has grown."""
    return max(desk.root.glob("cases/*/*/*/*.yaml"), key=lambda file: file.stat().st_size)


def blob(desk: Desk, revision: str = "HEAD") -> tuple[str, Path]:
    """The object of the grown case at a commit, and the file that it is kept in."""
    name = desk.git("rev-parse", f"{revision}:{grown(desk).relative_to(desk.root).as_posix()}")
    return name, desk.root / ".git/objects" / name[:2] / name[2:]


def spoil(file: Path, content: bytes = b"") -> None:
    file.chmod(0o644)
    file.write_bytes(content)


def old(file: Path, content: bytes = b"") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (OLD, OLD))
    return file


# -- each kind of damage; what it is called, and in which file or object


def empty_case(desk: Desk) -> str:
    grown(desk).write_bytes(b"")
    return "work-tree"


def zeroed_case_that_git_thinks_untouched(desk: Desk) -> str:
    file = grown(desk)
    stat = file.stat()
    file.write_bytes(b"\0" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return "work-tree"


def case_cut_short(desk: Desk) -> str:
    file = grown(desk)
    file.write_bytes(file.read_bytes()[:-9] + b"\0" * 9)
    return "work-tree"


def case_of_before(desk: Desk) -> str:
    file = grown(desk)
    file.write_bytes(file.read_bytes()[: file.read_bytes().rindex(b"  - action")])
    return "work-tree"


def missing_files(desk: Desk) -> str:
    grown(desk).unlink()
    (desk.root / "units.yaml").unlink()
    return "work-tree"


def torn_branch(desk: Desk) -> str:
    (desk.root / ".git/refs/heads/main").write_bytes(b"")
    return "branch"


def zeroed_branch(desk: Desk) -> str:
    (desk.root / ".git/refs/heads/main").write_bytes(b"\0" * 41)
    return "branch"


def missing_branch(desk: Desk) -> str:
    (desk.root / ".git/refs/heads/main").unlink()
    return "branch"


def torn_head(desk: Desk) -> str:
    (desk.root / ".git/HEAD").write_bytes(b"\0" * 21)
    return "head"


def missing_head(desk: Desk) -> str:
    (desk.root / ".git/HEAD").unlink()
    return "head"


def torn_log(desk: Desk) -> str:
    with (desk.root / ".git/logs/HEAD").open("ab") as file:
        file.write(b"\0" * 160)
    return "branch"


def torn_packed_refs(desk: Desk) -> str:
    desk.git("pack-refs", "--all")
    with (desk.root / ".git/packed-refs").open("ab") as file:
        file.write(b"\0" * 60 + b"\n")
    return "branch"


def damaged_index(desk: Desk) -> str:
    file = desk.root / ".git/index"
    file.write_bytes(file.read_bytes()[:200])
    return "index"


def zeroed_index(desk: Desk) -> str:
    file = desk.root / ".git/index"
    file.write_bytes(b"\0" * file.stat().st_size)
    return "index"


def missing_index(desk: Desk) -> str:
    (desk.root / ".git/index").unlink()
    return "index"


def empty_object(desk: Desk) -> str:
    spoil(blob(desk)[1])
    return "object"


def flipped_object(desk: Desk) -> str:
    _name, file = blob(desk)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    spoil(file, bytes(data))
    return "object"


def missing_object_of_before(desk: Desk) -> str:
    blob(desk, "HEAD^")[1].unlink()
    return "object"


def missing_folders(desk: Desk) -> str:
    for tree in desk.git("rev-parse", "HEAD^{tree}", "HEAD:cases", "HEAD:cases/2026").split():
        (desk.root / ".git/objects" / tree[:2] / tree[2:]).unlink()
    return "object"


def stale_index_lock(desk: Desk) -> str:
    old(desk.root / ".git/index.lock")
    return "lock"


def stale_lock_of_a_branch(desk: Desk) -> str:
    old(desk.root / ".git/refs/heads/main.lock")
    old(desk.root / ".git/HEAD.lock")
    old(desk.root / ".git/packed-refs.lock")
    old(desk.root / ".git/shallow.lock")
    return "lock"


def lock_from_the_future(desk: Desk) -> str:
    lock = old(desk.root / ".git/index.lock")
    os.utime(lock, (time.time() + 1e7, time.time() + 1e7))
    return "lock"


def leftovers(desk: Desk) -> str:
    old(desk.root / ".git/objects/pack/tmp_pack_AbCdEf", b"PACK" * 1000)
    old(desk.root / ".git/fast_import_crash_4711", b"fast-import crash report")
    return "leftover"


def damaged_cache(desk: Desk) -> str:
    old(desk.root / ".git/wz/index.sqlite", b"SQLite format 3\0" + b"\0" * 5000)
    return "cache"


DAMAGES = [
    empty_case,
    zeroed_case_that_git_thinks_untouched,
    case_cut_short,
    case_of_before,
    missing_files,
    torn_branch,
    zeroed_branch,
    missing_branch,
    torn_head,
    missing_head,
    torn_log,
    torn_packed_refs,
    damaged_index,
    zeroed_index,
    missing_index,
    empty_object,
    flipped_object,
    missing_object_of_before,
    missing_folders,
    stale_index_lock,
    stale_lock_of_a_branch,
    lock_from_the_future,
    leftovers,
    damaged_cache,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_found_and_mended(sick: Desk, damage: Callable[[Desk], str]) -> None:
    """Once mended, all is as it was: the files, the branch, what is staged."""
    head, case, place = sick.head(), grown(sick).read_bytes(), grown(sick)
    kind = damage(sick)
    done = sick.json("doctor", "--fix")
    assert kind in {one["kind"] for one in done["ailments"]}
    assert {one["state"] for one in done["ailments"]} == {"mended"}
    assert sick("doctor").out == "All is well.\n"
    assert (sick.head(), place.read_bytes(), sick.clean()) == (head, case, True)


def test_all_at_once(sick: Desk, fits: Callable[[str, Any], None]) -> None:
    """Told without touching anything; then mended together, and work goes on."""
    case, head = grown(sick).stem, sick.head()
    damages = (zeroed_case_that_git_thinks_untouched, torn_log, zeroed_index, stale_lock_of_a_branch, leftovers)
    kinds = {damage(sick) for damage in (missing_object_of_before, damaged_cache, torn_branch, *damages)}
    before = everything(sick.root)
    told = sick.json("doctor", code=1)
    assert everything(sick.root) == before
    fits("doctor", told)
    assert {one["kind"] for one in told["ailments"]} >= kinds - {"object", "index", "work-tree"}
    assert "looks at what rests on it" in str(told)
    done = sick.json("doctor", "--fix")
    fits("doctor", done)
    assert {one["kind"] for one in done["ailments"] if one["state"] == "mended"} >= kinds
    assert sick("doctor").out == "All is well.\n"
    assert sick.head() == head
    sick.git("fsck", "--strict")
    sick("note", case, "--text", "再来一次")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (torn_branch, "the branch is broken"),
        (torn_head, "is in no git repository"),
        (zeroed_index, "index file corrupt"),
        (missing_folders, "not a tree object"),
        (empty_case, "it is empty, or holds nothing but zeros"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_other_commands_point_here(sick: Desk, damage: Callable[[Desk], str], told: str) -> None:
    """Nothing is recorded on a broken repository, nothing passes as audited, and the message says what helps."""
    case, first = grown(sick).stem, min(sick.root.glob("cases/*/*/*/*.yaml"), key=lambda file: file.stat().st_size)
    damage(sick)
    done = sick("note", case, "--text", "x", code=4 if damage is empty_case else 5)
    assert told in done.err
    assert "`wz doctor" in done.err
    if damage is not empty_case:
        assert "`wz doctor" in sick("audit", code=5).err
    assert first.read_bytes().endswith(b"events:\n")


def everything(root: Path) -> dict[str, bytes]:
    """Every file; the lock that wz takes for a moment says nothing."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and not file.match(".git/wz/lock") and not file.match(".git/wz/bond")
    }


def test_what_was_displaced_is_kept(sick: Desk) -> None:
    file = grown(sick)
    cut = file.read_bytes()[:-30]
    file.write_bytes(cut)
    lost = Path(sick.json("doctor", "--fix")["lost_folder"])
    assert (lost / file.relative_to(sick.root)).read_bytes() == cut


def test_edits_of_a_person_stay(sick: Desk) -> None:
    """Text changed, lines added, a setting's last lines deleted, a file removed by `git rm`: all of it is theirs."""
    case, units, calendar = grown(sick), sick.root / "units.yaml", sick.root / "calendar.yaml"
    case.write_bytes(case.read_bytes() + b"# by hand\n")
    units.write_bytes(units.read_bytes().rpartition(b"\n  - ")[0] + b"\n")
    calendar.write_bytes(calendar.read_bytes().replace(b"format: 1", b"format: 1 # checked"))
    sick.git("rm", "-q", "schemas/why.schema.json")
    before, status = everything(sick.root), sick.git("status", "--porcelain")
    sick("doctor", "--fix")
    assert sick.git("status", "--porcelain") == status
    assert {name: data for name, data in everything(sick.root).items() if not name.startswith(".git/")} == {
        name: data for name, data in before.items() if not name.startswith(".git/")
    }


def test_a_branch_that_somebody_is_about_to_begin_is_left(sick: Desk) -> None:
    """`git checkout --orphan` leaves HEAD at a branch that has neither file nor log."""
    sick.git("checkout", "-q", "--orphan", "other")
    assert sick("doctor", "--fix").out == "All is well.\n"
    assert not (sick.root / ".git/refs/heads/other").exists()


def test_what_was_staged_is_staged_again(sick: Desk) -> None:
    (sick.root / "letter.txt").write_text("请查收")
    sick.git("add", "letter.txt")
    index = sick.root / ".git/index"
    index.write_bytes(index.read_bytes()[:-20] + b"\1" * 20)  # whole but for its checksum
    assert "1 file is staged again" in sick("doctor", "--fix").out
    assert sick.git("status", "--porcelain") == "A  letter.txt"


def test_object_from_another_clone(sick: Desk, worked_on: Path) -> None:
    """A commit can be put back from nowhere but another clone."""
    name = sick.git("rev-parse", "HEAD^")
    (sick.root / ".git/objects" / name[:2] / name[2:]).unlink()
    told = sick.json("doctor", "--fix", code=1)
    assert [(one["state"], one["place"]) for one in told["ailments"] if one["kind"] == "object"] == [("lost", name)]
    mended = sick.json("doctor", "--fix", "--from", worked_on)
    assert [(one["state"], one["place"]) for one in mended["ailments"]] == [("mended", name)]
    assert sick("doctor").out == "All is well.\n"


def test_object_from_the_remote(sick: Desk, worked_on: Path) -> None:
    sick.git("remote", "add", "origin", str(worked_on))
    name = sick.git("rev-parse", "HEAD^")
    (sick.root / ".git/objects" / name[:2] / name[2:]).unlink()
    assert "the remote origin" in sick("doctor", "--fix").out


def test_lost_for_good(sick: Desk) -> None:
    """A document whose bytes are nowhere: named with its case and commit, and nothing is touched."""
    case = grown(sick).stem
    (sick.root / "scan.txt").write_text("scan")
    sick("attach", case, "--attach", "scan.txt")
    (sick.root / "scan.txt").unlink()
    document = next(sick.root.glob("cases/**/scan.txt"))
    name = sick.git("rev-parse", f"HEAD:{document.relative_to(sick.root).as_posix()}")
    (sick.root / ".git/objects" / name[:2] / name[2:]).unlink()
    document.unlink()
    lost = [one for one in sick.json("doctor", "--fix", code=1)["ailments"] if one["state"] == "lost"]
    assert [(one["place"], one["cases"], one["commits"]) for one in lost] == [(name, [case], [sick.head()])]
    assert "--from DIR" in lost[0]["todo"]


@pytest.mark.parametrize("where", ["idx", "pack"])
def test_damaged_pack(sick: Desk, worked_on: Path, where: str) -> None:
    """Its index is made anew; of a damaged pack what can be read is taken out, the rest put back from the files."""
    sick.git("repack", "-adq")
    file = next((sick.root / ".git/objects/pack").glob(f"*.{where}"))
    data = bytearray(file.read_bytes())
    data[len(data) - 300 if where == "idx" else 40] ^= 0xFF
    spoil(file, bytes(data))
    head = (sick.root / ".git/refs/heads/main").read_bytes()
    sick("doctor", code=1)
    done = sick.json("doctor", "--fix", code=0 if where == "idx" else 1)
    assert (sick.root / ".git/refs/heads/main").read_bytes() == head
    assert "pack" in {one["kind"] for one in done["ailments"] if one["state"] == "mended"}
    kept = list(Path(done["lost_folder"]).rglob(f"*.{where}"))
    assert [one.read_bytes() for one in kept] == [bytes(data)]
    sick("doctor", "--fix", "--from", worked_on)
    assert sick("doctor").out == "All is well.\n"


def test_young_lock_is_left(sick: Desk) -> None:
    lock = sick.root / ".git/index.lock"
    lock.touch()
    assert "lock" in sick("doctor", "--fix").out
    assert lock.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who is at work")
def test_lock_of_a_git_at_work_is_left(sick: Desk) -> None:
    lock = old(sick.root / ".git/index.lock")
    with subprocess.Popen(["git", "-C", sick.root, "cat-file", "--batch"], stdin=subprocess.PIPE) as living:
        sick("doctor", "--fix")
        assert lock.exists()
        living.stdin.close()  # type: ignore[union-attr]
    sick("doctor", "--fix")
    assert not lock.exists()


def test_clock_set_back(sick: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last commit is of a day that has not come: the clock was ahead then, or is behind now."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2089-01-01T10:00:00+08:00")
    sick.git("commit", "-q", "--allow-empty", "-m", "letter")
    monkeypatch.undo()
    assert [one["kind"] for one in sick.json("doctor", code=1)["ailments"]] == ["clock"]


def test_merge_begun(sick: Desk) -> None:
    (sick.root / ".git/MERGE_HEAD").write_text(sick.head())
    assert "git merge --abort" in sick("doctor", "--fix", code=1).out


def test_not_a_repository(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no git repository" in desk("doctor", cwd=tmp_path / "empty", code=4).err
    assert "no git repository" in desk("doctor", "--from", tmp_path / "empty", code=2).err


def test_bare_repository(sick: Desk, tmp_path: Path) -> None:
    sick.git("clone", "-q", "--bare", str(sick.root), str(tmp_path / "bare.git"))
    old(tmp_path / "bare.git/packed-refs.lock")
    done = sick("doctor", "--fix", cwd=tmp_path / "bare.git")
    assert "packed-refs.lock" in done.out
    assert "All is well" in sick("doctor", cwd=tmp_path / "bare.git").out
