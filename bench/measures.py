"""What is measured, beside which plain public command, and how much of it is allowed."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.generate import AS_OF, FIRST, registered
from bench.measure import Measure

PYTHON = sys.executable
WZ = [PYTHON, "-m", "wz"]
CHECK = [*WZ, "check", "--as-of", str(AS_OF)]
STATUS = ["git", "status", "--porcelain"]
IMPORT_CLICK = [PYTHON, "-c", "import click"]
NEW = [*WZ, "new", "--category", "投诉", "--channel", "网站", "--title", "路灯不亮", "--content", "人民路路灯三天不亮"]
READ_LOOP = """
import pathlib, ryaml
for path in pathlib.Path('cases').rglob('*.yaml'):
    ryaml.loads(path.read_text('utf-8'))
"""
WRITE_LOOP = """
import pathlib, subprocess, sys
source, target = map(pathlib.Path, sys.argv[1:])
for path in source.glob('cases/*/*/*/*.yaml'):
    place = target / path.relative_to(source)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(path.read_bytes())
subprocess.run(['git', '-C', str(target), 'add', '-A'], check=True)
who = ['-c', 'user.name=x', '-c', 'user.email=x@x']
subprocess.run(['git', '-C', str(target), *who, 'commit', '-q', '-m', 'x'], check=True)
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
        "wz new, with a petitioner to be sealed",
        lambda _n: [*NEW, "--name", "王小明", "--phone", "13800138000", "--address", "幸福路18号2栋502室"],
        lambda _n: NEW,
        "wz new without one",
        folder,
        1.3,
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


def in_bulk(folder: Path, ids: list[str], scratch: Path) -> Iterator[Measure]:
    """Many at once: a table of transfers, another system's cases, everything for another system."""
    waiting = scratch / "waiting.txt"
    fresh, table, plain = scratch / "fresh", scratch / "cases.csv", scratch / "plain"

    def ready(_number: int) -> None:
        subprocess.run(["git", "-C", str(folder), "reset", "-q", "--hard", "start"], check=True)

    def change_and_commit(_number: int) -> list[str]:
        names = scratch / "names"
        names.write_text("\n".join(map(path_of, ids[:1000])), encoding="utf-8")
        script = (
            'while read -r name; do printf "# x\\n" >> "$name"; done < "$0"; '
            'git add --pathspec-from-file="$0" && git commit -q -m x'
        )
        return ["sh", "-c", script, str(names)]

    more = dict(registered(1000))
    for path, text in more.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for command in (["add", "-A"], ["commit", "-q", "-m", "x"], ["tag", "-f", "start"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    waiting.write_text("".join(f"{Path(path).stem}\n" for path in more), encoding="utf-8")
    yield Measure(
        "wz batch, 1,000 transfers",
        lambda _n: [*WZ, "batch", "transfer", "--to", "urban-mgmt", "--route", "duty", str(waiting)],
        change_and_commit,
        "git add + git commit of 1,000 files",
        folder,
        2 if len(ids) >= 100_000 else None,
        before=ready,
        rounds=5,
    )
    ready(0)
    yield Measure(
        "wz export, JSON Lines, every case",
        lambda _n: [*WZ, "export", "--format", "jsonl", "-o", str(scratch / "out.jsonl")],
        lambda _n: [*WZ, "list", "--all", "--format", "json"],
        "wz list --all --format json",
        folder,
        2,
        rounds=5,
    )
    yield Measure(
        "wz export, JSON Lines, open cases",
        lambda _n: [*WZ, "export", "state:open", "--format", "jsonl", "-o", str(scratch / "out.jsonl")],
        lambda _n: [*CHECK, "--format", "json", "--all"],
        "wz check --format json --all",
        folder,
        2 if len(ids) >= 100_000 else None,
        rounds=5,
    )
    _write_table(table, len(ids))

    def empty(_number: int) -> None:
        for root in (fresh, plain):
            shutil.rmtree(root, ignore_errors=True)
        subprocess.run([*WZ, "init", str(fresh)], check=True, capture_output=True, cwd=folder)
        subprocess.run(["git", "init", "-q", str(plain)], check=True)

    yield Measure(
        "wz import, as many rows",
        lambda _n: [*WZ, "import", str(table), "--yes", "--system", "旧平台", "--registry", str(fresh)],
        lambda _n: [PYTHON, "-c", WRITE_LOOP, str(folder), str(plain)],
        "a loop that writes the files, git add + git commit",
        scratch,
        1.5 if len(ids) >= 100_000 else None,
        before=empty,
        rounds=1,
    )


def among_clones(folder: Path, ids: list[str], scratch: Path) -> Iterator[Measure]:
    """Two clones that have each registered 1,000 cases, one commit for each; the first has pushed them."""
    cases = list(registered(2000))
    git, wz = (_Parted(folder, scratch / name, cases) for name in ("by-git", "by-wz"))

    def apart(_number: int) -> None:
        git.restore()
        wz.restore()

    pull = f"git -C {git.clone} pull -q --no-rebase --no-edit"
    sync = [*WZ, "sync", "--registry", str(wz.clone)]
    full = len(ids) >= 100_000
    yield Measure(
        "wz sync --no-push, 1,000 new cases each",
        lambda _n: [*sync, "--no-push"],
        lambda _n: ["sh", "-c", pull],
        "git pull of the same commits",
        scratch,
        3 if full else None,
        before=apart,
        rounds=5,
    )
    yield Measure(
        "wz sync, 1,000 new cases each",
        lambda _n: sync,
        lambda _n: ["sh", "-c", f"{pull} && git -C {git.clone} push -q"],
        "git pull && git push",
        scratch,
        3 if full else None,
        before=apart,
        rounds=5,
    )


class _Parted:
    """A hub that has what one clone registered, and the other clone, which is to meet it; as often as wanted."""

    def __init__(self, start: Path, place: Path, cases: list[tuple[str, str]]) -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        self.hub, self.clone = place / "hub.git", place / "clone"
        half = len(cases) // 2
        for command in (
            ["clone", "-q", "--bare", "--single-branch", str(start), str(self.hub)],
            ["-C", str(self.hub), "repack", "-adq"],
            ["clone", "-q", str(self.hub), str(self.clone)],
            ["-C", str(self.clone), "config", "user.name", "x"],
            ["-C", str(self.clone), "config", "user.email", "x@example.com"],
            ["-C", str(self.clone), "config", "gc.auto", "0"],
        ):
            subprocess.run(["git", *command], check=True, capture_output=True)
        branch = self._git(self.hub, "symbolic-ref", "HEAD")
        self._branch = branch
        self._before = self._git(self.hub, "rev-parse", branch)
        self._theirs = self._registered(self.hub, cases[:half])
        self._ours = self._registered(self.clone, cases[half:])
        self._known = {root: _objects(root) for root in (self.hub, self.clone)}

    def restore(self) -> None:
        """As it was before the two met: what was fetched or pushed is not there any more."""
        tracking = self._branch.replace("refs/heads/", "refs/remotes/origin/")
        self._git(self.hub, "update-ref", self._branch, self._theirs)
        self._git(self.clone, "update-ref", tracking, self._before)
        self._git(self.clone, "reset", "-q", "--hard", self._ours)
        for root, known in self._known.items():
            for path in _objects(root) - known:
                path.unlink()

    def _registered(self, root: Path, cases: list[tuple[str, str]]) -> str:
        """A commit for each case, on the branch."""
        stream = [b"feature done\n"]
        for number, (path, text) in enumerate(cases):
            data = text.encode("utf-8")
            stream.append(b"commit %s\ncommitter x <x@example.com> 1790000000 +0800\n" % self._branch.encode())
            stream.append(b"data 3\nnew\n" + (b"from %s\n" % self._before.encode() if number == 0 else b""))
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
        stream.append(b"done\n")
        command = ["git", "-C", str(root), "fast-import", "--quiet", "--force"]
        subprocess.run(command, input=b"".join(stream), check=True)
        return self._git(root, "rev-parse", self._branch)

    def _git(self, root: Path, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
        return done.stdout.decode().strip()


def _objects(root: Path) -> set[Path]:
    folder = root / "objects" if (root / "objects").exists() else root / ".git/objects"
    return {path for path in folder.rglob("*") if path.is_file()}


def _write_table(table: Path, rows: int) -> None:
    """Petitions of another system, as many as that, not answered yet."""
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("编号", "标题", "类别", "渠道", "时间", "内容"))
        for number in range(rows):
            day = FIRST + timedelta(number % 2000)
            writer.writerow(
                (number, f"第{number}件路灯不亮", "求助", "网站", f"{day} 09:00", "路灯不亮已有多日。" * 20)
            )


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
