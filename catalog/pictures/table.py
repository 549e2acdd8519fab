"""Tables for people to edit: a name, "=", and the words that call for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# A line "name = word, two words", which goes on in the indented lines below it.
ROW = re.compile(r"^([\w-]+) = (.+\n(?:[ ]+.+\n)*)", re.MULTILINE)


def rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each name in the file with its words, in the file's order; a name may come twice."""
    for name, words in ROW.findall(path.read_text(encoding="utf-8")):
        yield name, " ".join(words.split()).split(", ")


@dataclass(frozen=True, slots=True)
class Table:
    """Names to choose from by the words of a title; the first row that matches decides."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The table that stands in the file."""
        return cls(tuple((name, _pattern(words)) for name, words in rows(path)))

    def first(self, title: str) -> str | None:
        """The name of the first row that has a word of ``title``; a word is a whole one."""
        folded = title.casefold()
        return next((name for name, pattern in self.patterns if pattern.search(folded)), None)


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Matches any of the words, whole, in singular or plural."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_expression, words))})(?:e?s)?(?!\w)")


def _expression(words: str) -> str:
    """``words`` with any others where ".." stands."""
    return r"\b.*\b".join(re.escape(part) for part in words.split(".."))
