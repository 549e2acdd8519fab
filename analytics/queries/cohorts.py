"""Whoever bought first in the same month, and how many of them came back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateField, Exists
from django.db.models.functions import Cast, TruncMonth

from analytics.queries.days import Days
from analytics.queries.summary import buyers, earlier

COUNTED = """
WITH active AS ({active}),
joined AS (
  SELECT customer, active, min(active) OVER (PARTITION BY customer) AS joined FROM active)
SELECT joined, active, count(*) FROM joined GROUP BY joined, active
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first order was in ``month`` (its first day), and how many of them bought
    again: ``active[n]`` in the n-th month after it, ``active[0]`` being all of them."""

    month: date
    active: tuple[int, ...]

    @property
    def customers(self) -> int:
        return self.active[0]


def cohorts(days: Days, seller_id: UUID | None = None) -> list[Cohort]:
    """One for each month of ``days``, taken whole up to the last day. One query, and a look at the
    index for an earlier order of whoever bought."""
    months = _months(*days.months)
    found: defaultdict[date, dict[date, int]] = defaultdict(dict)
    for joined, active, customers in _counted(Days(months[0], days.last), seller_id):
        found[date.fromisoformat(str(joined))][date.fromisoformat(str(active))] = customers
    return [
        Cohort(month, tuple(found[month].get(each, 0) for each in months[n:]))
        for n, month in enumerate(months)
    ]


def _counted(days: Days, seller_id: UUID | None) -> list[tuple[Any, Any, int]]:
    """How many joined in one month and bought in another. SQLite has months as texts."""
    newcomers = buyers(days, seller_id).filter(~Exists(earlier(days, seller_id)))
    month = Cast(TruncMonth("day"), DateField())
    active = newcomers.order_by().annotate(active=month).values("customer", "active").distinct()
    select, values = active.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED.format(active=select), values)
        counted: list[tuple[Any, Any, int]] = cursor.fetchall()
    return counted


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    numbers = range(first.month - 1, first.month + count)
    return [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
