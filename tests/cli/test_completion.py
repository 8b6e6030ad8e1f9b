"""What a shell is told while somebody types: commands, options, case ids, units; and silence where there is nothing."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Completer = Callable[..., list[str]]


@pytest.fixture
def complete(typed: Any, told: Path) -> Completer:
    """complete("wz show WN") -> what bash is offered for the last word."""

    def ask(line: str, cwd: Path | None = None, **env: str) -> list[str]:
        words = line.split(" ")
        environment = {"_WZ_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), **env}
        done = typed(cwd=cwd or told, env=environment)
        assert done.err == ""
        return [one.partition(",")[2] for one in done.out.splitlines() if one]

    return ask


def test_commands_and_options(complete: Completer) -> None:
    assert complete("wz sh") == ["show"]
    assert complete("wz re") == ["return", "reply", "refer", "retract", "report"]
    assert complete("wz return re") == ["refuse", "request"]
    assert complete("wz calendar p") == ["pin"]
    assert set(complete("wz check --f")) == {"--fail-on", "--format"}
    assert complete("wz check --format j") == ["json", "junit"]
    assert "--oa-number" in complete("wz reply WN708S --oa")


def test_case_ids_newest_first(complete: Completer) -> None:
    assert complete("wz show WN") == ["WN708S"]
    assert complete("wz show wn7") == ["WN708S"]
    assert complete("wz transfer 20261118-") == ["20261118-W84TR3", "20261118-R9AKTX", "20261118-D50C80"]
    assert complete("wz why 2026112") == ["20261120-WN708S"]
    newest = complete("wz log ")
    assert newest[0] == "WN708S"
    assert 10 < len(newest) <= 54


def test_unit_ids(complete: Completer) -> None:
    for line in ("wz transfer WN708S --to ur", "wz reply WN708S --as ur", "wz check --unit ur", "wz units ur"):
        assert complete(line) == ["urban-mgmt"]
    assert complete("wz transfer WN708S --assist 城") == ["chengguan", "urban-mgmt"]
    assert complete("wz list unit:ur") == ["unit:urban-mgmt"]


def test_codes(complete: Completer) -> None:
    assert complete("wz transfer WN708S --route ") == ["area", "duty", "quick-coordination", "joint"]
    assert complete("wz new --area b") == ["baishi"]
    assert complete("wz list sta") == ["state:"]


def test_a_batch(complete: Completer) -> None:
    assert complete("wz batch tra") == ["transfer", "tra"]  # the latter for the shell, which knows the files
    assert complete("wz batch transfer --to ur") == ["urban-mgmt"]
    assert complete("wz batch transfer --er") == ["--errors"]


def test_the_registry_that_is_named(complete: Completer, told: Path, tmp_path: Path) -> None:
    assert complete(f"wz --registry {told} show WN", cwd=tmp_path) == ["WN708S"]
    assert complete("wz show WN", cwd=tmp_path, WZ_REGISTRY=str(told)) == ["WN708S"]
    assert complete("wz show WN", cwd=told / "cases/2026") == ["WN708S"]


def test_silence_outside_a_registry(complete: Completer, tmp_path: Path) -> None:
    """A message would land in the middle of the line that is being typed."""
    for line in ("wz show WN", "wz transfer X --to ur", "wz nonsense X", "wz list unit:ur"):
        assert complete(line, cwd=tmp_path) == []
    assert complete("wz sh", cwd=tmp_path) == ["show"]


def test_a_bad_file_spoils_nothing(complete: Completer, sample: Path) -> None:
    (sample / "cases/2026/11/20/20261120-WN708S.yaml").write_bytes(b"\xff")
    assert complete("wz show WN", cwd=sample) == ["WN708S"]
    assert complete("wz show 8Z", cwd=sample) == ["8Z5HZT"]


def test_zsh_fish_and_powershell_show_the_titles(typed: Any, told: Path) -> None:
    title = "建议图书馆周末延长开放时间"
    zsh = typed(cwd=told, env={"_WZ_COMPLETE": "zsh_complete", "COMP_WORDS": "wz show WN", "COMP_CWORD": "2"})
    assert zsh.out.split("\n")[:3] == ["plain", "WN708S", title]
    fish = typed(cwd=told, env={"_WZ_COMPLETE": "fish_complete", "COMP_WORDS": "wz show WN", "COMP_CWORD": "WN"})
    assert fish.out == f"plain,WN708S\t{title}\n"
    powershell = {"_WZ_COMPLETE": "powershell_complete"}
    case = typed(cwd=told, env=powershell | {"COMP_WORDS": "wz show WN", "COMP_WORD": "WN"})
    assert case.out == f"WN708S\t{title}\n"
    # PowerShell gives the line without its last blank.
    empty = typed(cwd=told, env=powershell | {"COMP_WORDS": "wz transfer WN708S --to", "COMP_WORD": ""})
    assert empty.out.splitlines()[0] == "chengguan\t城关镇人民政府"
    assert len(empty.out.splitlines()) == 22
    unit = typed(cwd=told, env=powershell | {"COMP_WORDS": "wz transfer WN708S --to ur", "COMP_WORD": "ur"})
    assert unit.out == "urban-mgmt\t城市管理局\n"
    assert (zsh.err, fish.err, case.err, empty.err) == ("", "", "", "")


def test_a_title_cannot_break_the_answer(desk: Any) -> None:
    case = desk.new("咨询")
    path = desk.file(case)
    path.write_text(path.read_text("utf-8").replace("title: 路灯不亮", r'title: "一\n二\t三"'), "utf-8")
    words = {"COMP_WORDS": f"wz show {case}", "COMP_CWORD": "2", "COMP_WORD": case}
    for shell in ("zsh", "powershell"):
        assert "一 二 三" in desk(env={"_WZ_COMPLETE": f"{shell}_complete", **words}).out


@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("bash", ["_WZ_COMPLETE=bash_complete", "complete -o nosort -F"]),
        ("zsh", ["#compdef wz", "_WZ_COMPLETE=zsh_complete"]),
        ("fish", ["complete --no-files --command wz", "_WZ_COMPLETE=fish_complete"]),
        (
            "powershell",
            ["Register-ArgumentCompleter -Native -CommandName wz", '$env:_WZ_COMPLETE = "powershell_complete"'],
        ),
    ],
)
def test_the_scripts(typed: Any, shell: str, words: list[str]) -> None:
    """Printed anywhere, without a registry."""
    done = typed("completion", shell)
    assert (done.code, done.err) == (0, "")
    for text in words:
        assert text in done.out
    assert shell in typed("completion", "tcsh").err


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_itself(wz: Any, told: Path, tmp_path: Path) -> None:
    """The script is loaded by a real bash, which is then asked as if TAB had been pressed."""
    (tmp_path / "wz").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wz "$@"\n', "utf-8")
    (tmp_path / "wz").chmod(0o755)
    tab = 'COMP_WORDS=(wz show WN); COMP_CWORD=2; _wz_completion wz; echo "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", 'PATH="$1:$PATH"; source /dev/stdin; ' + tab, "bash", str(tmp_path)],
        input=wz("completion", "bash").out.encode(),
        cwd=told,
        capture_output=True,
        check=False,
    )
    assert (done.stdout.decode().strip(), done.stderr) == ("WN708S", b"")
