"""Which drawing shows a product."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from catalog.pictures.table import Table, rows

HERE = Path(__file__).parent
BY_TITLE = Table.read(HERE / "motifs.txt")
BY_SLUG = {slug: motif for motif, slugs in rows(HERE / "categories.txt") for slug in slugs}
FALLBACK = "parcel"


def motif_of(title: str, category_slugs: Sequence[str]) -> str:
    """What the title names, else what the nearest known category sells, else a parcel."""
    by_slug = (BY_SLUG[slug] for slug in category_slugs if slug in BY_SLUG)
    return BY_TITLE.first(title) or next(by_slug, FALLBACK)


@cache
def drawings_of(motif: str) -> tuple[str, ...]:
    """The motif's own drawing, and those beside it with a number: mug, mug-2, mug-3."""
    names = sorted(path.stem for path in (HERE / "motifs").glob(f"{motif}-[0-9].svg"))
    return (motif, *names)
