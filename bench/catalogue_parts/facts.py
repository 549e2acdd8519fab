"""What questions are made of: names of shelves, prices, titles, and how common their words are."""

from typing import Any

from django.db import connection

from catalog.models import Brand, Category, Product
from catalog.search.language import forms
from catalog.search.letters import fold

SAMPLE = 5_000
"""Products whose titles, slugs and prices are taken."""

WORDS = "SELECT word, ndoc FROM ts_stat('SELECT lexemes FROM catalog_searchdocument')"


def main(*, seed: int) -> dict[str, Any]:
    """Of the products of one seed, in an order that does not depend on when they came."""
    step = max(1, Product.objects.count() // SAMPLE)
    rows = list(Product.objects.order_by("pk").values_list("title", "slug", "price")[::step])
    titles, slugs, prices = zip(*rows, strict=True)
    return {
        "products": Product.objects.count(),
        "categories": _slugs(Category.objects.filter(slug__startswith=f"seed{seed}-")),
        "brands": _slugs(Brand.objects.filter(slug__startswith=f"seed{seed}-")),
        "titles": titles,
        "slugs": slugs,
        "prices": prices,
        "found_by": _found_by({word for title in titles for word in fold(title).split()}),
    }


def _slugs(shelves: Any) -> list[str]:
    return sorted(shelves.values_list("slug", flat=True))


def _found_by(words: set[str]) -> dict[str, int]:
    """How many products have each word, in singular or plural: at most, as one may have both."""
    with connection.cursor() as cursor:
        cursor.execute(WORDS)
        number = dict(cursor.fetchall())
    return {word: sum(number.get(form, 0) for form in forms(word)) for word in sorted(words)}
