"""The documentation is true: commands and options exist, outputs are real, links lead somewhere, all is covered."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
GUIDES = ("README.md", "README.zh-CN.md")
COMMANDS = "docs/commands.md"
PAGES = [path.relative_to(ROOT).as_posix() for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])]
COMMON_FIELDS = {"action", "at", "by", "note", "attachments", "key"}
_FULL_ID = re.compile(r"\b[0-9]{8}-[0-9A-HJKMNP-TV-Z]{6}\b")
_SPAN = re.compile(r"`([^`\n]+)`")


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """The rows of every Markdown table whose first column is called so, cell by cell."""
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and not set(cells[0]) <= {"-", ":"}:
            yield cells


# -- the commands


@cache
def leaves() -> dict[tuple[str, ...], Any]:
    """Every command that does something, by its words behind `wz`: ("extend", "grant")."""
    import click

    from wz.cli.main import wz

    found: dict[tuple[str, ...], Any] = {}

    def walk(group: Any, words: tuple[str, ...]) -> None:
        for name in group.list_commands(click.Context(group)):
            member = group.get_command(click.Context(group), name)
            if isinstance(member, click.Group):
                walk(member, (*words, name))
            else:
                found[(*words, name)] = member

    walk(wz, ())
    return found


class Typed(NamedTuple):
    """A command line that exists: which command, and what was given for its parameters."""

    words: tuple[str, ...]
    given: dict[str, Any]


def typed(line: str) -> Typed:
    """A `wz …` line of a guide as click reads it. Fails where a command, option or argument does not exist."""
    import click

    from wz.cli.main import wz

    words = shlex.split(line.replace("\\\n", " "), comments=True)
    end = next((place for place, word in enumerate(words) if word[0] in "|>&<;" or word == ")"), len(words))
    command: Any = wz
    context = click.Context(wz, info_name="wz")
    path: tuple[str, ...] = ()
    words = words[1:end]
    while isinstance(command, click.Group) and not (words and words[0] in ("--help", "--version")):
        name = words[0] if words else ""
        member = command.get_command(context, name)
        if member is None and "show" in command.commands:  # `wz calendar 2026-10`
            name, words = "show", ["show", *words]
            member = command.get_command(context, name)
        assert member is not None, f"there is no command {name!r} in: {line}"
        command, path, words = member, (*path, name), words[1:]
        context = click.Context(command, info_name=name, parent=context)
    if hasattr(command, "meant_by"):  # `wz batch transfer …`
        command, words = command.meant_by(words)
        context = click.Context(command, info_name=command.name, parent=context)
    try:
        given, left, _order = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        raise AssertionError(f"{error.format_message()} in: {line}") from None
    assert not left, f"{left} is too much in: {line}"
    return Typed(path, given)


def lines_in(body: str) -> list[str]:
    """The `wz …` lines of a code block or a help; behind `$ ` in consoles, or inside `$( )`."""
    lines: list[str] = re.findall(r"^(?:\$ | *)(wz (?:[^\n]*\\\n)*[^\n]*)", body, re.MULTILINE)
    return lines + re.findall(r"\$\((wz [^)]*)\)", body)


def blocks(name: str) -> Iterator[str]:
    """What stands in the code blocks of a page that show commands."""
    for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL):
        if kind in ("sh", "console", "text"):
            yield body


def lines_typed(name: str) -> list[str]:
    """Every `wz …` that a page shows: lines of code blocks, and spans in the text that are whole command lines."""
    found = [line for body in blocks(name) for line in lines_in(body)]
    text = re.sub(r"^```.*?^```$", "", page(name), flags=re.MULTILINE | re.DOTALL)
    return found + [span for span in _SPAN.findall(text) if span.startswith("wz ") and not set(span) & set("…|")]


def test_every_page_is_looked_at() -> None:
    assert {*GUIDES, COMMANDS, "CONTRIBUTING.md", "CHANGELOG.md", "docs/case-format.md"} <= {*PAGES}
    assert len(lines_typed("README.md")) >= 20
    assert len(lines_typed("README.zh-CN.md")) >= 35
    assert len(lines_typed(COMMANDS)) >= 45
    assert "wz calendar pin 2027" in lines_typed("docs/calendar.md")


def test_generated_parts_are_fresh(told: Path) -> None:
    """commands.md is what the help says; the guides show what their commands print. `make docs` writes them anew."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check", "--sample", str(told)],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode("utf-8") + done.stderr.decode("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_commands_shown_exist(name: str) -> None:
    for line in lines_typed(name):
        typed(line)


def test_a_wrong_command_line_would_be_noticed() -> None:
    for wrong in ("wz chekc", "wz check --no-such", "wz show A B", "wz extend gran A", "wz transfer A --to"):
        with pytest.raises(AssertionError):
            typed(wrong)
    assert typed("wz calendar 2026-10").words == ("calendar", "show")
    assert typed("wz list 'level>=yellow' --format csv > x.csv").given["terms"] == ("level>=yellow",)


def test_every_command_has_an_example() -> None:
    """Each command's help, or its group's, shows a command line of it."""
    import click

    from wz.cli.main import wz

    for words, command in leaves().items():
        group = wz.get_command(click.Context(wz), words[0])
        helps = (command.help or "") + "\n" + ((group and group.help) or "")
        assert words in [typed(line).words for line in lines_in(helps)], (
            f"the help of wz {' '.join(words)} has no example of it"
        )
        assert command.get_short_help_str(500), words


def test_every_command_is_in_a_guide() -> None:
    """In a README, not only in commands.md: whoever reads one of them learns that it exists."""
    mentioned = {
        tuple(words)
        for name in GUIDES
        for span in [*lines_typed(name), *_SPAN.findall(page(name))]
        if span.startswith("wz ")
        for words in (span.split()[1:2], span.split()[1:3])
    }
    for words in leaves():
        if words == ("calendar", "show"):  # which nobody types: `wz calendar 2026-10`
            words = words[:1]
        assert words in mentioned or words[:1] == ("calendar",), f"wz {' '.join(words)} is in no README"
    assert ("calendar",) in mentioned


@pytest.mark.parametrize("name", PAGES)
def test_ids_shown_are_of_the_sample(name: str) -> None:
    """Whoever types an example finds the case."""
    ids = [path.stem for path in (ROOT / "cases").rglob("*.yaml")]
    given = [typed(line).given.get("case") for line in lines_typed(name)]
    shown = {one for one in given if isinstance(one, str)} | {*_FULL_ID.findall(page(name))}
    wrong = {one for one in shown - {"编号"} if sum(known.endswith(one) for known in ids) != 1}
    assert not wrong, f"no case of the sample, or several: {sorted(wrong)}"


# -- links


@pytest.mark.parametrize("name", [*PAGES, "bench/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if not target.startswith(("http://", "https://", "#")):
            file = (ROOT / name).parent / target.partition("#")[0]
            assert file.exists(), f"{name} links to {target}"


@pytest.mark.parametrize("name", PAGES)
def test_files_named_exist(name: str) -> None:
    """A path in backticks below a folder of the project is there; `<…>` and `…` make it a pattern."""
    for span in _SPAN.findall(page(name)):
        if re.match(r"(wz|tests|schemas|docs|bench)/[^ ]*$", span) and not set(span) & set("<*{…"):
            assert (ROOT / span).exists(), f"{name} names {span}"


# -- the case format


def variants() -> dict[str, Any]:
    schema = json.loads(page("schemas/case.schema.json"))
    events = [value for key, value in schema["$defs"].items() if key.startswith("event-")]
    return {event["properties"]["action"]["const"]: event for event in events}


def test_every_action_is_in_the_case_format() -> None:
    from wz.actions.catalog import ACTIONS

    documented = {}
    for cells in rows(page("docs/case-format.md"), "action"):
        name = _SPAN.findall(cells[0])[0]
        assert name not in documented, f"{name} has two rows"
        documented[name] = cells
    assert set(documented) == set(variants())
    assert set(ACTIONS) <= set(documented)
    for name, action in ACTIONS.items():
        assert action.label in documented[name][0], name
        who = {"unit": "unit", "office": "office", "petitioner": "petitioner"}.get(action.who)
        assert who is None or documented[name][1] == who, name


@pytest.mark.parametrize("name", sorted(variants()))
def test_every_field_of_an_action_is_in_its_row(name: str) -> None:
    """A question mark behind a field says that it may be left out, and no other does."""
    cells = next(cells for cells in rows(page("docs/case-format.md"), "action") if f"`{name}`" in cells[0])
    fields = dict(re.findall(r"`([a-z_]+)`(\?)?", cells[2]))
    variant = variants()[name]
    required = set(variant["required"])
    hidden = COMMON_FIELDS - (required - {"action", "at", "by"})
    assert set(fields) == set(variant["properties"]) - hidden
    assert {field for field, mark in fields.items() if not mark} == required - {"action", "at", "by"}


def test_every_fact_is_in_the_case_format() -> None:
    schema = json.loads(page("schemas/case.schema.json"))
    tables = list(rows(page("docs/case-format.md"), "field"))
    facts = {_SPAN.findall(cells[0])[0]: cells[2] for cells in tables if len(cells) == 3}
    assert list(facts) == list(schema["properties"])
    assert {name for name, mark in facts.items() if mark == "required"} == set(schema["required"])
    assert {_SPAN.findall(cells[0])[0] for cells in tables if len(cells) == 2} == COMMON_FIELDS


def test_example_files_are_good() -> None:
    """A whole file that the case format shows can be read; the calendar's pieces fit its schema."""
    from wz.store.casefile import parse
    from wz.store.schema import accepts
    from wz.store.yamlfile import load

    pieces = re.findall(r"^```yaml\n(.*?)^```$", page("docs/case-format.md"), re.MULTILINE | re.DOTALL)
    whole = [piece for piece in pieces if "format:" in piece]
    assert whole
    for piece in whole:
        assert parse("shown.yaml", piece.encode("utf-8")).problems == []
    pieces = re.findall(r"^```yaml\n(.*?)^```$", page("docs/calendar.md"), re.MULTILINE | re.DOTALL)
    tops = [piece for piece in pieces if not piece.startswith(" ")]
    assert len(tops) >= 2
    for piece in tops:
        assert accepts("calendar", load(("format: 1\n" + piece).encode("utf-8"))), piece


# -- the interpretation


def readings() -> list[tuple[str, str]]:
    """What the last column of interpretation.md names, in backticks, with the reading's row."""
    cells = [*rows(page("docs/interpretation.md"), "article")]
    return [(span, row[1]) for row in cells for span in _SPAN.findall(row[-1])]


def test_the_interpretation_has_its_rows() -> None:
    cells = [*rows(page("docs/interpretation.md"), "article")]
    assert len(cells) >= 25
    assert {len(row) for row in cells} == {5}
    assert all(row[4] for row in cells)


@pytest.mark.parametrize(("named", "text"), readings())
def test_what_changes_a_reading_exists(named: str, text: str) -> None:
    """A key of the rules (with a value that its schema takes), a key of the calendar, an action's file, an option."""
    if named in ("calendar.yaml", "rules.yaml"):
        return
    key, _colon, value = named.partition(": ")
    schema = json.loads(page("schemas/rules.schema.json"))
    calendar = json.loads(page("schemas/calendar.schema.json"))
    action = ROOT / "wz" / "actions" / (named.replace("-", "_") + ".py")
    exists = (
        (_in_rules(key) and (not value or _takes(schema, key, value)))
        or key in calendar["properties"]
        or (action.exists() and import_module(f"wz.actions.{action.stem}").ACTION)
        or any(named in option.opts for command in leaves().values() for option in command.params)
    )
    assert exists, f"{named}, of the reading of {text}, is nowhere"


def _in_rules(key: str) -> bool:
    from wz.store.yamlfile import load

    value = load((ROOT / "wz" / "regulation" / "longnan.yaml").read_bytes())
    for step in key.split("."):
        name = step.removesuffix("[]")
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
        if step.endswith("[]"):
            value = value[0]
    return True


def _takes(schema: Any, key: str, value: str) -> bool:
    return value in schema["properties"][key]["enum"]


# -- the workshop


def test_the_hooks_run_what_lint_runs() -> None:
    """What pre-commit runs before a commit is what `make lint` runs."""
    from wz.store.yamlfile import load

    hooks = load((ROOT / ".pre-commit-config.yaml").read_bytes())["repos"][0]["hooks"]
    run = [re.sub(r"\.venv/bin/| --force-exclude", "", hook["entry"]) for hook in hooks]
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", page("Makefile"), re.MULTILINE)
    assert recipe
    made = re.findall(r"\$\(BIN\)/(.*)", recipe[1])
    assert [re.sub(r" --check| \.$", "", one) for one in made] == [re.sub(r" \.$", "", one) for one in run]


def test_make_targets_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    for name in PAGES:
        for target in re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", page(name), re.MULTILINE):
            assert set(target) & targets, f"{name} names make {''.join(target)}"


def test_exit_codes_are_complete() -> None:
    from wz import errors
    from wz.cli import main

    codes = {int(cells[0]) for cells in rows(page("README.md"), "code")}
    classes = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.WzError)]
    assert {one.exit_code for one in classes} | {main.BUG, main.INTERRUPTED, 0, 1} == codes


def test_environment_variables_are_complete() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "wz").rglob("*.py"))
    read = set(re.findall(r'"(WZ_[A-Z]+|NO_COLOR)"', source))
    documented = {_SPAN.findall(cells[0])[0] for cells in rows(page("README.md"), "variable")}
    assert read == documented
