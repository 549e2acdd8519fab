"""Whoever bought first in the same month, and how many of them came back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import TruncMonth

from analytics.models import CustomerFact
from analytics.queries.days import Days
from analytics.queries.summary import buyers


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
    index for the first order of whoever bought."""
    first_month, last_month = days.months
    bought = CustomerFact.objects.filter(
        customer=OuterRef("customer"), currency=OuterRef("currency"), lines__gt=0
    )
    if seller_id:
        bought = bought.filter(seller=seller_id)
    rows = buyers(Days(first_month, days.last), seller_id).annotate(
        active=TruncMonth("day"),
        joined=TruncMonth(Subquery(bought.order_by("day").values("day")[:1])),
    )
    counted = rows.filter(joined__gte=first_month).order_by().values_list("joined", "active")
    found: defaultdict[date, dict[date, int]] = defaultdict(dict)
    for joined, active, customers in counted.annotate(Count("customer", distinct=True)):
        found[joined][active] = customers
    months = _months(first_month, last_month)
    return [
        Cohort(month, tuple(found[month].get(each, 0) for each in months[n:]))
        for n, month in enumerate(months)
    ]


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month
    numbers = range(first.month - 1, first.month + count)
    return [date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]
