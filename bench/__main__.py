"""`python -m bench`: generate registries, run every measure, print a table, keep the figures as JSON."""

import argparse
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bench.generate import AS_OF, registry
from bench.measure import Measure, Result, run

PYTHON = sys.executable
WZ = [PYTHON, "-m", "wz"]
READ_LOOP = "import pathlib, ryaml; [ryaml.loads(p.read_text('utf-8')) for p in pathlib.Path('cases').rglob('*.yaml')]"


def start_up(folder: Path) -> Iterator[Measure]:
    """What every command pays."""
    click = [PYTHON, "-c", "import click"]
    yield Measure("wz --version", lambda _n: [*WZ, "--version"], lambda _n: click, "import click", folder, 2)
    yield Measure("wz --help", lambda _n: [*WZ, "--help"], lambda _n: click, "import click", folder, 2)


def at_size(folder: Path, ids: list[str]) -> Iterator[Measure]:
    """What depends on how many cases there are. Each run acts on a case of its own."""
    quarter = len(ids) // 4

    def path(number: int) -> str:
        case = ids[quarter + number]
        return f"cases/{case[:4]}/{case[4:6]}/{case[6:8]}/{case}.yaml"

    def touch_add_commit(number: int) -> list[str]:
        script = 'printf "# x\\n" >> "$0" && git add -- "$0" && git commit -q -m x -- "$0"'
        return ["sh", "-c", script, path(number)]

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
        touch_add_commit,
        "git add + git commit of one file",
        folder,
    )
    yield Measure(
        "wz check",
        lambda _n: [*WZ, "check", "--as-of", str(AS_OF)],
        lambda _n: [PYTHON, "-c", READ_LOOP],
        "read and parse every file",
        folder,
    )
    yield Measure(
        "wz log CASE",
        lambda number: [*WZ, "log", ids[number]],
        lambda number: ["git", "log", "--oneline", "--", path(number)],
        "git log -- FILE",
        folder,
    )


def main() -> int:
    """Run what was asked for; 1 when a ratio is above what is allowed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000, 10_000], help="sizes of the registries")
    parser.add_argument("--rounds", type=int, default=10, help="counted runs of each command")
    parser.add_argument("--keep", type=Path, help="make the registries here and keep them")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="wz-bench-"))
    results: list[Result] = []
    try:
        for count in options.cases:
            root = folder / f"{count}"
            shutil.rmtree(root, ignore_errors=True)
            ids = registry(root, count)
            measures = [*(start_up(root) if count == options.cases[0] else ()), *at_size(root, ids)]
            for measure in measures:
                results.append(run(measure, count, options.rounds))
                show(results[-1])
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    keep(results, options.results)
    return int(any(one.most is not None and one.ratio > one.most for one in results))


def show(one: Result) -> None:
    """One line of the table."""
    allowed = "" if one.most is None else f"  at most {one.most:g}" + ("" if one.ratio <= one.most else "  EXCEEDED")
    sys.stdout.write(
        f"{one.cases:>9,}  {one.name:<14} {one.ours * 1000:>8.0f} ms  {one.memory:>5.0f} MB  "
        f"{one.ratio:>6.2f} x {one.yardstick_name} ({one.yardstick * 1000:.0f} ms){allowed}\n"
    )
    sys.stdout.flush()


def keep(results: list[Result], folder: Path) -> None:
    """The figures of this run, with what they were measured on."""
    folder.mkdir(exist_ok=True)
    now = datetime.now().astimezone()
    data = {
        "at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "results": [one._asdict() for one in results],
    }
    target = folder / f"{now:%Y%m%d-%H%M%S}.json"
    target.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"kept in {target}\n")


if __name__ == "__main__":
    sys.exit(main())
