"""Search for products: one meaning, told to each engine in its own tongue.

``find`` narrows a queryset of products to those that match, and says how well. Both engines find
the same products and put them in the same order, since both index the same folded words
(``letters``), read a search by the same rules (``language``) and rank by where words are found and
not by how often: a SKU written out, then words of the title, of brand, category or SKU, of the
description. Among equals, what sells best comes first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.models import Case, Func, IntegerField, Value, When

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
BEST_FIRST = ("-relevance", "-units_sold", "-pk")


def find(products: ProductQuerySet, text: str) -> Any:
    """Those of ``products`` that match ``text``, the most relevant first."""
    query = understand(text)
    return ranked(matching(products, query), query, text)


def understand(text: str) -> Query:
    """What ``text`` asks for. Where nothing for sale matches, words that nothing for sale has are read
    as those near them."""
    query = parse(text[:MAX_LENGTH])
    return query if not query or _is_sold(query) else query.respelt(_near(_unsold(query)))


def matching(
    products: ProductQuerySet, query: Query, parts: Sequence[str] = EVERYWHERE
) -> ProductQuerySet:
    """Those of ``products`` whose ``parts`` have what is asked for."""
    return products.filter(_found(products, query, parts)) if query else products.none()


def suggest(text: str, limit: int) -> list[Product]:
    """Published products whose title, brand or category has the words of ``text``, of which the last is
    being typed; the nearest ones where there are none."""
    published = Product.objects.published().with_card()
    query = begun(text[:MAX_LENGTH])
    typed = list(ranked(matching(published, query, NAMES), query, text)[:limit])
    if typed or not query:
        return typed
    meant = _meant(query)
    return list(ranked(matching(published, meant, NAMES), meant, text)[:limit])


def ranked(products: ProductQuerySet, query: Query, text: str) -> Any:
    """``products`` with their ``relevance``, in the order of ``BEST_FIRST``."""
    if not query:
        return products.annotate(relevance=Value(0)).order_by(*BEST_FIRST)
    positive, sku = query.without_exclusions(), text.replace("\0", "").strip()
    spelt = {sku, sku.upper(), sku.lower()}
    by_sku = list(Variant.objects.filter(sku__in=spelt).values_list("product_id", flat=True)[:3])
    relevance = Case(
        When(pk__in=by_sku, then=3),
        When(_found(products, positive, TITLE), then=2),
        When(_found(products, positive, NAMES), then=1),
        default=0,
        output_field=IntegerField(),
    )
    return products.annotate(relevance=relevance).order_by(*BEST_FIRST)


def _found(products: ProductQuerySet, query: Query, parts: Sequence[str]) -> Func:
    found: Func = ENGINES[connections[products.db].vendor].found(query, parts)
    return found


def _is_sold(query: Query) -> bool:
    published = Product.objects.published()
    ids = ENGINES[connections[published.db].vendor].ids(query, EVERYWHERE)
    return published.filter(pk__in=ids).exists()


def _unsold(query: Query) -> list[str]:
    """Words, of letters only, that nothing for sale has."""
    typed = sorted(word for word in query.words if _may_be_mistyped(word))
    return [word for word in typed if not _is_sold(parse(word))]


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
    found: set[str] = set()
    for key in _keys(typed):
        under = SearchWord.objects.filter(key__gte=key, key__lt=f"{key}~")
        found |= set(under.values_list("word", flat=True).distinct().order_by("word")[:MAX_NEAR])
    return tuple(sorted(found)[:MAX_NEAR])


__all__ = [
    "BEST_FIRST",
    "MAX_LENGTH",
    "Query",
    "find",
    "matching",
    "ranked",
    "suggest",
    "understand",
]
