"""What is compared: a bar for each product, seller, country, segment or pair."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analytics.charts.sheets import (
    BLUE,
    GREY,
    INK,
    VERMILLION,
    Drawing,
    bare,
    cut,
    number,
    scaled,
    unscaled,
)

FIRST = 12
"""So many are drawn; the table has more."""
NAME = 34
"""Characters of a name."""
BESIDE: dict[str, Any] = {
    "textcoords": "offset points",
    "va": "center",
    "fontsize": 8,
    "color": INK,
}


def nets(drawing: Drawing) -> Figure:
    """Those with the highest net."""
    rows = drawing.rows(FIRST)
    figure = drawing.sheet(_height(len(rows)), f"{drawing.table.title} by net")
    names = [cut(row["name"] or "Not known", NAME) for row in rows]
    _money(drawing, figure.add_subplot(), names, rows)
    return figure


def segments(drawing: Drawing) -> Figure:
    """How many customers each has, and what they bring."""
    rows = drawing.rows()
    figure = drawing.sheet(_height(len(rows)))
    people, money = figure.subplots(1, 2, sharey=True)
    names = [row["name"] for row in rows]
    counts = [row["customers"] for row in rows]
    scaled(people, "x", "Customers", whole=True)
    _bars(people, names, counts, [number(count) for count in counts])
    _money(drawing, money, names, rows, ticks=2)
    return figure


def lifts(drawing: Drawing) -> Figure:
    """Those who are most often together for how often they are bought at all."""
    rows = drawing.rows(FIRST)
    title = f"{drawing.table.title}, in whole months"
    figure = drawing.sheet(_height(1.4 * len(rows)), title)
    axes = figure.add_subplot()
    names = [f"{cut(row['first'], NAME)}\n+ {cut(row['second'], NAME)}" for row in rows]
    scaled(axes, "x", "Lift: times as often in one basket as by chance")
    lifts = [row["lift"] for row in rows]
    _bars(axes, names, [float(lift) for lift in lifts], [number(round(lift, 1)) for lift in lifts])
    return figure


def _height(lines: float) -> float:
    return 1.3 + 0.25 * max(lines, 4)


def _money(
    drawing: Drawing,
    axes: Axes,
    names: Sequence[str],
    rows: Sequence[dict[str, Any]],
    ticks: int = 4,
) -> None:
    nets = [row["net"] for row in rows]
    scaled(axes, "x", f"Net, {drawing.currency}", ticks=ticks)
    _bars(axes, names, [*map(drawing.amount, nets)], [*map(drawing.written, nets)])


def _bars(
    axes: Axes, names: Sequence[str], lengths: Sequence[float], written: Sequence[str]
) -> None:
    """From the top down. What each amounts to stands right of it, where names are not in the way."""
    bare(axes)
    colours = [VERMILLION if length < 0 else BLUE for length in lengths]
    axes.barh(range(len(lengths)), lengths, height=0.68, color=colours)
    for place, (length, words) in enumerate(zip(lengths, written, strict=True)):
        axes.annotate(words, (max(length, 0), place), (3, 0), **BESIDE)
    axes.set_yticks(range(len(names)), names, color=INK, fontsize=8)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.axvline(0, color=GREY, linewidth=0.8)
    low, high = min(0, *lengths, 0), max(0, *lengths, 0)
    if low == high:
        unscaled(axes, "x", "" if names else "Nothing on these days")
    else:
        axes.set_xlim(low, high + 0.22 * (high - low))
