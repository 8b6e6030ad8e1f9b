"""What is measured, beside which plain public command, and how much of it is allowed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.generate import AS_OF
from bench.measure import Measure

PYTHON = sys.executable
WZ = [PYTHON, "-m", "wz"]
CHECK = [*WZ, "check", "--as-of", str(AS_OF)]
STATUS = ["git", "status", "--porcelain"]
IMPORT_CLICK = [PYTHON, "-c", "import click"]
READ_LOOP = """
import pathlib, ryaml
for path in pathlib.Path('cases').rglob('*.yaml'):
    ryaml.loads(path.read_text('utf-8'))
"""


def start_up(folder: Path) -> Iterator[Measure]:
    """What every command pays."""
    yield Measure("wz --version", lambda _n: [*WZ, "--version"], lambda _n: IMPORT_CLICK, "import click", folder, 2)
    yield Measure("wz --help", lambda _n: [*WZ, "--help"], lambda _n: IMPORT_CLICK, "import click", folder, 2)


def on_the_sample(folder: Path) -> Iterator[Measure]:
    """What a new user sees first."""
    if not folder.exists():
        subprocess.run([*WZ, "init", str(folder), "--sample"], check=True, capture_output=True)
    yield Measure("wz check, the sample", lambda _n: CHECK, lambda _n: IMPORT_CLICK, "import click", folder, 5)


def at_size(folder: Path, ids: list[str]) -> Iterator[Measure]:
    """What depends on how many cases there are. Each run acts on a case of its own."""
    quarter, full = len(ids) // 4, len(ids) >= 100_000
    index = folder / ".git/wz/index.sqlite"

    def add_and_commit(number: int) -> list[str]:
        script = 'printf "# x\\n" >> "$0" && git add -- "$0" && git commit -q -m x -- "$0"'
        return ["sh", "-c", script, path_of(ids[quarter + number])]

    def check_json(_number: int) -> list[str]:
        return [*CHECK, "--format", "json"]

    yield Measure(
        "wz check, nothing cached",
        lambda _n: CHECK,
        lambda _n: [PYTHON, "-c", READ_LOOP],
        "a loop that reads and parses every file",
        folder,
        0.8 if full else None,
        before=lambda _n: index.unlink(missing_ok=True),
        megabytes=250,
        rounds=5,
    )
    yield Measure(
        "wz check --format json, cached",
        check_json,
        lambda _n: STATUS,
        "git status --porcelain",
        folder,
        3 if full else None,
        megabytes=120,
    )
    yield Measure(
        "wz log CASE",
        lambda number: [*WZ, "log", ids[number]],
        lambda number: ["git", "-c", "core.commitGraph=false", "log", "--oneline", "--", path_of(ids[number])],
        "git log -- FILE, as git does it by itself",
        folder,
        1.3 if full else None,
        rounds=5,
    )
    yield Measure(
        "wz log CASE",
        lambda number: [*WZ, "log", ids[number]],
        lambda number: ["git", "log", "--oneline", "--", path_of(ids[number])],
        "git log -- FILE with wz's commit graph",
        folder,
    )
    yield Measure(
        "one action",
        lambda number: [*WZ, "note", ids[number], "--text", "诉求人来电询问进度。"],
        lambda _n: [PYTHON, "-c", "import click, git"],
        "import click, git",
        folder,
        3 if len(ids) <= 10_000 else None,
    )
    yield Measure(
        "one action",
        lambda number: [*WZ, "note", ids[2 * quarter + number], "--text", "诉求人来电询问进度。"],
        add_and_commit,
        "git add + git commit of one file",
        folder,
        1.5 if full else None,
    )
    yield Measure(
        "wz check --format json, 1,000 files changed",
        check_json,
        lambda _n: STATUS,
        "git status --porcelain",
        folder,
        4 if full else None,
        before=lambda number: change(folder, ids[:1000]) if number == 0 else None,
    )
    subprocess.run(["git", "-C", str(folder), "checkout", "-q", "--", "cases"], check=True)


def at_a_million(large: Path, many: list[str], small: Path, few: list[str]) -> Iterator[Measure]:
    """What must not grow with the years: a million cases, ten thousand of them open, beside ten thousand."""
    check = [*CHECK, "--rev", "HEAD", "--format", "json"]
    yield Measure(
        "wz check --rev HEAD, cached, 10,000 open",
        lambda _n: [*check, "--registry", str(large)],
        lambda _n: [*check, "--registry", str(small)],
        "the same with 10,000 cases, all open",
        large,
        1.5,
    )
    yield Measure(
        "one action",
        lambda number: [*WZ, "note", many[number], "--text", "来电。", "--registry", str(large)],
        lambda number: [*WZ, "note", few[number], "--text", "来电。", "--registry", str(small)],
        "itself at 10,000 cases",
        large,
        4,
    )


def change(folder: Path, ids: list[str]) -> None:
    """A comment more in every one of those files, not committed."""
    for case in ids:
        with (folder / path_of(case)).open("ab") as file:
            file.write(b"# x\n")


def path_of(case: str) -> str:
    return f"cases/{case[:4]}/{case[4:6]}/{case[6:8]}/{case}.yaml"
