"""A report's charts as PNG, lettered in a font of this machine that has every character of them."""

import io
from itertools import cycle
from typing import Any

from wz.render.report.paper import Chart, percent

# Tried first: the usual sans-serif Chinese fonts of Linux, Windows and macOS.
_PREFERRED = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "STHeiti",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
    "Droid Sans Fallback",
    "Arial Unicode MS",
)
_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#b7791f", "#6b46c1", "#718096")
_LABEL = 14  # characters
_WIDTH = 6.1  # inches: the text area's 156 mm


def lettering(charts: list[Chart]) -> Any:
    """The font in which every character of the charts can be written; None where the machine has none.

    Raises ImportError where matplotlib is not installed.
    """
    from matplotlib.font_manager import FontProperties, fontManager
    from matplotlib.ft2font import FT2Font

    needed = {ord(sign) for chart in charts for text in (chart.title, *chart.labels) for sign in text} | set(
        range(48, 58)
    )
    ranked = {name: place for place, name in enumerate(_PREFERRED)}
    regular = [
        font
        for font in fontManager.ttflist
        # The font of last resort, which comes with matplotlib, has every character: as a box.
        if font.style == "normal" and font.weight in (400, "normal") and not font.name.startswith("Last Resort")
    ]
    for font in sorted(regular, key=lambda one: (ranked.get(one.name, len(ranked)), one.fname)):
        try:
            if needed <= FT2Font(font.fname).get_charmap().keys():
                return FontProperties(fname=font.fname, size=10)
        except (OSError, RuntimeError):  # a broken font, or one that is no longer there
            continue
    return None


def drawn(chart: Chart, font: Any) -> bytes:
    """The chart as a picture as wide as the text."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tall = 0.34 * len(chart.values) + 0.8 if chart.kind == "bars" else 2.9
    figure = Figure(figsize=(_WIDTH, tall), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    {"bars": _bars, "line": _line, "shares": _shares}[chart.kind](axes, chart, font)
    axes.set_title(chart.title, fontproperties=font, fontsize=12)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
    return picture.getvalue()


def _bars(axes: Any, chart: Chart, font: Any) -> None:
    places = range(len(chart.values))
    bars = axes.barh(places, chart.values, color=_COLOURS[0], height=0.6)
    axes.bar_label(bars, [f"{value:g}" for value in chart.values], padding=3, fontproperties=font)
    axes.set_yticks(places, [_short(label) for label in chart.labels], fontproperties=font)
    axes.invert_yaxis()
    axes.set_xlim(0, max([*chart.values, 1]) * 1.1)
    axes.xaxis.set_visible(False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _short(label: str) -> str:
    """A label that leaves room for the chart."""
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"


def _line(axes: Any, chart: Chart, font: Any) -> None:
    places = range(len(chart.values))
    axes.plot(places, chart.values, color=_COLOURS[0], marker="o", markersize=4)
    for place, value in zip(places, chart.values, strict=True):
        axes.annotate(
            f"{value:g}", (place, value), (0, 6), textcoords="offset points", ha="center", fontproperties=font
        )
    axes.set_xticks(places, chart.labels, fontproperties=font, fontsize=8)
    axes.set_ylim(0, max([*chart.values, 1]) * 1.2)
    axes.yaxis.set_visible(False)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _shares(axes: Any, chart: Chart, font: Any) -> None:
    total = sum(chart.values) or 1
    coloured = zip(chart.labels, chart.values, cycle(_COLOURS), strict=False)
    kept = [(label, value, colour) for label, value, colour in coloured if value]
    pieces, _labels = axes.pie(
        [value for _label, value, _colour in kept],
        colors=[colour for _label, _value, colour in kept],
        startangle=90,
        counterclock=False,
        wedgeprops={"width": 0.42, "edgecolor": "white"},
    )
    named = [f"{_short(label)} {value:g}（{percent(value / total)}）" for label, value, _colour in kept]
    axes.legend(pieces, named, prop=font, loc="center left", bbox_to_anchor=(1.05, 0.5), frameon=False)
    axes.text(0, 0, f"{sum(chart.values):g}", ha="center", va="center", fontproperties=font, fontsize=16)
