"""A page as GitHub-flavoured Markdown, such as a step summary of a CI job."""

import re
from collections.abc import Iterator, Sequence

from wz.i18n import _
from wz.render.page import Page, Section
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


def text(value: str) -> str:
    """A text on one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", one_line(value))


def _table(section: Section) -> Iterator[str]:
    yield line([text(header) for header in section.headers])
    yield line(["---:" if column in section.right else "---" for column in range(len(section.headers))])
    for row in section.rows[:ROWS]:
        yield line([text(cell) for cell in row])


def line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
