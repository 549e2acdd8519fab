"""Tables whose cells are coloured by what they hold."""

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from analytics.charts.sheets import BAND, INK, SCALE, Drawing, bare, scaled
from analytics.documents.tables import WEEKDAYS

Cells = npt.NDArray[np.float64]


def week(drawing: Drawing) -> Figure:
    """Orders by weekday and hour."""
    orders = np.array([row["orders"] for row in drawing.rows()], dtype=float).reshape(7, 24)
    figure = drawing.sheet(2.9, f"{drawing.table.title}: when people order")
    axes = figure.add_subplot()
    mesh = _cells(axes, orders, max(1, orders.max()))
    hours = range(0, 24, 3)
    axes.set_xticks([hour + 0.5 for hour in hours], [f"{hour:02}" for hour in hours])
    axes.set_xlabel("Hour that begins, by the shop's clock")
    axes.set_yticks(np.arange(7) + 0.5, WEEKDAYS)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02)
    bar.outline.set_visible(False)
    assert bar.solids is not None
    bar.solids.set(rasterized=False, edgecolor="face")
    scaled(bar.ax, "y", "Orders", whole=True)
    return figure


def retention(drawing: Drawing) -> Figure:
    """Cohorts from the top down, months after they joined to the right. How many joined stands first."""
    rows = drawing.rows()
    sizes = {row["month"]: row["customers"] for row in rows if row["months_later"] == 0}
    shares = _shares(rows, sizes)
    top = float(np.nan_to_num(shares).max()) or 0.01
    figure = drawing.sheet(1.5 + 0.26 * max(len(sizes), 3), "Monthly cohorts: who bought again, %")
    axes = figure.add_subplot()
    _cells(axes, shares, top)
    _joined(axes, list(sizes.values()))
    _percentages(axes, shares, top)
    centres = np.arange(len(sizes)) + 0.5
    axes.set_xlim(0, max(4, len(sizes)))
    axes.set_xticks(centres, ["Joined", *map(str, range(1, len(sizes)))])
    axes.set_xlabel("Months after the first order")
    axes.set_yticks(centres, [f"{month:%b %Y}" for month in sizes])
    return figure


def _shares(rows: list[dict[str, Any]], sizes: dict[date, int]) -> Cells:
    """Cohort by months later; NaN where a month is still to come, and of nobody."""
    places = {month: n for n, month in enumerate(sizes)}
    shares = np.full((len(sizes), len(sizes)), np.nan)
    for row in rows:
        if row["months_later"] and sizes[row["month"]]:
            shares[places[row["month"]], row["months_later"]] = float(row["retention"])
    return shares


def _cells(axes: Axes, values: Cells, top: float) -> QuadMesh:
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


def _percentages(axes: Axes, shares: Cells, top: float) -> None:
    """Dark on the light half of the scale, white on the dark one."""
    for row, column in np.argwhere(~np.isnan(shares)):
        share = shares[row, column]
        colour = INK if share > top * 0.55 else "white"
        place = (column + 0.5, row + 0.5)
        axes.text(
            *place, f"{share * 100:.0f}", ha="center", va="center", fontsize=7.5, color=colour
        )
