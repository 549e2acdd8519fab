"""How net went: lines over days, weeks or months."""

from datetime import date
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analytics.charts.sheets import BLUE, GREY, VERMILLION, Drawing, bare, scaled, unscaled

LABELS = 7
"""At most so many below the axis."""
MARKED = 45
"""So few points are marked, so that one without neighbours can be seen."""

LINES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("previous_net", "The days before", {"color": GREY, "linestyle": ":", "marker": "s"}),
    ("net", "Net", {"color": BLUE, "marker": "o"}),
    ("moving_average", "Moving average", {"color": VERMILLION, "linestyle": "--", "marker": "D"}),
)
"""The last lies over the others."""


def trend(drawing: Drawing) -> Figure:
    """Net, its moving average, and the net of the days before."""
    rows = drawing.rows()
    figure = drawing.sheet(3.5)
    axes = figure.add_subplot()
    bare(axes)
    size, width = (3, 1.6) if len(rows) <= MARKED else (0, 1.1)
    for name, label, style in LINES:
        values = _line(drawing, rows, name)
        axes.plot(values, label=label, markersize=size, linewidth=width, **style)
    scaled(axes, "y", f"Net, {drawing.currency}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    _dated(axes, [row["from"] for row in rows])
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderaxespad=0.2)
    if not any(row[name] for name, *_ in LINES for row in rows):
        unscaled(axes, "y", "No sales on these days, nor before")
    return figure


def _line(drawing: Drawing, rows: list[dict[str, Any]], name: str) -> list[float]:
    """Broken where a value is not known."""
    values = [row[name] for row in rows]
    return [float("nan") if value is None else drawing.amount(value) for value in values]


def _dated(axes: Axes, days: list[date]) -> None:
    """Labels as far apart as they need; the year where it is another than before."""
    every = -(-len(days) // LABELS)
    places = range(0, len(days), every)
    years = [None, *(days[n].year for n in places)]
    axes.set_xticks(
        list(places),
        [
            f"{days[n].day} {days[n]:%b}" + (f"\n{days[n].year}" if days[n].year != before else "")
            for n, before in zip(places, years, strict=False)
        ],
    )
    axes.set_xlim(-0.5, len(days) - 0.5)
