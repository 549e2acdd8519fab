"""Consumers, and rebuilds, at once: everything is counted once, and nobody is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from analytics.services import count_orders, rebuild_month
from analytics.tests.factories import COUNT, back, rows, sale, waiting
from cart.pricing import PricedLine
from catalog.tests.factories import on_sale
from core import clock, events
from core.models import Delivery, Event
from orders.services import record_past

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MARCH = date(2026, 3, 1)


@pytest.fixture
def _sold():
    """Twenty orders of the same day, of the same goods in either order; half of them come back."""
    goods = [PricedLine(on_sale(price=price), 2, price) for price in (100, 250, 999)]
    sales = [
        sale(str(n), AT + timedelta(minutes=n), *(goods if n % 2 else reversed(goods)))
        for n in range(20)
    ]
    returns = [back(str(n), AT + timedelta(hours=n), {1: 1}) for n in range(10)]
    record_past(sales=sales, returns=returns)


def at_once(*calls):
    barrier = Barrier(len(calls), timeout=30)

    def run(call):
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def expected():
    """The rows of a rebuild, which is then undone."""
    with transaction.atomic():
        rebuild_month(MARCH)
        found = rows()
        transaction.set_rollback(True)
    return found


def singly(part):
    for delivery_id in part:
        events.deliver(delivery_id, at=clock.now())


@pytest.mark.usefixtures("_sold")
def test_consumers_at_once_count_everything_once():
    ids = list(Delivery.objects.filter(consumer=COUNT).order_by("pk").values_list("pk", flat=True))

    at_once(*(lambda n=n: singly(ids[n::4]) for n in range(4)))

    assert waiting() == 0
    assert rows() == expected()


@pytest.mark.usefixtures("_sold")
def test_batches_at_once_count_everything_once():
    at_once(*[lambda: events.deliver_batch(COUNT, at=clock.now(), limit=8)] * 5)

    assert waiting() == 0
    assert rows() == expected()


@pytest.mark.usefixtures("_sold")
def test_the_same_news_at_once_count_once():
    news = list(Event.objects.filter(kind__in=["order.paid", "order.refunded"]))

    at_once(*[lambda: count_orders(news)] * 4)

    assert rows() == expected()


@pytest.mark.usefixtures("_sold")
def test_a_rebuild_amid_consumers_counts_everything_once():
    ids = list(Delivery.objects.filter(consumer=COUNT).order_by("pk").values_list("pk", flat=True))

    at_once(
        *(lambda n=n: singly(ids[n::3]) for n in range(3)),
        *[lambda: [rebuild_month(MARCH) for _ in range(3)]] * 2,
    )

    assert waiting() == 0
    assert rows() == expected()
