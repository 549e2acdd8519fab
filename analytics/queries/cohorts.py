"""Whoever bought first in the same month, and how many of them came back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import DateField, QuerySet
from django.db.models.functions import Cast, TruncMonth

from analytics.engines import DATABASE, Engine
from analytics.models import CustomerFact
from analytics.queries.days import Days
from analytics.queries.summary import buyers, newcomers

MONTH = Cast(TruncMonth("day"), DateField())

COUNTED = """
WITH active AS ({active}), newcomer AS ({newcomers})
SELECT joined, active, count(*)
  FROM active JOIN newcomer ON newcomer.customer = active.customer GROUP BY joined, active
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


def cohorts(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> list[Cohort]:
    """One for each month of ``days``, taken whole up to the last day. One query."""
    months = _months(*days.months)
    found: defaultdict[date, dict[date, int]] = defaultdict(dict)
    whole = Days(months[0], days.last)
    came = newcomers(whole, seller_id).annotate(joined=MONTH).values("customer", "joined")
    counted = engine.run(COUNTED, active=_active(whole, seller_id), newcomers=came)
    for joined, active, customers in counted:
        found[_month(joined)][_month(active)] = int(customers)
    return [
        Cohort(month, tuple(found[month].get(each, 0) for each in months[n:]))
        for n, month in enumerate(months)
    ]


def _active(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact, Any]:
    """In which months each of these days' buyers bought."""
    rows = buyers(days, seller_id).order_by().annotate(active=MONTH)
    return rows.values("customer", "active").distinct()


def _month(value: object) -> date:
    """SQLite has them as texts."""
    return date.fromisoformat(str(value))


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    numbers = range(first.month - 1, first.month + count)
    return [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
