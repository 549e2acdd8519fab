"""Which requests are sent: drawn from facts of the catalogue by fixed seeds, the same in every run."""

import itertools
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

PRODUCTS = "/api/v1/products"
ORDERINGS = ("price", "-price", "best_selling", "title", "rating")
CONDITIONS = ("new", "used", "refurbished")
COMMON = 0.05
"""A word is common that more than this share of the products has."""
RARE = 0.01
"""A word is safe to be left out of what is copied that fewer have."""

RARE_WORD, COMMON_WORD, MISSPELT = "rare", "common", "misspelt"
SHARES = {COMMON_WORD: 1 / 3, MISSPELT: 1 / 6, RARE_WORD: 1 / 2}
"""Of the searches."""

MIX = {"list": 70, "detail": 15, "search": 10, "facets": 5}
POOLS = {"list": 2_000, "detail": 2_000, "facets": 200}
"""How many different questions of each kind there are in the mix; searches are those of the search row."""

Facts = Mapping[str, Any]
Filters = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    path: str


def hot(facts: Facts) -> Question:
    """The list that everybody looks at."""
    return _list({"category": facts["categories"][0], "ordering": "best_selling"})


def lists(facts: Facts, seed: int, count: int) -> list[Question]:
    """Lists with random filters, page and order, no two alike."""
    random = Random(f"lists {seed}")
    return _distinct(count, lambda: _list(_filters(random, facts) | _place(random)))


def shelves(facts: Facts, count: int) -> list[Question]:
    """Lists that are narrowed to a shelf, so that other seeds' products cannot be in them."""
    random = Random("shelves")
    return _distinct(
        count, lambda: _list(_shelf(random, facts) | _filters(random, facts) | _place(random))
    )


def searches(facts: Facts, count: int) -> list[Question]:
    """Words from titles, no two searches alike: ``SHARES`` of each kind, mixed."""
    random, found = Random("searches"), []
    for kind, share in SHARES.items():
        draw = _DRAWS[kind]
        found += _distinct(
            round(count * share),
            lambda kind=kind, draw=draw: _search(kind, **draw(random, facts)),  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        )
    random.shuffle(found)
    return found


def rare_words(facts: Facts) -> list[str]:
    """Words of titles that few products have."""
    found: dict[str, int] = facts["found_by"]
    return [word for word, number in found.items() if number < facts["products"] * RARE]


def searches_for(words: Sequence[str]) -> list[Question]:
    """Two pages of what is found by each."""
    return [
        _search(RARE_WORD, search=word, **page) for page in ({}, {"page": "2"}) for word in words
    ]


def mixed(facts: Facts, found: Sequence[Question], seed: int, count: int) -> list[Question]:
    """``count`` of ``MIX``; what is asked for is drawn by Zipf's law, the first of each kind most."""
    random = Random(f"mixed {seed}")
    pools = _pools(facts, found)
    weights = {kind: _zipf(len(pool)) for kind, pool in pools.items()}
    kinds = random.choices([*MIX], [*MIX.values()], k=count)
    return [random.choices(pools[kind], cum_weights=weights[kind])[0] for kind in kinds]


def _pools(facts: Facts, found: Sequence[Question]) -> dict[str, list[Question]]:
    random = Random("pools")
    slugs = random.sample(facts["slugs"], min(POOLS["detail"], len(facts["slugs"])))
    return {
        "list": lists(facts, seed=0, count=POOLS["list"]),
        "detail": [Question("detail", f"{PRODUCTS}/{quote(slug)}") for slug in slugs],
        "search": [Question("search", each.path) for each in found],
        "facets": _distinct(
            POOLS["facets"], lambda: _list(_filters(random, facts) | {"facets": "1"}, "facets")
        ),
    }


def _zipf(size: int) -> list[float]:
    return list(itertools.accumulate(1 / rank for rank in range(1, size + 1)))


def _distinct(count: int, draw: Callable[[], Question]) -> list[Question]:
    """:raises AssertionError: there are not so many different ones."""
    found: dict[Question, None] = {}
    for _ in range(20 * count):
        found[draw()] = None
        if len(found) == count:
            return list(found)
    raise AssertionError(f"Only {len(found)} questions of {count} differ.")


def _list(filters: Filters, kind: str = "list") -> Question:
    return Question(kind, f"{PRODUCTS}?{urlencode(filters)}")


def _search(kind: str, **asked: str) -> Question:
    return Question(kind, f"{PRODUCTS}?{urlencode(asked)}")


def _filters(random: Random, facts: Facts) -> Filters:
    """One at least."""
    draws: dict[str, tuple[float, Callable[[], Filters]]] = {
        "category": (0.6, lambda: {"category": random.choice(facts["categories"])}),
        "brand": (0.25, lambda: {"brand": random.choice(facts["brands"])}),
        "condition": (0.2, lambda: {"condition": random.choice(CONDITIONS)}),
        "in_stock": (0.3, lambda: {"in_stock": random.choice(("true", "false"))}),
        "featured": (0.05, lambda: {"featured": "true"}),
        "price": (0.5, lambda: _prices(random, facts)),
    }
    chosen = [draw for chance, draw in draws.values() if random.random() < chance]
    filters: Filters = {}
    for draw in chosen or [draws["price"][1]]:
        filters |= draw()
    return filters


def _prices(random: Random, facts: Facts) -> Filters:
    bounds = sorted(random.choice(facts["prices"]) for _ in range(2))
    names = random.choice((("min_price",), ("max_price",), ("min_price", "max_price")))
    ends = dict(zip(("min_price", "max_price"), bounds, strict=True))
    return {name: f"{ends[name] // 100}.{ends[name] % 100:02}" for name in names}


def _place(random: Random) -> Filters:
    """Order and page: most look at the first, some at the second, few further."""
    place: Filters = {}
    if random.random() < 0.7:
        place["ordering"] = random.choice(ORDERINGS)
    if random.random() < 0.4:
        place["page"] = str(min(2 + int(random.expovariate(0.5)), 20))
    return place


def _shelf(random: Random, facts: Facts) -> Filters:
    shelf = random.choice(("categories", "brands"))
    return {{"categories": "category", "brands": "brand"}[shelf]: random.choice(facts[shelf])}


def _common(random: Random, facts: Facts) -> Filters:
    """A word that is often asked for, and of which a second page is looked at."""
    words = [word for word, number in facts["found_by"].items() if _is_common(facts, number)]
    return {"search": random.choice(words), **random.choice(({}, {}, {}, {"page": "2"}))}


def _rare(random: Random, facts: Facts) -> Filters:
    """One or two words of a title; of two, both have to be there."""
    while True:
        words = random.choice(facts["titles"]).split()
        chosen = random.sample(words, random.choice((1, 2)))
        least = min(facts["found_by"].get(word.lower(), 0) for word in chosen)
        if not _is_common(facts, least):
            return {"search": " ".join(chosen)}


def _misspelt(random: Random, facts: Facts) -> Filters:
    """A word of a title with a letter left out, doubled, wrong, or changed with the next one."""
    while True:
        word = random.choice(random.choice(facts["titles"]).lower().split())
        if len(word) >= 5 and word.isascii() and word.isalpha():
            mistyped = random.choice([*_mistyped(random, word)])
            if mistyped not in facts["found_by"]:
                return {"search": mistyped}


def _mistyped(random: Random, word: str) -> Iterator[str]:
    place = random.randrange(1, len(word) - 1)
    head, letter, tail = word[:place], word[place], word[place + 1 :]
    yield head + tail
    yield head + letter + letter + tail
    yield head + random.choice(string.ascii_lowercase) + tail
    yield head + tail[0] + letter + tail[1:]


def _is_common(facts: Facts, number: int) -> bool:
    return bool(number > COMMON * facts["products"])


_DRAWS: Mapping[str, Callable[[Random, Facts], Filters]] = {
    COMMON_WORD: _common,
    MISSPELT: _misspelt,
    RARE_WORD: _rare,
}
