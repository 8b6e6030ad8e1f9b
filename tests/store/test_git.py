"""Commits in real repositories: what the user has there stays as it was, and what stands in the way is named."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Any
Runner = Callable[..., Any]


# -- what a commit looks like


def test_clean_tree_stays_clean(desk: Desk, wz: Runner) -> None:
    before = desk.head
    result = wz("note", desk.cases[0], "--text", "电话催问", cwd=desk.root)
    assert (result.code, desk.status) == (0, "")
    assert desk.git("rev-parse", "HEAD^").strip() == before
    desk.assert_sound()


def test_commit_shows_added_lines_of_one_file(desk: Desk, wz: Runner) -> None:
    case = desk.cases[0]
    former = desk.committed(case)
    wz("note", case, "--text", "第一行\n第二行\n", cwd=desk.root)
    lines = desk.git("show", "--format=", "--unified=0").splitlines()
    assert [line for line in lines if line.startswith("diff")] == [
        f"diff --git a/{desk.path(case)} b/{desk.path(case)}"
    ]
    assert not [line for line in lines if line.startswith("-") and not line.startswith("---")]
    assert desk.committed(case).startswith(former)
    assert desk.texts(case) == ["第一行\n第二行\n"]


def test_subject_trailers_and_identity(desk: Desk, wz: Runner) -> None:
    case = desk.cases[0]
    result = wz("transfer", case, "--to", "城管局", "--route", "duty", cwd=desk.root)
    assert result.code == 0, result.err
    assert desk.git("log", "-1", "--format=%s").strip() == f"transfer {case}: 城市管理局"
    assert desk.git("log", "-1", "--format=%an <%ae>|%cn <%ce>").strip() == "|".join(
        ["张文慧 <zhang@office.example>"] * 2
    )
    event = desk.events(case)[-1]
    trailers = dict(line.split(": ", 1) for line in desk.git("log", "-1", "--format=%(trailers)").split("\n") if line)
    assert trailers == {"Wz-Case": case, "Wz-Action": "transfer", "Wz-Actor": "office/zhang", "Wz-At": event["at"]}


def test_author_and_committer_of_the_environment(desk: Desk, wz: Runner) -> None:
    env = {"GIT_AUTHOR_NAME": "刘子谦", "GIT_AUTHOR_EMAIL": "liu@office.example"}
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env).code == 0
    assert desk.git("log", "-1", "--format=%an %ae %cn %ce").split() == [
        "刘子谦",
        "liu@office.example",
        "张文慧",
        "zhang@office.example",
    ]
    assert desk.events(desk.cases[0])[-1]["by"] == "office/liu"


def test_document_is_in_the_same_commit(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    photo = tmp_path / "现场 照片.jpg"
    photo.write_bytes(bytes(range(256)) * 40)
    case = desk.cases[0]
    assert wz("attach", case, "--attach", photo, "--text", "照片", cwd=desk.root).code == 0
    files = desk.git("show", "--format=", "--name-status", "-z").split("\0")
    assert f"{desk.path(case)[:-5]}.files/{photo.name}" in files
    assert (desk.root / f"{desk.path(case)[:-5]}.files/{photo.name}").read_bytes() == photo.read_bytes()
    desk.assert_sound()


def test_index_is_that_of_the_commit(desk: Desk, wz: Runner) -> None:
    wz("note", desk.cases[0], "--text", "x", cwd=desk.root)
    assert desk.git("write-tree") == desk.git("rev-parse", "HEAD^{tree}")
    assert desk.git("stash", "list") == ""


# -- what the user has stays


def test_changes_elsewhere_stay(desk: Desk, wz: Runner) -> None:
    units, other = desk.root / "units.yaml", desk.root / desk.path(desk.cases[1])
    units.write_text(units.read_text(encoding="utf-8") + "# 待定\n", encoding="utf-8")
    other.write_bytes(other.read_bytes() + b"# a human's comment\n")
    (desk.root / "calendar.yaml").chmod(0o755)
    untracked = desk.root / "草稿 draft.txt"
    untracked.write_text("未完", encoding="utf-8")
    before, diff = desk.everything(), desk.git("diff")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    after = desk.everything()
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {desk.path(desk.cases[0]), ":refs", ":staged"}
    assert desk.git("diff") == diff


def test_staged_changes_stay_staged(desk: Desk, wz: Runner) -> None:
    root = desk.root
    for name in ("modified.txt", "deleted.txt", "renamed.txt", "both.txt"):
        (root / name).write_text("".join(f"{name} {number}\n" for number in range(20)))
    desk.git("add", ".")
    desk.git("commit", "-qm", "files of the user")
    (root / "modified.txt").write_text("changed\n")
    (root / "both.txt").write_text("staged\n")
    (root / "added.txt").write_text("new\n")
    desk.git("add", "modified.txt", "both.txt", "added.txt")
    (root / "both.txt").write_text("staged, then changed again\n")
    desk.git("rm", "-q", "deleted.txt")
    desk.git("mv", "renamed.txt", "moved elsewhere.txt")
    desk.git("rm", "-q", "--cached", desk.path(desk.cases[2]))
    (root / "intended.txt").write_text("later\n")
    desk.git("add", "-N", "intended.txt")
    status, staged, unstaged = desk.status, desk.git("diff", "--cached"), desk.git("diff")
    for text in ("one", "two"):
        assert wz("note", desk.cases[0], "--text", text, cwd=root).code == 0
    assert (desk.status, desk.git("diff", "--cached"), desk.git("diff")) == (status, staged, unstaged)
    assert desk.git("show", "--format=", "--name-only").split() == [desk.path(desk.cases[0])]
    desk.git("commit", "-qm", "the user commits what was staged")
    assert desk.texts(desk.cases[0]) == ["one", "two"]
    assert desk.path(desk.cases[0]) not in desk.git("show", "--format=", "--name-only")


def test_flags_in_the_index_stay(desk: Desk, wz: Runner) -> None:
    desk.git("update-index", "--assume-unchanged", "units.yaml")
    desk.git("update-index", "--skip-worktree", "calendar.yaml")
    wz("note", desk.cases[0], "--text", "x", cwd=desk.root)
    flags = dict(reversed(line.split(" ", 1)) for line in desk.git("ls-files", "-v").splitlines())
    assert (flags["units.yaml"], flags["calendar.yaml"], flags[desk.path(desk.cases[0])]) == ("h", "S", "H")


@pytest.mark.parametrize("index", ["split", "version 4", "untracked cache"])
def test_kinds_of_index(desk: Desk, wz: Runner, index: str) -> None:
    kinds = {"split": "--split-index", "version 4": "--index-version=4", "untracked cache": "--untracked-cache"}
    desk.git("update-index", *kinds[index].replace("version=", "version ").split())
    (desk.root / "staged.txt").write_text("x")
    desk.git("add", "staged.txt")
    for text in ("one", "two"):
        assert wz("note", desk.cases[0], "--text", text, cwd=desk.root).code == 0
    assert desk.status == "A  staged.txt\n"


def test_hand_edited_case_is_refused(desk: Desk, wz: Runner) -> None:
    file = desk.root / desk.path(desk.cases[0])
    file.write_bytes(file.read_bytes() + b"# half a thought\n")
    before = desk.everything()
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root)
    assert result.code == 5
    assert desk.path(desk.cases[0]) in result.err
    assert "git commit" in result.err
    assert desk.everything() == before
    desk.git("commit", "-qam", "the thought")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    assert b"# half a thought\n" in file.read_bytes()
    desk.assert_sound()


def test_staged_hand_edit_of_the_case_is_refused(desk: Desk, wz: Runner) -> None:
    file = desk.root / desk.path(desk.cases[0])
    file.write_bytes(file.read_bytes() + b"# half a thought\n")
    desk.git("add", ".")
    before = desk.everything()
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 5
    assert desk.everything() == before


def test_document_in_the_way_is_not_overwritten(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    case = desk.cases[0]
    folder = desk.root / f"{desk.path(case)[:-5]}.files"
    folder.mkdir()
    (folder / "a.txt").write_text("the user's, untracked")
    given = tmp_path / "a.txt"
    given.write_text("another of the same name")
    assert wz("attach", case, "--attach", given, cwd=desk.root).code == 0
    assert (folder / "a.txt").read_text() == "the user's, untracked"
    assert desk.events(case)[-1]["attachments"][0]["name"] == "a-2.txt"


def test_dry_run_writes_nothing(desk: Desk, wz: Runner) -> None:
    before = desk.everything()
    assert wz("note", desk.cases[0], "--text", "x", "--dry-run", cwd=desk.root).code == 0
    assert desk.everything() == before


# -- what stands in the way


def assert_refused(desk: Desk, wz: Runner, code: int, *words: str, env: dict[str, str | None] | None = None) -> None:
    """An action is refused with that exit code and those words, and nothing changes."""
    before = desk.everything()
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env)
    assert result.code == code, result
    for word in words:
        assert word in result.err
    assert desk.everything() == before
    assert not (desk.git_dir / "index.lock").exists()
    assert list((desk.git_dir / "wz").glob("pending/*")) == []


def test_detached_head(desk: Desk, wz: Runner) -> None:
    desk.git("checkout", "-q", "--detach")
    assert_refused(desk, wz, 5, "detached HEAD", "git switch")


def test_missing_identity(desk: Desk, wz: Runner) -> None:
    env = {"GIT_CONFIG_GLOBAL": os.devnull, "EMAIL": None}
    assert_refused(desk, wz, 5, "git does not know who you are", "git config user.email", env=env)


def test_missing_identity_for_init(tmp_path: Path, wz: Runner) -> None:
    result = wz("init", tmp_path / "r", env={"GIT_CONFIG_GLOBAL": os.devnull, "EMAIL": None})
    assert result.code == 5
    assert "git config user.name" in result.err
    assert not (tmp_path / "r" / "units.yaml").exists()


def test_somebody_not_in_units(desk: Desk, wz: Runner) -> None:
    env: dict[str, str | None] = {"GIT_AUTHOR_EMAIL": "who@elsewhere.example"}
    assert_refused(desk, wz, 3, "who@elsewhere.example", "units.yaml", env=env)


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick", "revert"])
def test_unfinished_business(desk: Desk, wz: Runner, what: str) -> None:
    file = desk.root / "letter.txt"
    for text, branch in (("base", "main"), ("theirs", "side"), ("ours", "main")):
        desk.git("switch", "-q", *([branch] if branch == "main" else ["-c", branch]))
        file.write_text(text)
        desk.git("add", ".")
        desk.git("commit", "-qm", text)
    wrong = {"merge": "side", "cherry-pick": "side", "revert": "HEAD^", "rebase": "side"}[what]
    desk.git(what, wrong, check=False)
    assert_refused(desk, wz, 5, what, "--abort" if what != "rebase" else "")
    desk.git(what, "--abort")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    desk.assert_sound()


def test_no_repository(desk: Desk, wz: Runner) -> None:
    shutil.rmtree(desk.root / ".git")
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root)
    assert result.code == 5
    assert "in no git repository" in result.err
    assert desk.texts(desk.cases[0]) == []


def test_no_git(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    result = wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env={"PATH": str(tmp_path)})
    assert result.code == 5
    assert "git is not installed" in result.err


def test_branch_protected_by_a_hook(desk: Desk, wz: Runner) -> None:
    hook = desk.root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the branch is frozen >&2\nexit 1\n")
    hook.chmod(0o755)
    assert_refused(desk, wz, 5, "the branch is frozen")


# -- where a registry may lie


def test_unborn_branch(desk: Desk, wz: Runner) -> None:
    shutil.rmtree(desk.root / ".git")
    shutil.rmtree(desk.root / "cases")
    desk.git("init", "-q")
    desk.git("add", "units.yaml")
    result = wz(
        *("new", "--category", "consult", "--channel", "website", "--title", "t", "--content", "c"), cwd=desk.root
    )
    assert result.code == 0, result.err
    assert desk.git("rev-list", "--count", "HEAD").strip() == "1"
    assert desk.git("show", "--format=", "--name-only").split() == [desk.path(desk.cases[0])]
    status = desk.status
    assert "A  units.yaml\n" in status
    assert "?? calendar.yaml\n" in status
    assert "cases" not in status


def test_subfolder_of_a_bigger_repository(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    top = tmp_path / "bigger one"
    below = top / "各科室" / "问政 registry"
    shutil.copytree(desk.root, below, ignore=shutil.ignore_patterns(".git"))
    whole = type(desk)(below)
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    (top / "README").write_text("x")
    (top / ".gitattributes").write_text("* text=auto eol=crlf\n")
    subprocess.run(["git", "-C", str(top), "add", "."], check=True)
    subprocess.run(["git", "-C", str(top), "commit", "-qm", "all"], check=True)
    (top / "README").write_text("staged")
    (top / "loose").write_text("untracked")
    subprocess.run(["git", "-C", str(top), "add", "README"], check=True)
    status = whole.status
    assert wz("note", whole.cases[0], "--text", "x", cwd=below).code == 0
    assert wz("note", whole.cases[0], "--text", "y", "--registry", below, cwd=top).code == 0
    assert whole.status == status
    changed = whole.git("-c", "core.quotePath=false", "show", "--format=", "--name-only").strip()
    assert changed == f"各科室/问政 registry/{whole.path(whole.cases[0])}"
    assert whole.texts(whole.cases[0]) == ["x", "y"]
    assert wz("log", whole.cases[0], cwd=below).code == 0


def test_linked_worktree(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    desk.git("worktree", "add", "-q", "-b", "second", str(tmp_path / "second"))
    second = type(desk)(tmp_path / "second")
    main = desk.head
    assert wz("note", second.cases[0], "--text", "there", cwd=second.root).code == 0
    assert (desk.head, desk.status, second.status) == (main, "", "")
    assert wz("note", desk.cases[0], "--text", "here", cwd=desk.root).code == 0
    assert (desk.texts(desk.cases[0]), second.texts(second.cases[0])) == (["here"], ["there"])
    desk.assert_sound()
    second.assert_sound()


def test_git_folder_on_another_file_system(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not (elsewhere.is_dir() and elsewhere.stat().st_dev != tmp_path.stat().st_dev):
        elsewhere = tmp_path  # then it is at least elsewhere
    git_dir = elsewhere / f"wz-test-{os.getpid()}.git"
    shutil.move(desk.root / ".git", git_dir)
    try:
        (desk.root / ".git").write_text(f"gitdir: {git_dir}\n")
        assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
        assert desk.texts(desk.cases[0]) == ["x"]
        desk.assert_sound()
    finally:
        shutil.rmtree(git_dir)


def test_name_with_chinese_and_spaces(desk_at: Callable[[Path], Desk], wz: Runner, tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "政务 平台" / '“五型”办 – it\'s "here"')
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    result = wz("note", desk.cases[0], "--text", "y", "--registry", desk.root, cwd=tmp_path)
    assert result.code == 0, result.err
    assert desk.texts(desk.cases[0]) == ["x", "y"]
    desk.assert_sound()


def test_symbolic_link_to_the_registry(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(desk.root)
    assert wz("note", desk.cases[0], "--text", "x", "--registry", tmp_path / "link", cwd=tmp_path).code == 0
    desk.assert_sound()


def test_within_a_hook_of_another_repository(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True)
    env = {"GIT_DIR": str(tmp_path / "other/.git"), "GIT_INDEX_FILE": str(tmp_path / "other/.git/index")}
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root, env=env).code == 0
    desk.assert_sound()
    assert not (tmp_path / "other/.git/index").exists()


def test_sha256_repository(desk: Desk, wz: Runner) -> None:
    shutil.rmtree(desk.root / ".git")
    desk.git("init", "-q", "--object-format=sha256")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 5  # the case is not committed yet
    desk.git("add", ".")
    desk.git("commit", "-qm", "all")
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    desk.assert_sound()


# -- git's own settings


@pytest.mark.parametrize(
    "settings",
    [
        {"core.autocrlf": "true"},
        {"core.autocrlf": "input", "core.eol": "crlf"},
        {"core.safecrlf": "true", "core.autocrlf": "true"},
        {"i18n.commitEncoding": "gbk", "i18n.logOutputEncoding": "utf-8"},
        {"core.quotePath": "true", "core.untrackedCache": "true"},
        {"core.logAllRefUpdates": "false", "commit.template": "/nowhere"},
        {"core.sharedRepository": "group"},
        {"color.ui": "always", "core.pager": "false"},
    ],
    ids=lambda settings: ",".join(settings),
)
def test_settings(desk: Desk, wz: Runner, settings: dict[str, str]) -> None:
    for key, value in settings.items():
        desk.git("config", key, value)
    case = desk.cases[0]
    former = desk.committed(case)
    result = wz("note", case, "--text", "二", cwd=desk.root)
    assert result.code == 0, result.err
    assert desk.git("log", "-1", "--no-color", "--format=%s").strip() == f"note {case}: 二"
    assert desk.committed(case) == (desk.root / desk.path(case)).read_bytes()
    assert desk.committed(case).startswith(former)
    assert b"\r" not in desk.committed(case)
    desk.git("config", "color.ui", "false")
    desk.assert_sound()


def test_fresh_clone_with_autocrlf(desk: Desk, wz: Runner, tmp_path: Path) -> None:
    clone = type(desk)(tmp_path / "clone")
    desk.git("-c", "core.autocrlf=true", "clone", "-q", "-c", "core.autocrlf=true", str(desk.root), str(clone.root))
    assert wz("note", clone.cases[0], "--text", "x", cwd=clone.root).code == 0
    clone.assert_sound()
    clone.git("push", "-q", "origin", "HEAD:refs/heads/from-clone")


@pytest.fixture
def signing_key(tmp_path: Path) -> Path:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "zhang", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text().split()[:2]
    (tmp_path / "allowed").write_text(f"zhang@office.example {' '.join(public)}\n")
    return key


def signs(desk: Desk, key: Path) -> None:
    for name, value in {
        "commit.gpgsign": "true",
        "gpg.format": "ssh",
        "user.signingkey": str(key),
        "gpg.ssh.allowedSignersFile": str(key.with_name("allowed")),
    }.items():
        desk.git("config", name, value)


def test_signed_commits(desk: Desk, wz: Runner, signing_key: Path) -> None:
    signs(desk, signing_key)
    case = desk.cases[0]
    for text in ("一", "二"):
        assert wz("note", case, "--text", text, cwd=desk.root).code == 0
    for commit in ("HEAD", "HEAD^"):
        desk.git("verify-commit", commit)
    assert desk.git("log", "-1", "--format=%G? %GS %s").strip() == f"G zhang@office.example note {case}: 二"
    assert desk.git("log", "-1", "--format=%(trailers:key=Wz-Case,valueonly)").strip() == case
    desk.assert_sound()


@pytest.mark.parametrize("key", ["no such key", "not a key"])
def test_signing_that_fails(desk: Desk, wz: Runner, signing_key: Path, key: str) -> None:
    bad = signing_key.with_name("bad")
    if key == "not a key":
        bad.write_text("nonsense\n")
    signs(desk, bad)
    desk.git("config", "gpg.ssh.allowedSignersFile", str(signing_key.with_name("allowed")))
    assert_refused(desk, wz, 5, "user.signingkey", "commit.gpgsign")
    signs(desk, signing_key)
    assert wz("note", desk.cases[0], "--text", "x", cwd=desk.root).code == 0
    desk.git("verify-commit", "HEAD")
