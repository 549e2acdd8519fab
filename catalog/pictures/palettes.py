"""The colours a picture is painted in."""

import re
from typing import NamedTuple


class Palette(NamedTuple):
    """One set of colours that go together; each but ``names`` is a token in the drawings.

    ``tint`` and ``wash`` colour the ground, ``main``, ``dark``, ``light`` and ``accent`` the thing,
    ``deep`` its details and shadows, ``trim`` the print on its fabric. ``names`` are the words of
    a title that call for these colours.
    """

    names: tuple[str, ...]
    tint: str
    wash: str
    main: str
    dark: str
    light: str
    accent: str
    deep: str
    trim: str
    white: str = "#fffaf3"
    glow: str = "#f9bd45"


RED = ("red", "ruby", "cherry", "strawberry", "poppy", "scarlet", "retrospot")
PINK = ("pink", "rose", "fuschia", "raspberry", "blossom")
BLUE = ("blue", "denim", "sapphire", "spaceboy")
GREEN = ("green", "olive", "jade", "lime", "mint", "fern")
AQUA = ("turquoise", "aqua", "teal")
YELLOW = ("yellow", "lemon")
ORANGE = ("orange", "amber", "peach", "tangerine", "citrus")
PURPLE = ("purple", "amethyst", "plum", "lilac", "lavender")
BLACK = ("black", "jet", "skull", "skulls")
PALE = ("white", "ivory", "cream", "antique", "pearl", "clear", "vanilla")
GREY = ("silver", "zinc", "grey", "chrome")
GOLD = ("gold", "brass", "copper", "bronze")
BROWN = ("brown", "chocolate", "choc", "wooden", "wicker")

# names, tint, wash, main, dark, light, accent, deep, trim
PALETTES = tuple(
    Palette(*colours)
    for colours in (
        (RED, "#fbeae2", "#f6d8cb", "#d9483f", "#a82f31", "#f2978a", "#f4c357", "#4a1f2a", "#fff6ee"),
        (RED, "#e1efee", "#cbe3e1", "#c8354c", "#94233a", "#ee8f9a", "#6db8ab", "#3b1c2c", "#fff3f0"),
        (PINK, "#fdeff1", "#f8dce2", "#e8809b", "#c45a7c", "#f8bcc9", "#6fae98", "#55243d", "#fff5f6"),
        (PINK, "#e6f0f7", "#d0e2ef", "#ee8cab", "#c9638a", "#fac4d3", "#f2bd4a", "#4a2242", "#fff5f8"),
        (BLUE, "#fdf3df", "#f8e6c3", "#5897cf", "#3b71a7", "#a9cfec", "#f0aa45", "#1f3352", "#f5fbff"),
        (BLUE, "#e7edf7", "#d2dcee", "#3d619c", "#284474", "#8aa7d9", "#ee7d6b", "#17233f", "#f3f6ff"),
        (GREEN, "#eff5e3", "#dce9c9", "#72a65c", "#4d7d3e", "#b2d39e", "#f0876a", "#23391f", "#fbfff2"),
        (GREEN, "#f9ede0", "#f1dcc6", "#34836b", "#225f4e", "#82c2ac", "#f0b456", "#143229", "#f4fff9"),
        (AQUA, "#e1f4f1", "#c8e8e3", "#33a8a5", "#217d7f", "#90d6d0", "#f47f63", "#103b42", "#f2fffd"),
        (YELLOW, "#e6eff5", "#d1e1ec", "#f0bd40", "#c9902b", "#fadf94", "#db574c", "#4d3313", "#fffbea"),
        (YELLOW, "#f7efe2", "#ebdfca", "#f2c94c", "#cb9a2f", "#fbe6a2", "#4f86b8", "#3b3220", "#fffdf0"),
        (ORANGE, "#fdf1e3", "#f8e0c8", "#ec8743", "#c2632d", "#f8bd8c", "#3f918b", "#4a2414", "#fff7ee"),
        (PURPLE, "#f3ecf7", "#e5d8ee", "#8c5dab", "#674087", "#c4a4da", "#f0b64c", "#2f1b42", "#fcf6ff"),
        (PURPLE, "#f7f2e2", "#ebe3c8", "#a596d4", "#796ab0", "#d3c9ee", "#ef8787", "#33294f", "#fbf8ff"),
        (BLACK, "#f4ece2", "#e8dccd", "#50505c", "#343440", "#94949f", "#e2674f", "#1c1c25", "#fbf6ee"),
        (PALE, "#c9dad6", "#b7ccc7", "#f2e6ce", "#cdb993", "#fcf6e8", "#c96a5b", "#54432f", "#c96a5b"),
        (PALE, "#e3c9cd", "#d8b7bd", "#f6f1e8", "#cfc3b6", "#fffdf8", "#5f8f8b", "#4b3840", "#d68a98"),
        (GREY, "#f5efe3", "#e9e0cd", "#a1acb8", "#75818e", "#d5dce2", "#e58585", "#2d343d", "#ffffff"),
        (GREY, "#e8eff0", "#d5e1e3", "#8f9eab", "#64727f", "#c6d0d8", "#f0b35a", "#252d36", "#ffffff"),
        (GOLD, "#f0eaf1", "#e1d6e3", "#d6a848", "#a67c2d", "#f0d896", "#7f5173", "#47330f", "#fffaeb"),
        (GOLD, "#e4efec", "#cfe1dc", "#c9a050", "#99752f", "#ead2a0", "#b5524d", "#3d2d12", "#fffaeb"),
        (BROWN, "#f8ebde", "#eed9c4", "#92644a", "#6a4633", "#c79e82", "#e79a94", "#35211a", "#fdf3e8"),
        (BROWN, "#e9f0e6", "#d6e2d1", "#a87c55", "#7c573a", "#d6b593", "#6b9a86", "#38281a", "#fff6ea"),
    )
)  # fmt: skip

NAMED = {
    name: tuple(palette for palette in PALETTES if name in palette.names)
    for palette in PALETTES
    for name in palette.names
}
NAME = re.compile(rf"\b(?:{'|'.join(NAMED)})\b")


def palette_of(title: str, number: int) -> Palette:
    """The ``number``-th palette, round and round, of those that the title's first colour allows."""
    named = NAME.search(title.casefold())
    allowed = NAMED[named[0]] if named else PALETTES
    return allowed[number % len(allowed)]
