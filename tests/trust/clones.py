"""Clones of one registry on which people work at random, apart and together; and what must hold in the end.

Every action carries a token of its own as its note, so that it can be counted: acknowledged, it is on record once;
refused, never; killed, once or never. `python -m tests.trust.clones --help` runs it by itself.
"""

import argparse
import contextlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

KILLED = -signal.SIGKILL if sys.platform != "win32" else 1
PEOPLE = (("张文慧", "zhang@office.example"), ("刘子谦", "liu@office.example"), ("陈永宁", "chen@office.example"))
UNITS = ("urban-mgmt", "housing", "education", "chengguan")
_TOKEN = re.compile(r"token-[0-9a-f]{12}")


class Said(NamedTuple):
    """A command's exit code and what it said."""

    code: int
    out: str
    err: str


# Runs a command in a clone's folder; where a moment is given (seconds), it is killed then unless it has ended.
Run = Callable[[Path, Sequence[str], float | None], Said]


def in_process(root: Path, arguments: Sequence[str], _moment: float | None) -> Said:
    """Quickest; nothing can be killed."""
    from wz.cli.main import run

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _stream in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["--registry", str(root), *arguments])
    told = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        told.append(stream.read())
    return Said(code, *told)


def in_processes(root: Path, arguments: Sequence[str], moment: float | None) -> Said:
    """A process group for each command."""
    command = [sys.executable, "-m", "wz", *arguments]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=root, stdout=out, stderr=err, start_new_session=True)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (out, err):
            stream.seek(0)
        return Said(process.returncode, out.read().decode(), err.read().decode())


class Wrong(AssertionError):
    """A command ended as none may."""

    def __init__(self, root: Path, arguments: Sequence[str], said: Said) -> None:
        super().__init__(f"{root.name}: wz {' '.join(arguments)} gave {said.code}: {(said.err or said.out)[-500:]}")


@dataclass
class Totals:
    """What became of everything."""

    acknowledged: int = 0
    refused: int = 0
    killed: int = 0
    syncs: int = 0
    merges: int = 0
    conflicts: int = 0
    lost: int = 0
    duplicated: int = 0


@dataclass
class Clones:
    """Clones of `hub`, each somebody's; `chance` decides everything."""

    folder: Path
    hub: str
    count: int
    chance: random.Random
    run: Run = in_process
    kills: float = 0.0  # how often a command is killed
    refusals: tuple[int, ...] = (2, 3)  # the exit codes of what must then not have happened
    longest: float = 1.0  # seconds after which one is killed at the latest
    roots: list[Path] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    acknowledged: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for number in range(self.count):
            root = self.folder / f"clone-{number}"
            subprocess.run(["git", "clone", "-q", self.hub, str(root)], check=True, capture_output=True)
            name, email = PEOPLE[number % len(PEOPLE)]
            git(root, "config", "user.name", name)
            git(root, "config", "user.email", email)
            self.roots.append(root)

    # -- work

    def work(self, steps: int, *, syncing: float = 0.2, until: float | None = None) -> None:
        """So many steps (or until that moment of the monotonic clock), of which a part are syncs."""
        for _step in range(steps):
            if until is not None and time.monotonic() > until:
                return
            root = self.chance.choice(self.roots)
            if self.chance.random() < syncing:
                self.sync(root)
            else:
                self.act(root)

    def act(self, root: Path) -> None:
        """One action of somebody, lawful or not."""
        token = f"token-{self.chance.randrange(16**12):012x}"
        arguments = self._action(root, token)
        said = self.run(root, arguments, self._moment())
        if said.code == 0:
            self.totals.acknowledged += 1
            self.acknowledged.add(token)
        elif said.code == KILLED:
            self.totals.killed += 1
            self.perhaps.add(token)
        elif said.code in self.refusals:
            self.totals.refused += 1
            self.never.add(token)
        else:
            raise Wrong(root, arguments, said)

    def sync(self, root: Path) -> None:
        said = self.run(root, ("sync",), self._moment())
        if said.code == KILLED:
            self.totals.killed += 1
            return
        assert said.code in (0, 1), said
        self.totals.syncs += 1

    def _moment(self, longest: float | None = None) -> float | None:
        """When the next command is killed; None: it is let alone."""
        return self.chance.uniform(0.0, longest or self.longest) if self.chance.random() < self.kills else None

    def _action(self, root: Path, token: str) -> list[str]:
        files = sorted(root.glob("cases/*/*/*/*.yaml"))
        note = ("--note", token)
        if len(files) < 3 or self.chance.random() < 0.1:
            title = ("--title", token, "--content", "人民路路灯不亮")
            return ["new", "--category", self.chance.choice(["complaint", "help"]), "--channel", "website", *title]
        file = self.chance.choice(files[-6:])  # few, so that they meet
        events = file.read_text(encoding="utf-8").count("\n  - action: ")
        unit = self.chance.choice(UNITS)
        lead = re.findall(r"\n    to: (\S+)\n", file.read_text(encoding="utf-8"))
        mine = ("--as", lead[-1] if lead else unit)
        day = ("--days", str(self.chance.randint(1, 3)), "--reason", "材料未齐")
        choices: list[list[str]] = [
            ["note", file.stem, "--text", "来电询问"],
            ["transfer", file.stem, "--to", unit, "--route", "duty"],
            ["transfer", file.stem, "--to", unit, "--route", "joint"],
            ["contact", file.stem, *mine, "--method", "phone", "--summary", "已与诉求人沟通"],
            ["return", "request", file.stem, *mine, "--reason", "不属本单位职责", "--basis", "三定方案"],
            ["return", "accept", file.stem, "--duty", "城市管理局职责"],
            ["return", "refuse", file.stem, "--reason", "属其职责"],
            ["extend", "request", file.stem, *mine, *day],
            ["extend", "grant", file.stem, "--days", "2", "--informed", "电话告知"],
            ["extend", "refuse", file.stem, "--reason", "理由不充分"],
            ["correct", file.stem, "--field", "title", "--value", f"更正 {token[-4:]}", "--reason", "笔误"],
            ["retract", file.stem, "--event", str(self.chance.randint(1, max(events, 1))), "--reason", "误录"],
            ["withdraw", file.stem, "--reason", "已解决"],
        ]
        weights = [3, 3, 2, 3, 1, 1, 1, 2, 1, 1, 1, 3, 0.3]
        return [*self.chance.choices(choices, weights)[0], *note]

    # -- the end

    def settle(self) -> None:
        """Everybody syncs until nobody has anything new; conflicts are settled; everybody syncs again."""
        self.kills = 0.0
        self._meet()
        first = self.roots[0]
        idle = 0  # what cannot give way on the one side may do so on the other
        for keep in self.chance.sample(["earlier", "later"] * 20, 40):
            before = git(first, "rev-list", "--count", "HEAD")
            said = self.run(first, ("sync", "--resolve", "--keep", keep, "--reason", "两处同时办理"), None)
            assert said.code in (0, 1, 2, 3), said
            idle = idle + 1 if git(first, "rev-list", "--count", "HEAD") == before else 0
            if idle == 6:
                break
            self.totals.conflicts += idle == 0
        self._meet()

    def _meet(self) -> None:
        for root in (*self.roots, *self.roots):
            said = self.run(root, ("sync",), None)
            assert said.code in (0, 1), said
        self.totals.merges = int(git(self.roots[0], "rev-list", "--count", "--merges", "HEAD"))

    def check(self) -> None:
        """Byte-equal clones, every acknowledged event there once, sound repositories, a clean audit."""
        one, *others = [contents(root) for root in self.roots]
        assert all(other == one for other in others)
        assert len({git(root, "rev-parse", "HEAD") for root in self.roots}) == 1
        cases = b"\n".join(text for path, text in one.items() if path.startswith("cases/")).decode("utf-8")
        found = _TOKEN.findall(cases)
        counted = {token: found.count(token) for token in set(found)}
        self.totals.lost = len(self.acknowledged - counted.keys())
        self.totals.duplicated = sum(1 for count in counted.values() if count > 1)
        assert self.totals.lost == 0, self.acknowledged - counted.keys()
        assert self.totals.duplicated == 0, counted
        assert not self.never & counted.keys()
        assert counted.keys() <= self.acknowledged | self.perhaps
        for root in self.roots:
            assert git(root, "status", "--porcelain", "--untracked-files=all") == ""
            git(root, "fsck", "--strict", "--no-dangling")
        for command in (("validate",), ("audit",)):
            said = self.run(self.roots[0], command, None)
            assert said.code == 0, said


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a work tree."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8").strip()


def hub_of(founded: Path, folder: Path) -> Path:
    """A bare repository that everybody shares, with the registry in it."""
    hub = folder / "hub.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(founded), str(hub)], check=True, capture_output=True)
    return hub


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clones", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kills", type=float, default=0.1, help="how often a command is killed")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    given = parser.parse_args()
    sys.stdout.write(f"{given}\n")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "wz", "init", f"{folder}/start"], check=True, capture_output=True)
        units = Path(__file__).parents[2] / "units.yaml"
        (Path(folder) / "start/units.yaml").write_bytes(units.read_bytes())
        git(Path(folder) / "start", "commit", "-qam", "units")
        hub = hub_of(Path(folder) / "start", Path(folder))
        run = in_processes if given.kills else in_process
        clones = Clones(Path(folder), str(hub), given.clones, random.Random(given.seed), run, given.kills)
        clones.work(given.steps, until=time.monotonic() + given.seconds)
        clones.settle()
        clones.check()
    sys.stdout.write(f"{clones.totals}\n")


if __name__ == "__main__":
    main()
