"""What is bought together."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, QuerySet, Sum
from django.db.models.functions import Cast

from analytics.engines import DATABASE, Engine
from analytics.models import HourFact, PairFact, SalesFact
from analytics.queries.days import Days, following
from analytics.queries.figures import whole
from catalog.models import Product

# Ordered by lift, which is this times the number of all baskets; as floats, which all engines divide alike.
FOUND = """
WITH pair AS ({pairs})
SELECT p.first_id, p.second_id, p.together, a.together, b.together FROM pair p
  JOIN pair a ON a.first_id = p.first_id AND a.second_id = p.first_id
  JOIN pair b ON b.first_id = p.second_id AND b.second_id = p.second_id
 WHERE p.first_id < p.second_id
 ORDER BY CAST(p.together AS double precision) / (a.together * b.together) DESC, p.together DESC, p.first_id, p.second_id
 LIMIT %s
"""

COUNTED = Sum(Cast("baskets", IntegerField()))
"""Of a month they are few enough, and PostgreSQL adds up integers in a fraction of the time and memory
that it needs for larger ones."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``baskets`` hold both products, ``with_first`` and ``with_second`` each of them, of ``all_baskets``."""

    first_id: UUID
    first: str
    second_id: UUID
    second: str
    baskets: int
    with_first: int
    with_second: int
    all_baskets: int

    @property
    def lift(self) -> Fraction:
        """How many times as often as if they had nothing to do with each other."""
        return Fraction(self.baskets * self.all_baskets, self.with_first * self.with_second)

    @property
    def confidence(self) -> Fraction:
        """Of those who buy the first, how many buy the second."""
        return Fraction(self.baskets, self.with_first)


def pairs(
    days: Days,
    seller_id: UUID | None = None,
    engine: Engine = DATABASE,
    *,
    at_least: int = 5,
    limit: int = 20,
) -> list[Pair]:
    """The ``limit`` pairs of highest lift that ``at_least`` so many baskets hold, in the whole months
    that ``days`` touch. To a seller, of products of that seller. Three queries.
    """
    held = PairFact.objects.filter(month__range=days.months)
    if seller_id:
        own = _sold_in(days, seller_id)
        held = held.filter(first__in=own, second__in=own)
    # A product is in at least as many as any of its pairs: what goes here misses nowhere.
    summed = held.order_by().values("first_id", "second_id").annotate(together=COUNTED)
    rows = engine.run(FOUND, limit, pairs=summed.filter(together__gte=at_least))
    found = [(UUID(str(a)), UUID(str(b)), counts) for a, b, *counts in rows]
    ids = {each for a, b, _ in found for each in (a, b)}
    titles = dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))
    every = _all_baskets(days, engine)
    return [
        Pair(a, titles[a], b, titles[b], int(both), int(one), int(other), every)
        for a, b, (both, one, other) in found
    ]


def _sold_in(days: Days, seller_id: UUID) -> QuerySet[SalesFact, Any]:
    """What the seller sold in the same months."""
    first, last = days.months
    rows = SalesFact.objects.filter(seller=seller_id, day__gte=first, day__lt=following(last))
    return rows.order_by().values("product").distinct()


def _all_baskets(days: Days, engine: Engine) -> int:
    """Of the same months, in any currency, whoever sold them."""
    first, last = days.months
    rows = HourFact.objects.filter(day__gte=first, day__lt=following(last))
    ((_, baskets),) = engine.rows(whole(rows).annotate(all=Sum("baskets", default=0)))
    return int(baskets)
