"""The figures of some days, and how many people they are of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet

from analytics.engines import DATABASE, Engine
from analytics.models import (
    UNKNOWN_CUSTOMER,
    CustomerFact,
    HourFact,
    Newcomer,
    SellerNewcomer,
)
from analytics.queries.days import Days
from analytics.queries.figures import Figures, orders_of, sold_on, total

PEOPLE = """
SELECT (SELECT count(*) FROM ({buyers}) buyer), (SELECT count(*) FROM ({newcomers}) newcomer)
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """``customers`` bought something on these days; ``new_customers`` of them had never before.

    Guests of whom no e-mail is known are in the figures, but nobody can say how many they are.
    """

    days: Days
    figures: Figures
    customers: int
    new_customers: int

    @property
    def returning_customers(self) -> int:
        return self.customers - self.new_customers


def summary(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> Summary:
    """In two queries. To one seller, new is who has never bought from that seller before."""
    figures = total(sold_on(HourFact, days, seller_id), orders_of(seller_id), engine)
    once = buyers(days, seller_id).order_by().values("customer").distinct()
    came = newcomers(days, seller_id).values("customer")
    ((customers, new),) = engine.run(PEOPLE, buyers=once, newcomers=came)
    return Summary(days, figures, int(customers), int(new))


def buyers(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact]:
    """The days on which people bought something who can be told apart."""
    rows = sold_on(CustomerFact, days, seller_id).filter(lines__gt=0)
    return rows.exclude(customer=UNKNOWN_CUSTOMER)


def newcomers(days: Days, seller_id: UUID | None) -> QuerySet[Any]:
    """Who can be told apart and first bought on ``days``: anything, or anything of the seller's."""
    kept: type[Model] = SellerNewcomer if seller_id else Newcomer
    rows = kept._default_manager.filter(  # noqa: SLF001  # Django's documented Model API
        day__range=(days.first, days.last), currency=settings.SHOP_CURRENCY
    ).exclude(customer=UNKNOWN_CUSTOMER)
    return rows.filter(seller=seller_id) if seller_id else rows
