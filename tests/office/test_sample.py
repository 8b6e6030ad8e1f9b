"""The sample: its story replays into real commits, and the top-level registry is what it replays to."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
Runner = Callable[..., Any]


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def unsealed(root: Path) -> dict[str, bytes]:
    """The case files without what is sealed, for that is sealed anew each time."""
    sealed = re.compile(rb"(?<=\npetitioner: ).*?-----END AGE ENCRYPTED FILE-----", re.DOTALL)
    return {
        path.relative_to(root).as_posix(): sealed.sub(b"(sealed)", path.read_bytes())
        for path in (root / "cases").rglob("*")
        if path.is_file()
    }


def test_the_story_is_the_registry_at_the_top_of_the_project(told: Path) -> None:
    made = unsealed(told)
    assert len(made) > 30
    assert sum(b"petitioner: (sealed)" in data for data in made.values()) >= 3
    assert made == unsealed(ROOT)


def test_one_commit_an_action_and_a_clean_tree(told: Path) -> None:
    subjects = git("log", "--format=%s", cwd=told).splitlines()
    steps = (ROOT / "wz/sample/story.yaml").read_text("utf-8").count("\n  - do: ")
    assert len(subjects) == steps + 1
    assert git("status", "--porcelain", cwd=told) == ""


def test_case_files_only_grow(told: Path) -> None:
    removed = [line for line in git("log", "-p", "--format=", "--", "cases", cwd=told).splitlines() if line[:1] == "-"]
    assert [line for line in removed if not line.startswith("---")] == []


def test_check_shows_every_level_and_fits_its_schema(told: Path, wz: Runner) -> None:
    done = wz("check", "--as-of", "2026-11-20", "--format", "json", cwd=told)
    assert done.code == 0, done.err
    report = json.loads(done.out)
    schema = json.loads((told / "schemas/check.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(report)
    assert {one["level"] for one in report["obligations"]} == {"none", "blue", "yellow", "red", "referral"}
    assert report["totals"]["problems"] == 0


def test_the_sample_is_valid(told: Path, wz: Runner) -> None:
    done = wz("validate", cwd=told)
    assert (done.code, done.out) == (0, "")


def test_an_action_is_one_commit_of_added_lines(sample: Path, wz: Runner) -> None:
    done = wz("note", "SX7PW9", "--text", "诉求人来电询问", cwd=sample)
    assert done.code == 0, done.err
    numbers = git("show", "--numstat", "--format=", "HEAD", cwd=sample).split()
    assert int(numbers[0]) > 0
    assert numbers[1] == "0"
    assert git("status", "--porcelain", cwd=sample) == ""


def test_what_the_regulation_does_not_allow_is_refused_before_writing(sample: Path, wz: Runner) -> None:
    before = git("rev-parse", "HEAD", cwd=sample)
    done = wz("approve", "SX7PW9", "--publish", cwd=sample)
    assert done.code == 3
    assert "第十六条" in done.err
    assert git("rev-parse", "HEAD", cwd=sample) == before
