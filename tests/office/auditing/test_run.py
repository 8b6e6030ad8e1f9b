"""Ranges, memory, restored files, registries in folders, shallow clones; and what is printed."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

from tests.office.auditing import tamperings
from wz.errors import GitFailed, Usage
from wz.office.auditing.run import audit
from wz.store.git import Git
from wz.store.past import Past

pytestmark = pytest.mark.xdist_group("audit")  # one fortnight, forged once

SCHEMAS = Path(__file__).parents[3] / "schemas"


def git(folder: Path, *arguments: str) -> str:
    return (
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True).stdout.decode().strip()
    )


@pytest.fixture
def copy(fortnight: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fortnight, tmp_path / "copy", symlinks=True))


def tamper(folder: Path, old: bytes = b"category: complaint", new: bytes = b"category: suggestion") -> str:
    case = folder / tamperings.path_of(tamperings.OPEN)
    case.write_bytes(case.read_bytes().replace(old, new))
    git(folder, "commit", "-qam", "x")
    return git(folder, "rev-parse", "HEAD")


def test_what_was_audited_is_remembered(copy: Path, typed: Any) -> None:
    """A second run looks at what is new; what it found is told every time; the memory can be deleted or damaged."""
    note = ("note", tamperings.OPEN, "--text", "x")

    def run(*arguments: str) -> tuple[int, int, int]:
        found = json.loads(typed("audit", "--format", "json", *arguments, cwd=copy).out)
        return found["commits"], found["examined"], len(found["findings"])

    assert run() == (24, 24, 0)
    assert run() == (24, 0, 0)
    assert typed(*note, cwd=copy).code == 0
    assert run() == (25, 1, 0)
    bad = tamper(copy)
    assert run()[:2] == (26, 1)
    remembered = run()
    assert remembered[:2] == (26, 0)
    assert remembered[2] > 0
    assert run("--fresh") == (26, 26, remembered[2])
    assert run(f"{bad}..") == (0, 0, 0)
    assert run(f"{bad}~1..{bad}") == (1, 0, remembered[2])
    memory = copy / ".git/wz/audit.json"
    for damage in (b"", b"{}", memory.read_bytes()[:-40]):
        memory.write_bytes(damage)
        assert run() == (26, 26, remembered[2])
    git(copy, "switch", "-q", "-c", "side", f"{bad}~2")
    assert run() == (24, 0, 0)
    git(copy, "switch", "-q", "main")
    git(copy, "reset", "-q", "--hard", f"{bad}~1")
    assert run() == (25, 0, 0)


def test_a_graft_hides_nothing(copy: Path, typed: Any) -> None:
    """`info/grafts` would make one clone forget its past."""
    (copy / ".git/info").mkdir(exist_ok=True)
    (copy / ".git/info/grafts").write_text(git(copy, "rev-parse", "HEAD~2") + "\n", encoding="ascii")
    found = json.loads(typed("audit", "--format", "json", cwd=copy).out)
    assert (found["commits"], found["findings"]) == (24, [])


def test_restoring_is_no_fault(copy: Path) -> None:
    """What the tampered file was before may come back; an older state of it may not, for it lacks what came since."""
    before = git(copy, "rev-parse", "HEAD")
    path = copy / tamperings.path_of(tamperings.OPEN)
    kept = path.read_bytes()

    def commit() -> str:
        git(copy, "add", "-A")
        git(copy, "commit", "-qm", "x")
        return git(copy, "rev-parse", "HEAD")

    edited = tamper(copy)
    path.write_bytes(kept)
    commit()
    git(copy, "rm", "-q", tamperings.path_of(tamperings.CLOSED))
    removed = commit()
    git(copy, "checkout", "-q", before, "--", "cases")
    commit()
    edited_again = tamper(copy)
    path.write_bytes(tamperings.items(kept)[0])
    shortened = commit()
    past = Past(Git(copy), "")
    kinds: dict[str, set[str]] = {}
    for one in audit(past, "x", f"{before}..").findings:
        kinds.setdefault(one.commit, set()).add(one.kind)
    past.close()
    assert list(kinds) == [edited, removed, edited_again, shortened]
    assert [("rewritten" in told, "removed" in told) for told in kinds.values()] == [
        (True, False),
        (False, True),
        (True, False),
        (True, False),
    ]


def test_ranges(forger: Any) -> None:
    assert audit(forger.past, "x", "main~3..main").commits == 3
    assert audit(forger.past, "x", "main~3").commits == 21
    for wrong in ("nowhere", "main...main", "nowhere.."):
        with pytest.raises(Usage):
            audit(forger.past, "x", wrong)


def test_a_registry_in_a_folder_of_a_repository(copy: Path, tmp_path: Path) -> None:
    """Commits of others beside it are nobody's business; what touches it is audited."""
    top = tmp_path / "top"
    git(tmp_path, "init", "-q", "-b", "main", str(top))
    (top / "README").write_text("x")
    git(top, "add", "-A")
    git(top, "-c", "user.email=stranger@example.com", "commit", "-qm", "x")
    git(top, "fetch", "-q", str(copy), "main")
    git(top, "read-tree", "--prefix=office/", "FETCH_HEAD")
    git(top, "commit", "-qm", "The registry comes in whole")
    git(top, "checkout", "-q", ".")
    came = git(top, "rev-parse", "HEAD")
    (top / "README").write_text("y")
    git(top, "-c", "user.email=stranger@example.com", "commit", "-qam", "y")
    past = Past(Git(top / "office"), "office/")
    try:
        assert audit(past, "x", f"{came}..").findings == []
        case = top / "office" / tamperings.path_of(tamperings.OPEN)
        case.write_bytes(case.read_bytes().replace(b"complaint", b"report"))
        git(top, "commit", "-qam", "x")
        found = audit(past, "x", f"{came}..").findings
        assert ("rewritten", tamperings.path_of(tamperings.OPEN)) in {(one.kind, one.file) for one in found}
    finally:
        past.close()


def test_a_shallow_clone_is_told_so(copy: Path, tmp_path: Path) -> None:
    to = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=3", copy.as_uri(), str(to)], check=True)
    past = Past(Git(to), "")
    try:
        with pytest.raises(GitFailed, match="shallow") as failed:
            audit(past, "x")
        assert "--unshallow" in failed.value.cure
        assert audit(past, "x", "HEAD~1..").findings == []
    finally:
        past.close()


def test_nothing_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", str(tmp_path))
    past = Past(Git(tmp_path), "")
    assert audit(past, "x").commits == 0
    past.close()


def test_what_is_printed(copy: Path, typed: Any) -> None:
    bad = tamper(copy)
    table = typed("audit", cwd=copy)
    assert table.code == 1
    assert bad[:9] in table.out
    assert "第二十六条: what was written before has changed" in table.out
    assert "What helps" in table.out
    assert "25 commits, 25 examined now" in table.err
    done = typed("audit", "--late", "--format", "json", cwd=copy)
    told = json.loads(done.out)
    schema = json.loads((SCHEMAS / "audit.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(told)) == []
    assert [(one["action"], one["days"]) for one in told["late"]] == [("rate", 1)]
    assert "2026-03-05 20:00" in typed("audit", "--late", cwd=copy).out
    suite = ET.fromstring(typed("audit", "--format", "junit", cwd=copy).out)
    failed = {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None}
    assert failed == {one["kind"] for one in told["findings"]}
    lines = typed("audit", "--format", "github", cwd=copy).out.splitlines()
    assert len(lines) == len(told["findings"])
    assert lines[0].startswith(f"::error file={tamperings.path_of(tamperings.OPEN)},line=1,title=")


def test_a_bare_repository_is_audited_in_its_place(bare: Path, typed: Any) -> None:
    done = typed("audit", "main", "--format", "json", cwd=bare)
    assert done.code == 0, done.err
    assert json.loads(done.out)["commits"] == 24


def test_whole_cases_and_their_documents_may_come_one_after_the_other(copy: Path, tmp_path: Path, typed: Any) -> None:
    """The exchange carries no documents: those that the cases name may follow, and no others."""
    lines = tmp_path / "cases.jsonl"
    assert typed("export", "--format", "jsonl", "-o", lines, cwd=copy).code == 0
    start = git(copy, "rev-list", "--max-parents=0", "HEAD")
    name = f"{tamperings.path_of(tamperings.REPORT).removesuffix('.yaml')}.files/{tamperings.DECISION}"
    document = (copy / name).read_bytes()
    git(copy, "reset", "-q", "--hard", start)
    assert typed("import", lines, cwd=copy).code == 0
    (copy / name).parent.mkdir(parents=True)
    for content in (document, b"x"):
        (copy / name).write_bytes(content)
        git(copy, "add", "-A")
        git(copy, "commit", "-qm", "Documents")
    found = json.loads(typed("audit", f"{start}..", "--format", "json", cwd=copy).out)
    assert [(one["kind"], one["commit"]) for one in found["findings"]] == [
        ("attachment", git(copy, "rev-parse", "HEAD"))
    ]


def test_what_wz_does_to_many_at_once_is_clean(copy: Path, tmp_path: Path, typed: Any) -> None:
    """A batch, its undoing and an import of history: several cases in a commit, and times of long ago."""
    ids = f"{tamperings.OPEN}\n{tamperings.REPORT}\n"
    table = tmp_path / "in.csv"
    table.write_text(
        "编号,主题,内容,时间,答复,答复时间\n1,路灯,路灯不亮了,2025-03-04 10:00,已修复,2025-03-05 10:00\n", "utf-8"
    )
    for words, stdin in (
        (("batch", "note", "--text", "x", "-"), ids),
        (("undo", "--reason", "x"), ""),
        (("import", table, "--system", "旧平台"), ""),
    ):
        done = typed(*words, cwd=copy, stdin=stdin)
        assert done.code == 0, done.err
    found = json.loads(typed("audit", "main~3..main", "--late", "--format", "json", cwd=copy).out)
    assert (found["commits"], found["findings"]) == (3, [])
    assert [one["action"] for one in found["late"]] == ["new"]
