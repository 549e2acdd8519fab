"""Which letters of a title are what somebody typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.search.language import MAX_TERMS, forms
from catalog.search.letters import fold

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")  # noqa: RUF001  # as it is printed


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_match: bool


def emphasised(title: str, typed: str) -> list[Part]:
    """``title`` in parts. Words match as suggestions do: folded, in singular and plural, and the last
    one as far as it is typed."""
    words = fold(typed).split()[:MAX_TERMS]
    parts: list[Part] = []
    end = 0
    for found in WORD.finditer(title):
        length = _matching(found[0], words)
        if length:
            parts.append(Part(title[end : found.start()], is_match=False))
            end = found.start() + length
            parts.append(Part(title[found.start() : end], is_match=True))
    parts.append(Part(title[end:], is_match=False))
    return [part for part in parts if part.text]


def _matching(word: str, typed: Sequence[str]) -> int:
    """How many letters at the beginning of ``word`` were typed."""
    folded = fold(word)
    if any(folded in forms(whole) for whole in typed[:-1]):
        return len(word)
    if not typed or not folded.startswith(typed[-1]):
        return 0
    lengths = range(1, len(word) + 1)
    return next(n for n in lengths if len(fold(word[:n])) >= len(typed[-1]))
