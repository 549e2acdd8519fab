"""Turn the shouted descriptions of the sales file into titles a shopper can read."""

import re

SMALL = frozenset(
    ["a", "and", "de", "du", "for", "in", "la", "of", "on", "or", "the", "to", "with"]
)
UPPER = frozenset(["ABC", "CD", "DIY", "LED", "TV", "UK", "US", "USB", "VIP", "WC"])

# What the file shortens or runs together, and how it is written out.
SPELLED = {
    "ASS": "Assorted",
    "ASST": "Assorted",
    "ASSTD": "Assorted",
    "B'FLY": "Butterfly",
    "BLACKCHRISTMAS": "Black Christmas",
    "BLK": "Black",
    "CANDL": "Candle",
    "COL": "Colour",
    "DES": "Design",
    "GARLD": "Garland",
    "HLDR": "Holder",
    "LT": "Light",
    "M.O.P": "Mother of Pearl",
    "MED": "Medium",
    "MOP": "Mother of Pearl",
    "NECKL": "Necklace",
    "P'WEIGHT": "Paperweight",
    "RND": "Round",
    "SIL'T": "Silhouette",
    "SMALLFOLKART": "Small Folkart",
    "SQU": "Square",
    "STOPMETAL": "Stop Metal",
    "TURQ": "Turquoise",
    "TURQUOIS": "Turquoise",
    "VINT": "Vintage",
    "WHIT": "White",
    "WHT": "White",
}

# Applied in this order, whatever the letters' case.
REPAIRS = tuple(
    (re.compile(pattern, re.IGNORECASE), repaired)
    for pattern, repaired in (
        (r"^[\s*]+|[\s,.+]+$", ""),  # a leading star, trailing punctuation
        (r"\s+\d{5}$", ""),  # the supplier's own code behind a card's name
        (r"\bNECKL\.?(?=\d)", "NECKLACE "),
        (r'(\d")(?=[A-Z])', r"\1 "),  # 36"BLACK
        (r'(?<=[A-Z])"(?=[A-Z])', ' "'),  # LOLA"EXTREMELY BUSY"
        (r"(?<=\w)\(", " ("),
        (r"\s*,\s*", ", "),
        (r"\s-(?=\w)", " - "),
        (r"\s*\+\s*", " + "),
        (r"(?<=[A-Z]{2})\.(?!COM\b)", " "),  # LT.BLUE, but neither D.O.F. nor .COM
        (r"\b(SET|PACK|BOX)/(?=\d)", r"\1 of "),
        (r"\b(SET|OF)(?=\d)", r"\1 "),
        (r"(?<=\d)(?=LIGHTS?\b)", " "),
        (r"\bC/COVER\b", "CUSHION COVER"),
        (r"\bART DEC\b", "ART DECO"),
        (r"\bDEC\b", "DECORATION"),
        (r"\bW(?:/| (?=\w))", "with "),  # BRACELET W STRAP, CLOCK W/SUCK
    )
)

WORD = re.compile(r"M\.O\.P|\d+\.\d+\w*|[A-Z0-9]+(?:'[A-Z0-9]+)*", re.IGNORECASE)
CODE = re.compile(r"[0-9]+[A-FH-KN-Z]", re.IGNORECASE)  # 3D, 25W; but 125g and 5m are units


def readable_title(description: str) -> str:
    """Write ``description`` in title case: ``"S/3 70'S  T-LIGHT"`` gives ``"S/3 70's T-Light"``.

    Small words are lower case unless first; units are lower case (``30cm``), codes upper
    (``3D``, ``LED``); the file's abbreviations are written out. A title is its own title.
    """
    text = description
    for pattern, repaired in REPAIRS:
        text = pattern.sub(repaired, text)
    text = " ".join(text.split())
    text = WORD.sub(_written, text)
    return text.replace(".Com", ".com").replace(" 'N' ", " 'n' ")


def _written(match: re.Match[str]) -> str:
    word = match.group()
    if word.upper() in SPELLED:
        return SPELLED[word.upper()]
    if word.upper() in UPPER or CODE.fullmatch(word):
        return word.upper()
    if word[0].isdigit() or _is_small(match):
        return word.lower()
    return _capitalised(word)


def _is_small(match: re.Match[str]) -> bool:
    """Whether a small word stands alone inside the title: not first, quoted or in a list."""
    text, start, end = match.string, match.start(), match.end()
    alone = text[max(start - 1, 0) : start] == " " and text[end : end + 1] == " "
    return alone and match.group().lower() in SMALL


def _capitalised(word: str) -> str:
    """Capitalise ``word``, and what follows an apostrophe when that is a word too (``D'Azure``)."""
    head, *tails = word.split("'")
    return "'".join(
        [head.capitalize(), *(t.capitalize() if len(t) > 2 else t.lower() for t in tails)]
    )
