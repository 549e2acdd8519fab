"""Reservations end by the database's clock, exactly, and give everything back."""

from datetime import timedelta

import pytest

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.models import Event
from orders import tasks
from orders.models import Order
from orders.services import expire_orders, settle
from orders.tests import doubles
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances, steps


@pytest.fixture
def order(bob, provider):
    return order_by("test", bob, on_sale(price=450, stock=5), quantity=2)


def test_an_order_expires_at_the_end_of_its_time_and_not_before(order, clocks):
    clocks.stop_at(order.pay_by - timedelta(microseconds=1))
    assert expire_orders() == 0

    clocks.stop_at(order.pay_by)
    assert expire_orders() == 1
    assert expire_orders() == 0

    assert steps(order) == ["order.placed", "order.cancelled"]
    assert (order.status, order.pay_by) == ("cancelled", None)
    assert {part.status for part in order.seller_orders.all()} == {"cancelled"}
    assert Variant.objects.get().stock == 5
    news = Event.objects.get(kind="order.cancelled").payload
    assert news == {"actor": None, "reason": "It was not paid in time."}


def test_an_invoice_has_two_weeks(bob, provider, clocks):
    order = order_by("invoice", bob, on_sale(price=450, stock=5))
    begun = order.payments.get().created_at
    assert order.pay_by == begun + timedelta(days=14)

    clocks.stop_at(order.pay_by)
    tasks.expire_orders()

    order.refresh_from_db()
    assert (order.status, order.payments.get().status) == ("cancelled", "voided")
    assert provider.calls == []


def test_what_is_paid_does_not_expire(order, provider, clocks):
    settle(order.payments.get().pk, token=doubles.GOOD)
    clocks.advance(timedelta(days=30))

    assert expire_orders() == 0
    order.refresh_from_db()
    assert order.status == "paid"


def test_money_of_an_expired_order_comes_back_though_it_comes_late(order, provider, clocks):
    payment = order.payments.get()
    settle(payment.pk, token=doubles.CHALLENGED)
    clocks.stop_at(order.pay_by)
    expire_orders()
    provider.become(payment.pk.hex, doubles.State.CAPTURED)

    clocks.advance(timedelta(minutes=1))
    tasks.settle_payments()
    clocks.advance(timedelta(minutes=1))
    tasks.settle_payments()

    payment.refresh_from_db()
    assert (payment.status, balances()) == ("refunded", {})
    assert list(provider.refunds.values()) == [900]
    assert steps(order)[-2:] == ["payment.unclaimed", "payment.repaid"]
    assert_all_checks_pass()


def test_many_expire_in_one_run(bob, provider, clocks):
    variant = on_sale(price=450, stock=9)
    for _ in range(3):
        order_by("test", bob, variant)
    clocks.advance(timedelta(minutes=31))

    assert expire_orders(limit=2) == 2
    assert expire_orders() == 1
    assert Variant.objects.get().stock == 9
    assert set(Order.objects.values_list("status", flat=True)) == {"cancelled"}
