"""Charts as inline SVG: plain shapes with classes, coloured by the page's style sheet, their figures as text."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH = 340
_LINE = 22


def columns(labels: Sequence[str], series: Mapping[str, Sequence[int]], title: str) -> str:
    """Stacked columns, one for each label; the series take the colours 1 to 6, and their names a legend beneath."""
    height, base, left = 162, 140, 4
    totals = [sum(values) for values in zip(*series.values(), strict=True)] if series else []
    top = max([*totals, 1])
    step = (WIDTH - left) / max(len(labels), 1)
    wide = min(step * 0.66, 34)
    parts = [f'<line class="axis" x1="{left}" y1="{base}" x2="{WIDTH}" y2="{base}"/>']
    for number, (label, total) in enumerate(zip(labels, totals, strict=True)):
        x, y = left + step * number + (step - wide) / 2, float(base)
        for colour, (name, values) in enumerate(series.items(), 1):
            tall = values[number] / top * (base - 20)
            y -= tall
            if values[number]:
                parts.append(
                    f'<rect class="colour-{colour}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}">'
                    f"<title>{escape(label)} {escape(name)} {values[number]}</title></rect>"
                )
        middle = x + wide / 2
        parts.append(f'<text class="figure" x="{middle:.1f}" y="{y - 4:.1f}">{total}</text>')
        parts.append(f'<text class="label" x="{middle:.1f}" y="{base + 15}">{escape(label)}</text>')
    legend = "".join(
        f'<li><span class="swatch colour-{colour}"></span>{escape(name)}</li>'
        for colour, name in enumerate(series, 1)
        if any(series[name])
    )
    return svg(title, height, parts) + f'<ul class="legend">{legend}</ul>'


def bars(rows: Sequence[tuple[str, int]], title: str) -> str:
    """One bar for each row, its name above it and its figure behind it."""
    top = max([count for _name, count in rows] + [1])
    parts = []
    for number, (name, count) in enumerate(rows):
        y = number * _LINE * 2
        tall = count / top * (WIDTH - 46)
        parts.append(f'<text class="name" x="0" y="{y + 14}">{escape(name)}</text>')
        parts.append(f'<rect class="colour-1" x="0" y="{y + 20}" width="{max(tall, 1):.1f}" height="12"/>')
        parts.append(f'<text class="count" x="{max(tall, 1) + 6:.1f}" y="{y + 31}">{count}</text>')
    return svg(title, len(rows) * _LINE * 2, parts)


def svg(title: str, height: int, parts: Sequence[str]) -> str:
    label = escape(title, {'"': "&quot;"})
    opening = f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">'
    return opening + "".join(parts) + "</svg>"
