"""The index decides nothing: every answer with it is the answer without it, whatever happened to registry and index."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.generate import registry
from wz.actions.catalog import ACTIONS
from wz.errors import Unreadable
from wz.model.instants import end_of_day, parse_instant
from wz.office.act import act
from wz.office.checking import check
from wz.office.survey import Survey, replays, survey
from wz.store import casefile, cases, changes, index, rows
from wz.store.registry import Registry

ROOT = Path(__file__).parents[2]
MOMENTS = [parse_instant(text) for text in ("2026-11-10 23:59", "2027-03-01 12:00")]
ALWAYS, NEVER = 1, 1_000_000


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
    return done.stdout.decode("utf-8").strip()


def told(found: Survey) -> list[Any]:
    """A survey as plain values, in the order given."""
    return [
        [(one.facts, one.state, one.unit, one.assist, one.rating, one.judged, one.waiting) for one in found.standings],
        sorted(found.problems, key=repr),
    ]


def answers(root: Path, revision: str | None = None) -> list[Any]:
    """What check, list, a stream over all cases and the look-up of an id's end say, now and in the past."""
    registry = Registry(root) if revision is None else Registry(root).at(revision)
    said: list[Any] = []
    for moment in MOMENTS:
        said.append(told(survey(registry, moment)))
        owed = survey(registry, moment, ended=False)
        report = check(owed, "", registry.rules, registry.directory)
        said.append((report.totals, report.obligations, report.waiting, sorted(report.problems, key=repr)))
        problems: list[Any] = []
        said.append([(one.case.facts, one.case.state, one.case.since) for one in replays(registry, moment, problems)])
    said.append(registry.case_paths())
    said += [cases.ending(registry, end) for end in ("0", "%", "_")]
    return said


def both(root: Path, monkeypatch: pytest.MonkeyPatch, revision: str | None = None) -> None:
    """With the index the answers are those without it."""
    monkeypatch.setattr(changes, "PAYS", NEVER)
    without = answers(root, revision)
    monkeypatch.setattr(changes, "PAYS", ALWAYS)
    assert answers(root, revision) == without


class Story:
    """Random things that happen to a registry and to its index."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)

    def any_case(self) -> Path:
        return self.chance.choice(sorted(self.root.glob("cases/*/*/*/*.yaml")))

    def happen(self) -> str:
        name = self.chance.choice([name for name in dir(self) if name.startswith("do_")])
        getattr(self, name)()
        return name

    def do_act(self) -> None:
        git(self.root, "stash", "-q", "--include-untracked")
        self.note(self.any_case().stem)

    def note(self, case: str) -> None:
        now = datetime.now().astimezone()
        act(Registry(self.root), case, ACTIONS["note"], {"text": "来电"}, by="office/zhang", at=now, now=now)

    def do_edit_and_leave(self) -> None:
        file = self.any_case()
        file.write_bytes(file.read_bytes().replace("。".encode(), "！".encode(), 1))

    def do_edit_and_commit(self) -> None:
        self.do_edit_and_leave()
        git(self.root, "commit", "-q", "-a", "--allow-empty", "-m", "by hand")

    def do_break(self) -> None:
        self.any_case().write_bytes(self.chance.choice([b"", b"a: [", b"format: 1\n", b"\xff\xfe", b"events:\n"]))

    def do_unlawful(self) -> None:
        with self.any_case().open("ab") as file:
            file.write(
                b"  - action: approve\n    at: '2026-11-19T09:00:00+08:00'\n    by: office/zhang\n    publish: true\n"
                * 2
            )

    def do_remove(self) -> None:
        self.any_case().unlink()

    def do_add(self) -> None:
        source = self.any_case()
        folder = self.root / "cases/2026/11/20"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / f"20261120-{self.chance.randrange(10**6):06}.yaml")

    def do_commit_everything(self) -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "all")

    def do_go_back(self) -> None:
        git(self.root, "stash", "-q", "--include-untracked")
        git(self.root, "reset", "-q", "--hard", f"HEAD~{self.chance.randrange(3)}")

    def do_other_branch(self) -> None:
        git(self.root, "stash", "-q", "--include-untracked")
        git(self.root, "checkout", "-q", "-B", f"b{self.chance.randrange(3)}", f"HEAD~{self.chance.randrange(2)}")

    def do_stage(self) -> None:
        self.do_edit_and_leave()
        git(self.root, "add", "-A")

    def do_ignore(self) -> None:
        (self.root / ".gitignore").write_text("*.wz-new\ncases/2026/11/20/\n", encoding="utf-8")

    def do_holiday(self) -> None:
        text = (ROOT / "calendar.yaml").read_text(encoding="utf-8")
        day = self.chance.randrange(10, 21)
        closed = f'closed:\n  - {{date: "2026-11-{day}", reason: 台风}}\n'
        (self.root / "calendar.yaml").write_text(text + closed, encoding="utf-8")

    def do_other_rules(self) -> None:
        text = (ROOT / "wz/regulation/longnan.yaml").read_text(encoding="utf-8")
        days = self.chance.choice(["1", "5", "8"])
        text = text.replace("grants: 2", f"grants: {self.chance.randrange(1, 3)}").replace("days: 5,", f"days: {days},")
        (self.root / "rules.yaml").write_text(text, encoding="utf-8")

    def index(self) -> Path:
        return self.root / ".git/wz/index.sqlite"

    def do_delete_the_index(self) -> None:
        self.index().unlink(missing_ok=True)

    def do_cut_the_index(self) -> None:
        if self.index().exists():
            data = self.index().read_bytes()
            self.index().write_bytes(data[: self.chance.randrange(len(data))])

    def do_spoil_the_index(self) -> None:
        if self.index().exists():
            data = bytearray(self.index().read_bytes())
            for _time in range(self.chance.randrange(1, 40)):
                data[self.chance.randrange(len(data))] = self.chance.randrange(256)
            self.index().write_bytes(data)

    def do_write_nonsense(self) -> None:
        self.index().parent.mkdir(exist_ok=True)
        self.index().write_bytes(b"not an index")


@pytest.mark.parametrize("seed", range(3))
def test_random_histories(sample: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(casefile, "parse", cache(casefile.parse))  # the same bytes always read the same
    story, happened = Story(sample, seed), []
    for _step in range(12):
        happened.append(story.happen())
        try:
            both(sample, monkeypatch)
            back = git(sample, "rev-parse", f"HEAD~{story.chance.randrange(1, 60)}")
            both(sample, monkeypatch, back)
        except AssertionError:
            raise AssertionError(happened) from None


def test_what_git_sees_otherwise_than_a_reader_of_folders(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links, folders, other repositories, ignored and overlooked files: each told alike, committed or not."""
    both(sample, monkeypatch)
    files = sorted(sample.glob("cases/*/*/*/*.yaml"))
    linked, taken, overlooked, hidden, removed = files[:5]
    linked.rename(linked.with_suffix(".bak"))
    linked.symlink_to(linked.with_suffix(".bak").name)
    taken.unlink()
    taken.mkdir()
    (taken / "note.yaml").write_bytes(b"")
    linked.with_name(".#lock.yaml").symlink_to("nobody@nowhere")
    os.mkfifo(linked.with_name("20261001-PPPPPP.yaml"))
    if sys.platform == "linux":  # elsewhere a name must be Unicode
        hidden.rename(hidden.with_name(os.fsdecode(b"\xff.yaml")))
    both(sample, monkeypatch)
    shutil.rmtree(taken)
    git(sample, "add", "-A")
    git(sample, "commit", "-q", "-m", "odd things")
    both(sample, monkeypatch)
    both(sample, monkeypatch, "HEAD")

    git(sample, "update-index", "--assume-unchanged", str(overlooked))
    overlooked.write_bytes(overlooked.read_bytes() + b"# seen?\n  - nonsense\n")
    git(sample, "update-index", "--skip-worktree", str(removed))
    removed.unlink()
    both(sample, monkeypatch)

    (sample / ".gitignore").write_text("cases/2025/\n", encoding="utf-8")
    for day in ("cases/2025/12/31", "cases/2024/12/31"):
        (sample / day).mkdir(parents=True)
        shutil.copyfile(files[6], sample / day / f"{day[6:].replace('/', '')}-AAAAAA.yaml")
    git(sample / "cases/2024/12/31", "init", "-q")
    (sample / "cases/2026/10").rename(sample / "october")
    (sample / "cases/2026/10").symlink_to("../../october")
    both(sample, monkeypatch)


def test_a_sparse_checkout_is_the_years_in_use(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both(sample, monkeypatch)
    months = sorted(sample.glob("cases/*/*"))
    git(sample, "sparse-checkout", "set", months[-1].relative_to(sample).as_posix())
    assert not months[0].exists()
    both(sample, monkeypatch)
    both(sample, monkeypatch, "HEAD")


def test_a_registry_within_a_bigger_repository(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(sample / ".git")
    top = sample.parent / "大 repository"
    top.mkdir()
    registry = sample.rename(top / "sub [1] 登记")
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "all")
    both(registry, monkeypatch)
    sorted(registry.glob("cases/*/*/*/*.yaml"))[0].unlink()
    git(top, "commit", "-q", "-a", "-m", "one less")
    both(registry, monkeypatch)
    both(registry, monkeypatch, "HEAD~1")


def test_damage_to_gits_own_index_hides_no_case(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both(sample, monkeypatch)
    place = sample / ".git/index"
    place.write_bytes(place.read_bytes()[:100])
    both(sample, monkeypatch)


def test_an_answer_is_of_one_moment(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process brings the index to a new commit just when the rows for an older one are to be read."""
    monkeypatch.setattr(changes, "PAYS", ALWAYS)
    monkeypatch.setattr(index, "_BUSY_SECONDS", 0.1)
    old = Registry(sample).at("HEAD")
    expected = [read.events for read in old.scan()]
    file, rows_of = sorted(sample.glob("cases/*/*/*/*.yaml"))[0], cases._rows

    def overtaken(registry: Registry, *arguments: Any) -> Any:
        if registry is old:
            Story(sample, 0).note(file.stem)
            cases.ending(Registry(sample), "")
        return rows_of(registry, *arguments)

    monkeypatch.setattr(cases, "_rows", overtaken)
    assert [read.events for read in old.scan()] == expected
    assert [read.events for read in Registry(sample).scan()] != expected


def test_a_killed_writers_journal_is_not_undone_in_the_next_index(tmp_path: Path) -> None:
    place, journal = tmp_path / "index.sqlite", tmp_path / "index.sqlite-journal"
    journal.write_bytes(b"what a killed writer had begun")
    index.build(place, [], {})
    assert place.exists()
    assert not journal.exists()
    journal.write_bytes(b"another's")
    index.drop(place)
    assert list(tmp_path.iterdir()) == []


def test_what_killed_builders_left_is_swept(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAYS", ALWAYS)
    folder = sample / ".git/wz"
    folder.mkdir(exist_ok=True)
    dead, alive = folder / "index.sqlite.1", folder / "index.sqlite.2"
    for draft in (dead, alive):
        draft.write_bytes(b"half an index")
    long_ago = alive.stat().st_mtime - 3600
    os.utime(dead, (long_ago, long_ago))
    answers(sample)
    assert (dead.exists(), alive.exists()) == (False, True)


@pytest.mark.parametrize("known", [True, False])
def test_a_case_is_found_by_its_ids_end_whatever_the_calendar(
    sample: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setattr(changes, "PAYS", ALWAYS)
    if known:
        cases.ending(Registry(sample), "")
    (sample / "calendar.yaml").write_text("format: [", encoding="utf-8")
    sorted(sample.glob("cases/*/*/*/*.yaml"))[0].unlink()
    git(sample, "commit", "-q", "-a", "-m", "a broken calendar, and one case less")
    assert len(cases.ending(Registry(sample), "")) == len(list(sample.glob("cases/*/*/*/*.yaml")))
    with pytest.raises(Unreadable, match=r"calendar\.yaml"):
        list(Registry(sample).scan())


# -- enough cases that the index pays and reading is shared among the cores


@pytest.fixture(scope="module")
def city(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,600 cases, of which 40 are open. Not to be written to; its index may be."""
    root = tmp_path_factory.mktemp("city") / "registry"
    registry(root, 1600, 40)
    return root


LATER = end_of_day(date(2026, 11, 20))


def open_ids(root: Path) -> list[str]:
    return [one.id for one in survey(Registry(root), LATER, ended=False).standings]


def index_of(root: Path) -> Path:
    return root / ".git/wz/index.sqlite"


def no_parsing(*_arguments: object) -> None:
    raise AssertionError("a file was parsed")


def test_on_every_core_as_on_one(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_of(city).unlink(missing_ok=True)
    together = told(survey(Registry(city), LATER))
    monkeypatch.setattr(rows, "_WORTH_SHARING", NEVER)
    index_of(city).unlink()
    assert told(survey(Registry(city), LATER)) == together
    assert len(together[0]) == 1600
    assert len(open_ids(city)) == 40


def test_what_may_be_owed_is_found_without_looking_at_the_rest(city: Path) -> None:
    """By SQLite's own plan: no scan over all cases."""
    open_ids(city)
    known = cases.Index.open(index_of(city))
    asked: list[str] = []
    known._base.set_trace_callback(asked.append)
    assert len(list(known.select("awake = 1 OR last > ?", (int(LATER.timestamp()),)))) == 40
    known._base.set_trace_callback(None)
    plan = [row[3] for row in known._base.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert [step for step in plan if step.startswith("SCAN") or "by_path" in step] == []
    known.close()


def test_what_is_known_is_not_parsed_again(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = open_ids(city)
    monkeypatch.setattr(casefile, "parse", no_parsing)
    assert open_ids(city) == expected


def test_a_changed_holiday_moves_deadlines_and_parses_nothing(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {one.id: one.due for one in survey(Registry(city), LATER, ended=False).standings if one.due}
    calendar = city / "calendar.yaml"
    text = calendar.read_text(encoding="utf-8")
    monkeypatch.setattr(casefile, "parse", no_parsing)
    monkeypatch.setattr(rows, "_WORTH_SHARING", NEVER)  # in this process, where parsing is forbidden
    try:
        calendar.write_text(text + 'closed:\n  - {date: "2026-11-23", reason: 台风}\n', encoding="utf-8")
        after = {one.id: one.due for one in survey(Registry(city), LATER, ended=False).standings if one.due}
    finally:
        calendar.write_text(text, encoding="utf-8")
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert {case for case, due in before.items() if due == monday}
    assert all(after[case] == tuesday for case, due in before.items() if due == monday)


def test_only_what_a_commit_changed_is_parsed(city: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(city, root)
    git(root, "update-index", "-q", "--refresh")
    open_ids(root)
    case = sorted(root.glob("cases/*/*/*/*.yaml"))[700]
    with case.open("ab") as file:
        file.write(b"# a comment\n")
    git(root, "commit", "-q", "-a", "-m", "by hand")
    parsed: list[str] = []
    parse = casefile.parse

    def noted(path: str, data: bytes) -> Any:
        parsed.append(path)
        return parse(path, data)

    monkeypatch.setattr(casefile, "parse", noted)
    open_ids(root)
    assert parsed == [case.relative_to(root).as_posix()]
    parsed.clear()
    open_ids(root)
    assert parsed == []


def test_another_wz_makes_it_anew(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ids(city)
    mark = cases.Index.open(index_of(city)).about()["tool"]
    monkeypatch.setattr(cases, "tool", lambda: "another")
    monkeypatch.setattr(rows, "_WORTH_SHARING", NEVER)
    expected = open_ids(city)
    assert cases.Index.open(index_of(city)).about()["tool"] == "another" != mark
    assert len(expected) == 40


def test_where_it_cannot_be_written_the_answer_is_the_same(city: Path, tmp_path: Path) -> None:
    expected = open_ids(city)
    root = tmp_path / "copy"
    shutil.copytree(city, root)
    shutil.rmtree(root / ".git/wz")
    (root / ".git/wz").write_text("in the way", encoding="utf-8")
    assert open_ids(root) == expected


def test_several_at_once_and_some_killed(city: Path, forge: Any) -> None:
    index_of(city).unlink(missing_ok=True)
    check = ["check", "--as-of", "2026-11-20", "--format", "json"]
    with ExitStack() as open_files, Path(os.devnull).open("r+b") as nothing:
        said = [open_files.enter_context(tempfile.TemporaryFile()) for _number in range(4)]
        processes = [
            forge.start(check, city, os.environ, [nothing.fileno(), out.fileno(), nothing.fileno()]) for out in said
        ]
        time.sleep(0.2)
        with suppress(ProcessLookupError):  # on a machine so fast that it is done
            os.killpg(processes[0].pid, signal.SIGKILL)
        assert [process.wait() for process in processes][1:] == [0, 0, 0]
        printed = []
        for out in said[1:]:
            out.seek(0)
            printed.append(out.read())
    assert len({*printed}) == 1
    waiting = {one["case"] for kind in ("obligations", "waiting") for one in json.loads(printed[0])[kind]}
    assert waiting == set(open_ids(city))
    assert cases.Index.open(index_of(city)).sound()
