"""A page as GitHub-flavoured Markdown, such as a step summary of a CI job."""

import re
from collections.abc import Iterator, Sequence

from wz.i18n import _
from wz.render.page import Page, Section
from wz.render.paper import Chart, Heading, Paper, Paragraph, Table, is_right, words
from wz.render.table import one_line

# GitHub refuses a step summary of more than 1 MiB; what is left out is said.
ROWS = 500
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")


def document(page: Page) -> str:
    """The page; of a longer section, the first ROWS rows and how many more there are."""
    parts = [f"# {text(page.title)}", *map(text, page.lead)]
    for section in page.sections:
        parts += [f"## {text(section.title)}", "\n".join(_table(section))]
        if len(section.rows) > ROWS:
            parts.append(text(_("… and {count} more").format(count=len(section.rows) - ROWS)))
    return "\n\n".join(parts)


def report(paper: Paper) -> str:
    """An official report, with every row of its tables; what a chart shows is in the table behind it."""
    parts = [f"# {text(paper.title)}", text(paper.subtitle)]
    for block in paper.blocks:
        match block:
            case Heading():
                parts.append(f"## {text(block.text)}")
            case Paragraph():
                parts.append(text(block.text))
            case Table():
                parts += [f"**{text(block.caption)}**", "\n".join(_report_table(block))]
            case Chart():
                pass
    return "\n\n".join([*parts, text(paper.issuer), text(paper.issued)])


def _report_table(table: Table) -> Iterator[str]:
    yield _line([text(column.heading) for column in table.columns])
    yield _line(["---:" if is_right(column.kind) else "---" for column in table.columns])
    for row in table.all_rows:
        yield _line([text(words(cell, column.kind)) for cell, column in zip(row, table.columns, strict=True)])


def text(value: str) -> str:
    """A text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", one_line(value))


def _table(section: Section) -> Iterator[str]:
    yield _line([text(header) for header in section.headers])
    yield _line(["---:" if column in section.right else "---" for column in range(len(section.headers))])
    for row in section.rows[:ROWS]:
        yield _line([text(cell) for cell in row])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
