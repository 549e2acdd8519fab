"""Real races on PostgreSQL over one payment: whoever wins, its money is in one place, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core import clock
from core.errors import DomainError
from ledger.models import Transaction
from orders import tasks
from orders.models import Order, Payment, Repayment, WebhookReceipt
from orders.payments.provider import State
from orders.services import (
    cancel_order,
    expire_orders,
    pay_order,
    receive_webhook,
    repay,
    settle,
)
from orders.tests import doubles
from orders.tests.factories import ADDRESS, order_by, put_in_cart
from orders.tests.proofs import assert_all_checks_pass, balances

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]

TIMES = 5


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run ``acts`` in threads that start together; what each came to, or the code of its refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def buyer():
    return UserFactory()


@pytest.fixture
def order(buyer, provider):
    order = order_by("test", buyer, on_sale(price=450, stock=5), quantity=2)
    yield order
    assert provider.in_transaction == []
    assert_all_checks_pass()


@pytest.fixture
def payment(order):
    return order.payments.get()


def give_back():
    for repayment in Repayment.objects.filter(status="pending"):
        repay(repayment.pk)


def assert_paid_or_undone(order, provider):
    """Either all of it, or nothing: stock, provider and books say the same."""
    give_back()
    for payment in Payment.objects.filter(status__in=["pending", "authorised"]):
        settle(payment.pk)
    order.refresh_from_db()
    if order.status == "paid":
        assert balances() == {"provider:test:clearing:GBP": -900, "escrow": 900}
        assert Variant.objects.get().stock == 3
    else:
        assert (order.status, balances()) == ("cancelled", {})
        assert Variant.objects.get().stock == 5
        captured = [o for o in provider.charges.values() if o.state == State.CAPTURED]
        assert sum(provider.refunds.values()) == 900 * len(captured)


@pytest.mark.parametrize("_", range(TIMES))
def test_many_settle_one_payment(order, payment, provider, _):
    at_once(*[lambda: settle(payment.pk, token=doubles.GOOD)] * 6)

    order.refresh_from_db()
    assert (order.status, order.paid) == ("paid", 900)
    assert Transaction.objects.count() == 1
    assert balances() == {"provider:test:clearing:GBP": -900, "escrow": 900}


@pytest.mark.parametrize("_", range(TIMES))
def test_capture_against_expiry(order, payment, provider, clocks, _):
    settle(payment.pk, token=doubles.CHALLENGED)
    provider.become(payment.pk.hex, State.AUTHORISED)
    provider.before["capture"] = lambda: clocks.stop_at(order.pay_by)

    at_once(lambda: settle(payment.pk), expire_orders, expire_orders)

    expire_orders()
    assert_paid_or_undone(order, provider)


@pytest.mark.parametrize("_", range(TIMES))
def test_capture_against_cancel(order, payment, provider, buyer, _):
    def cancel():
        cancel_order(order.pk, actor_id=buyer.pk, reason="No", at=clock.db_now())

    at_once(lambda: settle(payment.pk, token=doubles.GOOD), cancel, cancel)

    order.refresh_from_db()
    assert order.status == "cancelled"
    assert_paid_or_undone(order, provider)


@pytest.mark.parametrize("_", range(TIMES))
def test_webhook_against_sweep(order, payment, provider, clocks, _):
    settle(payment.pk, token=doubles.CHALLENGED)
    provider.become(payment.pk.hex, State.AUTHORISED)
    clocks.advance(timedelta(minutes=2))

    def notice(number):
        body = f"evt_{number} {payment.pk.hex}".encode()
        return lambda: receive_webhook(provider="test", body=body, signature="good")

    at_once(notice(1), notice(1), notice(2), tasks.settle_payments, tasks.settle_payments)

    assert WebhookReceipt.objects.filter(settled_at__isnull=False).count() == 2
    assert Transaction.objects.count() == 1
    order.refresh_from_db()
    assert order.status == "paid"


@pytest.mark.parametrize("_", range(TIMES))
def test_paid_twice_with_two_cards_it_is_paid_once(order, payment, provider, buyer, _):
    settle(payment.pk, token=doubles.DECLINED)

    def pay():
        begun = pay_order(order.pk, method="test", has_token=True, actor_id=buyer.pk)
        return settle(begun.pk, token=doubles.GOOD).payment.status

    at_once(pay, pay, pay)

    assert_paid_or_undone(order, provider)
    order.refresh_from_db()
    assert order.status == "paid"
    captured = [o for o in provider.charges.values() if o.state == State.CAPTURED]
    assert len(captured) - len(provider.refunds) == 1


@pytest.mark.parametrize("_", range(TIMES))
def test_many_repay_one_repayment(order, payment, provider, buyer, _):
    settle(payment.pk, token=doubles.GOOD)
    cancel_order(order.pk, actor_id=buyer.pk, reason="No", at=clock.db_now())
    repayment = Repayment.objects.get()

    at_once(*[lambda: repay(repayment.pk)] * 4, tasks.settle_payments)

    assert balances() == {}
    assert Transaction.objects.filter(kind="repayment").count() == 1


def test_one_request_by_card_sent_eight_times_at_once_buys_once(api, buyer, provider):
    put_in_cart(buyer, on_sale(price=450, stock=5))
    body = {"payment_method": "test", "payment_token": doubles.GOOD, "shipping_address": ADDRESS}

    def send():
        client = api(buyer, idempotency_key="one")
        response = client.post("/api/v1/cart/checkout", body)
        return response.status_code, response.json().get("code", "order")

    outcomes = set(at_once(*[send] * 8))

    assert outcomes <= {(201, "order"), (409, "idempotency_in_flight")}
    assert send() == (201, "order")
    assert (Order.objects.count(), provider.calls) == (1, ["authorise", "capture"])
    assert provider.in_transaction == []
    assert_all_checks_pass()


def test_an_order_expires_once(order, clocks):
    clocks.advance(timedelta(minutes=31))

    assert sum(at_once(*[expire_orders] * 4)) == 1

    assert Variant.objects.get().stock == 5
    assert Order.objects.get().status == "cancelled"
