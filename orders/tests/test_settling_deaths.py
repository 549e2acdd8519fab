"""Workers that die between any two steps: the next run finishes what they began, or undoes it."""

from datetime import timedelta

import pytest

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core import clock, events
from core.testing import Clocks
from ledger.models import Transaction
from orders import tasks
from orders.models import Payment, Repayment
from orders.payments.provider import State
from orders.services import cancel_order, payments, repay, repaying, settle, settling
from orders.tests import doubles
from orders.tests.doubles import Killed
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances

MINUTE = timedelta(minutes=1)


@pytest.fixture
def order(bob, provider):
    return order_by("test", bob, on_sale(price=450, stock=5), quantity=2)


@pytest.fixture
def payment(order):
    return order.payments.get()


@pytest.fixture
def sweep(clocks: Clocks):
    """Both sweeps and the events, once every minute, as beat would run them."""

    def run(minutes=1):
        for _ in range(minutes):
            clocks.advance(MINUTE)
            tasks.expire_orders()
            tasks.settle_payments()
            for delivery_id in events.due(at=clock.now()):
                events.deliver(delivery_id, at=clock.now())

    return run


def dies(act):
    with pytest.raises(Killed):
        act()


@pytest.mark.parametrize(
    ("moment", "call"), [("after", "authorise"), ("before", "capture"), ("after", "capture")]
)
def test_a_death_around_a_call_that_had_an_effect_is_finished(
    order, payment, provider, sweep, moment, call
):
    getattr(provider, moment)[call] = doubles.raising(Killed)
    dies(lambda: settle(payment.pk, token=doubles.GOOD))

    sweep()
    sweep(3)

    order.refresh_from_db()
    assert (order.status, order.paid) == ("paid", 900)
    assert balances() == {"provider:test:clearing:GBP": -900, "escrow": 900}
    assert Transaction.objects.count() == 1
    assert provider.charges[payment.pk.hex].state == State.CAPTURED
    assert_all_checks_pass()


def test_a_death_before_the_provider_heard_of_it_frees_the_stock_in_the_end(
    order, payment, provider, sweep
):
    provider.before["authorise"] = doubles.raising(Killed)
    dies(lambda: settle(payment.pk, token=doubles.GOOD))

    sweep(4)
    assert Payment.objects.get().status == "pending"
    sweep(1)
    assert Payment.objects.get().status == "voided"
    sweep(26)

    order.refresh_from_db()
    assert (order.status, Variant.objects.get().stock) == ("cancelled", 5)
    assert (balances(), Transaction.objects.count()) == ({}, 0)
    assert_all_checks_pass()


def test_the_same_request_again_finishes_what_never_arrived(order, payment, provider):
    provider.before["authorise"] = doubles.raising(Killed)
    dies(lambda: settle(payment.pk, token=doubles.GOOD))

    assert settle(payment.pk, token=doubles.GOOD).payment.status == "captured"


def fatal(*_, **__):
    raise Killed


@pytest.mark.parametrize("step", [(settling, "tell"), (payments, "paid_event")])
def test_a_death_within_a_transaction_leaves_the_step_before_it(
    order, payment, provider, sweep, monkeypatch, step
):
    """The authorisation is recorded by the one, the capture by the other."""
    with monkeypatch.context() as deadly:
        deadly.setattr(*step, fatal)
        dies(lambda: settle(payment.pk, token=doubles.GOOD))
    assert (balances(), Transaction.objects.count()) == ({}, 0)

    sweep()

    order.refresh_from_db()
    assert (order.status, order.paid) == ("paid", 900)
    assert Transaction.objects.count() == 1
    assert_all_checks_pass()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_death_around_the_void_of_an_expired_order_is_made_good(
    order, payment, provider, sweep, moment
):
    settle(payment.pk, token=doubles.CHALLENGED)
    getattr(provider, moment)["void"] = doubles.raising(Killed)
    with pytest.raises(Killed):
        sweep(30)

    sweep(2)

    order.refresh_from_db()
    assert (order.status, Payment.objects.get().status) == ("cancelled", "voided")
    assert provider.charges[payment.pk.hex].state == State.VOIDED
    assert Variant.objects.get().stock == 5
    assert_all_checks_pass()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_death_around_a_repayment_gives_back_once(order, payment, provider, sweep, moment):
    settle(payment.pk, token=doubles.GOOD)
    cancel_order(order.pk, actor_id=None, reason="No", at=clock.db_now())
    repayment = Repayment.objects.get()
    getattr(provider, moment)["refund"] = doubles.raising(Killed)
    dies(lambda: repay(repayment.pk))
    assert balances() == {"provider:test:clearing:GBP": -900, "transit": 900}

    sweep()
    sweep(3)

    repayment.refresh_from_db()
    assert (repayment.status, provider.refunds) == ("done", {repayment.pk.hex: 900})
    assert balances() == {}
    assert_all_checks_pass()


def test_a_death_before_a_repayment_is_booked_books_it_once(
    order, payment, provider, sweep, monkeypatch
):
    settle(payment.pk, token=doubles.GOOD)
    cancel_order(order.pk, actor_id=None, reason="No", at=clock.db_now())
    with monkeypatch.context() as deadly:
        deadly.setattr(repaying, "tell", fatal)
        dies(lambda: repay(Repayment.objects.get().pk))

    sweep(2)

    assert Repayment.objects.get().status == "done"
    assert (balances(), Transaction.objects.filter(kind="repayment").count()) == ({}, 1)
    assert_all_checks_pass()


@pytest.mark.parametrize("call", ["authorise", "capture"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_provider_that_does_not_answer_is_asked_again(
    order, payment, provider, sweep, moment, call
):
    getattr(provider, moment)[call] = doubles.unavailable()
    with pytest.raises(doubles.ProviderUnavailable):
        settle(payment.pk, token=doubles.GOOD)

    settle(payment.pk, token=doubles.GOOD)
    sweep(2)

    order.refresh_from_db()
    assert (order.status, Transaction.objects.count()) == ("paid", 1)
    assert_all_checks_pass()
