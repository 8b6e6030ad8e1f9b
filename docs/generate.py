"""The generated parts of the documentation: commands.md from the help, and what the guides' console blocks print.

    python docs/generate.py            writes them
    python docs/generate.py --check    writes nothing; exits with 1 where one is stale, and shows the difference

A console block holds lines `$ wz …` (or `$ git …`), each followed by what it prints. Its commands are run in a fresh
sample registry, one after the other through the whole guide, on the afternoon of the sample's day. A line `…` in the
output stands for lines left out: as many lines stay before and behind it as there are now.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ROOT / "docs" / "commands.md"
# The guides with console blocks, and the language of their messages.
GUIDES = {"README.md": "en", "README.zh-CN.md": "zh_CN"}
WIDTH = 100
MOMENT = "2026-11-20T16:30:00+08:00"
# Files that commands in the guides hand in.
FILES = {
    "答复.txt": "您好！补办不动产权证不必登报，在登记机构门户网站公告15个工作日即可。共有人须一同到场。\n",
    "结果.txt": "已电话详细解答，并发送材料清单。\n",
    "来信.txt": "市图书馆周末下午五点半就关门，建议周六周日开到晚上九点。\n",
}

_INTRODUCTION = """\
# Commands

<!-- Generated from the help by `make docs`; change the help, not this file. -->

Every command prints this with `--help`. A case is named by its id or any unambiguous end of it; a unit by its id, name
or alias. What goes to another program is on standard output, everything else on standard error. For exit codes and
environment variables see the [README](../README.md).
"""
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"\b[0-9]{8}-[0-9A-HJKMNP-TV-Z]{6}\b")
# Runs one command line after the other as if it were another time, in one process: starting it takes longest.
_SPEAKER = """
import contextlib, io, json, sys
from datetime import datetime
from wz.cli import context
moment = datetime.fromisoformat(sys.argv[1])
context.now = lambda: moment
context.CLOCK_SECONDS = 1e12  # the story's afternoon is not this computer's
from wz.cli.main import run
for line in sys.stdin:
    with io.StringIO() as said:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            run(json.loads(line))
        print(json.dumps(said.getvalue()), flush=True)
"""


class Speaker:
    """Answers the command lines of a guide, in its language and in a sample registry, which they change."""

    def __init__(self, language: str, sample: Path) -> None:
        self._sample = sample
        self._environment = os.environ | {
            "WZ_LANG": language, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"
        }  # fmt: skip
        self._wz = subprocess.Popen(
            [sys.executable, "-c", _SPEAKER, MOMENT],
            cwd=sample, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> "Speaker":
        return self

    def __exit__(self, *raised: object) -> None:
        self._wz.communicate()

    def printed(self, command: str) -> str:
        """What a command line prints, on both streams."""
        arguments = shlex.split(command.replace("\\\n", " "))
        files = {name: str(self._sample.parent / name) for name in FILES}
        arguments = [files.get(argument, argument) for argument in arguments]
        if arguments[0] == "wz":
            assert self._wz.stdin is not None
            assert self._wz.stdout is not None
            self._wz.stdin.write(json.dumps(arguments[1:]) + "\n")
            self._wz.stdin.flush()
            return str(json.loads(self._wz.stdout.readline()))
        done = subprocess.run(
            arguments,
            cwd=self._sample,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.stdout.decode("utf-8")


def commands() -> str:
    """The text of commands.md: the help of every command, in the order of `wz --help`. Reads WZ_LANG=en only."""
    import click

    from wz.cli.main import wz

    def sections(command: click.Command, context: click.Context) -> Iterator[str]:
        level = "##" if context.parent is None or context.parent.parent is None else "###"
        yield f"{level} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                member = command.get_command(context, name)
                assert member is not None
                yield from sections(member, click.Context(member, info_name=name, parent=context))

    settings = {**wz.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    top = click.Context(wz, info_name="wz", **settings)
    return "\n".join([_INTRODUCTION, *sections(wz, top)])


def guide(text: str, language: str, sample: Path) -> str:
    """A guide with its console blocks run anew in that sample registry, which they change."""
    for name, content in FILES.items():
        (sample.parent / name).write_text(content, encoding="utf-8")
    with Speaker(language, sample) as speaker:
        return _BLOCK.sub(lambda block: f"```console\n{_console(block[1], speaker)}```", text)


def _console(block: str, speaker: Speaker) -> str:
    anew = ""
    for step in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        if not step.strip():
            continue
        command, _line_end, before = step.partition("\n")
        while command.endswith("\\"):
            more, _line_end, before = before.partition("\n")
            command += "\n" + more
        printed = speaker.printed(command[2:])
        if command.startswith("$ wz new") and (known := _ID.search(before)):
            printed = _ID.sub(known[0], printed)  # an id is made anew every time
        anew += f"{command}\n{_shortened(printed, before)}"
    return anew


def _shortened(printed: str, before: str) -> str:
    """The output with lines left out where they were."""
    lines, shown = printed.rstrip("\n").splitlines(), before.splitlines()
    if "…" in shown:
        head = shown.index("…")
        tail = len(shown) - head - 1
        if head + tail < len(lines):
            lines = [*lines[:head], "…", *lines[len(lines) - tail :]]
    return "".join(line.rstrip() + "\n" for line in lines)


def generated(sample: Path | None = None) -> dict[Path, str]:
    """Every file with generated parts, as it should be. `sample` is a sample registry to copy; else one is made."""
    texts = {COMMANDS: commands()}
    with tempfile.TemporaryDirectory() as scratch:
        if sample is None:
            sample = Path(scratch, "told")
            subprocess.run(
                [sys.executable, "-m", "wz", "init", str(sample), "--sample"],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                check=True,
                capture_output=True,
            )
        for number, (name, language) in enumerate(GUIDES.items()):
            path = ROOT / name
            copy = Path(scratch, str(number), "registry")
            shutil.copytree(sample, copy, symlinks=True)
            texts[path] = guide(path.read_text(encoding="utf-8"), language, copy)
    return texts


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where one is stale")
    parser.add_argument("--sample", type=Path, help="a sample registry made before, to save the time")
    given = parser.parse_args()
    os.environ["WZ_LANG"] = "en"
    stale = 0
    for path, text in generated(given.sample).items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before == text:
            continue
        stale = 1
        name = path.relative_to(ROOT).as_posix()
        if given.check:
            sys.stdout.writelines(
                unified_diff(before.splitlines(True), text.splitlines(True), name, f"{name}, generated anew")
            )
        else:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {name}\n")
    if stale and given.check:
        sys.stdout.write("stale; `make docs` writes them anew\n")
    return stale if given.check else 0


if __name__ == "__main__":
    sys.exit(main())
