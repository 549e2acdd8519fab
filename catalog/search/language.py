"""What a searcher writes, read into words: no engine's syntax in, no engine's syntax out.

Words must all be found; ``"a phrase"`` side by side and as it is spelt; ``a or b`` either of what
stands before and after; ``-word`` not at all. A word is found as singular and plural. Whatever else
is written is text, and what is no letter or digit parts words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from catalog.search.letters import fold

MAX_TERMS = 16
"""Of a search; what is written beyond these is not looked at."""

TOKEN = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')

IRREGULAR = {
    "child": "children",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "knife": "knives",
    "leaf": "leaves",
    "loaf": "loaves",
    "man": "men",
    "mouse": "mice",
    "scarf": "scarves",
    "shelf": "shelves",
    "thief": "thieves",
    "tooth": "teeth",
    "wolf": "wolves",
    "woman": "women",
}
_ONE_OF = {many: one for one, many in IRREGULAR.items()}
_HISSING = ("s", "x", "z", "ch", "sh", "o")


@dataclass(frozen=True, slots=True)
class Term:
    """Any of ``spellings``, each some words side by side; of the last one only the beginning, if ``begun``."""

    spellings: tuple[tuple[str, ...], ...]
    begun: bool = False

    @property
    def word(self) -> str | None:
        """What was written, if it is one word and might be mistyped."""
        first = self.spellings[0]
        return first[0] if len(first) == 1 else None


@dataclass(frozen=True, slots=True)
class Clause:
    """All of ``wanted``, none of ``unwanted``."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Any of ``clauses``; without any, nothing is found."""

    clauses: tuple[Clause, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.clauses)

    @property
    def words(self) -> set[str]:
        """Those that might be mistyped."""
        return {word for clause in self.clauses for term in clause.wanted if (word := term.word)}

    def without_exclusions(self) -> "Query":
        return Query(tuple(replace(clause, unwanted=()) for clause in self.clauses))

    def respelt(self, near: dict[str, tuple[str, ...]]) -> "Query":
        """With the words of ``near`` read as any of those near them, too."""
        return Query(tuple(_respelt(clause, near) for clause in self.clauses))


def parse(text: str) -> Query:
    """Never fails: what cannot be an operator is text."""
    clauses: list[Clause] = []
    terms: list[tuple[bool, Term]] = []
    for unwanted, term in _terms(text):
        if term is not None:
            terms.append((unwanted, term))
        elif terms:
            clauses.append(_clause(terms))
            terms = []
    return Query((*clauses, _clause(terms)) if terms else tuple(clauses))


def begun(text: str) -> Query:
    """What is being typed: plain words, the last of which may go on."""
    words = fold(text).split()[:MAX_TERMS]
    if not words:
        return Query()
    going_on = Term(((words[-1],),), begun=True)
    return Query((Clause((*map(_word, words[:-1]), going_on)),))


def forms(word: str) -> tuple[str, ...]:
    """``word`` first, then as singular and plural. Only forms: not all of them are words."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return (word,)
    singulars = [word, *_singulars(word)]
    return tuple(dict.fromkeys([*singulars, *(_plural(one) for one in singulars)]))


def _terms(text: str) -> Iterator[tuple[bool, Term | None]]:
    """Each term and whether it is unwanted; no term for an ``or``."""
    for found in list(TOKEN.finditer(text))[: 2 * MAX_TERMS]:
        minus, phrase, word = found["minus"] is not None, found["phrase"], found["word"]
        if word is not None and word.casefold() == "or" and not minus:
            yield False, None
        elif words := tuple(fold(phrase if word is None else word).split()):
            bare = word is not None and len(words) == 1
            yield minus, _word(words[0]) if bare else Term((words,))


def _word(word: str) -> Term:
    return Term(tuple((form,) for form in forms(word)))


def _clause(terms: list[tuple[bool, Term]]) -> Clause:
    """Exclusions exclude from something; by themselves they are text."""
    kept = terms[:MAX_TERMS]
    wanted = tuple(term for unwanted, term in kept if not unwanted)
    if not wanted:
        return Clause(tuple(term for _, term in kept))
    return Clause(wanted, tuple(term for unwanted, term in kept if unwanted))


def _respelt(clause: Clause, near: dict[str, tuple[str, ...]]) -> Clause:
    wanted = (
        replace(
            term, spellings=(*term.spellings, *((word,) for word in near.get(term.word or "", ())))
        )
        for term in clause.wanted
    )
    return replace(clause, wanted=tuple(wanted))


def _singulars(word: str) -> list[str]:
    if word in _ONE_OF:
        return [_ONE_OF[word]]
    if not word.endswith("s") or word.endswith("ss"):
        return []
    found = [word[:-1]]
    if word.endswith("ies") and len(word) > 4:
        found.append(f"{word[:-3]}y")
    if word.endswith("es") and word[:-2].endswith(_HISSING):
        found.append(word[:-2])
    return found


def _plural(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith(_HISSING):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
