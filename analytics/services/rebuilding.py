"""Building facts anew from the orders and the ledger."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone

from analytics.models import (
    CustomerFact,
    HourFact,
    Newcomer,
    PairFact,
    SalesFact,
    SellerNewcomer,
    Source,
)
from analytics.queries.days import following
from analytics.services import adding, sources
from analytics.services.counting import LOCK
from core.locks import advisory_lock
from ledger.models import Transaction
from orders.models import Order, Refund


@transaction.atomic
def rebuild_month(month: date) -> int:
    """Replace the facts of the month that begins on ``month``. Returns how many sources it has.

    Consumers wait meanwhile. What they have not heard of yet is counted already when they do, and
    they pass it over; so the rows are those that they would have made.
    """
    advisory_lock(LOCK)
    last = following(month) - timedelta(days=1)
    for fact in (SalesFact, CustomerFact, HourFact, Source):
        fact.objects.filter(day__range=(month, last)).delete()
    PairFact.objects.filter(month=month).delete()
    _put_off(Newcomer.objects.filter(day__range=(month, last)), "customer", "currency")
    _put_off(
        SellerNewcomer.objects.filter(day__range=(month, last)), "seller", "customer", "currency"
    )
    counted = sources.note_days(month, last)
    adding.add(counted)
    return counted.count()


def _put_off(newcomers: QuerySet[Any], *key: str) -> None:
    """To the next day on which they bought; who never did again is none."""
    same = {name: OuterRef(name) for name in key}
    bought = CustomerFact.objects.filter(lines__gt=0, **same).order_by("day")
    newcomers.filter(~Exists(bought)).delete()
    newcomers.update(day=Subquery(bought.values("day")[:1]))


def months(first: date | None = None, last: date | None = None) -> Iterator[date]:
    """The first days of the months that hold ``first`` to ``last``: by default, of all that happened."""
    known = sorted(_days())
    if not (first and last) and not known:
        return
    month, end = first or known[0], last or known[-1]
    month = month.replace(day=1)
    while month <= end:
        yield month
        month = following(month)


def _days() -> Iterator[date]:
    """The first and last day of the books, of orders, of refunds, and of what is counted."""
    happened = (
        Transaction.objects.aggregate(Min("effective_at"), Max("effective_at")),
        Order.objects.aggregate(Min("created_at"), Max("created_at")),
        Refund.objects.aggregate(Min("refunded_at"), Max("refunded_at")),
    )
    for instant in (at for ends in happened for at in ends.values() if at):
        yield timezone.localdate(instant, timezone.get_default_timezone())
    counted = Source.objects.aggregate(Min("day"), Max("day"))
    yield from (day for day in counted.values() if day)
