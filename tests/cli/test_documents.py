"""Documents beside a case: their names, their bytes, and the commit that carries both."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def case(begun: Callable[..., str]) -> str:
    return begun(_report)


def _report(desk: Any) -> str:
    found: str = desk.new("举报")
    return found


def file_at(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def attached(desk: Any, case: str) -> list[dict[str, Any]]:
    """The documents that the case's events name, each checked against the bytes on disk and in the commit."""
    events = [one["event"] for one in desk.json("show", case)["events"]]
    files = [file for event in events for file in event.get("attachments", [])]
    folder = desk.file(case).with_suffix(".files")
    for file in files:
        content = (folder / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["size"] == len(content)
        assert desk.git("cat-file", "-s", f"HEAD:./{(folder / file['name']).relative_to(desk.root).as_posix()}") == str(
            len(content)
        )
    assert {path.name for path in folder.iterdir()} == {file["name"] for file in files}
    assert desk("validate").out == ""
    assert desk.clean()
    return files


def test_one_commit_carries_event_and_document(desk: Any, case: str, tmp_path: Path) -> None:
    before = desk.commits()
    desk("note", case, "--text", "x", "--attach", file_at(tmp_path, "现场照片.jpg", b"\xff\xd8\x00"))
    assert desk.commits() == before + 1
    changed = desk.git("show", "--name-only", "--format=", "HEAD").splitlines()
    below = f"cases/2026/03/02/{case}"
    assert sorted(changed) == [f"{below}.files/现场照片.jpg", f"{below}.yaml"]
    assert [file["name"] for file in attached(desk, case)] == ["现场照片.jpg"]


def test_the_same_name_twice(desk: Any, case: str, tmp_path: Path) -> None:
    """Another file of a name gets a number; the same bytes under the same name are the same document."""
    first, second = file_at(tmp_path / "a", "照片.jpg", b"1"), file_at(tmp_path / "b", "照片.jpg", b"2")
    third = file_at(tmp_path / "c", "照片.jpg", b"3")
    desk("attach", case, "--attach", first, "--attach", second)
    desk("attach", case, "--attach", first)
    desk("attach", case, "--attach", third, "--attach", second)
    names = [file["name"] for file in attached(desk, case)]
    assert names == ["照片.jpg", "照片-2.jpg", "照片.jpg", "照片-3.jpg", "照片-2.jpg"]


def test_the_same_name_twice_with_a_new_case(desk: Any, tmp_path: Path) -> None:
    first, second = file_at(tmp_path / "a", "照片.jpg", b"1"), file_at(tmp_path / "b", "照片.jpg", b"2")
    case = desk.new("咨询", "2026-03-02 08:30", "--attach", first, "--attach", second)
    files = desk.json("show", case)["facts"]["attachments"]
    assert [file["name"] for file in files] == ["照片.jpg", "照片-2.jpg"]
    folder = desk.file(case).with_suffix(".files")
    assert [(folder / file["name"]).read_bytes() for file in files] == [b"1", b"2"]
    assert desk("validate").out == ""
    desk("attach", case, "--attach", file_at(tmp_path / "c", "照片.jpg", b"3"))
    assert desk.json("show", case)["events"][0]["event"]["attachments"][0]["name"] == "照片-3.jpg"
    assert desk("validate").out == ""


NAMES = [
    "带 空格 & 'q' (1).txt",
    "-x",
    "🚦灯.png",
    "é́组合.txt",
    "长" * 60 + ".txt",
    "x.yaml",
    "无后缀",
    "a..b",
    "%41$HOME.txt",
]


def test_odd_names(desk: Any, case: str, tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        desk("attach", case, "--attach", file_at(tmp_path / "in", name, b"%d" % number))
    assert [file["name"] for file in attached(desk, case)] == NAMES
    assert len(desk.json("list")["cases"]) == 1  # x.yaml beside it is no case


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize(
    "name", [".hidden", "a:b.txt", "what?.txt", "two\nlines.txt", "end.", "back\\slash", "\x1b[31m.txt", " x"]
)
def test_names_that_other_systems_cannot_hold(desk: Any, case: str, tmp_path: Path, name: str) -> None:
    head = desk.head()
    done = desk("attach", case, "--attach", file_at(tmp_path / "in", name, b"x"), code=2)
    assert "name" in done.err
    assert (desk.head(), desk.clean(), desk.file(case).with_suffix(".files").exists()) == (head, True, False)


def test_empty_and_binary(desk: Any, case: str, tmp_path: Path) -> None:
    every_byte = bytes(range(256)) * 40 + b"\r\n\r\n"
    desk(
        "attach",
        case,
        "--attach",
        file_at(tmp_path, "空.txt", b""),
        "--attach",
        file_at(tmp_path, "全.bin", every_byte),
    )
    assert [file["size"] for file in attached(desk, case)] == [0, len(every_byte)]
    assert (desk.file(case).with_suffix(".files") / "全.bin").read_bytes() == every_byte


@pytest.mark.parametrize("given", ["nowhere.txt", "."])
def test_what_is_no_file(desk: Any, case: str, given: str) -> None:
    assert given in desk("attach", case, "--attach", given, code=2).err
    assert desk.commits() == 2


def test_attach_without_a_file(desk: Any, case: str) -> None:
    assert "--attach" in desk("attach", case, "--text", "x", code=3).err


def test_the_document_of_a_decision(desk: Any, case: str, tmp_path: Path) -> None:
    """A document with its own field and a photograph, in one event."""
    desk("transfer", case, "--to", "市监局", "--route", "部门", "--at", "2026-03-02 09:00")
    notice = file_at(tmp_path, "受理通知书.pdf", b"%PDF")
    photo = file_at(tmp_path / "other", "受理通知书.pdf", b"photo")
    decide = ("decide", case, "--as", "market", "--accept", "--at", "2026-03-03 09:00")
    refused = desk(*decide, code=3)
    assert "第十五条（三）" in refused.err
    assert "--document" in refused.err
    event = desk.json(*decide, "--document", notice, "--attach", photo)["event"]
    assert event["document"]["name"] == "受理通知书.pdf"
    assert event["attachments"][0]["name"] == "受理通知书-2.pdf"
    folder = desk.file(case).with_suffix(".files")
    assert (folder / "受理通知书.pdf").read_bytes() == b"%PDF"
    assert (folder / "受理通知书-2.pdf").read_bytes() == b"photo"
    assert desk("validate").out == ""


def test_dry_run_keeps_no_document(desk: Any, case: str, tmp_path: Path) -> None:
    desk("attach", case, "--attach", file_at(tmp_path, "x.txt", b"x"), "--dry-run")
    assert (desk.commits(), desk.clean(), desk.file(case).with_suffix(".files").exists()) == (2, True, False)


def test_a_refused_action_keeps_no_document(desk: Any, case: str, tmp_path: Path) -> None:
    desk("approve", case, "--publish", "--attach", file_at(tmp_path, "x.txt", b"x"), code=3)
    assert (desk.commits(), desk.clean(), desk.file(case).with_suffix(".files").exists()) == (2, True, False)
