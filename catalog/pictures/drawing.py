"""Put a picture together: the ground, and on it the thing, in its fabric and colours."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from catalog.pictures.choose import motif_of
from catalog.pictures.looks import Look, look_of

HERE = Path(__file__).parent
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400"'
    ' role="img"><title>{title}</title>{layers}</svg>'
)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def picture(*, sku: str, title: str, category_slugs: Sequence[str]) -> str:
    """A whole SVG document that shows what ``title`` names, in colours that ``sku`` decides.

    ``category_slugs`` begin with the product's own category; its parents follow. The same product
    always gives the same text.
    """
    return compose(title, look_of(sku, title, motif_of(title, category_slugs)))


def compose(title: str, look: Look) -> str:
    """The three drawings on top of each other, painted in the look's palette."""
    drawings = (("grounds", look.ground), ("fabrics", look.fabric), ("motifs", look.motif))
    layers = "".join(_drawing(folder, name) for folder, name in drawings)
    painted = layers.format_map(look.palette._asdict())
    return FRAME.format(title=escape(NOT_XML.sub("", title)), layers=painted)


@cache
def _drawing(folder: str, name: str) -> str:
    """The text of a drawing, in which ``{main}`` and the like stand for the palette's colours."""
    lines = (HERE / folder / f"{name}.svg").read_text(encoding="utf-8").splitlines()
    return "".join(line.strip() for line in lines)
