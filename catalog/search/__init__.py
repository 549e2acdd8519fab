"""Search for products: one meaning, told to each engine in its own tongue.

``find`` narrows a queryset of products to those that match, and says how well. Both engines find
the same products and put them in the same order, since both index the same folded words
(``letters``), read a search by the same rules (``language``) and rank by where words are found and
not by how often: a SKU written out, then words of the title, of brand, category or SKU, of the
description. Among equals, what sells best comes first.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Func, IntegerField, Q, Value, When

from catalog.models import Product, SearchWord, Variant
from catalog.models.products import ProductQuerySet
from catalog.search import postgresql, sqlite
from catalog.search.language import Clause, Query, begun, parse

MAX_LENGTH = 200
"""Characters of a search."""

MAX_NEAR = 20
"""Words that one mistyped word is read as."""

ENGINES: Mapping[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}

TITLE = ("title",)
NAMES = ("title", "names")
EVERYWHERE = ("title", "names", "description")
BEST_FIRST = ("-relevance", "-sold", "-pk")


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of a stretch of what is found, the most relevant first; how many there are in all, and whether
    that is an estimate: none up to ``totals.EXACT_UP_TO``."""

    ids: Sequence[UUID]
    total: int
    is_estimate: bool


def find(products: ProductQuerySet, text: str) -> Any:
    """Those of ``products`` that match ``text``, the most relevant first. All must be published."""
    query = understand(text)
    return ranked(matching(products, query), query, text)


def understand(text: str) -> Query:
    """What ``text`` asks for. Where nothing for sale matches, words that nothing for sale has are read
    as those near them."""
    query = parse(text[:MAX_LENGTH])
    return query if not query or _number(query, 1) else _respelt(query)


def page(products: ProductQuerySet, text: str, start: int, stop: int) -> Page:
    """A stretch of what ``find`` finds, where ``products`` are all that are published."""
    query = parse(text[:MAX_LENGTH])
    found = _page(products, query, text, start, stop)
    if found.total or (meant := _respelt(query)) == query:
        return found
    return _page(products, meant, text, start, stop)


def _page(products: ProductQuerySet, query: Query, text: str, start: int, stop: int) -> Page:
    if not query:
        return Page((), 0, is_estimate=False)
    if found := _engine().page(query, _skus(text), start, stop):
        return Page(*found)
    ids = ranked(matching(products, query), query, text).values_list("pk", flat=True)
    return Page(ids[start:stop], _number(query, sys.maxsize), is_estimate=False)


def matching(
    products: ProductQuerySet, query: Query, parts: Sequence[str] = EVERYWHERE
) -> ProductQuerySet:
    """Those of ``products`` whose ``parts`` have what is asked for. All must be published."""
    if not query:
        return products.none()
    return products.filter(_found(query, parts), **_engine().shown())


def suggest(text: str, limit: int) -> list[Product]:
    """Published products whose title, brand or category has the words of ``text``, of which the last is
    being typed; the nearest ones where there are none."""
    published = Product.objects.published().with_card()
    query = begun(text[:MAX_LENGTH])
    typed = _best(published, query, text, limit)
    if typed or not query:
        return typed
    return _best(published, _meant(query), text, limit)


def _best(products: ProductQuerySet, query: Query, text: str, limit: int) -> list[Product]:
    """What matches by its names, where ``products`` are all that are published."""
    if not query:
        return []
    ids: list[UUID] | None = _engine().best(query, NAMES, _skus(text), limit)
    if ids is None:
        return list(ranked(matching(products, query, NAMES), query, text)[:limit])
    by_id = products.in_bulk(ids)
    return [by_id[pk] for pk in ids if pk in by_id]


def ranked(products: ProductQuerySet, query: Query, text: str) -> Any:
    """``products`` with ``relevance`` and ``sold``, in the order of ``BEST_FIRST``."""
    sold = F(_engine().SOLD)
    if not query:
        return products.annotate(relevance=Value(0), sold=sold).order_by(*BEST_FIRST)
    positive = query.without_exclusions()
    spelt = Variant.objects.filter(sku__in=_skus(text)).order_by().values("product_id")
    relevance = Case(
        When(pk__in=spelt, then=3),
        When(_found(positive, TITLE), then=2),
        When(_found(positive, NAMES), then=1),
        default=0,
        output_field=IntegerField(),
    )
    return products.annotate(relevance=relevance, sold=sold).order_by(*BEST_FIRST)


def _engine() -> Any:
    return ENGINES[connection.vendor]


def _found(query: Query, parts: Sequence[str]) -> Func:
    found: Func = _engine().found(query, parts)
    return found


def _number(query: Query, most: int) -> int:
    number: int = _engine().number(query, most)
    return number


def _skus(text: str) -> set[str]:
    """SKUs that ``text`` may be, however it is written."""
    sku = text.replace("\0", "").strip()
    return {sku, sku.upper(), sku.lower()}


def _respelt(query: Query) -> Query:
    return query.respelt(_near(_unsold(query)))


def _unsold(query: Query) -> list[str]:
    """Words, of letters only, that nothing for sale has."""
    typed = sorted(word for word in query.words if _may_be_mistyped(word))
    return [word for word in typed if not _number(parse(word), 1)]


def _may_be_mistyped(word: str) -> bool:
    return len(word) >= 4 and word.isascii() and word.isalpha()


def _near(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Words that differ from each of ``words`` by one letter missing, added, wrong or swapped."""
    near = {word: _words_under(_keys(word)) for word in words}
    return {word: found for word, found in near.items() if found}


def _keys(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


def _words_under(keys: list[str]) -> tuple[str, ...]:
    words = SearchWord.objects.filter(key__in=keys).values_list("word", flat=True)
    return tuple(words.distinct().order_by("word")[:MAX_NEAR])


def _meant(query: Query) -> Query:
    """``query``, its unsold words respelt, and its last one read as the beginning of words near it."""
    clause = query.clauses[0]
    *whole, last = clause.wanted
    near = _near(_unsold(Query((Clause(tuple(whole)),))))
    word = last.word or ""
    beginnings = _beginning_near(word) if _may_be_mistyped(word) else ()
    return Query((clause,)).respelt({**near, word: beginnings})


def _beginning_near(typed: str) -> tuple[str, ...]:
    """Words that begin as ``typed`` does but for one letter."""
    ranges = (Q(key__gte=key, key__lt=f"{key}~") for key in _keys(typed))
    under = SearchWord.objects.filter(reduce(or_, ranges)).values_list("word", flat=True)
    return tuple(under.distinct().order_by("word")[:MAX_NEAR])


__all__ = [
    "BEST_FIRST",
    "MAX_LENGTH",
    "Page",
    "Query",
    "find",
    "in_order",
    "matching",
    "page",
    "ranked",
    "suggest",
    "understand",
]
