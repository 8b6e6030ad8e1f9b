"""`wz sync`, one step after the other: what comes, what goes, what is refused and what is then as it was."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.serving import git_over_http
from tests.trust.clones import contents, git
from tests.trust.conftest import Clone, On
from wz.office.hooks import SERVER, install
from wz.office.sync import Carried
from wz.store.git import Git

Pair = tuple[Clone, Clone]
SCHEMAS = Path(__file__).parents[2] / "schemas"


def fits(name: str, data: Any) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []


def test_what_came_and_what_went(pair: Pair) -> None:
    zhang, liu = pair
    case = zhang.new()
    assert zhang("sync").out == "to origin: 1 commit by 张文慧 (1), 1 new case\n"
    assert zhang("sync").out == "Nothing new, here or at origin.\n"
    liu("sync")
    liu("note", case, "--text", "刘")
    zhang("note", case, "--text", "张")
    liu("sync")
    rehearsed = zhang.json("sync", "--dry-run")
    fits("sync", rehearsed)
    assert zhang.texts(case) == ["张"]
    done = zhang.json("sync")
    fits("sync", done)
    assert [rehearsed[key] for key in ("came", "went", "merged")] == [done[key] for key in ("came", "went", "merged")]
    assert done["came"] == {
        "commits": 1, "by": [{"name": "刘子谦", "email": "liu@office.example", "commits": 1}],
        "new": [], "changed": [case], "documents": 0, "others": [],
    }  # fmt: skip
    assert (done["merged"], done["pushed"], done["commit"], done["conflicts"]) == ([case], True, zhang.head, [])
    assert zhang.git("rev-list", "--parents", "-1", "HEAD").count(" ") == 2
    assert zhang.clean
    # Who wrote what is told by the commits that recorded it, not by the merge.
    told = {entry["summary"]: entry["author"] for entry in zhang.json("log", case)["entries"]}
    assert (told["张"], told["刘"]) == ("张文慧 <zhang@office.example>", "刘子谦 <liu@office.example>")
    liu("sync")
    assert contents(liu.root) == contents(zhang.root)


@pytest.fixture
def conflicting(pair: Pair, on: On) -> tuple[Clone, Clone, str]:
    """Zhang gave the case to one unit at 9:00, Liu to another at 10:00, and each unit spoke with the petitioner.

    第十二条: a second unit comes in after coordination only.
    """
    zhang, liu = pair
    with on(1, "08:00"):
        case = zhang.new("井盖缺失")
        zhang("sync")
        liu("sync")
    for clone, unit, hour in ((zhang, "urban-mgmt", "09"), (liu, "housing", "10")):
        with on(1, f"{hour}:00"):
            clone("transfer", case, "--to", unit, "--route", "duty")
        with on(1, f"{hour}:30"):
            clone("contact", case, "--as", unit, "--method", "phone", "--summary", "已联系")
    zhang("sync")
    said = liu("sync", code=1).err
    assert "2 conflicts" in said
    assert f"`wz sync --resolve {case[-6:]}`" in said
    return zhang, liu, case


def test_two_transfers_stay_on_record_until_one_is_taken_back(
    conflicting: tuple[Clone, Clone, str], hub: Path, tmp_path: Path
) -> None:
    zhang, liu, case = conflicting
    gated = tmp_path / "gated.git"  # a server with a gate takes in what is in conflict
    subprocess.run(["git", "init", "-q", "--bare", str(gated)], check=True)
    install(Git(gated), SERVER, signed=False)
    git(hub, "push", "-q", str(gated), "main")
    cure = f"wz sync --resolve {case[-6:]}"
    assert liu("audit", code=1).out.count("conflict") >= 2
    assert cure in liu("validate", code=1).out
    assert cure in liu("check", code=4).out
    assert cure in liu("show", case, code=4).err
    method = ("--method", "sms", "--summary", "x")
    assert cure in liu("contact", case, "--as", "housing", *method, code=3).err
    assert "2 conflicts" in zhang("sync", code=1).err  # who gets what was merged is told, too
    listed = liu.json("sync", "--resolve", code=1)
    fits("resolve", listed)
    acts = [(one["event"]["action"], one["other"]["action"], one["article"]) for one in listed["conflicts"]]
    assert acts == [("transfer", "transfer", "12"), ("contact", "transfer", "10")]
    before, settle = liu.head, ("sync", "--resolve", case, "--keep", "later", "--reason", "以住建局为准")
    rehearsed = liu.json(*settle, "--dry-run")
    fits("resolve", rehearsed)
    assert (liu.head, len(rehearsed["settled"][0]["retracted"])) == (before, 2)
    fits("resolve", liu.json(*settle))
    assert liu.json("show", case)["unit"] == "housing"
    for command in ("validate", "audit"):
        liu(command)
    assert "There is no conflict." in liu("sync", "--resolve").out
    liu("sync")
    zhang("sync")
    assert zhang.json("show", case)["unit"] == "housing"
    zhang("audit")
    retracted = [one["event"] for one in zhang.json("show", case)["events"] if one["retracted"]]
    assert [(event["action"], event["by"]) for event in retracted] == [
        ("transfer", "office/zhang"), ("contact", "urban-mgmt"),
    ]  # fmt: skip


def test_the_one_that_stands_may_be_named(conflicting: tuple[Clone, Clone, str]) -> None:
    _zhang, liu, case = conflicting
    events = liu.json("show", case, code=4)["events"]
    place = next(one["place"] for one in events if one["event"].get("to") == "urban-mgmt")
    settle = ("sync", "--resolve", case, "--reason", "协商一致", "--keep")
    assert "is about that event" in liu(*settle, "9", code=2).err
    assert "neither earlier nor later" in liu(*settle, "mine", code=2).err
    assert "missing: --reason" in liu("sync", "--resolve", case, "--keep", "later", code=2).err
    liu(*settle, str(place), code=1)  # what the other unit did rests on nothing, and is a conflict of its own
    liu(*settle, "earlier")
    assert liu.json("show", case)["unit"] == "urban-mgmt"
    liu("validate")
    liu("audit")


def test_documents_by_one_name_are_both_kept(pair: Pair, tmp_path: Path) -> None:
    zhang, liu = pair
    case = zhang.new()
    zhang("sync")
    liu("sync")
    for number, clone in enumerate(pair):
        (tmp_path / "照片.jpg").write_bytes(b"%d" % number)
        clone("attach", case, "--attach", str(tmp_path / "照片.jpg"))
    zhang("sync")
    liu("sync")
    zhang("sync")
    folder = zhang.file(case).with_suffix(".files")
    # sha256 of "0" is 5feceb66…, of "1" 6b86b273…: the smaller keeps the name.
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {
        "照片.jpg": b"0", "照片~6b86b273.jpg": b"1",
    }  # fmt: skip
    for clone in pair:
        clone("validate")
        clone("audit")


def test_settings_that_both_changed_in_other_places_are_merged(pair: Pair) -> None:
    zhang, liu = pair
    for clone, old, new in ((zhang, "罗静", "罗宁"), (liu, "邓立新", "邓立人")):
        units = clone.root / "units.yaml"
        units.write_text(units.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        clone.git("commit", "-qam", "people", "--author=陈永宁 <chen@office.example>")
    zhang("sync")
    liu("sync")
    text = (liu.root / "units.yaml").read_text(encoding="utf-8")
    assert "罗宁" in text
    assert "邓立人" in text
    before, head = contents(liu.root), liu.head
    for clone, new in ((zhang, "甲市"), (liu, "乙市")):
        clone("sync")
        units = clone.root / "units.yaml"
        units.write_text(re.sub("(?m)^city: .*", f"city: {new}", units.read_text(encoding="utf-8")), encoding="utf-8")
        clone.git("commit", "-qam", "city")
    zhang("sync")
    told = liu("sync", code=5).err
    assert "units.yaml: both sides changed the same lines of it" in told
    assert "git merge" in told
    assert liu.clean
    assert contents(liu.root).keys() == before.keys()
    assert liu.head != head


def test_work_that_is_not_committed_is_never_written_over(pair: Pair) -> None:
    zhang, liu = pair
    case = zhang.new()
    zhang("sync")
    liu("sync")
    zhang("note", case, "--text", "张")
    other = zhang.new("井盖缺失")
    zhang("sync")
    for what in ("changed", "staged", "untracked", "removed"):
        file = liu.file(other if what == "untracked" else case)
        if what == "removed":
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((file.read_bytes() if file.exists() else b"") + "# 手写\n".encode())
        if what == "staged":
            liu.git("add", "-A")
            file.write_bytes(file.read_bytes().replace("# 手写\n".encode(), b""))
        before, head, status = contents(liu.root), liu.head, liu.git("status", "--porcelain")
        told = liu("sync", code=5).err
        assert f"{file.relative_to(liu.root).as_posix()} has changes that are not committed" in told
        assert (contents(liu.root), liu.head, liu.git("status", "--porcelain")) == (before, head, status)
        liu.git("reset", "-q", "--hard")
        liu.git("clean", "-qfd")
    # What is not in the way stays as it is, staged or not.
    (liu.root / "calendar.yaml").write_text("# mine\n" + (liu.root / "calendar.yaml").read_text(encoding="utf-8"))
    (liu.root / "notes.txt").write_text("x")
    liu.git("add", "notes.txt")
    liu("sync")
    assert liu.git("status", "--porcelain").splitlines() == [" M calendar.yaml", "A  notes.txt"] or (
        liu.git("status", "--porcelain").split() == ["M", "calendar.yaml", "A", "notes.txt"]
    )
    assert liu.texts(case) == ["张"]


def test_nothing_on_record_is_removed(pair: Pair) -> None:
    zhang, liu = pair
    case = zhang.new()
    zhang("sync")
    liu("sync")
    liu.git("rm", "-q", zhang.file(case).relative_to(zhang.root).as_posix())
    liu.git("commit", "-qm", "gone")
    assert "it was removed here" in liu("sync", code=5).err
    liu.git("push", "-q")
    assert "it was removed on the other side" in zhang("sync", code=5).err
    assert zhang.file(case).exists()


def test_programs_links_and_removed_files_come_along(pair: Pair) -> None:
    """What is no case is taken as git takes it."""
    zhang, liu = pair
    (zhang.root / "ci").mkdir()
    script = zhang.root / "ci/run"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (zhang.root / "link").symlink_to("ci/run")
    (zhang.root / "截图 10:15\\1.png").write_bytes(b"x")
    zhang.git("add", "-A")
    zhang.git("commit", "-qm", "ci")
    zhang("sync")
    liu("sync")
    assert liu.clean
    assert os.access(liu.root / "ci/run", os.X_OK)
    assert (liu.root / "link").readlink() == Path("ci/run")
    assert (liu.root / "截图 10:15\\1.png").read_bytes() == b"x"
    zhang.git("rm", "-rq", "ci", "link")
    zhang.git("commit", "-qm", "no ci")
    zhang("sync")
    liu.new()
    liu("sync")
    assert liu.clean
    assert not (liu.root / "ci").exists()


def test_a_repository_in_the_repository_comes_along(pair: Pair, tmp_path: Path) -> None:
    """Which commit of a submodule is meant comes in; what lies in its folder is its own."""
    zhang, liu = pair
    tools, filed = tmp_path / "tools", ("-c", "protocol.file.allow=always")
    subprocess.run(["git", "init", "-q", str(tools)], check=True)
    git(tools, "commit", "-q", "--allow-empty", "-m", "one")
    zhang.git(*filed, "submodule", "--quiet", "add", str(tools), "tools")
    zhang.git("commit", "-qm", "tools")
    zhang("sync")
    liu("sync")
    assert (liu.clean, list((liu.root / "tools").iterdir())) == (True, [])
    liu.git(*filed, "submodule", "--quiet", "update", "--init")
    git(zhang.root / "tools", "commit", "-q", "--allow-empty", "-m", "two")
    zhang.git("commit", "-qam", "newer tools")
    zhang("sync")
    liu.new()
    liu("sync")
    newer = git(zhang.root / "tools", "rev-parse", "HEAD")
    assert liu.git("rev-parse", "HEAD:tools") == liu.git("rev-parse", ":tools") == newer
    assert liu.git("status", "--porcelain").split() == ["M", "tools"]  # until it is updated
    zhang.git("rm", "-q", "tools")
    zhang.git("commit", "-qm", "no tools")
    zhang("sync")
    liu("sync")
    assert liu.git("ls-files", "tools") == ""
    assert (liu.root / "tools/.git").exists()


def test_a_month_offline(pair: Pair, on: On) -> None:
    """Liu records what happens in a month without a network, Zhang does too; then both meet."""
    zhang, liu = pair
    with on(1):
        shared = zhang.new()
        zhang("transfer", shared, "--to", "urban-mgmt", "--route", "duty")
        zhang("sync")
        liu("sync")
    theirs = []
    for day in (3, 12, 25):
        with on(day):
            zhang("note", shared, "--text", f"张{day}")
            zhang("sync")
        with on(day, "10:00"):
            theirs.append(liu.new("井盖缺失"))
            liu("note", shared, "--text", f"刘{day}")
    liu("sync")
    zhang("sync")
    assert zhang.texts(shared) == ["张3", "张12", "张25", "刘3", "刘12", "刘25"]
    assert all(zhang.file(case).exists() for case in theirs)
    assert zhang.head == liu.head
    for clone in pair:
        clone("validate")
        clone("audit")


# -- what sync will not do


def test_locks_that_a_killed_fetch_left_are_taken_away(pair: Pair) -> None:
    """Nobody but a sync moves these refs, and one sync goes on at a time."""
    zhang, liu = pair
    case = zhang.new()
    zhang("sync")
    for ref in ("refs/worktree/wz/incoming", "refs/wz/came/wz/keys"):
        lock = liu.root / f".git/{ref}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    liu("sync")
    assert liu.file(case).exists()


def test_no_remote(office: Path) -> None:
    told = Clone(office)("sync", code=2).err
    assert "git remote add origin" in told
    assert "there is no remote nowhere" in Clone(office)("sync", "nowhere", code=2).err


def test_the_first_push_makes_the_branch_and_follows_it(office: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "empty.git")], check=True)
    clone = Clone(office)
    clone.git("remote", "add", "origin", str(tmp_path / "empty.git"))
    assert "to origin" in clone("sync").out
    assert clone.git("rev-parse", "--abbrev-ref", "main@{upstream}") == "origin/main"
    clone.git("switch", "-q", "-c", "other")
    assert "it has main" in clone("sync", code=5).err


def test_a_branch_that_was_renamed_there_is_not_made_again(pair: Pair, hub: Path) -> None:
    """Made anew, the one half of the office would work on it and the other half on the new one."""
    zhang, _liu = pair
    zhang("sync")
    git(hub, "branch", "-m", "main", "trunk")
    case = zhang.new()
    told = zhang("sync", code=5).err
    assert "origin has the branch main no more; it has trunk" in told
    assert git(hub, "for-each-ref", "--format=%(refname)") == "refs/heads/trunk"
    for command in ("git fetch origin", "git branch --set-upstream-to origin/trunk"):
        assert command in told
        zhang.git(*command.split()[1:])
    zhang("sync")
    assert case in git(hub, "log", "-1", "--format=%s", "trunk")


def test_another_registry_and_a_rewritten_history_are_refused(pair: Pair, hub: Path, tmp_path: Path) -> None:
    zhang, liu = pair
    zhang.new()
    zhang("sync")
    liu("sync")
    git(hub, "update-ref", "refs/heads/main", "main^")
    for _again in range(2):
        assert "the history of origin was rewritten" in liu("sync", code=5).err
    liu.git("fetch", "-q")
    liu("sync")  # it was meant: what is on record here goes out again
    assert git(hub, "rev-parse", "main") == liu.head
    subprocess.run(["git", "init", "-q", str(tmp_path / "strange")], check=True)
    git(tmp_path / "strange", "commit", "-q", "--allow-empty", "-m", "x")
    assert "another registry" in liu("sync", str(tmp_path / "strange"), code=5).err


def test_no_branch_and_an_unfinished_merge(pair: Pair) -> None:
    zhang, _liu = pair
    zhang.git("checkout", "-q", "--detach")
    assert "detached HEAD" in zhang("sync", code=5).err
    zhang.git("switch", "-q", "main")
    (zhang.root / ".git/MERGE_HEAD").write_text(zhang.head)
    assert "a git merge is not finished" in zhang("sync", code=5).err


def test_a_shallow_clone_that_is_too_shallow(pair: Pair, hub: Path, tmp_path: Path) -> None:
    zhang, _liu = pair
    zhang.new()
    zhang("sync")
    subprocess.run(["git", "clone", "-q", "--depth=1", hub.as_uri(), str(tmp_path / "shallow")], check=True)
    shallow = Clone(tmp_path / "shallow")
    shallow.new()
    zhang.git("reset", "-q", "--hard", "HEAD^")
    zhang.new("井盖缺失")
    zhang.git("push", "-qf")
    shallow.git("fetch", "-q", "--depth=1")
    assert "git fetch --unshallow" in shallow("sync", code=5).err


def test_unreachable_and_unauthorised(pair: Pair, hub: Path) -> None:
    zhang, _liu = pair
    head = zhang.head
    told = zhang("sync", "/nowhere/registry.git", code=5).err
    assert "does not appear to be a git repository" in told
    assert "git ls-remote /nowhere/registry.git" in told
    with git_over_http(hub.parent, password="secret") as address:
        assert "terminal prompts disabled" in zhang("sync", f"{address}/{hub.name}", code=5).err
    assert (zhang.head, zhang.clean) == (head, True)


def test_a_server_that_refuses_says_why(pair: Pair, hub: Path) -> None:
    zhang, liu = pair
    liu.new()
    liu("sync")
    (hub / "hooks").mkdir(exist_ok=True)
    hook = hub / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 今天停机维护 >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    case = zhang.new()
    told = zhang("sync", code=5).err
    assert "今天停机维护" in told
    assert "has not gone out yet" in told
    assert zhang.clean
    hook.unlink()
    zhang("sync")
    liu("sync")
    assert liu.file(case).exists()


def test_bring_in_only(pair: Pair, hub: Path) -> None:
    zhang, liu = pair
    theirs, mine = liu.new(), zhang.new()
    liu("sync")
    said = zhang("sync", "--no-push").out
    assert "waits here for origin: 1 commit" in said
    assert zhang.file(theirs).exists()
    assert mine not in git(hub, "log", "--format=%s")


def test_signed_where_commits_are(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    zhang, liu = pair
    liu.new()
    liu("sync")
    zhang.new()
    for name, value in {"gpg.format": "ssh", "user.signingkey": str(key), "commit.gpgsign": "true"}.items():
        zhang.git("config", name, value)
    zhang("sync")
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in zhang.git("cat-file", "commit", "HEAD")
    assert zhang.git("rev-list", "--parents", "-1", "HEAD").count(" ") == 2


def test_a_registry_below_the_top_of_its_repository(founded: Path, tmp_path: Path) -> None:
    """Other files of the repository come along; the registry's own are merged as ever."""
    top, hub = tmp_path / "top", tmp_path / "hub.git"
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    subprocess.run(["git", "clone", "-q", str(founded), str(top / "registry")], check=True)
    for left in sorted((top / "registry/.git").rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() and not left.is_symlink() else left.unlink()
    (top / "registry/.git").rmdir()
    git(top, "add", "-A")
    git(top, "commit", "-qm", "all")
    subprocess.run(["git", "clone", "-q", "--bare", str(top), str(hub)], check=True)
    one, other = (Clone(tmp_path / name / "registry") for name in ("one", "other"))
    for clone in (one, other):
        subprocess.run(["git", "clone", "-q", str(hub), str(clone.root.parent)], check=True)
    case = one.new()
    (one.root.parent / "readme.txt").write_text("x")
    one.git("add", "-A", "..")
    one.git("commit", "-qm", "readme")
    one("sync")
    other("sync")
    assert (other.root.parent / "readme.txt").read_text() == "x"
    for clone in (one, other):
        clone("note", case, "--text", clone.root.parent.name)
        clone("sync")
    assert sorted(other.texts(case)) == ["one", "other"]
    assert other.clean
    one("sync")
    assert one.texts(case) == other.texts(case)


@pytest.mark.parametrize("missing", ["index.lock", "none"])
def test_while_another_git_keeps_the_index(pair: Pair, missing: str) -> None:
    """The branch and the files are brought along; the index follows with the next command."""
    zhang, liu = pair
    case = zhang.new()
    zhang("sync")
    lock = liu.root / ".git/index.lock"
    if missing != "none":
        lock.write_text("")
    liu("sync")
    assert liu.file(case).exists()
    if missing != "none":
        lock.unlink()
        liu("list")
    assert liu.clean


def test_a_ref_that_is_replaced_goes_along(pair: Pair, hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commits have no parents; the two sides' are joined, and go with the branch or not at all."""

    def union(registry: Any, ours: str | None, theirs: str | None) -> str | None:
        both = (registry.git.text("log", "-1", "--format=%B", one).split() for one in (ours, theirs) if one)
        words = sorted({word for some in both for word in some})
        return commit(registry.root, " ".join(words)) if words else None

    def commit(root: Path, message: str) -> str:
        tree = git(root, "hash-object", "-t", "tree", "-w", "/dev/null")
        fixed = {f"GIT_{who}_DATE": "2026-03-01T00:00:00+08:00" for who in ("AUTHOR", "COMMITTER")}
        named = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        command = ["git", "-C", str(root), "commit-tree", tree, "-m", message]
        done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **fixed, **named})
        return done.stdout.decode().strip()

    monkeypatch.setattr("wz.office.sync.CARRIED", (Carried("refs/wz/keys", union),))
    zhang, liu = pair
    zhang("sync")  # nothing to carry yet
    for clone, word in zip(pair, ("zhang", "liu"), strict=True):
        clone.git("update-ref", "refs/wz/keys", commit(clone.root, word))
    zhang("sync")
    liu.new()
    liu("sync")
    zhang("sync")
    for root in (zhang.root, liu.root, hub):
        assert git(root, "log", "--format=%B", "refs/wz/keys").split() == ["liu", "zhang"]
    assert zhang("sync").out == "Nothing new, here or at origin.\n"
