"""What a sync tells: what came in, what went out, who recorded it; `wz sync --format json`."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from wz.model import case_id as ids
from wz.office.conflicts import Conflict
from wz.store.files import is_case_path
from wz.store.repository import Repository


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who recorded something, and in how many commits."""

    name: str
    email: str
    commits: int


class Movement(msgspec.Struct, kw_only=True):
    """What goes one way: commits and whose they are, the ids of new and of changed cases, how many other files."""

    commits: int
    by: list[By]
    new: list[str]
    changed: list[str]
    documents: int
    others: list[str]


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """`wz sync --format json`. `merged` are cases that both sides had changed; `commit` is where the branch is now.

    `attempts` is how often it was tried, for somebody else pushed in between.
    """

    remote: str
    branch: str
    dry_run: bool
    pushed: bool
    commit: str
    merge: str | None
    attempts: int
    came: Movement
    went: Movement
    merged: list[str]
    conflicts: list[Conflict]


def movement(git: Repository, old: str | None, new: str, commits: str) -> Movement:
    """What there is in `new` that was not in `old` (None: nothing was), and who recorded it."""
    prefix, told = git.layout.prefix, list[str]()
    moved = Movement(commits=0, by=[], new=[], changed=[], documents=0, others=[])
    if old != new:
        told = git.text("log", "--format=%an%x00%ae", "--no-merges", commits, "--").splitlines()
        before = old or git.text("hash-object", "-t", "tree", "--stdin")  # of nothing
        for place, difference in git.differing(before, new).items():
            path = place.removeprefix(prefix)
            if not (place.startswith(prefix) and path.startswith("cases/")):
                moved.others.append(path)
            elif not is_case_path(path):
                moved.documents += 1
            else:
                (moved.changed if difference.before else moved.new).append(ids.id_of(path))
    return msgspec.structs.replace(moved, commits=len(told), by=_by(told))


def _by(lines: Sequence[str]) -> list[By]:
    counted = Counter(tuple(line.split("\0", 1)) for line in lines)
    found = [By(name=name, email=email, commits=count) for (name, email), count in counted.items()]
    return sorted(found, key=lambda one: (-one.commits, one.name))
