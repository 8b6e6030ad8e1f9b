"""Names and links: nothing is written outside the registry, nothing outside is read, and nothing waits for a pipe."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from wz.model import case_id
from wz.office import documents
from wz.store import casefile, files
from wz.store.placing import is_inside
from wz.store.registry import Registry

NAMES = (
    "../x", "..", ".", "/etc/passwd", "a/b", "a\\b", "C:x", "\\\\server\\x", "CON", "nul", "com1.txt", "LPT9.a.b",
    "COM¹", "CONIN$", "con .txt", "x.", "x ", " x", ".git", ".gitattributes", "a:b", "a\0b", "a\nb", "a\tb", "a?b",
    "a*", "a|b", "x" * 201, "a\u202egpj.exe", "a\u200bb", "",
)  # fmt: skip


@pytest.fixture
def case(desk: Any) -> str:
    made: str = desk.new()
    return made


def named(desk: Any, case: str, name: str) -> Path:
    """A case whose event names a document so."""
    file: Path = desk.file(case)
    with file.open("ab") as out:
        event = {
            "action": "attach",
            "at": "2026-03-02T09:00:00+08:00",
            "by": "office",
            "attachments": [{"name": name, "sha256": "0" * 64, "size": 1}],
        }
        out.write(casefile.dump_item(event).encode())
    return file


@pytest.mark.parametrize("name", NAMES)
def test_a_document_called_so_is_a_fault(desk: Any, case: str, name: str) -> None:
    """In somebody's case file: told with file and line; and no command follows the name."""
    file = named(desk, case, name) if "\0" not in name else desk.file(case)
    if "\0" in name:
        file.write_bytes(file.read_bytes() + b'  - action: attach\n    attachments: [{name: "a\\0b"}]\n')
    told = desk("validate", code=1).out
    assert f"{file.relative_to(desk.root).as_posix()}:" in told
    assert desk("export", "--format", "jsonl", code=4).out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="no file can be called so there")
@pytest.mark.parametrize("name", ["CON", "a:b", "x.", "a\tb", "a?b", "COM¹.txt", ".git", "a\u202eb"])
def test_a_document_called_so_is_not_taken_in(desk: Any, case: str, name: str, tmp_path: Path) -> None:
    given = tmp_path / name
    given.write_text("x", "utf-8")
    before = desk.head()
    told = desk("attach", case, "--attach", given, code=2).err
    assert "error:" in told
    assert desk.head() == before
    assert desk.clean()


@pytest.mark.parametrize(
    "wrong", ["../../x", "20260302-../..", "/etc/passwd", "a\0b", "..\\x", "-", "", "%2e%2e", "\u202e"]
)
def test_an_id_leads_nowhere(desk: Any, case: str, wrong: str) -> None:
    """Neither in a case file nor on the command line."""
    assert not case_id.is_valid(wrong)
    desk("show", "--", wrong, code=2)
    file = desk.file(case)
    file.write_bytes(file.read_bytes().replace(f"id: {case}".encode(), casefile.dump({"id": wrong}).strip().encode()))
    assert "id" in desk("validate", code=1).out


def test_names_that_are_one_name_elsewhere(desk: Any, case: str, tmp_path: Path) -> None:
    """On macOS and Windows A.txt is a.txt, and é is one letter or two: the second comes in under a number."""
    for number, name in enumerate(("答复é.TXT", "答复e\u0301.txt", "答复é.txt")):
        given = tmp_path / name
        given.write_text(str(number), "utf-8")
        desk("attach", case, "--attach", given)
        given.unlink()
    kept = sorted(path.read_text("utf-8") for path in desk.file(case).with_suffix(".files").iterdir())
    assert kept == ["0", "1", "2"]
    assert desk.clean()
    folded = [documents._key(path.name) for path in desk.file(case).with_suffix(".files").iterdir()]
    assert len(set(folded)) == 3


def test_a_name_that_no_disk_takes(desk: Any, case: str, tmp_path: Path) -> None:
    """A number behind it would make it longer than a file's name can be: refused before anything is recorded."""
    given = tmp_path / ("长" * 83 + ".text")  # 254 bytes
    for content, code in (("一", 0), ("二", 2)):
        given.write_text(content, "utf-8")
        done = desk("attach", case, "--attach", given, code=code)
    assert "too long" in done.err
    assert desk.clean()


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/x", "a//b", "a/./b", ".git/config", "a/.GIT /x", "C:/x", "a\\b", ""]
)
def test_what_leads_out(path: str) -> None:
    assert not is_inside(path, windows=True)
    assert is_inside(path, windows=False) == (path in ("C:/x", "a\\b"))
    assert is_inside("cases/2026/11/20/20261120-WN708S.files/受理.txt")


LINKS = ("cases", "cases/2026", "cases/2026/03", "cases/2026/03/02")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("linked", LINKS)
def test_a_linked_folder_is_not_entered(desk: Any, case: str, linked: str, tmp_path: Path) -> None:
    """Neither to read what lies behind it, nor to write there."""
    place, outside = desk.root / linked, tmp_path / "outside"
    place.rename(outside)
    place.symlink_to(outside)
    before = sorted(outside.rglob("*"))
    assert desk("list", "--all", "--format", "ids").out.strip() == ""
    assert desk("validate", code=1).out.startswith(linked)
    assert desk("show", case, code=2).out == ""
    assert desk("note", case, "--text", "一", code=2)
    given = ("--category", "投诉", "--channel", "网站", "--title", "一", "--content", "二")
    told = desk("new", *given, "--received", "2026-03-02 08:30", code=4).err
    assert "it is a link" in told
    assert sorted(outside.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_linked_folder_of_documents(desk: Any, case: str, tmp_path: Path) -> None:
    outside, given = tmp_path / "outside", tmp_path / "x.txt"
    outside.mkdir()
    given.write_text("x", "utf-8")
    desk.file(case).with_suffix(".files").symlink_to(outside)
    assert "it is a link" in desk("attach", case, "--attach", given, code=4).err
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize("name", ["units.yaml", "calendar.yaml", "rules.yaml", "forms/transfer.docx"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device", "huge"])
def test_settings_that_are_no_files(desk: Any, case: str, name: str, kind: str, tmp_path: Path) -> None:
    """Told at once, by name; nobody waits for a pipe, and what a link leads to is not shown."""
    place = desk.root / name
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    secret = tmp_path / "secret"
    secret.write_text("s3cret: x", "utf-8")
    match kind:
        case "link":
            place.symlink_to(secret)
        case "device":
            place.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case "huge":
            with place.open("wb") as file:
                file.truncate(files.LARGEST + 1)
    words = ("print", case, "--form", "transfer", "-o", str(tmp_path / "a.docx")) if "forms" in name else ("check",)
    if "forms" in name:
        desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    done = desk._run(*words, cwd=desk.root)
    assert done.code in (2, 4), done
    assert name in done.err or f"no {name}" in done.err or "no registry" in done.err, done
    assert "s3cret" not in done.err + done.out


def test_a_case_of_a_gigabyte(desk: Any, case: str) -> None:
    """It takes no room on the disk, nor in memory; the other cases are read."""
    other = desk.file(desk.new())
    with other.open("ab") as file:
        file.truncate(1 << 30)
    done = desk("list", "--all", "--format", "ids", code=4)
    assert done.out.strip() == case
    assert f"{other.relative_to(desk.root).as_posix()}: cannot read it: it is too big" in done.err


def test_many_faults_are_told_soon(desk: Any, case: str) -> None:
    """A hundred thousand of them are no reason to wait; the first two hundred are told, and that there are more."""
    event = b"  - action: note\n    at: '2026-03-02T10:00:00+08:00'\n    by: office\n    txt: x\n"
    read = casefile.parse(desk.file(case).name, desk.file(case).read_bytes() + event * 2000)
    assert len(read.problems) == 201
    assert read.problems[-1].message == "it has more faults than these"
    assert [problem.line for problem in read.problems[:2]] == [10, 13]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a:\n" + " "])
def test_nesting_is_found_out_soon(opening: str) -> None:
    text = "".join(" " * depth + "a:\n" for depth in range(1000)) if "\n" in opening else opening * 100_000
    read = casefile.parse("x.yaml", text.encode())
    assert "nested more than 128 levels deep" in read.problems[0].message


def test_registry_in_an_odd_place(desk: Any, tmp_path: Path) -> None:
    """Blanks, Chinese, brackets that git takes for patterns, a line break."""
    case = desk.new()
    for name in ("我的 登记", "a[1]*", "x\ny") if sys.platform != "win32" else ("我的 登记",):
        moved = tmp_path / name
        desk.root.rename(moved)
        desk.root = moved
        desk("note", case, "--text", "一")
        assert desk("list", "--format", "ids").out.strip() == case
        assert "lies 1" in desk("audit", code=1).out  # working days before it was entered: it finds its commits
        assert desk("log", case).out.count("note") >= 1
        assert Registry(moved).git.layout.top.samefile(moved)
