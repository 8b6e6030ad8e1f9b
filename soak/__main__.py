"""`python -m soak`: several people at once upon five clones and a shared remote, killed at any moment.

Each person is a process that acts, syncs, takes back, reads and looks for damage, one command after the other; at
random moments a command is killed with its gits, or alone, or one of its gits. In the end everybody syncs, and every
action that was acknowledged is on record once, every one that was refused never, every repository sound, every clone
equal. What the random driver does and checks is in `tests/trust/clones.py`.
"""

import argparse
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from soak.office import found, git, prepare_environment
from soak.running import Running, wz
from tests.serving import git_daemon
from tests.trust.clones import KILLED, Clones, Run, Said, Wrong

_CASES = 420  # so many that the index of cases is used
_GIT_FAILED = 5


class Crowd(Clones):
    """Clones upon which several people work at once; `kills` is how often a command, or one of its gits, is killed."""

    reads = 0

    def act(self, root: Path) -> None:
        """One action, or a look."""
        if self.chance.random() < 0.15:
            self._look(root)
        else:
            super().act(root)

    def sync(self, root: Path) -> None:
        said = self.run(root, ("sync",), self._moment(2.0))
        if said.code == KILLED:
            self.totals.killed += 1
        elif said.code in (0, 1):
            self.totals.syncs += 1
        elif said.code != _GIT_FAILED:  # somebody else was quicker too often, or the remote was at work
            raise Wrong(root, ("sync",), said)

    def _look(self, root: Path) -> None:
        command = self.chance.choice(
            [("check", "--format", "json"), ("list", "--all", "--format", "ids"), ("validate",)]
        )
        said = self.run(root, command, self._moment(1.0))
        # Conflicts of a sync, not resolved yet, are findings; git has nothing to complain of.
        if said.code not in (0, 1, 4, KILLED):
            raise Wrong(root, command, said)
        self.reads += said.code == 0


def killing(chance: random.Random) -> Run:
    """Runs commands as processes of their own, and kills at the moment given: all of it, python alone, or one git."""

    def run(root: Path, arguments: Sequence[str], moment: float | None) -> Said:
        running = Running(arguments, root)
        if moment is not None:
            time.sleep(moment)
            how = chance.random()
            if how < 0.4:
                running.kill(group=True)
            elif how < 0.7:
                running.kill(group=False)
            else:
                _kill_a_child(running.pid, chance)
        return Said(*running.wait())

    return run


def _kill_a_child(pid: int, chance: random.Random) -> None:
    """One of the gits at work for it, if there is one."""
    with suppress(OSError, ProcessLookupError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        if children:
            os.kill(int(chance.choice(children)), signal.SIGKILL)


def work_together(crowd: Crowd, people: int, seconds: float, seed: int) -> list[str]:
    """Everybody works until the time is up. What they did is added to the crowd's; gives what went wrong."""
    until = time.monotonic() + seconds
    workers = [_worker(crowd, seed + number, until) for number in range(people)]
    wrong = []
    for pid, pipe in workers:
        with os.fdopen(pipe, "rb") as stream:
            told = stream.read()
        os.waitpid(pid, 0)
        if not told:
            wrong.append(f"process {pid} of the trial died")
            continue
        totals, reads, sets, fault = pickle.loads(told)  # noqa: S301 - our own child's
        for name in ("acknowledged", "refused", "killed", "syncs"):
            setattr(crowd.totals, name, getattr(crowd.totals, name) + getattr(totals, name))
        crowd.reads += reads
        crowd.acknowledged |= sets[0]
        crowd.perhaps |= sets[1]
        crowd.never |= sets[2]
        wrong += [fault] if fault else []
    return wrong


def _worker(crowd: Crowd, seed: int, until: float) -> tuple[int, int]:
    """A person: a process with a chance of its own. Gives its number and the pipe on which it tells what it did."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        crowd.chance = random.Random(seed)  # noqa: S311
        crowd.run = killing(crowd.chance)
        fault = ""
        try:
            crowd.work(10**9, syncing=0.15, until=until)
        except Exception as error:
            fault = f"seed {seed}: {error!r}"
        told = crowd.totals, crowd.reads, (crowd.acknowledged, crowd.perhaps, crowd.never), fault
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps(told))
    finally:
        os._exit(0)


def trial(folder: Path, given: argparse.Namespace) -> tuple[Crowd, list[str]]:
    """A whole trial in an empty folder; gives what was done and what went wrong."""
    seed = given.seed
    prepare_environment(folder / "home")
    found(folder / "start", given.cases)
    git(folder, "clone", "-q", "--bare", str(folder / "start"), str(folder / "hub.git"))
    git(folder / "hub.git", "config", "core.fsync", "all")
    with git_daemon(folder) as address:
        # Refused by git, an action must not have happened, as when refused by the regulation.
        refusals, chance = (2, 3, _GIT_FAILED), random.Random(seed)  # noqa: S311
        crowd = Crowd(folder, f"{address}/hub.git", given.clones, chance, kills=given.kills, refusals=refusals)
        wrong = work_together(crowd, given.people, given.seconds, seed)
        crowd.run = lambda root, arguments, moment: Said(*wz(*arguments, cwd=root))
        if not wrong:
            try:
                crowd.settle()
                crowd.check()
            except AssertionError as error:
                wrong.append(f"in the end: {error}")
        for root in crowd.roots:
            examined = wz("doctor", "--format", "json", cwd=root)
            if examined.code:
                wrong.append(f"wz doctor in {root.name}: {examined.out}{examined.err}")
    return crowd, wrong


def main() -> int:
    """Print the totals; 1 where anything was lost, double, or broken, and then the folder is kept."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SECONDS", "600")))
    parser.add_argument("--clones", type=int, default=5)
    parser.add_argument("--people", type=int, default=4, help="how many work at once")
    parser.add_argument("--cases", type=int, default=_CASES, help="how many there are at the beginning")
    parser.add_argument("--kills", type=float, default=0.25, help="how often a command is killed")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))  # noqa: S311
    given = parser.parse_args()
    sys.stdout.write(f"python -m soak --seconds {given.seconds:.0f} --clones {given.clones} --people {given.people} ")
    sys.stdout.write(f"--cases {given.cases} --kills {given.kills} --seed {given.seed}\n")
    sys.stdout.flush()
    folder = Path(tempfile.mkdtemp(prefix="wz-soak-")).resolve()
    crowd, wrong = trial(folder, given)
    totals = crowd.totals
    sys.stdout.write(
        f"actions acknowledged {totals.acknowledged}, refused {totals.refused}, killed {totals.killed}, "
        f"syncs {totals.syncs}, merges {totals.merges}, conflicts resolved {totals.conflicts}, reads {crowd.reads}, "
        f"lost = {totals.lost}, duplicated = {totals.duplicated}\n"
    )
    for fault in wrong:
        sys.stdout.write(f"fault: {fault}\n")
    if wrong:
        sys.stdout.write(f"kept in {folder}\n")
    else:
        shutil.rmtree(folder)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
