"""What is bought together."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, QuerySet, Sum
from django.db.models.functions import Cast

from analytics.engines import DATABASE, Engine
from analytics.models import HourFact, PairFact, SalesFact
from analytics.queries.days import Days, following
from analytics.queries.figures import FOR_SELLER, whole
from catalog.models import Product

# Ordered by lift, which is this times the number of all orders; as floats, which all engines divide alike.
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
    """``baskets`` hold both products, ``with_first`` and ``with_second`` each of them, of ``all_baskets``:
    the shop's, or to a seller, that seller's own orders.
    """

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
    that ``days`` touch. To a seller, of products of that seller, as often as they meet in that seller's own
    orders: how many others have is none of a seller's business. These are counted however many lines they
    have, since which of them are baskets depends on what others sold in them. Three queries.
    """
    held = PairFact.objects.filter(month__range=days.months)
    if seller_id:
        own = _sold_in(days, seller_id)
        held = held.filter(first__in=own, second__in=own)
    # A product is in at least as many as any of its pairs: what goes here misses nowhere.
    summed = held.order_by().values("first_id", "second_id").annotate(together=_counted(days))
    rows = engine.run(FOUND, limit, pairs=summed.filter(together__gte=at_least))
    found = [(UUID(str(a)), UUID(str(b)), counts) for a, b, *counts in rows]
    ids = {each for a, b, _ in found for each in (a, b)}
    titles = dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))
    every = _all_baskets(days, seller_id, engine)
    return [
        Pair(a, titles[a], b, titles[b], int(both), int(one), int(other), every)
        for a, b, (both, one, other) in found
    ]


def _counted(days: Days) -> Sum | F:
    """A month has one row for a pair, which need not be looked for among the others."""
    first, last = days.months
    return F("baskets") if first == last else COUNTED


def _sold_in(days: Days, seller_id: UUID) -> QuerySet[SalesFact, Any]:
    """What the seller sold in the same months."""
    first, last = days.months
    rows = SalesFact.objects.filter(seller=seller_id, day__gte=first, day__lt=following(last))
    return rows.order_by().values("product").distinct()


def _all_baskets(days: Days, seller_id: UUID | None, engine: Engine) -> int:
    """Of the same months, in any currency; to a seller, the orders with anything of that seller's."""
    first, last = days.months
    rows = HourFact.objects.filter(day__gte=first, day__lt=following(last))
    rows, counted = (rows.filter(seller=seller_id), FOR_SELLER) if seller_id else (rows, "baskets")
    ((_, every),) = engine.rows(whole(rows).annotate(all=Sum(counted, default=0)))
    return int(every)
