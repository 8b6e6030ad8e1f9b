"""`python -m bench`: generate registries, run every measure, print a table, keep the figures as JSON."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bench import measures
from bench.generate import registry
from bench.measure import Measure, Result, run

HUGE = 1_000_000


def wanted(folder: Path, sizes: list[int], huge: bool) -> Iterator[tuple[int, Measure]]:
    """Every measure with the number of cases it is at, the registries made when their turn comes."""
    made: dict[int, tuple[Path, list[str]]] = {}
    for count in sizes:
        root = folder / f"{count}"
        shutil.rmtree(root, ignore_errors=True)
        made[count] = root, registry(root, count, history=True)
        if count == sizes[0]:
            yield from ((count, one) for one in measures.start_up(root))
            yield from ((52, one) for one in measures.on_the_sample(folder / "sample"))
        yield from ((count, one) for one in measures.at_size(*made[count]))
        scratch = folder / "scratch"
        scratch.mkdir(exist_ok=True)
        yield from ((count, one) for one in measures.in_bulk(*made[count], scratch))
        yield from ((count, one) for one in measures.among_clones(*made[count], scratch))
    if huge:
        small, large = folder / "open", folder / f"{HUGE}"
        for root in (small, large):
            shutil.rmtree(root, ignore_errors=True)
        few, many = registry(small, 10_000, 10_000), registry(large, HUGE, 10_000)
        yield from ((HUGE, one) for one in measures.at_a_million(large, many, small, few))


def main() -> int:
    """Run what was asked for; 1 when a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--cases", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes of the registries"
    )
    parser.add_argument("--huge", action="store_true", help="a registry of a million cases too (20 GB, half an hour)")
    parser.add_argument("--rounds", type=int, default=10, help="counted runs of each command")
    parser.add_argument("--only", default="", help="only the measures whose name contains this")
    parser.add_argument("--keep", type=Path, help="make the registries here and keep them")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="wz-bench-"))
    results: list[Result] = []
    try:
        for count, measure in wanted(folder, options.cases, options.huge):
            if options.only in measure.name:
                results.append(run(measure, count, options.rounds))
                show(results[-1])
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    keep(results, options.results)
    return int(any(one.exceeded for one in results))


def show(one: Result) -> None:
    """One line of the table."""
    limits = [f"{one.most:g} x"] if one.most is not None else []
    limits += [f"{one.megabytes:g} MB"] if one.megabytes is not None else []
    verdict = f"  at most {', '.join(limits)}" + ("  EXCEEDED" if one.exceeded else "") if limits else ""
    sys.stdout.write(
        f"{one.cases:>9,}  {one.name:<42} {one.ours * 1000:>8.0f} ms {one.memory:>5.0f} MB "
        f"{one.ratio:>6.2f} x {one.yardstick_name} ({one.yardstick * 1000:.0f} ms){verdict}\n"
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
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "results": [one._asdict() for one in results],
    }
    target = folder / f"{now:%Y%m%d-%H%M%S}.json"
    target.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"kept in {target}\n")


if __name__ == "__main__":
    sys.exit(main())
