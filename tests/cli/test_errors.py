"""What is typed wrongly, refused or broken: a message, a cure, an exit code, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chekc"], ["chekc", "check"]),
        (["trasnfer", "X"], ["transfer"]),
        (["aprove", "X", "--publish"], ["approve"]),
        (["xyzzy"], ["xyzzy", "--help"]),
        (["--colour"], ["--colour"]),
        (["return", "reqest", "X"], ["reqest", "request"]),
        (["show"], ["CASE"]),
        (["show", "46AZ2B", "--formt", "json"], ["--formt", "--format"]),
        (["show", "46AZ2B", "--format", "xml"], ["xml", "json"]),
        (["show", "46AZ2B", "extra"], ["extra"]),
        (["extend", "request", "46AZ2B", "--days", "0"], ["--days"]),
        (["extend", "request", "46AZ2B", "--days", "many"], ["many"]),
    ],
)
def test_a_slip_of_the_finger(reader: Any, arguments: list[str], says: list[str]) -> None:
    done = reader(*arguments, code=2)
    assert done.out == ""
    for text in says:
        assert text in done.err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("20261109-46AZ2C", ["20261109-46AZ2C", "symbol"]),  # one wrong symbol
        ("20261109-64AZ2B", ["20261109-64AZ2B", "swapped"]),  # two neighbours swapped
        ("20261108-46AZ2B", ["symbol"]),  # the day misread
        ("2026110946AZ2C", ["symbol"]),
        ("46AZ2C", ["46AZ2C", "Did you mean", "46AZ2B"]),
        ("8", ["20261018-WZPSP8", "20261117-3RJ8R8", "Type more"]),
        ("", ["wz list"]),
        ("ZZZZZZ", ["ZZZZZZ", "wz list"]),
        ("../../etc/passwd", ["no case"]),
        ("路灯", ["路灯"]),
        ("%s{0}", ["%S{0}"]),
    ],
)
def test_ids(reader: Any, name: str, says: list[str]) -> None:
    done = reader("show", name, code=2)
    for text in says:
        assert text.casefold() in done.err.casefold()


def test_a_case_that_is_not_here(reader: Any) -> None:
    from wz.model.case_id import check_symbol

    body = "20261109ABCDE"
    assert "there is no case" in reader("show", f"{body[:8]}-{body[8:]}{check_symbol(body)}", code=2).err


@pytest.mark.parametrize(
    "command", [["check"], ["list"], ["show", "X"], ["new"], ["validate"], ["units"], ["note", "X"]]
)
def test_no_registry(typed: Any, tmp_path: Path, command: list[str]) -> None:
    done = typed(*command, cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert str(tmp_path) in done.err
    assert "wz init" in done.err


def test_help_and_version_need_none(typed: Any, tmp_path: Path) -> None:
    for arguments in (["--help"], ["--version"], ["check", "--help"], ["return", "--help"], ["completion", "bash"]):
        done = typed(*arguments, cwd=tmp_path)
        assert (done.code, done.err) == (0, "")
        assert done.out


def test_every_command_has_help_with_an_example(typed: Any) -> None:
    from wz.cli.main import SECTIONS

    for name in [name for section in SECTIONS.values() for name in section]:
        done = typed(name, "--help")
        assert done.code == 0, name
        assert "Example:" in done.out or name in ("return", "extend"), name
        assert name in typed("--help").out


# -- which registry


def test_the_registry_option_before_and_behind_the_command(typed: Any, told: Path, tmp_path: Path) -> None:
    before = typed("--registry", told, "check", "--as-of", "2026-11-20", "--format", "json", cwd=tmp_path)
    behind = typed("check", "--registry", told, "--as-of", "2026-11-20", "--format", "json", cwd=tmp_path)
    assert before.code == behind.code == 0
    assert json.loads(before.out) == json.loads(behind.out)
    assert json.loads(before.out)["registry"] == told.as_posix()


def test_the_registry_from_the_environment(typed: Any, told: Path, office: Path, tmp_path: Path) -> None:
    env = {"WZ_REGISTRY": str(told)}
    assert "46AZ2B" in typed("list", cwd=tmp_path, env=env).out
    # What is typed goes before it, and it goes before the folder.
    assert "46AZ2B" not in typed("list", "--registry", office, cwd=tmp_path, env=env).out
    assert "46AZ2B" not in typed("--registry", office, "list", cwd=tmp_path, env=env).out
    assert "46AZ2B" in typed("list", cwd=office, env=env).out


def test_a_relative_registry(typed: Any, told: Path) -> None:
    assert typed("--registry", told.name, "list", cwd=told.parent).code == 0
    assert typed("--registry", "..", "list", cwd=told / "cases").code == 0


def test_the_nearest_registry_upwards(typed: Any, told: Path) -> None:
    done = typed("list", "--format", "json", cwd=told / "cases/2026/11")
    assert json.loads(done.out)["registry"] == told.as_posix()


def test_writing_from_a_folder_below(desk: Any) -> None:
    case = desk.new()
    desk("note", case, "--text", "x", cwd=desk.file(case).parent)
    assert desk.json("show", case)["events"]
    assert desk.clean()


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_that_is_no_registry(typed: Any, tmp_path: Path, folder: str) -> None:
    for arguments in (["--registry", folder, "check"], ["check", "--registry", folder]):
        done = typed(*arguments, cwd=tmp_path)
        assert done.code == 4
        assert "units.yaml" in done.err


# -- exit codes


def test_0_fine(reader: Any) -> None:
    reader("check", "--as-of", "2026-11-20")


def test_1_findings(reader: Any) -> None:
    reader("check", "--as-of", "2026-11-20", "--fail-on", "blue", code=1)


def test_3_refused_by_the_regulation(reader: Any) -> None:
    """What was refused, the article, the date that decides it, what can be done instead."""
    done = reader("approve", "SX7PW9", "--publish", code=3)
    for text in ("第十六条", "approve", "assigned", "2026-11-06 10:00", "Possible now", "reply"):
        assert text in done.err


def test_4_a_case_that_cannot_be_read(story_desk: Any) -> None:
    story_desk.file("20261120-WN708S").write_text("a: [", "utf-8")
    for command in (
        ["show"],
        ["why"],
        ["log"],
        ["note", "--text", "x"],
        ["transfer", "--to", "城管局", "--route", "duty"],
    ):
        done = story_desk(command[0], "WN708S", *command[1:], code=4)
        assert "WN708S.yaml:1" in done.err
    assert story_desk.git("status", "--porcelain").strip() == "M cases/2026/11/20/20261120-WN708S.yaml"


def test_5_git(story_desk: Any) -> None:
    """Work of somebody else on the same file that is not committed is not swept along."""
    path = story_desk.file("20261120-WN708S")
    path.write_text(path.read_text("utf-8") + "  # 手写的注释\n", "utf-8")
    done = story_desk("note", "WN708S", "--text", "x", code=5)
    assert "20261120-WN708S.yaml" in done.err
    assert "git commit" in done.err
    assert path.read_text("utf-8").endswith("  # 手写的注释\n")


def test_5_a_registry_without_git(typed: Any, told: Path, tmp_path: Path) -> None:
    """It can be read, and judged; recording needs git."""
    for name in ("units.yaml", "calendar.yaml"):
        (tmp_path / name).write_bytes((told / name).read_bytes())
    assert typed("check", cwd=tmp_path).code == 0
    assert typed("validate", cwd=tmp_path).code == 0
    done = typed("new", "--category", "咨询", "--channel", "网站", "--title", "x", "--content", "x", cwd=tmp_path)
    assert done.code == 5
    assert "git" in done.err
    assert not (tmp_path / "cases").exists()


def test_70_is_a_bug_and_shows_no_traceback(reader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("wz.office.survey.survey", broken)
    done = reader("check", code=70)
    assert "boom" in done.err
    assert "WZ_DEBUG" in done.err
    monkeypatch.setenv("WZ_DEBUG", "1")
    with pytest.raises(RuntimeError):
        reader("check")


def test_a_reader_who_has_had_enough(told: Path) -> None:
    """`wz list | head -1`: no complaint."""
    command = f'"{sys.executable}" -m wz list --all --format json | head -c 1'
    done = subprocess.run(["sh", "-c", command], cwd=told, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b"{", b"")


def test_an_ascii_locale_does_not_choke_on_chinese(wz: Any, told: Path) -> None:
    env = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": None}
    done = wz("list", "--as-of", "2026-11-20", "level:red", cwd=told, env=env)
    assert done.code == 0
    assert "石材加工点粉尘污染周边住户" in done.out


def test_the_language_of_messages(wz: Any, told: Path) -> None:
    """Ids stay; tests/test_messages.py tries which variable chooses."""
    for env, chinese in (({"WZ_LANG": "zh_CN"}, True), ({"WZ_LANG": "en", "LANG": "zh_CN.UTF-8"}, False)):
        done = wz("list", "--as-of", "2026-11-20", "level:red", cwd=told, env={"LANGUAGE": None, **env})
        assert ("生态环境局" in done.out) == chinese
        assert "20261031-EBX9R6" in done.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_result_that_cannot_be_written(told: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "wz", "units"]
        done = subprocess.run(command, cwd=told, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode()) == (4, "error: cannot write the result: the disk is full\n")


def test_streams_that_are_closed(told: Path) -> None:
    command = f'exec "{sys.executable}" -m wz units <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], cwd=told, check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="names need not be Unicode on Linux only")
def test_a_folder_whose_name_is_not_unicode(desk: Any, typed: Any) -> None:
    top = desk.root.rename(desk.root.with_name(os.fsdecode("登记".encode("gbk"))))
    (top / ".git").rename(desk.root.parent / ".git")  # the registry now lies below its repository's top
    given = ("--category", "咨询", "--channel", "网站", "--title", "社保", "--content", "问")
    done = typed("new", *given, "--format", "id", cwd=top)
    assert (done.code, typed("log", done.out.strip(), cwd=top).code) == (0, 0), done.err
    assert typed("check", "--rev", "HEAD~0", cwd=top).code in (0, 4)
