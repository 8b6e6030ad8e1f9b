"""A small invented office to do harm to: its environment, its registry, and whether that is as it must be."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from soak.running import wz

_CONFIG = """\
[user]
\tname = 张文慧
\temail = zhang@office.example
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[core]
\tquotePath = false
[protocol "file"]
\tallow = always
"""
SOURCE = Path(__file__).parents[1]


def prepare_environment(home: Path) -> None:
    """For this process and all that it starts: no configuration but the office's own."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "gitconfig").write_text(_CONFIG, encoding="utf-8")
    for name in [one for one in os.environ if one.startswith(("GIT_", "WZ_"))]:
        del os.environ[name]
    os.environ.update(
        HOME=str(home), GIT_CONFIG_GLOBAL=str(home / "gitconfig"), GIT_CONFIG_NOSYSTEM="1", WZ_LANG="en", NO_COLOR="1"
    )
    os.environ["PYTHONPATH"] = str(SOURCE)


def git(root: Path, *arguments: str, check: bool = True) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"git {' '.join(arguments)} in {root}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8", "replace")


def found(root: Path, cases: int) -> list[str]:
    """A registry with so many cases; gives their ids."""
    must(root.parent, "init", str(root))
    units, calendar = ((SOURCE / name).read_bytes() for name in ("units.yaml", "calendar.yaml"))
    (root / "units.yaml").write_bytes(units)
    (root / "calendar.yaml").write_bytes(calendar)
    git(root, "commit", "-qam", "settings")
    if cases:
        rows = "\n".join(json.dumps(_petition(number), ensure_ascii=False) for number in range(cases))
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as table:
            table.write(rows + "\n")
            table.flush()
            must(root, "import", table.name, "--yes", "--system", "旧平台")
    return ids(root)


def _petition(number: int) -> dict[str, str]:
    received = f"2026-11-{number % 20 + 1:02d} 09:{number % 60:02d}"
    texts = {"标题": f"第{number}盏路灯不亮", "内容": "请派人来修。", "类别": "投诉", "渠道": "网站"}
    return {"编号": f"S{number}", "时间": received, **texts}


def ids(root: Path) -> list[str]:
    return sorted(path.stem for path in root.glob("cases/*/*/*/*.yaml"))


def must(root: Path, *arguments: str) -> str:
    """Run a command that has to succeed; gives what it printed."""
    done = wz(*arguments, cwd=root)
    if done.code:
        raise RuntimeError(f"wz {' '.join(arguments)} gave {done.code}: {done.out}{done.err}")
    return done.out


def faults(root: Path, ancestors: Sequence[str] = ()) -> list[str]:
    """What is wrong with a registry: its objects, its files, its work tree, commits that it no longer has."""
    found = []
    checked = subprocess.run(["git", "-C", str(root), "fsck", "--strict", "--no-dangling"], capture_output=True)
    if checked.returncode:
        found.append(f"git fsck: {checked.stdout.decode()}{checked.stderr.decode()}")
    if (status := git(root, "status", "--porcelain", "--untracked-files=all", check=False)).strip():
        found.append(f"git status: {status}")
    if (done := wz("validate", cwd=root)).code:
        found.append(f"wz validate: {done.out}{done.err}")
    for commit in ancestors:
        done_git = subprocess.run(
            ["git", "-C", str(root), "merge-base", "--is-ancestor", commit, "HEAD"], capture_output=True
        )
        if done_git.returncode:
            found.append(f"lost: commit {commit}")
    return found
