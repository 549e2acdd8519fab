"""The figures of some days, and how many people they are of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from analytics.engines import DATABASE, Engine
from analytics.models import UNKNOWN_CUSTOMER, CustomerFact, HourFact
from analytics.queries.days import Days
from analytics.queries.figures import Figures, orders_of, sold_on, total


PEOPLE = "SELECT count(*), coalesce(sum(is_known), 0) FROM ({rows}) people"


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
    ((customers, known),) = engine.run(PEOPLE, _people(days, seller_id))
    return Summary(days, figures, customers, customers - int(known))


def _people(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact, Any]:
    """Everybody once, and whether they had bought before."""
    is_known = Case(When(Exists(earlier(days, seller_id)), then=1), default=0)
    once = buyers(days, seller_id).order_by().values("customer", "currency").distinct()
    return once.annotate(is_known=is_known)


def buyers(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact]:
    """The days on which people bought something who can be told apart."""
    rows = sold_on(CustomerFact, days, seller_id).filter(lines__gt=0)
    return rows.exclude(customer=UNKNOWN_CUSTOMER)


def earlier(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact]:
    """What the customer of an outer row had bought before ``days``."""
    rows = CustomerFact.objects.filter(
        customer=OuterRef("customer"), day__lt=days.first, currency=OuterRef("currency")
    )
    return rows.filter(seller=seller_id) if seller_id else rows
