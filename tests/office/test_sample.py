"""The sample: its story replays into real commits, and the top-level registry is what it replays to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "wz", *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "r"
    done = run("init", str(folder), "--sample", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_story_is_the_registry_at_the_top_of_the_project(sample: Path) -> None:
    made = {path.relative_to(sample): path.read_bytes() for path in (sample / "cases").rglob("*") if path.is_file()}
    kept = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / "cases").rglob("*") if path.is_file()}
    assert len(made) > 30
    assert made == kept


def test_one_commit_an_action_and_a_clean_tree(sample: Path) -> None:
    subjects = git("log", "--format=%s", cwd=sample).splitlines()
    steps = (ROOT / "wz/sample/story.yaml").read_text("utf-8").count("\n  - do: ")
    assert len(subjects) == steps + 1
    assert git("status", "--porcelain", cwd=sample) == ""


def test_case_files_only_grow(sample: Path) -> None:
    removed = [
        line for line in git("log", "-p", "--format=", "--", "cases", cwd=sample).splitlines() if line[:1] == "-"
    ]
    assert [line for line in removed if not line.startswith("---")] == []


def test_check_shows_every_level_and_fits_its_schema(sample: Path) -> None:
    done = run("check", "--as-of", "2026-11-20", "--format", "json", cwd=sample)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    schema = json.loads((sample / "schemas/check.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(report)
    assert {one["level"] for one in report["obligations"]} == {"none", "blue", "yellow", "red", "referral"}
    assert report["totals"]["problems"] == 0


def test_the_sample_is_valid(sample: Path) -> None:
    done = run("validate", cwd=sample)
    assert (done.returncode, done.stdout) == (0, "")


def test_an_action_is_one_commit_of_added_lines(sample: Path) -> None:
    done = run("note", "SX7PW9", "--text", "诉求人来电询问", cwd=sample)
    assert done.returncode == 0, done.stderr
    numbers = git("show", "--numstat", "--format=", "HEAD", cwd=sample).split()
    assert int(numbers[0]) > 0
    assert numbers[1] == "0"
    assert git("status", "--porcelain", cwd=sample) == ""


def test_what_the_regulation_does_not_allow_is_refused_before_writing(sample: Path) -> None:
    before = git("rev-parse", "HEAD", cwd=sample)
    done = run("approve", "SX7PW9", "--publish", cwd=sample)
    assert done.returncode == 3
    assert "第十六条" in done.stderr
    assert git("rev-parse", "HEAD", cwd=sample) == before
