"""The figures of some days, and how many people they are of."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Func, QuerySet, UUIDField

from analytics.engines import DATABASE, Engine
from analytics.models import UNKNOWN_CUSTOMER, CustomerFact, HourFact
from analytics.queries.days import Days
from analytics.queries.figures import Figures, orders_of, sold_on, total

PEOPLE = """
WITH buyer AS ({buyers})
SELECT count(*), (SELECT count(*) FROM buyer WHERE NOT EXISTS ({earlier})) FROM buyer
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
    once = buyers(days, seller_id).values("customer").distinct().order_by("customer")
    before = earlier(days, seller_id, "buyer.customer")
    ((customers, new),) = engine.run(PEOPLE, buyers=once, earlier=before)
    return Summary(days, figures, int(customers), int(new))


def buyers(days: Days, seller_id: UUID | None) -> QuerySet[CustomerFact]:
    """The days on which people bought something who can be told apart."""
    rows = sold_on(CustomerFact, days, seller_id).filter(lines__gt=0)
    return rows.exclude(customer=UNKNOWN_CUSTOMER)


def earlier(days: Days, seller_id: UUID | None, customer: str) -> QuerySet[CustomerFact]:
    """What somebody had bought before ``days``: whom a statement around it calls ``customer``."""
    rows = CustomerFact.objects.filter(
        customer=Func(template=customer, output_field=UUIDField()),
        day__lt=days.first,
        currency=settings.SHOP_CURRENCY,
    )
    return rows.filter(seller=seller_id) if seller_id else rows
