"""Every message has its Chinese, with the same placeholders; and the commands speak it."""

import importlib.util
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PO = ROOT / "wz/locale/zh_CN/LC_MESSAGES/wz.po"
VARIABLES = ("WZ_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def script(path: str) -> Any:
    """A script of the project as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = script("wz/locale/update.py")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as po:
        return read_po(po)


def forms(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [""])


def placeholders(text: str) -> tuple[set[str], list[str]]:
    named = {field for _literal, field, _spec, _conversion in string.Formatter().parse(text) if field}
    return named, sorted(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


def test_the_catalogue_has_every_message_and_no_other(catalogue: Catalog) -> None:
    wanted = {update.key(message_id) for message_id, _place in update.messages()}
    there = {update.key(message.id) for message in catalogue if message.id}
    of_click = {
        update.key(message.id) for message in catalogue if {place for place, _line in message.locations} == {"click"}
    }
    assert wanted - there == set(), "run `make messages`, then translate"
    assert there - wanted - of_click == set(), "run `make messages`"


def test_every_message_is_translated(catalogue: Catalog) -> None:
    left = [message.id for message in catalogue if message.id and not all(forms(message.string))]
    assert left == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    wrong = []
    for message in catalogue:
        if message.id:
            allowed = [placeholders(text) for text in forms(message.id)]
            wrong += [text for text in forms(message.string) if placeholders(text) not in allowed]
    assert wrong == []


def test_nothing_was_copied_instead_of_translated(catalogue: Catalog) -> None:
    def words(text: str) -> str:
        bare = re.sub(r"\{[^}]*\}|%\(\w+\)s|%s|`[^`]*`", "", text)
        return re.sub(r"[^A-Za-z]", "", bare)

    same = [message.id for message in catalogue if message.id and forms(message.id)[0] in forms(message.string)]
    assert [text for text in same if words(forms(text)[0])] == []


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    """Where this fails: `make messages` (or install the package anew) compiles it."""
    assert PO.with_suffix(".mo").read_bytes() == update.compiled(PO)


@pytest.fixture(scope="module")
def speaker(hermetic: None) -> Iterator[Any]:
    """Answers `wz …` in Chinese, in the registry at the top of the project."""
    with script("docs/generate.py").Speaker("zh_CN", ROOT) as speaker:
        yield speaker


@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "check --help",
        "check --bogus",
        "check --fail-on purple",
        "transfer",
        "show",
        "nonsense",
        "approve SX7PW9 --publish",
        "transfer SX7PW9 --to urban-mgmt --route duty",
        "extend request 0G4K2X --as shuangqiao --days 3 --reason x",
        "list unit:nowhere",
        "check --as-of 2026-11-20",
        "why SX7PW9 --as-of 2026-11-20",
        "show SX7PW9 --as-of 2026-11-20",
        "calendar 2027",
    ],
)
def test_commands_speak_chinese(speaker: Any, line: str) -> None:
    said = speaker.printed(f"wz {line}")
    # What is not language: examples, options, files, codes, names in capitals.
    rest = "\n".join(one for one in said.splitlines() if not re.match(r"\s+wz |\s+(cd|eval) ", one))
    rest = re.sub(r"--?[a-z][\w-]*(?: [A-Z\[\]|/a-z]+\b)?|`[^`]*`|\[[^\]]*\]|\([^)]*\)|（[^）]*）", " ", rest)
    assert re.findall(r"(?:\b[A-Za-z][a-z]{2,}\b[ ,]+){2}[A-Za-z][a-z]{2,}", rest) == []
    assert re.search("[\u4e00-\u9fff]", said)


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"WZ_LANG": "zh_CN"}, True),
        ({"WZ_LANG": "en", "LANG": "zh_CN.UTF-8"}, False),
        ({"WZ_LANG": "zh", "LC_ALL": "en_US.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANGUAGE": "zh_CN:en", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({}, False),
    ],
)
def test_the_language_is_chosen_by_the_usual_variables(variables: dict[str, str], chinese: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wz", "--help"],
        capture_output=True,
        encoding="utf-8",
        env={key: value for key, value in os.environ.items() if key not in VARIABLES} | variables,
        check=True,
    )
    assert ("承办单位" in done.stdout) == chinese
