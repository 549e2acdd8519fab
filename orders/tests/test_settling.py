"""A card's payment from its beginning to its end, and every way that it can end."""

from datetime import timedelta

import pytest

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core import clock, events
from ledger.models import Transaction
from orders.models import Payment, Repayment
from orders.payments.provider import State
from orders.services import cancel_order, repay, settle
from orders.tests import doubles
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances, steps

LOST = timedelta(minutes=5)


@pytest.fixture
def order(bob, provider):
    """Two cups of 4.50 by card, not settled yet."""
    return order_by("test", bob, on_sale(price=450, stock=5), quantity=2)


@pytest.fixture
def payment(order):
    return order.payments.get()


def cancel(order):
    cancel_order(order.pk, actor_id=order.user_id, reason="No", at=clock.db_now())


def give_back():
    """What an event and the sweep do."""
    for repayment in Repayment.objects.filter(status="pending"):
        repay(repayment.pk)


def status(payment):
    payment.refresh_from_db()
    return payment.status


def test_an_order_by_card_awaits_its_payment_with_its_stock_reserved(order, payment, provider):
    assert (order.status, order.paid) == ("awaiting_payment", 0)
    assert (payment.method, payment.status, payment.amount) == ("test", "pending", 900)
    assert order.pay_by == payment.created_at + timedelta(minutes=30)
    assert Variant.objects.get().stock == 3
    assert (provider.calls, Transaction.objects.count()) == ([], 0)


def test_a_good_card_pays(order, payment, provider):
    standing = settle(payment.pk, token=doubles.GOOD)

    assert (standing.payment.status, standing.secret) == ("captured", "")
    assert provider.calls == ["authorise", "capture"]
    assert steps(order) == ["order.placed", "payment.authorised", "order.paid"]
    assert (order.status, order.paid, order.pay_by) == ("paid", 900, None)
    assert balances() == {"provider:test:clearing:GBP": -900, "escrow": 900}
    assert_all_checks_pass()


def test_what_is_settled_is_left_alone(payment, provider):
    settle(payment.pk, token=doubles.GOOD)
    provider.calls.clear()

    assert settle(payment.pk, token=doubles.GOOD).payment.status == "captured"
    assert (provider.calls, Transaction.objects.count()) == ([], 1)


def test_a_declined_card_leaves_the_order_waiting(order, payment, provider):
    standing = settle(payment.pk, token=doubles.DECLINED)

    assert (standing.payment.status, standing.payment.reason) == (
        "failed",
        "Your card was declined.",
    )
    assert steps(order) == ["order.placed", "payment.failed"]
    assert (order.status, Variant.objects.get().stock) == ("awaiting_payment", 3)
    assert order.pay_by is not None
    assert balances() == {}


def test_a_bank_that_asks_its_customer_is_waited_for(order, payment, provider):
    first = settle(payment.pk, token=doubles.CHALLENGED)
    again = settle(payment.pk)

    assert (first.payment.status, first.secret) == ("pending", "sesame")
    assert (again.payment.status, again.secret) == ("pending", "sesame")
    assert provider.calls == ["authorise", "look_up"]

    provider.become(payment.pk.hex, State.AUTHORISED)

    assert settle(payment.pk).payment.status == "captured"
    assert_all_checks_pass()


def test_what_the_provider_takes_its_time_over_is_waited_for(payment, provider):
    assert settle(payment.pk, token=doubles.SLOW).payment.status == "pending"

    provider.become(payment.pk.hex, State.DECLINED)

    assert settle(payment.pk).payment.status == "failed"


def test_a_payment_without_its_card_is_not_asked_for(payment, provider):
    assert settle(payment.pk).payment.status == "pending"
    assert provider.calls == ["look_up"]


def test_a_payment_that_never_arrived_is_given_up_exactly_when_its_time_is_over(
    order, payment, provider, clocks
):
    clocks.stop_at(payment.created_at + LOST - timedelta(microseconds=1))
    assert settle(payment.pk).payment.status == "pending"

    clocks.stop_at(payment.created_at + LOST)

    assert settle(payment.pk).payment.status == "voided"
    assert provider.calls == ["look_up", "look_up", "void"]
    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_nothing_is_captured_from_the_end_of_the_reservation_on(order, payment, provider, clocks):
    settle(payment.pk, token=doubles.CHALLENGED)
    provider.become(payment.pk.hex, State.AUTHORISED)
    clocks.stop_at(order.pay_by)

    assert settle(payment.pk).payment.status == "voided"
    assert provider.charges[payment.pk.hex].state == State.VOIDED
    assert balances() == {}


def test_the_last_microsecond_is_in_time(order, payment, provider, clocks):
    settle(payment.pk, token=doubles.CHALLENGED)
    provider.become(payment.pk.hex, State.AUTHORISED)
    clocks.stop_at(order.pay_by - timedelta(microseconds=1))

    assert settle(payment.pk).payment.status == "captured"


def test_nobody_is_asked_for_the_money_of_a_cancelled_order(order, payment, provider):
    cancel(order)

    assert settle(payment.pk, token=doubles.GOOD).payment.status == "voided"
    assert provider.calls == ["look_up", "void"]
    assert provider.charges[payment.pk.hex].state == State.VOIDED


def test_what_was_authorised_for_a_cancelled_order_is_let_go(order, payment, provider):
    provider.before["capture"] = doubles.raising(doubles.Killed)
    with pytest.raises(doubles.Killed):
        settle(payment.pk, token=doubles.GOOD)
    cancel(order)

    assert settle(payment.pk).payment.status == "voided"
    assert provider.charges[payment.pk.hex].state == State.VOIDED
    assert balances() == {}
    assert Variant.objects.get().stock == 5


@pytest.mark.parametrize("moment", ["before", "after"])
def test_money_that_is_captured_while_the_order_is_cancelled_goes_back(
    order, payment, provider, moment
):
    """Cancelled while the capture is under way: the provider has the last word."""
    getattr(provider, moment)["capture"] = lambda: cancel(order)

    settle(payment.pk, token=doubles.GOOD)

    assert status(payment) == "unclaimed"
    assert balances() == {"provider:test:clearing:GBP": -900, "transit": 900}
    assert_all_checks_pass()

    give_back()

    assert status(payment) == "refunded"
    assert list(provider.refunds.values()) == [900]
    assert balances() == {}
    assert steps(order)[-3:] == ["order.cancelled", "payment.unclaimed", "payment.repaid"]
    assert (order.status, order.paid, order.refunded) == ("cancelled", 0, 0)
    assert_all_checks_pass()


def test_late_news_of_a_payment_that_had_ended_is_followed_up(order, payment, provider):
    cancel(order)
    settle(payment.pk)
    provider.become(payment.pk.hex, State.AUTHORISED)

    settle(payment.pk)

    assert provider.charges[payment.pk.hex].state == State.VOIDED
    provider.become(payment.pk.hex, State.CAPTURED)
    assert settle(payment.pk).payment.status == "unclaimed"
    give_back()
    assert (status(payment), balances()) == ("refunded", {})
    assert_all_checks_pass()


def test_money_of_a_payment_that_was_called_declined_goes_back_though_the_order_waits(
    order, payment, provider
):
    settle(payment.pk, token=doubles.DECLINED)
    provider.become(payment.pk.hex, State.CAPTURED)

    assert settle(payment.pk).payment.status == "unclaimed"

    give_back()
    order.refresh_from_db()
    assert (order.status, status(payment), balances()) == ("awaiting_payment", "refunded", {})
    assert_all_checks_pass()


def test_what_the_provider_refuses_for_good_has_failed(payment, provider):
    provider.before["authorise"] = doubles.raising(doubles.ProviderRefused("No such card."))

    standing = settle(payment.pk, token=doubles.GOOD)

    assert (standing.payment.status, standing.payment.reason) == ("failed", "No such card.")


def test_a_refused_capture_is_as_the_provider_says(payment, provider):
    def voided():
        provider.become(payment.pk.hex, State.VOIDED)
        raise doubles.ProviderRefused

    provider.before["capture"] = voided

    assert settle(payment.pk, token=doubles.GOOD).payment.status == "voided"
    assert provider.calls == ["authorise", "capture", "look_up"]


def test_a_provider_that_only_ever_refuses_is_not_asked_for_ever(payment, provider):
    provider.before["capture"] = doubles.raising(doubles.ProviderRefused, times=99)

    assert settle(payment.pk, token=doubles.GOOD).payment.status == "authorised"
    assert provider.calls.count("capture") == 4


def test_of_a_paid_order_a_cancellation_owes_and_the_event_sends(bob, order, payment, provider):
    settle(payment.pk, token=doubles.GOOD)

    cancel(order)

    repayment = Repayment.objects.get()
    assert (repayment.status, repayment.amount, repayment.refund.amount) == ("pending", 900, 900)
    assert balances() == {"provider:test:clearing:GBP": -900, "transit": 900}
    assert_all_checks_pass()

    for delivery_id in events.due(at=clock.now()):
        events.deliver(delivery_id, at=clock.now())

    repayment.refresh_from_db()
    assert (repayment.status, status(payment)) == ("done", "captured")
    assert provider.refunds == {repayment.pk.hex: 900}
    assert balances() == {}
    assert steps(order)[-3:] == ["order.refunded", "order.cancelled", "payment.repaid"]
    assert_all_checks_pass()


def test_two_payments_of_one_order_do_not_both_pay_it(order, payment, provider):
    settle(payment.pk, token=doubles.CHALLENGED)
    second = Payment.objects.create(
        order=order, method="test", amount=900, currency="GBP", created_at=clock.db_now()
    )
    provider.become(payment.pk.hex, State.AUTHORISED)

    assert settle(payment.pk).payment.status == "voided"
    assert settle(second.pk, token=doubles.GOOD).payment.status == "captured"
    assert balances() == {"provider:test:clearing:GBP": -900, "escrow": 900}
    assert_all_checks_pass()
