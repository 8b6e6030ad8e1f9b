"""docs/coverage.md: every article and numbered paragraph, with a command that exists and a test that exists."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
# The regulation's numbered paragraphs, counted in its text; its other articles have none.
PARAGRAPHS = {7: 7, 8: 11, 10: 2, 13: 6, 15: 3, 18: 3, 23: 5, 24: 4}
ARTICLES = 28


class Row(NamedTuple):
    article: str
    what: str
    command: str
    test: str


def _rows() -> list[Row]:
    lines = (ROOT / "docs/coverage.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [Row(*row) for row in cells[2:]]


def test_every_article_and_paragraph_is_there() -> None:
    found = {row.article for row in _rows()}
    plain = {str(number) for number in range(1, ARTICLES + 1)}
    numbered = {f"{article}({place})" for article, count in PARAGRAPHS.items() for place in range(1, count + 1)}
    whole = {str(article) for article in PARAGRAPHS} - {"13", "15"}  # nothing in these but their paragraphs
    assert found == (plain - whole) | numbered | {"27bis"}


def test_its_commands_and_tests_exist() -> None:
    from wz.cli.main import SECTIONS

    commands = {name for section in SECTIONS.values() for name in section}
    for row in _rows():
        command = re.fullmatch(r"`wz ([a-z-]+)( [a-z]+)?`", row.command)
        assert command, row
        assert command[1] in commands, row
        path, _blank, function = row.test.replace("`", "").partition(" ")
        assert path.startswith("tests/"), row
        assert (ROOT / path).is_file(), row
        if function:
            assert f"\ndef {function}(" in (ROOT / path).read_text(encoding="utf-8"), row
