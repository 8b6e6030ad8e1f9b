"""refs/wz/keys: it moves with the branch or not at all, keeps nothing of before, and two of them join."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from wz.store.casekeys import REF, CaseKeys, Entry, Gone, held, join
from wz.store.git import quoted
from wz.store.registry import Registry

Desk = Any
Runner = Callable[..., Any]
Interposed = Callable[[str, str], dict[str, str | None]]
NOTHING = Gone()
CASES = ("20261123-7KQ2M5", "20261124-ABCDE0", "20251231-00000Z")


def every(one: Entry, blobs: Sequence[str]) -> str:
    return min(blobs)


def entry(case: str, holder: str = "office", digit: str = "0") -> Entry:
    return Entry(case, holder, digit * 16)


class Keys:
    """Commits of the ref, made one from another."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.registry = desk, Registry(desk.root)
        self.number = 0

    def at(self, keys: dict[Entry, bytes], start: str | None = None) -> str:
        """A commit with these keys besides those of `start`."""
        self.desk.git("update-ref", *(("-d", REF) if start is None else (REF, start)))
        changes = CaseKeys(self.registry.git)
        for one, sealed in keys.items():
            changes.put(one, sealed)
        self.record(changes)
        return str(self.desk.git("rev-parse", REF).strip())

    def record(self, changes: CaseKeys) -> None:
        self.number += 1
        name = f"number-{self.number}.txt"
        with self.registry.locked():
            self.registry.commit({name: b""}, {name: None}, "a commit", changes.changes)

    def blobs(self, commit: str) -> dict[Entry, str]:
        return held(self.registry.git, commit)


@pytest.fixture
def keys(desk: Desk) -> Keys:
    return Keys(desk)


def test_the_ref_has_one_commit_however_often_it_changes(keys: Keys) -> None:
    first = keys.at({entry(CASES[0]): b"one"})
    second = keys.at({entry(CASES[1]): b"two"}, first)
    assert keys.desk.git("rev-list", "--count", REF).strip() == "1"
    assert set(keys.blobs(second)) == {entry(CASES[0]), entry(CASES[1])}
    paths = keys.desk.git("ls-tree", "-r", "--name-only", REF).splitlines()
    assert paths[0] == f"2026/11/23/{CASES[0]}/office-0000000000000000.age"


def test_changes_are_seen_before_they_are_recorded(keys: Keys) -> None:
    keys.at({entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two"})
    changes = CaseKeys(keys.registry.git)
    assert changes.of(CASES[0]) == {entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two"}
    changes.drop(entry(CASES[0], "water"))
    changes.put(entry(CASES[0], "gas"), b"three")
    assert changes.of(CASES[0]) == {entry(CASES[0]): b"one", entry(CASES[0], "gas"): b"three"}
    with suppress(KeyError), changes.attempt():
        changes.forget(CASES[0])
        raise KeyError
    assert changes.of(CASES[0]) == {entry(CASES[0]): b"one", entry(CASES[0], "gas"): b"three"}
    changes.forget(CASES[0])
    assert changes.of(CASES[0]) == {}
    changes.put(entry(CASES[0], "bus"), b"four")
    assert changes.of(CASES[0]) == {entry(CASES[0], "bus"): b"four"}
    keys.record(changes)
    assert set(keys.blobs(REF)) == {entry(CASES[0], "bus")}


def test_many_are_read_together_as_each_alone(keys: Keys) -> None:
    keys.at({entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two", entry(CASES[1]): b"three"})
    together, alone = CaseKeys(keys.registry.git), CaseKeys(keys.registry.git)
    together.expect(CASES)
    keys.desk.git("update-ref", "-d", REF)  # nothing is read anew
    assert [together.of(case) for case in CASES] == [
        {entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two"}, {entry(CASES[1]): b"three"}, {},
    ]  # fmt: skip
    alone.expect(CASES)
    assert [alone.of(case) for case in CASES] == [{}, {}, {}]


def test_two_clones_join_alike_whoever_does_it(keys: Keys) -> None:
    base = {entry(CASES[0]): b"zero"}
    ours = keys.at({**base, entry(CASES[1]): b"ours", entry(CASES[2], "gas"): b"left"})
    theirs = keys.at({**base, entry(CASES[1]): b"theirs", entry(CASES[2], "bus"): b"right"})
    git = keys.registry.git
    joined = join(git, ours, theirs, NOTHING, every)
    assert joined == join(git, theirs, ours, NOTHING, every)
    assert set(keys.blobs(joined)) == {
        entry(CASES[0]), entry(CASES[1]), entry(CASES[2], "gas"), entry(CASES[2], "bus"),
    }  # fmt: skip
    assert keys.blobs(joined)[entry(CASES[1])] in (
        keys.blobs(ours)[entry(CASES[1])],
        keys.blobs(theirs)[entry(CASES[1])],
    )
    assert join(git, joined, ours, NOTHING, every) == joined
    assert join(git, ours, None, NOTHING, every) == ours
    assert join(git, None, ours, NOTHING, every) == ours
    assert keys.desk.git("log", "-1", "--format=%P", joined).strip() == ""


def test_what_is_not_to_be_kept_comes_from_neither_side(keys: Keys) -> None:
    ours = keys.at({entry(CASES[0]): b"a", entry(CASES[1]): b"b", entry(CASES[1], "gas", "1"): b"c"})
    theirs = keys.at({entry(CASES[0]): b"a", entry(CASES[0], "gas", "1"): b"d", entry(CASES[2], "gas", "2"): b"e"})
    git = keys.registry.git

    def keep(one: Entry, blobs: Sequence[str]) -> str | None:  # asked of what one side alone has
        asked.append(one)
        return blobs[0] if one.fingerprint != "2" * 16 else None

    gone = Gone({CASES[0]}, {"1" * 16})
    for left, right in ((ours, theirs), (theirs, ours)):
        asked = list[Entry]()
        assert set(keys.blobs(join(git, left, right, gone, keep))) == {entry(CASES[1])}
        assert set(asked) == {entry(CASES[1]), entry(CASES[2], "gas", "2")}
    # What both have alike goes, too.
    assert set(keys.blobs(join(git, ours, ours, gone, every))) == {entry(CASES[1])}
    assert keys.blobs(join(git, ours, ours, Gone(set(CASES)), every)) == {}


def test_what_is_no_key_comes_from_nobody(keys: Keys) -> None:
    """Whoever may push to the shared repository may put anything there, under any name."""
    desk, git = keys.desk, keys.registry.git
    ours = keys.at({entry(CASES[0]): b"a"})
    blob = desk.git("hash-object", "-w", "units.yaml").strip()
    fake = entry(CASES[1]).path
    names = (f'x"\nM 100644 {blob} {fake}', f"2025/12/31/{CASES[0]}/office-{'0' * 16}.age", "units.yaml")
    tree = desk.git("rev-parse", f"{ours}^{{tree}}").strip()
    lines = [
        *("commit refs/heads/odd", "committer a <a@b> 0 +0000", "data 0", f"from {desk.head}", f'M 040000 {tree} ""'),
        *(f"M 100644 {blob} {quoted(name).decode()}" for name in names),
        f"M 160000 {desk.head} {fake}",  # another repository, by its commit
    ]
    git.run("fast-import", "--quiet", stdin="\n".join([*lines, "", ""]).encode())
    odd = desk.git("rev-parse", "odd").strip()
    assert join(git, ours, odd, NOTHING, every) == join(git, odd, ours, NOTHING, every) == ours
    assert set(keys.blobs(odd)) == {entry(CASES[0])}


@pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")
@pytest.mark.parametrize("moment", ['"$GIT" "$@"; kill -9 0', "kill -9 $PPID; sleep 0.4"])
def test_killed_while_refs_move_both_move_or_neither(
    desk: Desk, wz: Runner, interposed: Interposed, forge: Any, moment: str
) -> None:
    sealed = ("--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", "--name", "王小明")
    head, keys = desk.head, desk.git("for-each-ref", REF)
    forge.start(("new", *sealed), desk.root, {**os.environ, **interposed("update-ref", moment)}).wait(30)
    assert wz("list", cwd=desk.root).code == 0
    now = desk.git("for-each-ref", REF)
    assert (desk.head == head) == (now == keys)
    desk.assert_sound()
    for case in desk.cases:
        if "petitioner:" in (desk.root / desk.path(case)).read_text("utf-8"):
            assert "王小明" in wz("petitioner", case, cwd=desk.root).out


@pytest.mark.parametrize("half", ["the branch alone", "the keys alone"])
def test_a_move_that_stopped_half_way_is_mended(desk: Desk, wz: Runner, half: str) -> None:
    """Git renames one ref after the other; a power cut between them leaves the journal, which tells what is right."""
    head = desk.head
    sealed = ("--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", "--name", "王小明")
    first = wz("new", *sealed, "--format", "id", cwd=desk.root).out.strip()
    between, keys_between = desk.head, desk.git("rev-parse", REF).strip()
    second = wz("new", *sealed, "--format", "id", cwd=desk.root).out.strip()
    after, keys_after = desk.head, desk.git("rev-parse", REF).strip()
    path = desk.path(second)
    pending = desk.git_dir / "wz/pending"
    (pending / "0").write_bytes((desk.root / path).read_bytes())
    journal = {"ref": "refs/heads/main", "old": between, "new": after, "paths": [path], "old_keys": keys_between,
               "keys": keys_after}  # fmt: skip
    (pending / "journal.json").write_text(json.dumps(journal))
    if half == "the branch alone":
        desk.git("update-ref", REF, keys_between)
    else:
        desk.git("reset", "-q", "--hard", between)
    assert wz("list", cwd=desk.root).code == 0
    stands = half == "the branch alone"
    assert desk.head == (after if stands else between)
    assert desk.git("rev-parse", REF).strip() == (keys_after if stands else keys_between)
    assert wz("petitioner", first, cwd=desk.root).code == 0
    assert wz("petitioner", second, cwd=desk.root).code == (0 if stands else 2)
    assert head != between


def test_a_rival_that_moves_the_keys_is_waited_out(desk: Desk, wz: Runner, interposed: Interposed) -> None:
    """Another work tree of the repository has a lock of its own, and the same keys."""
    sealed = ("--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", "--name", "王小明")
    first = wz("new", *sealed, "--format", "id", cwd=desk.root).out.strip()
    rival = Keys(desk)
    mine = desk.git("rev-parse", REF).strip()
    other = rival.at({entry(CASES[1]): b"two"}, mine)
    desk.git("update-ref", REF, mine)
    env = interposed("update-ref", f'"$GIT" -C {desk.root} update-ref {REF} {other}')
    second = wz("new", *sealed, "--format", "id", cwd=desk.root, env=env).out.strip()
    assert {one.case_id for one in rival.blobs(REF)} == {first, second, CASES[1]}
    assert Path(desk.root / desk.path(second)).exists()


def test_many_cases_keys_are_read_at_once(keys: Keys) -> None:
    """What was read ahead is there without git; the others are read as they are asked for."""
    keys.at({entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two", entry(CASES[2]): b"three"})
    changes = CaseKeys(keys.registry.git)
    changes.expect(CASES[:2])
    keys.desk.git("update-ref", "-d", REF)
    assert changes.of(CASES[0]) == {entry(CASES[0]): b"one", entry(CASES[0], "water"): b"two"}
    assert changes.of(CASES[1]) == changes.of(CASES[2]) == {}
    changes.drop(entry(CASES[0], "water"))
    assert changes.of(CASES[0]) == {entry(CASES[0]): b"one"}
    changes.expect(CASES)  # there is no ref any more
    assert changes.of(CASES[2]) == {}
