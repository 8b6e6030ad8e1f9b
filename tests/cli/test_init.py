"""A new registry works at once; the sample reads like an office's weeks."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEW = ("new", "--category", "投诉", "--channel", "热线电话", "--title", "路灯不亮", "--content", "三天不亮")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
    return done.stdout.decode("utf-8").rstrip("\n")


@pytest.mark.parametrize("name", [".", "registry", "深/层 文件夹"])
def test_a_new_registry_works_at_once(typed: Any, tmp_path: Path, name: str) -> None:
    """`init`, then `new`: whoever git names is the first clerk; then every reading command."""
    root = tmp_path / name
    done = typed("init", *([] if name == "." else [name]), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert str(root.resolve()) in done.out or str(root) in done.out
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "rev-list", "--count", "HEAD") == "1"
    assert git(root, "log", "-1", "--format=%an <%ae>") == "张文慧 <zhang@office.example>"
    assert git(root, "branch", "--show-current") == "main"
    made = json.loads(typed(*NEW, "--format", "json", cwd=root).out)
    assert made["state"] == "registered"
    assert "Wz-Actor: office/zhang" in git(root, "log", "-1", "--format=%B")
    assert typed("transfer", made["case"], "--to", "城管局", "--route", "部门", cwd=root).code == 0
    for command in ("check", "list", "validate", "units", "calendar", "rules"):
        assert typed(command, cwd=root).code == 0, command
    assert typed("validate", cwd=root).out == ""
    assert git(root, "status", "--porcelain") == ""


def test_what_it_holds(typed: Any, tmp_path: Path) -> None:
    typed("init", cwd=tmp_path)
    tracked = git(tmp_path, "ls-files").splitlines()
    schemas = {f"schemas/{path.name}" for path in (ROOT / "schemas").glob("*.schema.json")}
    assert set(tracked) == {".gitattributes", ".gitignore", "units.yaml", "calendar.yaml", *schemas}
    for name in schemas:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
    assert (
        (tmp_path / "units.yaml")
        .read_text("utf-8")
        .startswith("# yaml-language-server: $schema=schemas/units.schema.json")
    )


def test_the_name_of_the_clerk_may_be_odd(typed: Any, tmp_path: Path) -> None:
    env = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "张: #三 'x' y"), ("EMAIL", "Zhang.San+wz@Office.example"))}  # fmt: skip
    assert typed("init", cwd=tmp_path, env=env).code == 0
    assert typed("validate", cwd=tmp_path).out == ""
    assert typed(*NEW, cwd=tmp_path, env=env).code == 0
    person = json.loads(typed("units", "office", "--format", "json", cwd=tmp_path).out)[0]["people"][0]
    assert (person["name"], person["email"]) == ("张: #三 'x' y", "Zhang.San+wz@Office.example")


def test_twice_is_refused(typed: Any, tmp_path: Path) -> None:
    typed("init", cwd=tmp_path)
    (tmp_path / "units.yaml").write_text("# 我的\n" + (tmp_path / "units.yaml").read_text("utf-8"), "utf-8")
    for arguments in (["init"], ["init", "--sample"], ["init", str(tmp_path)]):
        done = typed(*arguments, cwd=tmp_path)
        assert done.code == 2
        assert "--update" in done.err
    assert (tmp_path / "units.yaml").read_text("utf-8").startswith("# 我的\n")
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1"


@pytest.mark.parametrize("name", [".gitignore", "calendar.yaml", "schemas/case.schema.json"])
def test_a_folder_that_is_in_use(typed: Any, tmp_path: Path, name: str) -> None:
    """Nothing is overwritten, and nothing is left behind."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine\n", "utf-8")
    done = typed("init", cwd=tmp_path)
    assert done.code == 2
    assert name in done.err
    assert [path.name for path in tmp_path.iterdir()] == [name.partition("/")[0]]


def test_other_files_do_not_matter(typed: Any, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n", "utf-8")
    assert typed("init", cwd=tmp_path).code == 0
    assert git(tmp_path, "status", "--porcelain") == "?? README.md"


def test_inside_a_repository_that_is_there(typed: Any, tmp_path: Path) -> None:
    """Below the top of somebody's repository: no repository in a repository, and their staged work stays staged."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "theirs.txt").write_text("x", "utf-8")
    git(tmp_path, "add", "theirs.txt")
    assert typed("init", "office", cwd=tmp_path).code == 0
    assert not (tmp_path / "office/.git").exists()
    assert git(tmp_path, "status", "--porcelain") == "A  theirs.txt"
    assert typed(*NEW, cwd=tmp_path / "office").code == 0
    assert all(
        path.startswith("office/") for path in git(tmp_path, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    )
    assert git(tmp_path, "status", "--porcelain") == "A  theirs.txt"


@pytest.mark.parametrize(("name", "code"), [("file", 2), ("file/below", 4)])
def test_where_no_folder_can_be(typed: Any, tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert typed("init", name, cwd=tmp_path).code == code
    assert (tmp_path / "file").read_text("utf-8") == "x"


def test_git_does_not_know_who(typed: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("[user]\n\tuseConfigOnly = true\n", "utf-8")
    done = typed("init", "r", cwd=tmp_path, env={"GIT_CONFIG_GLOBAL": str(tmp_path / "empty")})
    assert done.code == 5
    assert "user.email" in done.err
    assert not (tmp_path / "r/units.yaml").exists()
    assert typed("init", "r", cwd=tmp_path).code == 0


def test_update(typed: Any, tmp_path: Path) -> None:
    typed("init", cwd=tmp_path)
    assert "up to date" in typed("init", "--update", cwd=tmp_path).out
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1"
    (tmp_path / "schemas/case.schema.json").write_text("{}\n", "utf-8")
    git(tmp_path, "commit", "-qam", "old")
    for arguments, cwd in (
        (["init", "--update"], tmp_path / "schemas"),
        (["init", str(tmp_path), "--update"], tmp_path.parent),
    ):
        done = typed(*arguments, cwd=cwd)
        assert (done.code, done.err) == (0, "")
    assert (tmp_path / "schemas/case.schema.json").read_bytes() == (ROOT / "schemas/case.schema.json").read_bytes()
    assert git(tmp_path, "log", "--format=%s").splitlines()[0] == "init: update schemas"
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "3"
    assert git(tmp_path, "status", "--porcelain") == ""


def test_update_where_there_is_none(typed: Any, tmp_path: Path) -> None:
    assert typed("init", "--update", cwd=tmp_path).code == 4
    assert typed("init", "nowhere", "--update", cwd=tmp_path).code == 4


def test_what_the_sample_says(told: Path, wz: Any, tmp_path: Path) -> None:
    """It acts as a clerk of the invented office, and the next thing to type is the story's day."""
    assert git(told, "config", "--local", "user.email") == "zhang@office.example"
    assert wz("check", "--as-of", "2026-11-20", cwd=told).code == 0


def test_the_samples_log_reads_like_an_office(told: Path) -> None:
    """The story's own people and times; one case to a commit; only the commits that make a file add one."""
    rows = [
        line.split("\t")
        for line in git(told, "log", "--reverse", "--format=%ad\t%ae\t%s", "--date=iso-strict").splitlines()
    ]
    steps = (ROOT / "wz/sample/story.yaml").read_text("utf-8").count("\n  - do: ")
    assert len(rows) == steps + 1
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][0] >= "2026-10-09"
    assert rows[-1][0][:10] == "2026-11-20"
    assert all(row[0].endswith("+08:00") for row in rows)
    people = {row[1] for row in rows}
    assert {"zhang@office.example", "liu@office.example"} < people
    assert all(email.endswith(".example") for email in people)
    created = git(told, "log", "--diff-filter=A", "--format=%s", "--name-only", "--", "cases/*.yaml").splitlines()
    subjects = [line for line in created if line and not line.startswith("cases/")]
    assert all(subject.startswith("new ") for subject in subjects)
    assert len(subjects) == 54
    for line in git(told, "log", "--numstat", "--format=", "--", "cases/").splitlines():
        if line.endswith(".yaml"):
            assert line.split("\t")[1] == "0", line


def test_the_sample_is_the_projects_own(told: Path) -> None:
    """The contents are compared in tests/office/test_sample.py."""
    ours = {path.relative_to(ROOT) for path in (ROOT / "cases").rglob("*") if path.is_file()}
    assert ours == {path.relative_to(told) for path in (told / "cases").rglob("*") if path.is_file()}
    assert len([path for path in ours if path.suffix == ".yaml" and path.parent.suffix != ".files"]) == 54
