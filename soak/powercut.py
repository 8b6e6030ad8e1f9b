"""`python -m soak.powercut`: cut the power after each call by which a command and its gits change the disk.

Each command is run once under strace. Its calls are then replayed upon a model of the disk, call by call, and after
each of them, in each of four ways, what was not synced is dropped. On what is left: an action that was acknowledged is
there; one that was not is there wholly or not at all; git fsck finds no fault; the next action works and mends the
rest; the registry validates.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from soak.disk import MODES, Disk
from soak.office import faults, found, git, ids, prepare_environment
from soak.running import wz
from soak.trace import Replay, calls, traced


class Scenario(NamedTuple):
    """A command, made for a registry and the folder of its papers."""

    name: str
    command: Callable[[Path, Path], Sequence[str]]
    prepare: Callable[[Path], None] = lambda root: None
    cases: int = 4


class Cut(NamedTuple):
    """A power cut: after how many calls that changed the disk (of so many), in which way."""

    scenario: str
    after: int
    of: int
    mode: str
    seed: int

    def __str__(self) -> str:
        return f"{self.scenario}: after {self.after} of {self.of} calls, {self.mode} (seed {self.seed})"


def _attach(root: Path, papers: Path) -> Sequence[str]:
    (papers / "照片.jpg").write_bytes(bytes(range(256)) * 20)
    return ["note", ids(root)[0], "--text", "来电询问", "--attach", str(papers / "照片.jpg")]


def _new(root: Path, papers: Path) -> Sequence[str]:
    facts = ("--category", "consult", "--channel", "website", "--title", "老年证怎么办", "--content", "请告知。")
    return ["new", *facts, "--received", "2026-11-02 08:00"]


def _batch(root: Path, papers: Path) -> Sequence[str]:
    (papers / "ids.txt").write_text("\n".join(ids(root)[:80]), encoding="utf-8")
    return ["batch", "note", "--text", "统一回访", str(papers / "ids.txt")]


def _per_case(root: Path, papers: Path) -> Sequence[str]:
    (papers / "ids.txt").write_text("\n".join(ids(root)[:3]), encoding="utf-8")
    return ["batch", "note", "--text", "统一回访", "--per-case", str(papers / "ids.txt")]


def _import(root: Path, papers: Path) -> Sequence[str]:
    rows = "".join(f"T{number},第{number}处井盖破损,投诉,网站,2026-10-{number % 28 + 1:02d} 10:00,请更换。\n"
                   for number in range(70))  # fmt: skip
    (papers / "rows.csv").write_text("编号,标题,类别,渠道,时间,内容\n" + rows, encoding="utf-8")
    return ["import", str(papers / "rows.csv"), "--yes", "--system", "另一平台"]


def _one_note(root: Path) -> None:
    if wz("note", ids(root)[0], "--text", "记错了", cwd=root).code:
        raise RuntimeError("no note to take back")


SCENARIOS = (
    Scenario("an action with a document", _attach),
    Scenario("a new case", _new),
    Scenario("undo", lambda root, papers: ["undo", ids(root)[0], "--reason", "记错了"], _one_note),
    Scenario("a batch, a commit for each case", _per_case),
    Scenario("a batch of 80 in one commit", _batch, cases=81),
    Scenario("an import of 70 rows", _import),
)


class Trial:
    """One command, traced once, and its power cuts."""

    def __init__(self, scenario: Scenario, made: Path, work: Path) -> None:
        """`made` is a registry to be copied."""
        self.scenario, self.work = scenario, work
        self.root, papers = work / "registry", work / "papers"
        papers.mkdir(parents=True)
        shutil.copytree(made, self.root)
        git(self.root, "update-index", "-q", "--refresh")
        scenario.prepare(self.root)
        self.before = git(self.root, "rev-parse", "HEAD").strip()
        self._start = work / "start"
        shutil.copytree(self.root, self._start)
        command = [sys.executable, "-m", "wz", *scenario.command(self.root, papers)]
        if code := traced(command, self.root, work / "log", os.environ):
            raise RuntimeError(f"{scenario.name}: {command} gave {code}")
        self.after = git(self.root, "rev-parse", "HEAD").strip()
        self.calls = [call for call in calls(work / "log") if self._touches(call.name)]
        self._check_model()
        self.count = sum(1 for _disk in self._states())

    @staticmethod
    def _touches(name: str) -> bool:
        return hasattr(Replay, f"_{name}")

    def _states(self) -> Iterator[Disk]:
        """The disk after each call that changed it."""
        shutil.rmtree(self.root)
        shutil.copytree(self._start, self.root)
        replay = Replay(Disk(self.root))
        for call in self.calls:
            if replay.apply(call):
                yield replay.disk

    def _check_model(self) -> None:
        """The model's last state is the real one, or nothing is proved."""
        real = {
            path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }
        *_others, disk = self._states()
        wrong = [name for name, data in disk.files().items() if real.get(name) != data] + list(
            real - disk.files().keys()
        )
        if wrong:
            raise RuntimeError(f"{self.scenario.name}: the replay is not what happened: {wrong}")

    def cuts(self, wanted: Callable[[int], Sequence[str]], seed: int) -> Iterator[tuple[Cut, list[str]]]:
        """Cut the power after each call in the wanted ways, and say what is wrong then."""
        target = self.work / "after"
        for number, disk in enumerate(self._states(), 1):
            for mode in wanted(number):
                cut = Cut(self.scenario.name, number, self.count, mode, seed + number)
                shutil.rmtree(target, ignore_errors=True)
                disk.after_cut(target, mode, cut.seed)
                yield (
                    cut,
                    self._wrong(
                        target, acknowledged=number == self.count, reading=(number + MODES.index(mode)) % 2 == 0
                    ),
                )

    def _wrong(self, root: Path, *, acknowledged: bool, reading: bool) -> list[str]:
        """`reading`: somebody looks first, else the next action is the first command."""
        if reading and (read := wz("check", cwd=root)).code:
            return [f"wz check gave {read.code}: {read.err}"]
        head = git(root, "rev-parse", "HEAD", check=False).strip()
        if head not in ((self.after,) if acknowledged else (self.before, self.after)):
            return [f"the branch is at {head or 'nothing'}, of {self.before[:9]} and {self.after[:9]}"]
        next_action = wz("note", ids(root)[-1], "--text", "下一件", cwd=root)
        if next_action.code:
            return [f"the next action gave {next_action.code}: {next_action.err}"]
        return faults(root, [head])


def _wanted(trial: Trial, options: argparse.Namespace) -> Callable[[int], Sequence[str]]:
    """All four ways after every n-th call, or so many by chance; after the last call in any case."""
    chance = random.Random(options.seed)  # noqa: S311
    by_chance: dict[int, str] = {}
    if options.cuts is not None:
        some = chance.sample(range(1, trial.count), min(options.cuts, trial.count - 1))
        by_chance = {number: chance.choice(MODES) for number in some}

    def wanted(after: int) -> Sequence[str]:
        if options.cuts is not None:
            last = (MODES[0], MODES[-1]) if after == trial.count else ()
            return [by_chance[after]] if after in by_chance else last
        if after == trial.count:
            return MODES
        return MODES if after % options.every == 0 else ()

    return wanted


def main() -> int:
    """Cut the power everywhere, or at some moments; 1 when anything was lost or broken."""
    parser = argparse.ArgumentParser(prog="python -m soak.powercut", description=__doc__)
    parser.add_argument("--only", default="", help="only the commands whose name contains this")
    parser.add_argument("--every", type=int, default=1, help="cut after every n-th call (the last always)")
    parser.add_argument("--cuts", type=int, help="instead, so many cuts of each command, by chance")
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="wz-powercut-")).resolve()
    prepare_environment(work / "home")
    scenarios = [one for one in SCENARIOS if options.only in one.name]
    found(work / "made", max(one.cases for one in scenarios))
    git(work / "made", "repack", "-adq")
    tried = bad = 0
    for number, scenario in enumerate(scenarios):
        trial = Trial(scenario, work / "made", work / str(number))
        here = wrong_here = 0
        for cut, wrong in trial.cuts(_wanted(trial, options), options.seed):
            here += 1
            if wrong:
                wrong_here += 1
                shutil.copytree(trial.work / "after", work / f"kept-{number}-{cut.after}-{MODES.index(cut.mode)}")
                sys.stdout.write(f"{cut}\n  " + "\n  ".join(wrong) + "\n")
        sys.stdout.write(f"{scenario.name}: {trial.count} calls, {here} power cuts, {wrong_here} with a fault\n")
        sys.stdout.flush()
        tried, bad = tried + here, bad + wrong_here
    sys.stdout.write(f"in all {tried} power cuts, {bad} with a fault\n")
    if bad:
        sys.stdout.write(f"kept in {work}\n")
    else:
        shutil.rmtree(work)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
