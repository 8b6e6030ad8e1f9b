"""A report as GitHub-flavoured Markdown."""

from collections.abc import Iterator

from wz.render.markdown import line, text
from wz.render.report.paper import Chart, Heading, Paper, Paragraph, Signature, Table, is_right, words


def document(paper: Paper) -> str:
    """The report, with every row of its tables; what a chart shows is in the table behind it."""
    parts = [f"# {text(paper.title)}", text(paper.subtitle)]
    for block in paper.blocks:
        match block:
            case Heading():
                parts.append(f"## {text(block.text)}")
            case Paragraph():
                parts.append(text(block.text))
            case Table():
                parts += [f"**{text(block.caption)}**", "\n".join(_table(block))]
            case Chart():
                pass
            case Signature():
                parts += [text(block.issuer), text(block.issued)]
    return "\n\n".join(parts)


def _table(table: Table) -> Iterator[str]:
    yield line([text(column.heading) for column in table.columns])
    yield line(["---:" if is_right(column.kind) else "---" for column in table.columns])
    for row in table.all_rows:
        yield line([text(words(cell, column.kind)) for cell, column in zip(row, table.columns, strict=True)])
