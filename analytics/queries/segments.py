"""Customers by recency, frequency and monetary value: who is coming, who is going."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Sum

from analytics.engines import DATABASE, Engine
from analytics.models import UNKNOWN_CUSTOMER, CustomerFact
from analytics.queries.days import Days
from analytics.queries.figures import orders_of, sold_on

NAMES = (
    ("Lost", "At risk", "Not to be lost"),
    ("About to sleep", "In need of attention", "Loyal"),
    ("New", "Promising", "Champions"),
)
"""By thirds of recency, of each by thirds of value: low (scores 1 and 2), middle (3), high (4 and 5)."""

# A score is the fifth that a customer's rank falls into; who is alike has the same.
SCORED = """
WITH customer AS ({customers}),
scored AS (
  SELECT bought, net,
         1 + (rank() OVER (ORDER BY newest) - 1) * 5 / count(*) OVER () AS recency,
         1 + (rank() OVER (ORDER BY bought) - 1) * 5 / count(*) OVER () AS frequency,
         1 + (rank() OVER (ORDER BY net) - 1) * 5 / count(*) OVER () AS monetary
    FROM customer)
SELECT recency, (frequency + monetary + 1) / 2, count(*), sum(bought), sum(net)
  FROM scored GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """``net`` (minor units) is what its customers paid on these days less what they got back."""

    name: str
    customers: int = 0
    orders: int = 0
    net: int = 0


def segments(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> list[Segment]:
    """Everybody who bought something on these days, in nine segments, the best first. One query.

    Each is scored 1 to 5 among the others by the last day, the number of orders and the net of
    these days (Hughes, "Strategic Database Marketing"); value is the mean of the latter two.
    """
    found = {name: Segment(name) for thirds in reversed(NAMES) for name in reversed(thirds)}
    for recency, value, customers, orders, net in engine.run(
        SCORED, customers=_customers(days, seller_id)
    ):
        name = NAMES[_third(int(recency))][_third(int(value))]
        old = found[name]
        found[name] = Segment(
            name, old.customers + int(customers), old.orders + int(orders), old.net + int(net)
        )
    return list(found.values())


def _third(score: int) -> int:
    return 0 if score < 3 else 1 if score == 3 else 2


def _customers(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact, Any]:
    rows = sold_on(CustomerFact, days, seller_id).exclude(customer=UNKNOWN_CUSTOMER)
    return (
        rows.order_by()
        .values("customer")
        .annotate(
            newest=Max("day", filter=Q(lines__gt=0)),
            bought=Sum(orders_of(seller_id)),
            net=Sum(F("gross") - F("discount") - F("refunded")),
        )
        .filter(newest__isnull=False)
    )
