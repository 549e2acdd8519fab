"""Tables whose cells are coloured by what they hold."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from analytics.charts.sheets import BAND, INK, SCALE, Drawing, bare, scaled
from analytics.documents.tables import WEEKDAYS


def week(drawing: Drawing) -> Figure:
    """Orders by weekday and hour."""
    orders = np.array([row["orders"] for row in drawing.rows()]).reshape(7, 24)
    figure = drawing.sheet(2.9, f"{drawing.table.title}: when people order")
    axes = figure.add_subplot()
    mesh = _cells(axes, orders, max(1, orders.max()))
    hours = range(0, 24, 3)
    axes.set_xticks([hour + 0.5 for hour in hours], [f"{hour:02}" for hour in hours])
    axes.set_xlabel("Hour that begins, by the shop's clock")
    axes.set_yticks(np.arange(7) + 0.5, WEEKDAYS)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02)
    bar.outline.set_visible(False)
    scaled(bar.ax, "y", "Orders", whole=True)
    return figure


def retention(drawing: Drawing) -> Figure:
    """Cohorts from the top down, months after they joined to the right. How many joined stands first."""
    rows = drawing.rows()
    months = sorted({row["month"] for row in rows})
    shares = np.ma.masked_all((len(months), len(months)))
    sizes = {row["month"]: row["customers"] for row in rows if row["months_later"] == 0}
    for row in rows:
        if row["months_later"] and sizes[row["month"]]:
            shares[months.index(row["month"]), row["months_later"]] = float(row["retention"])
    figure = drawing.sheet(1.5 + 0.26 * max(len(months), 3), "Monthly cohorts: who bought again, %")
    axes = figure.add_subplot()
    _cells(axes, shares, max(0.01, shares.max() or 0))
    _joined(axes, [sizes[month] for month in months])
    _percentages(axes, shares)
    axes.set_xlim(0, max(4, len(months)))
    axes.set_xticks(np.arange(len(months)) + 0.5, ["Joined", *map(str, range(1, len(months)))])
    axes.set_xlabel("Months after the first order")
    axes.set_yticks(np.arange(len(months)) + 0.5, [f"{month:%b %Y}" for month in months])
    return figure


def _cells(axes: Axes, values: Any, top: float) -> QuadMesh:
    """The first row at the top; 0 to ``top`` from dark to light. Paths, not a picture, in an SVG."""
    bare(axes)
    mesh = axes.pcolormesh(values, cmap=SCALE, vmin=0, vmax=top, edgecolors="white", linewidth=0.7)
    axes.invert_yaxis()
    return mesh


def _joined(axes: Axes, sizes: list[int]) -> None:
    rows = np.arange(len(sizes)) + 0.5
    axes.barh(rows, 1, height=1, color=BAND, edgecolor="white", linewidth=0.7)
    for row, size in enumerate(sizes):
        axes.text(0.5, row + 0.5, f"{size:,}", ha="center", va="center", fontsize=7.5, color=INK)


def _percentages(axes: Axes, shares: Any) -> None:
    """Dark on the light half of the scale, white on the dark one."""
    top = shares.max() or 1
    for (row, column), share in np.ma.ndenumerate(shares):
        colour = INK if share > top * 0.55 else "white"
        place = (column + 0.5, row + 0.5)
        axes.text(
            *place, f"{share * 100:.0f}", ha="center", va="center", fontsize=7.5, color=colour
        )
