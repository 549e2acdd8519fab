"""How a picture looks, whatever it shows: its colours, its ground, the fabric of the thing."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from catalog.pictures.choose import drawings_of
from catalog.pictures.palettes import Palette, palette_of
from catalog.pictures.table import Table

HERE = Path(__file__).parent
GROUNDS = sorted(path.stem for path in (HERE / "grounds").glob("*.svg"))
FABRIC_BY_TITLE = Table.read(HERE / "fabrics.txt")
USUAL_FABRICS = ("plain", "plain", "plain", "dots", "flowers", "gingham", "stripes", "waves")


@dataclass(frozen=True, slots=True)
class Look:
    """What tells pictures of one motif apart; all but ``palette`` name drawings."""

    palette: Palette
    ground: str
    fabric: str
    motif: str


def look_of(sku: str, title: str, motif: str) -> Look:
    """The look that ``sku`` decides, by its hash, among those that suit the words of ``title``."""
    colours, ground, fabric, drawing, *_ = sha256(sku.encode()).digest()
    drawings = drawings_of(motif)
    return Look(
        palette=palette_of(title, colours),
        ground=GROUNDS[ground % len(GROUNDS)],
        fabric=FABRIC_BY_TITLE.first(title) or USUAL_FABRICS[fabric % len(USUAL_FABRICS)],
        motif=drawings[drawing % len(drawings)],
    )
