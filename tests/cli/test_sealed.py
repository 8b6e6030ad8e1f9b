"""Petitioners sealed (第十九条): who reads what in an office and two units with a clone and a key each."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wz.cli.main import run
from wz.office.keyunion import joined
from wz.store.casekeys import held
from wz.store.registry import Registry

Desk = Any
Runner = Callable[..., Any]
NAME, PHONE, ADDRESS = "王小明", "13812345678", "幸福路18号2栋502室"
GIVEN = ("--name", NAME, "--phone", PHONE, "--address", ADDRESS)
PEOPLE = {"office": "zhang@office.example", "urban-mgmt": "li@urban-mgmt.example", "market": "sun@market.example"}


class Result(NamedTuple):
    """What a command returned."""

    code: int
    out: str
    err: str


class Clone:
    """One body's clone, with its own key folder and git identity."""

    def __init__(self, body: str, root: Path, keys: Path, run: Runner) -> None:
        self.body, self.root, self.keys, self._run = body, root, keys, run

    def __call__(self, *arguments: str | Path, code: int = 0, **more: Any) -> Any:
        email = PEOPLE[self.body]
        env = {
            "WZ_KEYS": str(self.keys),
            **{f"GIT_{who}_EMAIL": email for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_NAME": self.body for who in ("AUTHOR", "COMMITTER")},
        }
        done = self._run(*arguments, cwd=self.root, env=env, **more)
        assert done.code == code, f"{arguments} gave {done.code}: {done.out}{done.err}"
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--format", "json", code=code).out)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True, check=True)
        return done.stdout.decode("utf-8")

    def sync(self) -> None:
        """Bring in what the office has recorded, and the keys."""
        self("sync", "--no-push")

    def fetch(self) -> None:
        """The same where nothing was recorded here: git alone is quicker."""
        self.git("fetch", "-q", "origin", "+refs/wz/keys:refs/wz/keys")
        self.git("pull", "-q", "--ff-only", "origin", "main")

    def keys_of(self, case: str) -> list[str]:
        """Whose copies of a case's key there are."""
        names = self.git("ls-tree", "-r", "--name-only", "refs/wz/keys").splitlines()
        return sorted({name.rpartition("/")[2].rpartition("-")[0] for name in names if f"/{case}/" in name})


UNITS = ("urban-mgmt", "market")


@pytest.fixture(scope="session")
def city_made(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's registry with a key of its own, and the clones of two units whose keys the office has listed."""
    base = tmp_path_factory.mktemp("city")
    shutil.copytree(founded, base / "office")

    def typed(body: str, *arguments: str, cwd: Path, env: Mapping[str, str]) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(cwd)
            for name, value in env.items():
                patch.setenv(name, value)
            return Result(run([*arguments]), "", "")

    office = Clone("office", base / "office", base / "keys-office", partial(typed, "office"))
    office("key", "rotate", "--for", "office")
    for unit in UNITS:
        subprocess.run(["git", "clone", "-q", "office", unit], cwd=base, check=True)
        clone = Clone(unit, base / unit, base / f"keys-{unit}", partial(typed, unit))
        clone("key", "new")
        text = next(clone.keys.iterdir()).read_text("utf-8")
        public = text.partition("# public key: ")[2].partition("\n")[0]
        # The sample's units.yaml lists a key of this unit's that everybody has.
        how = ("import", public) if unit == "market" else ("rotate", "--new", public)
        office("key", *how, "--for", unit)
    return base


@pytest.fixture
def city(city_made: Path, typed: Runner, tmp_path: Path) -> dict[str, Clone]:
    """A fresh copy of the city: the office, urban-mgmt, market."""
    base = shutil.copytree(city_made, tmp_path / "city")
    for unit in UNITS:
        config = base / unit / ".git/config"
        config.write_text(config.read_text("utf-8").replace(str(city_made), str(base)), encoding="utf-8")
    return {body: Clone(body, base / body, base / f"keys-{body}", typed) for body in ("office", *UNITS)}


def new(office: Clone, *more: str) -> str:
    given = ("--category", "投诉", "--channel", "热线电话", "--title", "路灯不亮", "--content", "人民路路灯三天不亮")
    return str(office("new", *given, *GIVEN, *more, "--format", "id").out.strip())


def test_the_whole_round(city: dict[str, Clone], fits: Callable[[str, Any], None]) -> None:
    office, urban, market = city.values()
    case = new(office, "--about", "市场监管局")
    assert office.json("petitioner", case)["petitioner"]["phone"] == PHONE

    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    urban.fetch()
    market.fetch()
    opened = urban.json("petitioner", case)
    fits("petitioner", opened)
    assert opened["petitioner"] == {
        "name": NAME, "phone": PHONE, "address": ADDRESS, "id_number": None, "hours": None, "moved": [],
    }  # fmt: skip
    assert [(one["holder"], one["place"], one["action"]) for one in opened["readers"]] == [
        ("office", 0, "new"),
        ("urban-mgmt", 1, "transfer"),
    ]
    refused = market("petitioner", case, code=3)
    assert "第十九条" in refused.err
    assert "城市管理局" in refused.err

    office("return", "request", case, "--as", "urban-mgmt", "--reason", "非我局职责", "--basis", "三定方案")
    office("return", "accept", case, "--duty", "属市场监管")
    assert office.keys_of(case) == ["office"]

    done = office("transfer", case, "--to", "market", "--route", "duty")
    assert "第十九条" in done.err
    event = office.json("show", case)["events"][-1]["event"]
    assert event["withheld_from"] == ["market"]
    assert "disclosed_to" not in event
    assert office.keys_of(case) == ["office"]
    market.fetch()
    market("petitioner", case, code=3)
    assert office.json("petitioner", case, "--who")["withheld_from"] == ["market"]

    office("forget", case, "--reason", "本人书面申请", "--yes")
    told = office("petitioner", case, code=3)
    assert "本人书面申请" in told.err
    assert "forgotten on" in office("show", case).out
    shown = office.json("show", case)
    fits("show", shown)
    assert shown["forgotten"] == shown["events"][-1]["event"]["at"]
    assert office.keys_of(case) == []
    office("validate")
    office("audit")


def test_what_was_forgotten_is_gone_once_git_has_collected(city: dict[str, Clone]) -> None:
    office = city["office"]
    office.git("config", "core.logAllRefUpdates", "always")  # the ref keeps no log even then
    case, other = new(office), new(office)
    before = office.git("rev-parse", "refs/wz/keys").strip()
    office("forget", case, "--reason", "本人申请", "--yes")
    office.git("gc", "-q", "--prune=now")
    left = office.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert before not in left
    paths = office.git("ls-tree", "-r", "--name-only", "refs/wz/keys")
    assert case not in paths
    assert other in paths
    assert office.json("petitioner", other)["petitioner"]["name"] == NAME
    assert office.git("rev-list", "--count", "refs/wz/keys").strip() == "1"


@pytest.fixture
def shared(city: dict[str, Clone], tmp_path: Path) -> dict[str, Clone]:
    """The city's three clones around a bare repository that they sync with."""
    hub = tmp_path / "hub.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(city["office"].root), str(hub)], check=True)
    for clone in city.values():
        remotes = clone.git("remote").split()
        clone.git("remote", "set-url" if "origin" in remotes else "add", "origin", str(hub))
        clone("sync")
    return city


def test_keys_come_along_with_a_sync(shared: dict[str, Clone]) -> None:
    office, urban, market = shared.values()
    case = new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    assert office.json("sync")["pushed"]
    for unit in (urban, market):
        unit("sync")
        assert unit.keys_of(case) == ["office", "urban-mgmt"]
    assert urban.json("petitioner", case)["petitioner"]["phone"] == PHONE
    assert "城市管理局" in market("petitioner", case, code=3).err
    # Two cases on two clones: both clones end with all keys, in one commit that has no parents.
    second = new(office)
    urban("contact", case, "--method", "phone", "--summary", "已联系")
    urban("sync")
    office("sync")
    urban("sync")
    tips = {clone.git("rev-parse", "refs/wz/keys") for clone in (office, urban)}
    assert len(tips) == 1
    assert urban.git("rev-list", "--parents", "refs/wz/keys").split() == [tips.pop().strip()]
    assert urban.keys_of(second) == ["office"]


def test_what_was_forgotten_is_gone_in_every_clone_that_syncs(shared: dict[str, Clone], tmp_path: Path) -> None:
    office, urban, market = shared.values()
    case, other = new(office), new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    office("sync")
    urban("sync")
    market("sync")
    copies = [line.split()[2] for line in urban.git("ls-tree", "-r", "refs/wz/keys").splitlines() if case in line]
    assert len(copies) == 2
    # The unit works on without having heard of it, and has keys that the hub has no more when it syncs.
    urban("contact", case, "--method", "phone", "--summary", "已联系")
    office("forget", case, "--reason", "本人申请", "--yes")
    office("sync")
    for clone in (urban, market, office):
        clone("sync")
        assert clone.keys_of(case) == []
        assert clone.keys_of(other) == ["office"]
    for repository in (office.root, urban.root, market.root, tmp_path / "hub.git"):
        subprocess.run(["git", "-C", str(repository), "gc", "-q", "--prune=now"], check=True)
        for copy in copies:
            there = subprocess.run(["git", "-C", str(repository), "cat-file", "-e", copy], capture_output=True)
            assert there.returncode != 0, (repository, copy)
    for clone in (office, urban, market):
        assert NAME not in clone("petitioner", case, code=3).out
        clone("validate")
    office("audit")
    assert office.json("petitioner", other)["petitioner"]["name"] == NAME


def test_a_sync_leaves_nothing_waiting_that_would_keep_what_is_deleted(
    shared: dict[str, Clone], tmp_path: Path
) -> None:
    office = shared["office"]
    hub = ("git", "-C", str(tmp_path / "hub.git"), "update-ref")
    new(office)
    office("sync")
    keys = office.git("rev-parse", "refs/wz/keys").strip()
    # A copy under a like name, of which wz knows nothing, comes along with the keys and must not stay.
    subprocess.run([*hub, "refs/wz/keys-of-before", keys], check=True)
    for words in (("sync", "--dry-run"), ("sync",)):
        office(*words)
        assert "keys-of-before" not in office.git("for-each-ref")
        assert office.git("for-each-ref", "refs/wz/came") == ""
    # So is a folder of refs, in whose place the keys then find room again.
    subprocess.run([*hub, "-d", "refs/wz/keys"], check=True)
    subprocess.run([*hub, "refs/wz/keys/x", keys], check=True)
    told = office("sync", code=5).err
    assert "refs/wz/keys/x" in told
    assert "docs/privacy.md" in told
    subprocess.run([*hub, "-d", "refs/wz/keys/x"], check=True)
    office("sync")
    assert office.git("ls-remote", "origin", "refs/wz/keys").split()[0] == keys


def test_what_was_sealed_to_a_revoked_key_unheard_of_is_not_lost(shared: dict[str, Clone], tmp_path: Path) -> None:
    """A second desk of the office registers a case before it hears that the key was revoked."""
    office = shared["office"]
    root = shutil.copytree(office.root, tmp_path / "second")
    second = Clone("office", root, shutil.copytree(office.keys, tmp_path / "keys-second"), office._run)
    known = new(office)
    office("key", "rotate", "--revoke")
    office("sync")
    case = new(second)
    for file in second.keys.iterdir():  # where the old key is not held nothing can be sealed anew, and nothing goes
        file.rename(tmp_path / file.name)
    second("sync")
    assert second.keys_of(case) == ["office"]
    office("sync")
    assert office.json("petitioner", case)["petitioner"]["name"] == NAME
    office("sync")
    second("sync")
    revoked = [one["fingerprint"] for one in office.json("key", "list")["keys"] if one["status"] == "revoked"]
    for clone in (office, second):
        assert clone.keys_of(case) == clone.keys_of(known) == ["office"]
        assert revoked[0] not in clone.git("ls-tree", "-r", "--name-only", "refs/wz/keys")


def test_a_copy_that_does_not_open_replaces_none_that_does(shared: dict[str, Clone]) -> None:
    """Whoever may push can put anything in the place of the office's copies, one that opens something else included."""
    office, urban, _market = shared.values()
    cases = [new(office) for _number in range(3)]
    office("sync")
    urban("sync")
    other = next(line for line in urban.git("ls-tree", "-r", "refs/wz/keys").splitlines() if cases[2] in line)
    for case in cases[:2]:
        path = next(line for line in urban.git("ls-tree", "-r", "refs/wz/keys").splitlines() if case in line)
        blobs = [other.split()[2]] if case == cases[0] else []
        for number in range(0 if blobs else 4):  # some of which come before the right one, some behind it
            (urban.root / "fake").write_text(f"{case} {number}")
            blobs.append(urban.git("hash-object", "-w", "fake").strip())
        for blob in (min(blobs), max(blobs)):
            tree = _tree_with(urban, f"100644 blob {blob}\t{path.partition(chr(9))[2]}")
            urban.git("push", "-q", "origin", f"+{urban.git('commit-tree', '-m', '', tree).strip()}:refs/wz/keys")
            office("sync")
            assert office.json("petitioner", case)["petitioner"]["name"] == NAME


def _tree_with(clone: Clone, line: str) -> str:
    """The tree of the keys with one file in another's place."""
    environment = {**os.environ, "GIT_INDEX_FILE": str(clone.root / ".git/keys-index")}
    for words, text in ((("read-tree", "refs/wz/keys"), ""), (("update-index", "--index-info"), line + "\n")):
        subprocess.run(["git", "-C", str(clone.root), *words], input=text.encode(), env=environment, check=True)
    done = subprocess.run(
        ["git", "-C", str(clone.root), "write-tree"], env=environment, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def test_forgotten_in_one_clone_is_forgotten_in_all(city: dict[str, Clone]) -> None:
    """The office, the unit that could read it, and one that could not; the holders' keys are all still there."""
    office, urban, market = city.values()
    case = new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    for clone in (urban, market):
        clone.git("config", "core.logAllRefUpdates", "always")
        clone.sync()
    assert urban.json("petitioner", case)["petitioner"]["name"] == NAME
    listed = office.git("ls-tree", "-r", "refs/wz/keys").splitlines()
    copies = {line.split()[2] for line in listed if f"/{case}/" in line}
    assert len(copies) == 2
    office("forget", case, "--reason", "本人申请", "--yes")
    for clone in (urban, market, office):
        if clone is not office:
            clone.sync()
        clone.git("gc", "-q", "--prune=now")
        there = clone.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
        assert copies.isdisjoint(there)
        assert "forgotten" in clone("petitioner", case, code=3).err
        clone("validate")


def test_forgetting_is_asked_for_once_more_and_stays(city: dict[str, Clone]) -> None:
    office = city["office"]
    case = new(office)
    assert "--yes" in office("forget", case, "--reason", "申请", code=2).err
    office("forget", case, "--reason", "申请", "--yes", "--dry-run")
    assert office.keys_of(case) == ["office"]
    office("forget", case, "--reason", "申请", "--yes")
    office("forget", case, "--reason", "再次申请", "--yes", code=3)
    office("retract", case, "--event", "1", "--reason", "误录", code=3)
    office("correct", case, "--field", "petitioner", "--value", '{"name": "李四"}', "--reason", "补录", code=3)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    assert office.keys_of(case) == []
    office("disclose", case, code=3)
    office("validate")


def test_who_is_found_to_be_complained_of_loses_the_key(city: dict[str, Clone]) -> None:
    office, urban, _market = city.values()
    case = new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    done = office("correct", case, "--field", "about", "--value", "城管局", "--reason", "电话核实")
    assert "cannot be unread" in done.err
    assert office.keys_of(case) == ["office"]
    urban.fetch()
    urban("petitioner", case, code=3)


def test_whoever_has_the_case_without_the_contact_is_named(city: dict[str, Clone]) -> None:
    office = city["office"]
    case = new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    office("return", "request", case, "--as", "urban-mgmt", "--reason", "非职责", "--basis", "方案")
    office("return", "accept", case, "--duty", "另定")
    assert f"wz disclose {case}" in office("retract", case, "--event", "3", "--reason", "误录").err
    assert (
        f"wz disclose {case}" in office("correct", case, "--field", "about", "--value", "某公司", "--reason", "核").err
    )
    office("disclose", case)
    given = ("--field", "petitioner", "--value", '{"phone": "13900001111"}', "--reason", "换号")
    assert "disclose" not in office("correct", case, *given).err
    assert office.keys_of(case) == ["office", "urban-mgmt"]


def test_a_unit_without_a_key_gets_it_on_paper_and_later_by_key(city: dict[str, Clone]) -> None:
    office = city["office"]
    case = new(office)
    done = office("transfer", case, "--to", "housing", "--route", "duty", "--assist", "market")
    assert "wz print" in done.err
    event = office.json("show", case)["events"][-1]["event"]
    assert (event["disclosed_to"], event["on_paper"]) == (["market"], ["housing"])
    office("key", "new", "--for", "housing")
    assert "housing" not in office.keys_of(case)  # a key alone discloses nothing
    office("disclose", case)
    assert office.keys_of(case) == ["housing", "market", "office"]
    readers = office.json("petitioner", case, "--who")["readers"]
    assert {one["holder"]: one["place"] for one in readers} == {"office": 0, "housing": 2, "market": 1}
    assert "already" in office("disclose", case, code=3).err


def test_who_holds_no_key_transfers_and_discloses_nothing(city: dict[str, Clone], tmp_path: Path) -> None:
    office = city["office"]
    case = new(office)
    office.keys, kept = tmp_path / "nowhere", office.keys
    done = office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    assert f"wz disclose {case}" in done.err
    assert office.keys_of(case) == ["office"]
    office("disclose", case, code=3)
    office.keys = kept
    office("disclose", case)
    assert office.keys_of(case) == ["office", "urban-mgmt"]


def test_the_petitioner_is_corrected_for_the_same_readers(city: dict[str, Clone]) -> None:
    office, urban, _market = city.values()
    case = new(office)
    office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    office("correct", case, "--field", "petitioner", "--value-file", "-", "--reason", "换号",
           stdin='{"phone": "13900001111", "address": null}')  # fmt: skip
    urban.fetch()
    known = urban.json("petitioner", case)["petitioner"]
    assert (known["name"], known["phone"], known["address"]) == (NAME, "13900001111", None)
    assert "13900001111" not in office.git("log", "-p", "main")
    wrong = office(
        "correct", case, "--field", "petitioner", "--value", '{"phone": "99887"}', "--reason", "换号", code=2
    )
    assert "99887" not in wrong.err
    office("validate")


def test_a_petitioner_comes_later(city: dict[str, Clone]) -> None:
    office = city["office"]
    case = office("new", "--category", "咨询", "--channel", "网站", "--title", "社保", "--content", "如何转移",
                  "--format", "id").out.strip()  # fmt: skip
    office("petitioner", case, code=2)
    office("correct", case, "--field", "petitioner", "--value", '{"name": "李四"}', "--reason", "补录")
    opened = office.json("petitioner", case)
    assert opened["petitioner"]["name"] == "李四"
    assert opened["readers"][0]["action"] == "correct"


def test_without_a_key_of_the_office_nothing_is_recorded(desk: Desk) -> None:
    units = desk.root / "units.yaml"
    text = units.read_text("utf-8").replace("  keys:\n    - age139", "  # keys:\n    # - age139", 1)
    units.write_text(text, encoding="utf-8", newline="\n")
    head = desk.head()
    done = desk(
        "new", "--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", *GIVEN, code=2
    )
    assert "wz key new" in done.err
    assert NAME not in done.err
    assert desk.head() == head
    assert desk.git("for-each-ref", "refs/wz") == ""


def test_without_pyrage_nothing_is_recorded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    head = desk.head()
    done = desk(
        "new", "--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", *GIVEN, code=4
    )
    assert "pip install pyrage" in done.err
    assert desk.head() == head
    assert desk.new()  # without a petitioner all is as ever


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("--phone", "1381234567"), "phone"),
        (("--id-number", "110101190001010015"), "id_number"),
        (("--name", "王\n小明"), "name"),
        (("--address", "长" * 201), "address"),
    ],
)
def test_what_cannot_be_right_is_refused_without_quoting_it(desk: Desk, given: tuple[str, str], field: str) -> None:
    done = desk(
        "new", "--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮", *given, code=2
    )
    assert field in done.err
    assert given[1] not in done.err + done.out


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 1}', '{"姓名": "王"}', '{"name": {"a": "b"}}'])
def test_json_that_is_no_petitioner_is_refused(desk: Desk, text: str) -> None:
    head = desk.head()
    desk("new", "--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮",
         "--petitioner", "-", stdin=text, code=2)  # fmt: skip
    assert desk.head() == head


def test_a_petitioner_typed_in_a_files_place_is_not_quoted(city: dict[str, Clone], tmp_path: Path) -> None:
    office = city["office"]
    case = new(office)
    typed = json.dumps({"name": "李四", "phone": "13900001111"}, ensure_ascii=False)
    texts = ("--category", "投诉", "--channel", "网站", "--title", "路灯", "--content", "不亮")
    for words in (
        ("new", *texts, "--petitioner", typed),
        ("correct", case, "--field", "诉求人", "--value-file", typed, "--reason", "换号"),
        ("key", "export", tmp_path / "b.age", "--passphrase-file", "李四 words better kept"),
    ):
        told = office(*words, code=2)
        assert "file" in told.err
        assert "李四" not in told.out + told.err


def test_numbers_in_the_texts_are_told_without_being_shown_and_moved(desk: Desk) -> None:
    content = "电话13712345678\n身份证110101190001010014"
    given = ("--category", "投诉", "--channel", "网站", "--title", "请回电13912345678", "--content", content)
    warned = desk("new", *given)
    assert "title, line 1, column 4: mobile" in warned.err
    assert "content, line 2, column 4: identity" in warned.err
    assert "13912345678" not in warned.err
    case = desk("new", *given, "--seal-found", "--format", "id").out.strip()
    text = desk.file(case).read_text("utf-8")
    assert "请回电〔手机号码，已密封〕" in text
    assert "13712345678" not in text
    moved = desk.json("petitioner", case)["petitioner"]["moved"]
    assert [one["text"] for one in moved] == ["13912345678", "13712345678", "110101190001010014"]
    assert "sealed" not in desk("new", *given, "--keep-found").err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_private_keys_are_for_their_owner_alone(city: dict[str, Clone]) -> None:
    office = city["office"]
    files = list(office.keys.iterdir())
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600]
    assert stat.S_IMODE(office.keys.stat().st_mode) == 0o700
    case = new(office)
    files[0].chmod(0o644)
    assert "chmod 600" in office("petitioner", case, code=4).err
    office("key", "rotate", code=4)
    assert list(office.keys.iterdir()) == files  # no key was made that nobody lists
    told = office("transfer", case, "--to", "urban-mgmt", "--route", "duty").err
    assert told.index("chmod 600") < told.index(f"wz disclose {case}")
    slip = office("print", case, "--form", "transfer", "-o", office.root.parent / "slip.docx").err
    assert "chmod 600" in slip  # why the contact is not in it
    files[0].chmod(0o600)


def test_a_private_key_that_was_damaged_is_named(city: dict[str, Clone]) -> None:
    office = city["office"]
    case = new(office)
    file = next(office.keys.iterdir())
    good = file.read_text("utf-8")
    lines = good.splitlines()
    for edited in ("\ufeff" + good, good.replace("AGE-SECRET", "  AGE-SECRET"), good.replace("\n", "\r\n")):
        file.write_bytes(edited.encode())
        office("petitioner", case)
    file.write_text("\n".join([*lines[:-1], lines[-1][:40]]), encoding="utf-8")
    done = office("petitioner", case, code=4)
    assert f"{file.name}:{len(lines)}:" in done.err
    assert "wz key import" in done.err
    assert lines[-1][:40] not in done.out + done.err


def test_private_keys_stay_out_of_the_registry(city: dict[str, Clone]) -> None:
    office = city["office"]
    office.keys = office.root / ".wz-keys"
    done = office("key", "new", code=2)
    assert "lies in the registry" in done.err
    assert not office.keys.exists()
    office("key", "export", office.root / "backup.age", "--passphrase-file", "-", stdin="long enough", code=2)


def test_a_rotated_key_opens_what_it_opened_and_nothing_later(city: dict[str, Clone]) -> None:
    office, urban, _market = city.values()
    old, ended = new(office), new(office)
    for case in (old, ended):
        office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    office("withdraw", ended, "--reason", "已解决")
    public = urban.json("key", "new")["key"]
    changed = office.json("key", "rotate", "--for", "urban-mgmt", "--new", public)
    assert (changed["resealed"], changed["left"]) == (1, 0)
    later = new(office)
    office("transfer", later, "--to", "urban-mgmt", "--route", "duty")
    urban.fetch()
    first = next(file for file in urban.keys.iterdir() if public not in file.read_text("utf-8"))
    first.rename(first.with_suffix(".away"))
    assert urban.json("petitioner", old)["petitioner"]["name"] == NAME
    assert urban.json("petitioner", later)["petitioner"]["name"] == NAME
    urban("petitioner", ended, code=3)
    first.with_suffix(".away").rename(first)
    assert urban.json("petitioner", ended)["petitioner"]["name"] == NAME
    for file in urban.keys.iterdir():
        if file != first:
            file.unlink()
    assert urban.json("petitioner", old)["petitioner"]["name"] == NAME
    urban("petitioner", later, code=3)


def test_a_revoked_key_opens_nothing_any_more(city: dict[str, Clone], fits: Callable[[str, Any], None]) -> None:
    office, urban, _market = city.values()
    open_case, ended = new(office), new(office)
    for case in (open_case, ended):
        office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    office("withdraw", ended, "--reason", "已解决")
    office("key", "rotate", "--for", "urban-mgmt", "--revoke")
    urban.fetch()
    for case in (open_case, ended):
        urban("petitioner", case, code=3)
        assert office.json("petitioner", case)["petitioner"]["name"] == NAME
    rows = office.json("key", "list")
    fits("keys", rows)
    kinds = [(row["holder"], row["status"]) for row in rows["keys"]]
    assert ("urban-mgmt", "revoked") in kinds
    assert ("urban-mgmt", "current") in kinds
    assert ("office", "retired") in kinds  # the sample's, which the office began with
    office("validate")


def test_a_backup_brings_the_keys_back(city: dict[str, Clone], tmp_path: Path) -> None:
    office = city["office"]
    case = new(office)
    office("key", "export", tmp_path / "b.age", "--passphrase-file", "-", stdin="short", code=2)
    office("key", "export", tmp_path / "b.age", "--passphrase-file", "-", stdin="five words are better kept\n")
    office("key", "export", tmp_path / "b.age", "--passphrase-file", "-", stdin="five words are better kept\n", code=2)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "b.age").stat().st_mode) == 0o600
    for file in office.keys.iterdir():
        file.unlink()
    office("petitioner", case, code=3)
    office("key", "import", tmp_path / "b.age", "--passphrase-file", "-", stdin="wrong words", code=2)
    office("key", "import", tmp_path / "b.age", "--passphrase-file", "-", stdin="five words are better kept\n")
    assert office.json("petitioner", case)["petitioner"]["name"] == NAME


def test_units_yaml_keeps_every_byte_around_a_key(city: dict[str, Clone]) -> None:
    changes = city["office"].git("diff", "--numstat", "HEAD~1", "--", "units.yaml").split()[:2]
    assert changes == ["2", "0"]


def test_keys_written_by_hand_are_validated(city: dict[str, Clone]) -> None:
    office = city["office"]
    units = office.root / "units.yaml"
    good = units.read_text("utf-8")
    office("validate")
    keys = {row["holder"]: row["key"] for row in office.json("key", "list")["keys"] if row["status"] == "current"}
    mine, other = keys["office"], keys["market"]
    for text, said in (
        (good.replace(other, other[:-1] + ("q" if other[-1] != "q" else "p")), "no age key"),
        (good.replace(other, mine), "key of office, too"),
        (good.replace(f"- {mine}", f"- {mine}\n  revoked:\n    - {mine}"), "was revoked"),
    ):
        units.write_text(text, encoding="utf-8", newline="\n")
        found = [one for one in office.json("validate", code=1)["problems"] if said in one["message"]]
        assert text.splitlines()[found[0]["line"] - 1].strip().startswith("- age1")


def test_a_key_is_nobody_elses(city: dict[str, Clone]) -> None:
    office, urban, _market = city.values()
    public = urban.json("key", "new")["key"]
    mistyped = public[:-1] + ("q" if public[-1] != "q" else "p")
    assert "age1" in office("key", "import", mistyped, "--for", "urban-mgmt", code=2).err
    private = next(line for line in next(urban.keys.iterdir()).read_text("utf-8").splitlines() if line[0] == "A")
    for words in (("import", private, "--for", "urban-mgmt"), ("rotate", "--new", private)):
        told = office("key", *words, code=2)
        assert private[:30] not in told.out + told.err
    assert "wz key new" in office("key", "import", "ssh-ed25519 AAAA", "--for", "housing", code=2).err
    office("key", "import", public, "--for", "urban-mgmt")
    office("key", "import", public, "--for", "housing", code=2)
    urban("key", "import", public, "--for", "urban-mgmt", code=2)
    urban("key", "new", "--for", "market", code=3)


def test_joining_brings_back_nothing_that_was_taken(city: dict[str, Clone]) -> None:
    """What `wz sync` does with the keys of a clone that has not heard of it."""
    office, urban, _market = city.values()
    gone, named, left, stays = (new(office) for _number in range(4))
    for case in (gone, named, left, stays):
        office("transfer", case, "--to", "urban-mgmt", "--route", "duty")
    urban.fetch()
    theirs = urban.git("rev-parse", "refs/wz/keys").strip()
    office("forget", gone, "--reason", "申请", "--yes")
    office("correct", named, "--field", "about", "--value", "城管局", "--reason", "核实")
    office("return", "request", left, "--as", "urban-mgmt", "--reason", "非职责", "--basis", "方案")
    office("return", "accept", left, "--duty", "另定")
    later = new(office)
    ours = office.git("rev-parse", "refs/wz/keys").strip()
    office.git("fetch", "-q", str(urban.root), "refs/wz/keys")
    registry = Registry(office.root)
    commit = joined(registry, ours, theirs)
    assert commit == joined(registry, theirs, ours) == ours
    office.git("update-ref", "refs/wz/keys", commit)
    holders = {case: office.keys_of(case) for case in (gone, named, left, stays, later)}
    assert holders == {
        gone: [], named: ["office"], left: ["office"], stays: ["office", "urban-mgmt"], later: ["office"],
    }  # fmt: skip
    # Where only the branch came along, the forgotten key is on both sides, and goes all the same.
    urban.git("pull", "-q", "--ff-only", "origin", "main")
    theirs_now = held(Registry(urban.root).git, joined(Registry(urban.root), theirs, theirs))
    assert gone not in {one.case_id for one in theirs_now}
    assert stays in {one.case_id for one in theirs_now}


HEAD = "编号,诉求人姓名,联系电话,身份证号,主题,时间,详情\n"
ROWS = (
    "1,王小明,13812345678,110101190001010014,停水,2026-01-05 09:00,请打13998765432\n"
    "2,,,,停电,2026-01-06 09:00,无\n3,李四,不详,,漏水,2026-01-06 10:00,无\n"
)


def test_what_a_table_tells_of_petitioners_is_sealed(city: dict[str, Clone], tmp_path: Path) -> None:
    office = city["office"]
    table = tmp_path / "留言.csv"
    table.write_text(HEAD + ROWS, encoding="utf-8")
    done = office("import", table, "--seal-found", "--dry-run")
    assert not [one for one in ("13812345678", "王小明", "13998765432") if one in done.out + done.err]
    made = office.json("import", table, "--seal-found")
    assert made["counts"]["registered"] == 3
    cases = {one["source"]["id"]: one["case"] for one in made["imported"]}
    known = office.json("petitioner", cases["1"])["petitioner"]
    assert (known["name"], known["phone"], known["id_number"]) == ("王小明", "13812345678", "110101190001010014")
    assert [one["text"] for one in known["moved"]] == ["13998765432"]
    assert office.json("petitioner", cases["3"])["petitioner"]["phone"] == "不详"  # as it stood there
    assert office.keys_of(cases["2"]) == []
    assert office.json("import", table, "--seal-found")["counts"]["on_record"] == 3
    office("validate")


def test_a_table_of_petitioners_needs_a_key_or_leaves_them_out(desk: Desk, tmp_path: Path) -> None:
    units = desk.root / "units.yaml"
    text = units.read_text("utf-8").replace("  keys:\n    - age139", "  # keys:\n    # - age139", 1)
    units.write_text(text, encoding="utf-8", newline="\n")
    desk.git("commit", "-qam", "no key")
    table = tmp_path / "留言.csv"
    table.write_text(HEAD + ROWS, encoding="utf-8")
    assert "wz key new" in desk("import", table, code=2).err
    desk("import", table, "--no-petitioners")
    assert desk.git("for-each-ref", "refs/wz") == ""


def test_the_transfer_slip_carries_the_contact_to_whom_it_may(city: dict[str, Clone], tmp_path: Path) -> None:
    from docx import Document

    office = city["office"]

    def slip(case: str, *more: str) -> str:
        office("print", case, "--form", "transfer", "-o", tmp_path / "slip.docx", "--force", *more)
        tables = Document(str(tmp_path / "slip.docx")).tables
        return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)

    case = new(office, "--about", "市场监管局")
    office("transfer", case, "--to", "housing", "--route", "duty", "--assist", "market", "--guide", "urban-mgmt")
    assert NAME in slip(case)  # it has no key, so this is how it learns whom to call
    assert PHONE in slip(case)
    for unit in ("market", "urban-mgmt"):  # complained of; only guides
        told = slip(case, "--unit", unit)
        assert not [one for one in (NAME, PHONE, ADDRESS) if one in told]
    office.keys = tmp_path / "nowhere"
    assert NAME not in slip(case)


def test_a_table_corrects_petitioners_by_rows_with_keys_of_their_own(city: dict[str, Clone], tmp_path: Path) -> None:
    office = city["office"]
    case = new(office)
    table = tmp_path / "更正.jsonl"
    row = {
        "case": case,
        "action": "correct",
        "field": "petitioner",
        "value": '{"phone": "13900001111"}',
        "reason": "换号",
    }
    table.write_text(json.dumps(row), encoding="utf-8")
    assert "key" in office("batch", table, code=2).err
    table.write_text(json.dumps({**row, "key": "k1"}), encoding="utf-8")
    office("batch", table)
    assert office.json("petitioner", case)["petitioner"]["phone"] == "13900001111"
    office("batch", table)
    assert len(office.json("show", case)["events"]) == 1
