"""A report as one HTML file: opens without a network, prints, and its tables sort by a click on a heading."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from wz.render.html import SCRIPT, STYLE, head, heading_cell
from wz.render.report.paper import Chart, Heading, Paper, Paragraph, Signature, Table, is_right, words
from wz.render.report.svg import drawn

_STYLE = """\
body { max-width: 62em; }
h1, .subtitle { text-align: center; }
h2 { border-bottom: 2px solid #b22; padding-bottom: .2em; }
p { text-indent: 2em; text-align: justify; }
p.subtitle, p.signed { text-indent: 0; }
p.signed { text-align: right; margin: .2em 0; }
.wide { overflow-x: auto; margin: 1.2em 0; }
caption { font-weight: bold; padding: .3em; }
td { font-variant-numeric: tabular-nums; }
tfoot td { border-top: 2px solid #8888; font-weight: bold; }
figure { margin: 1.5em auto; max-width: 34em; }
figcaption { font-weight: bold; text-align: center; margin-bottom: .5em; }
svg { display: block; width: 100%; height: auto; }
.wide th button { white-space: nowrap; }
svg text { fill: currentColor; font-size: 11px; }
svg .figure, svg .label { text-anchor: middle; }
svg .start { text-anchor: start; }
svg .end { text-anchor: end; }
svg .whole { font-size: 22px; font-weight: bold; text-anchor: middle; }
svg .axis { stroke: #8888; }
svg polyline { fill: none; stroke: #2b6cb0; stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: .2em 1.2em; justify-content: center; list-style: none; padding: 0; }
.swatch { display: inline-block; height: .8em; margin-right: .4em; width: .8em; }
.colour-1 { background: #2b6cb0; fill: #2b6cb0; }
.colour-2 { background: #c05621; fill: #c05621; }
.colour-3 { background: #2f855a; fill: #2f855a; }
.colour-4 { background: #b7791f; fill: #b7791f; }
.colour-5 { background: #6b46c1; fill: #6b46c1; }
.colour-6 { background: #718096; fill: #718096; }
@media print { h2, caption, figure { break-after: avoid; } figure { break-inside: avoid; } .swatch, svg * { \
print-color-adjust: exact; } }
"""


_NUMBER = ' class="number"'


def document(paper: Paper) -> str:
    """The whole file; nothing in it is loaded from elsewhere, and no script but its own runs."""
    return "\n".join(_lines(paper))


def _lines(paper: Paper) -> Iterator[str]:
    yield from head(paper.title, STYLE + _STYLE, "zh-CN")
    yield f'<h1>{escape(paper.title)}</h1>\n<p class="subtitle">{escape(paper.subtitle)}</p>'
    for block in paper.blocks:
        match block:
            case Heading():
                yield f"<h2>{escape(block.text)}</h2>"
            case Paragraph():
                yield f"<p>{escape(block.text)}</p>"
            case Chart():
                yield f"<figure><figcaption>{escape(block.title)}</figcaption>{drawn(block)}</figure>"
            case Table():
                yield from _table(block)
            case Signature():
                yield from (f'<p class="signed">{escape(signed)}</p>' for signed in block)
    yield f"<script>{SCRIPT}</script>\n</body>\n</html>"


def _table(table: Table) -> Iterator[str]:
    heads = "".join(heading_cell(column.heading, is_right(column.kind)) for column in table.columns)
    yield f'<div class="wide"><table>\n<caption>{escape(table.caption)}</caption>\n<thead><tr>{heads}</tr></thead>'
    yield "<tbody>"
    yield from map(_row, table.rows, [table] * len(table.rows))
    yield "</tbody>"
    if table.total is not None:
        yield f"<tfoot>\n{_row(table.total, table)}\n</tfoot>"
    yield "</table></div>"


def _row(row: Sequence[Any], table: Table) -> str:
    cells = (
        f"<td{_NUMBER if is_right(column.kind) else ''}>{escape(words(cell, column.kind))}</td>"
        for cell, column in zip(row, table.columns, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
