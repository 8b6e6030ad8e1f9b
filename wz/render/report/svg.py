"""A report's charts as inline SVG, in the manner of `charts`: a line over months, shares of a whole, bars."""

from collections.abc import Sequence
from math import cos, pi, sin
from xml.sax.saxutils import escape

from wz.render.charts import WIDTH, bars, svg
from wz.render.report.paper import Chart, percent

_MOST_LABELS = 12  # that fit beside each other


def drawn(chart: Chart) -> str:
    """The chart as SVG, with a legend beneath where colours mean something."""
    match chart.kind:
        case "line":
            return line(chart.labels, chart.values, chart.title)
        case "shares":
            return shares(chart.labels, chart.values, chart.title)
    return bars([(label, int(value)) for label, value in zip(chart.labels, chart.values, strict=True)], chart.title)


def line(labels: Sequence[str], values: Sequence[float], title: str) -> str:
    """One line through a point for each label, with the figures at the points."""
    base, left, top = 140, 16, max([*values, 1])
    step = (WIDTH - 2 * left) / max(len(labels) - 1, 1)
    spots = [(left + step * place, base - value / top * (base - 24)) for place, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts = [f'<line class="axis" x1="0" y1="{base}" x2="{WIDTH}" y2="{base}"/>', f'<polyline points="{path}"/>']
    every = -(-len(labels) // _MOST_LABELS)
    for place, ((x, y), label, value) in enumerate(zip(spots, labels, values, strict=True)):
        parts.append(f'<circle class="colour-1" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
        parts.append(f'<text class="figure" x="{x:.1f}" y="{y - 7:.1f}">{value:g}</text>')
        if (len(labels) - 1 - place) % every == 0:
            anchor = "end" if place == len(labels) - 1 else "start" if place == 0 else "middle"
            at = {"end": WIDTH, "start": 0}.get(anchor, x)
            parts.append(f'<text class="label {anchor}" x="{at:.1f}" y="{base + 16}">{escape(label)}</text>')
    return svg(title, base + 22, parts)


def shares(labels: Sequence[str], values: Sequence[float], title: str) -> str:
    """A ring of the shares, clockwise from above, and the legend with figures and percentages."""
    total = sum(values) or 1
    parts, begun = [], 0.0
    for colour, (label, value) in enumerate(zip(labels, values, strict=True), 1):
        ended = begun + value / total
        if value:
            said = f"<title>{escape(label)} {value:g}</title>"
            parts.append(f'<path class="colour-{colour}" d="{_ring(begun, ended)}">{said}</path>')
        begun = ended
    parts.append(f'<text class="whole" x="{WIDTH / 2}" y="92">{sum(values):g}</text>')
    legend = "".join(
        f'<li><span class="swatch colour-{colour}"></span>{escape(label)} {value:g}（{percent(value / total)}）</li>'
        for colour, (label, value) in enumerate(zip(labels, values, strict=True), 1)
        if value
    )
    return svg(title, 170, parts) + f'<ul class="legend">{legend}</ul>'


def _ring(begun: float, ended: float, outer: float = 78, inner: float = 46) -> str:
    """The piece of the ring between two parts of the whole (0 to 1)."""
    ended = min(ended, begun + 0.999)  # an arc all round would be none

    def at(share: float, radius: float) -> str:
        return f"{WIDTH / 2 + radius * sin(2 * pi * share):.2f} {85 - radius * cos(2 * pi * share):.2f}"

    large = int(ended - begun > 0.5)
    return (
        f"M{at(begun, outer)} A{outer} {outer} 0 {large} 1 {at(ended, outer)} "
        f"L{at(ended, inner)} A{inner} {inner} 0 {large} 0 {at(begun, inner)}Z"
    )
