"""How text is folded before it is searched: one plain spelling per word, the same on every engine.

A folded text holds ``a-z``, ``0-9``, letters that have no plainer form (``日``), and spaces. The
rules are a table, ``catalog_letter``, which a migration fills from ``PLAIN`` and the database's own
functions read; a test folds every character both ways.
"""

import unicodedata
from collections.abc import Iterator

SILENT = ((0x27, 0x27), (0xAD, 0xAD), (0x300, 0x36F), (0x2018, 0x2019), (0x200B, 0x200D))
"""Apostrophes, accents written on their own, and what is not seen: they part no word."""

GAPS = (
    (0x01, 0x2F),
    (0x3A, 0x40),
    (0x5B, 0x60),
    (0x7B, 0xA9),
    (0xAB, 0xB4),
    (0xB6, 0xB9),
    (0xBB, 0xBF),
    (0xD7, 0xD7),
    (0xF7, 0xF7),
    (0x37E, 0x37E),
    (0x387, 0x387),
    (0x1FEF, 0x1FEF),
    (0x2000, 0x2BFF),
    (0x2E00, 0x2E7F),
    (0x3000, 0x3004),
    (0x3008, 0x3020),
    (0x30FB, 0x30FB),
    (0xFE00, 0xFE6F),
    (0xFEFF, 0xFEFF),
    (0xFF01, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0xFFE0, 0xFFFF),
    (0x1F000, 0x1FAFF),
)
"""Punctuation, symbols and spaces: they part words."""

ALPHABETS = ((0xAA, 0x24F), (0x370, 0x52F), (0x1E00, 0x1FFF), (0xFF10, 0xFF5A))
"""Latin, Greek and Cyrillic, and the wide forms of Latin: letters that may have a plainer one."""

BY_HAND = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",  # noqa: RUF001  # a letter of its own
    "ł": "l",
    "ŋ": "n",
    "ŉ": "n",
    "ŧ": "t",
    "ς": "σ",  # noqa: RUF001  # as above
}
"""What Unicode does not take apart."""


def _points(ranges: tuple[tuple[int, int], ...]) -> Iterator[str]:
    return (chr(point) for first, last in ranges for point in range(first, last + 1))


def _bare(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter)
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare.lower())


def _plain(letter: str) -> str:
    bare = _bare(BY_HAND.get(letter.lower(), letter))
    folded = "".join(BY_HAND.get(each, each) for each in _bare(bare) if each.isalnum())
    return folded if len(folded) <= 2 else letter


def _rules() -> dict[str, str]:
    upper = {chr(point): chr(point + 32) for point in range(ord("A"), ord("Z") + 1)}
    plain = {letter: _plain(letter) for letter in _points(ALPHABETS)}
    gaps, silent = dict.fromkeys(_points(GAPS), " "), dict.fromkeys(_points(SILENT), "")
    rules = {**upper, **plain, **gaps, **silent}
    return {letter: folded for letter, folded in rules.items() if letter not in (folded, " ")}


PLAIN = _rules()
"""What is written otherwise, each by itself, and how. Nothing plain is in need of a second turn."""

_TABLE = str.maketrans({**PLAIN, "\0": " "})


def fold(text: str) -> str:
    """``"Café-Crème, 2 Größen"`` as ``"cafe creme  2 grossen"``."""
    return text.translate(_TABLE)
