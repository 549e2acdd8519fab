"""The gift shop's two-level categories, and the leaf that a title belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("categories.txt")

# A line "slug = Name" and the deeper-indented lines below it.
PARENT = re.compile(r"^(\S+) = (.+)\n((?: {2}.+\n)+)", re.MULTILINE)
CHILD = re.compile(r"^ {2}(\S+) = (.+)\n((?: {4}.+\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that products stand in, below its parent; ``slug`` is unique among all."""

    slug: str
    name: str
    parent_slug: str
    parent_name: str
    keywords: tuple[str, ...] = field(default=(), repr=False)


def _leaves(table: str) -> Iterator[Leaf]:
    """Each leaf of ``categories.txt``, in its order."""
    for parent_slug, parent_name, children in PARENT.findall(table):
        for slug, name, lines in CHILD.findall(children):
            keywords = tuple(filter(None, " ".join(lines.split()).split(", ")))
            yield Leaf(slug, name, parent_slug, parent_name, keywords)


LEAVES = tuple(_leaves(TABLE.read_text(encoding="utf-8")))
OTHER = LEAVES[-1]


def classify(title: str) -> Leaf:
    """The leaf whose keyword ``title`` holds first, as ``categories.txt`` explains.

    ``OTHER``, the last one, when there is none.
    """
    folded = title.casefold()
    return next((leaf for pattern, leaf in _patterns() if pattern.search(folded)), OTHER)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Leaf], ...]:
    """In the order in which they are tried: each leaf's phrases, then each leaf's single words."""
    phrases = [(leaf, [k for k in leaf.keywords if _is_phrase(k)]) for leaf in LEAVES]
    words = [(leaf, [k for k in leaf.keywords if not _is_phrase(k)]) for leaf in LEAVES]
    return tuple((_pattern(keywords), leaf) for leaf, keywords in phrases + words if keywords)


def _is_phrase(keyword: str) -> bool:
    return len(re.findall(r"[\w']+", keyword)) > 1


def _pattern(keywords: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_expression, keywords))})(?!\w)")


def _expression(keyword: str) -> str:
    words = r"\b.*\b".join(re.escape(part) for part in keyword.rstrip("*").split(".."))
    return words + (r"\w*" if keyword.endswith("*") else "(?:e?s)?")
