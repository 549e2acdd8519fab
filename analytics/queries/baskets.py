"""What is bought together."""

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from analytics.models import HourFact, PairFact
from analytics.queries.days import Days, following
from catalog.models import Product

# Ordered by lift, which is this times the number of all baskets.
FOUND = """
WITH pair AS ({pairs})
SELECT p.first_id, p.second_id, p.together, a.together, b.together FROM pair p
  JOIN pair a ON a.first_id = p.first_id AND a.second_id = p.first_id
  JOIN pair b ON b.first_id = p.second_id AND b.second_id = p.second_id
 WHERE p.first_id < p.second_id AND p.together >= %s
 ORDER BY p.together * 1.0 / (a.together * b.together) DESC, p.together DESC, p.first_id, p.second_id
 LIMIT %s
"""


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
    days: Days, seller_id: UUID | None = None, *, at_least: int = 5, limit: int = 20
) -> list[Pair]:
    """The ``limit`` pairs of highest lift that ``at_least`` so many baskets hold, in the whole months
    that ``days`` touch. To a seller, of products of that seller. Three queries.
    """
    months = days.months
    rows = PairFact.objects.filter(month__range=months)
    if seller_id:
        rows = rows.filter(first__seller=seller_id, second__seller=seller_id)
    summed = rows.order_by().values("first_id", "second_id").annotate(together=Sum("baskets"))
    select, values = summed.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(pairs=select), [*values, at_least, limit])
        found = [(UUID(str(a)), UUID(str(b)), counts) for a, b, *counts in cursor.fetchall()]
    ids = {each for a, b, _ in found for each in (a, b)}
    titles = dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))
    every = _all_baskets(days)
    return [
        Pair(a, titles[a], b, titles[b], int(both), int(one), int(other), every)
        for a, b, (both, one, other) in found
    ]


def _all_baskets(days: Days) -> int:
    """Of the same months, in any currency, whoever sold them."""
    first, last = days.months
    rows = HourFact.objects.filter(day__gte=first, day__lt=following(last))
    return int(rows.aggregate(all=Sum("baskets", default=0))["all"])
