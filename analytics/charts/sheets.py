"""What all charts have in common: size, type, colours, how numbers and names are written."""

from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analytics.documents.tables import Table
from analytics.queries import Days
from core.money import Money

BLUE, VERMILLION, GREY = "#0072b2", "#d55e00", "#6b6b6b"
"""Of Okabe and Ito's, which the colour-blind can tell apart; all of them dark enough on white."""
INK, SOFT, RULE, BAND = "#1f2b28", "#55605d", "#d9dedc", "#eef2f1"
SCALE = "cividis"
"""Looks the same with and without colour blindness (Nuñez, Anderton and Renslow, 2018)."""

WIDTH = 6.4
"""Inches: type of 9 points can be read at 640 pixels, and on a telephone's 400."""
PIXELS = 200
"""Per inch, of a PNG."""

# For the whole process, once: within a request it would be another thread's, too. Without a salt the
# ids in an SVG are random. Names of products may hold "$", which would begin a formula.
mpl.rcParams.update(
    {
        "svg.hashsalt": "mercat",
        "svg.fonttype": "path",
        "text.parse_math": False,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": INK,
        "axes.labelcolor": SOFT,
        "axes.edgecolor": RULE,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.unicode_minus": True,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
    }
)

GLYPHS = frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn."""

    table: Table
    currency: str
    days: Days

    def rows(self, limit: int | None = None) -> list[dict[str, Any]]:
        return self.table.records()[:limit]

    def amount(self, minor: int) -> float:
        """Where it stands on an axis, which is no money any more."""
        return float(Money(minor, self.currency).decimal)

    def written(self, minor: int) -> str:
        """With the currency's decimals, and a true minus sign."""
        return number(Money(minor, self.currency).decimal)

    def sheet(self, height: float, title: str = "") -> Figure:
        """``height`` is in inches. Headed by ``title`` (by default the table's), the days below."""
        margins = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.07)
        figure = Figure(figsize=(WIDTH, height), layout=margins, facecolor="white")
        heading = title or self.table.title
        figure.suptitle(heading, x=0.015, ha="left", fontsize=11.5, fontweight="bold")
        figure.supxlabel(spelled(self.days), x=0.015, ha="left", fontsize=8, color=SOFT)
        return figure


def drawn(figure: Figure, form: str) -> bytes:
    """As a file, without the time at which it was made."""
    file = BytesIO()
    metadata = {"Title": figure.get_suptitle()} | ({"Date": None} if form == "svg" else {})
    figure.savefig(file, format=form, dpi=PIXELS, metadata=metadata)
    return file.getvalue()


def spelled(days: Days) -> str:
    """``1 January 2011 to 31 January 2011``."""
    first, last = (f"{day.day} {day:%B %Y}" for day in (days.first, days.last))
    return first if first == last else f"{first} to {last}"


def cut(words: str, longest: int) -> str:
    """At most ``longest`` characters, of which those that the type lacks are replaced."""
    there = "".join(char if ord(char) in GLYPHS else "\ufffd" for char in " ".join(words.split()))
    return there if len(there) <= longest else f"{there[: longest - 1].rstrip()}…"


def number(value: Decimal | int) -> str:
    """``1,234,567.80``, with a true minus sign."""
    return f"{value:,}".replace("-", "\N{MINUS SIGN}")


def tick(value: float, _position: int) -> str:
    """A round number on an axis: ``15,000``, or ``0.25`` of a small one."""
    return number(Decimal(f"{value:.2f}".removesuffix(".00")))


def bare(axes: Axes) -> None:
    """Without the frame."""
    for side in axes.spines.values():
        side.set_visible(False)


def scaled(
    axes: Axes, along: Literal["x", "y"], label: str, *, ticks: int = 4, whole: bool = False
) -> None:
    """Round numbers (``whole`` if they count) along an axis, lines at them, and what they are."""
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10], integer=whole))
    axis.set_major_formatter(FuncFormatter(tick))
    axis.set_label_text(label)
    axes.grid(axis=along)


def unscaled(axes: Axes, along: Literal["x", "y"], words: str) -> None:
    """Where all is zero: no numbers, and ``words`` in the middle."""
    axes.set(**{f"{along}lim": (0, 1), f"{along}ticks": []})
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=SOFT)
