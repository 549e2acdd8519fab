"""The look of all PDFs: A4, its margins, colours and type."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, SOFT, RULE = HexColor("#1f2a2e"), HexColor("#5b6a70"), HexColor("#d5dcdd")
BRAND, BAND = HexColor("#0f5c5c"), HexColor("#eef4f3")

WIDTH, HEIGHT = A4
LEFT, RIGHT = 18 * mm, WIDTH - 18 * mm
TOP, BOTTOM = HEIGHT - 34 * mm, 22 * mm


def fitted(words: str, room: float, size: float, font: str = PLAIN) -> str:
    """As much of ``words`` as there is room for."""
    plain = "".join(char if char.isprintable() else " " for char in words)
    if _width(plain, font, size) <= room:
        return plain
    while plain and _width(plain + "…", font, size) > room:
        plain = plain[:-1]
    return plain + "…"


def size_for(figures: str, room: float, size: float, font: str) -> float:
    """At most ``size``, and so small that no figure is lost."""
    return min(size, size * room / _width(figures, font, size))


def _width(words: str, font: str, size: float) -> float:
    load_fonts()
    return float(pdfmetrics.stringWidth(words, font, size))


@cache
def load_fonts() -> None:
    """DejaVu, which draws most alphabets; matplotlib brings its files along."""
    folder = Path(str(distribution("matplotlib").locate_file("matplotlib/mpl-data/fonts/ttf")))
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
