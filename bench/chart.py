"""A drawing of rates and their bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

BLUE, ORANGE = "#0072B2", "#D55E00"
"""Of Okabe and Ito, told apart by every kind of colour vision."""


@dataclass(frozen=True, slots=True)
class Column:
    """``bar`` is what ``value`` has to reach, if anything."""

    label: str
    value: float
    bar: float | None


def draw(path: Path, title: str, unit: str, columns: Sequence[Column]) -> None:
    """Write an SVG, the same bytes for the same figures."""
    with mpl.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 0.5 * len(columns) + 1.4), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot(title=title, xlabel=unit)
        rows = range(len(columns))
        bars = axes.barh(rows, [column.value for column in columns], color=BLUE, height=0.6)
        axes.bar_label(bars, fmt="{:,.0f}", padding=4)
        for row, column in enumerate(columns):
            if column.bar is not None:
                axes.plot([column.bar] * 2, [row - 0.4, row + 0.4], color=ORANGE, linewidth=3)
        axes.plot([], [], color=ORANGE, linewidth=3, label="bar to reach")
        axes.set_yticks(rows, [column.label for column in columns])
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower right", frameon=False)
        figure.savefig(path, metadata={"Date": None, "Title": title})
