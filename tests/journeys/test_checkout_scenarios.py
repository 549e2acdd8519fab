"""Every way in which a checkout may go, over HTTP: who pays by what, from whom, with which promotion.

On PostgreSQL every scenario that can occur, elsewhere as many as it takes to see each pair of values.
All have shipping (flat, by weight, free above) and tax (in prices, and on top). Each order's price is
predicted by ``prices``; so is, at each stand of its story, who holds how much of it: buyer, escrow,
sellers, promotions, commission, tax, the provider's clearing, and what is due to go back.
"""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.utils.dateparse import parse_datetime

from core import clock
from orders.models import Order
from orders.tasks import expire_orders
from orders.tests.stripe_double import Kind, StripeDouble
from tests.journeys.checkouts import Checkout, Market, one_try
from tests.journeys.scenarios import ALL, IMPOSSIBLE, POSSIBLE, all_pairs, pairwise

GOOD, DECLINED = "pm_card_visa", "pm_card_chargeDeclined"
ASKED = "pm_card_authenticationRequired"
SPARE = 123
"""Pence that the buyer has beside what it costs."""

IS_POSTGRESQL = "postgresql" in configured.DATABASES["default"]["ENGINE"]
SCENARIOS = POSSIBLE if IS_POSTGRESQL else pairwise(POSSIBLE)


@pytest.fixture
def double(settings):
    """The shop asks it for Stripe."""
    settings.PAYMENT_PROVIDERS = {"stripe": "tests.journeys.checkouts.OneTry"}
    settings.PAYMENT_METHODS = ["wallet", "invoice", "stripe"]
    with StripeDouble() as running:
        settings.STRIPE_API_BASE = running.address
        yield running
        one_try(running.address).close()
        one_try.cache_clear()


@pytest.fixture
def finance(client, dana):
    dana.groups.set(Group.objects.filter(name="finance"))
    client.force_login(dana)
    return client


@pytest.fixture
def market(scenario, alice):
    return Market(scenario, alice.seller)


@pytest.fixture
def checkout(market, bob, finance, double, clocks):
    """Bob is about to buy. The time stands still."""
    clocks.stop_at(clock.db_now())
    return Checkout(market, bob, finance, double, clocks)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_checkout_ends_as_predicted(scenario, checkout):
    STORIES[scenario.method, scenario.outcome](checkout)

    checkout.assert_done()


def wallet_paid(checkout):
    checkout.fill_purse(checkout.price.total + SPARE)

    order = checkout.check_out("wallet")

    checkout.assert_order(order, "paid", [("wallet", "captured")], ["order.paid"])
    assert_sold(checkout, source="buyer")
    checkout.assert_stripe_has()


def wallet_declined(checkout):
    """A penny is missing: it is refused, and nothing is left of it."""
    checkout.fill_purse(checkout.price.total - 1)

    refusal = checkout.check_out("wallet", status=409)

    assert refusal["code"] == "insufficient_funds"
    assert not Order.objects.exists()
    checkout.assert_held(is_sold=False)
    checkout.assert_stripe_has()


def wallet_cancelled(checkout):
    checkout.fill_purse(checkout.price.total + SPARE)
    order = checkout.check_out("wallet")
    assert_sold(checkout, source="buyer")

    checkout.cancel(order)

    steps = ["order.paid", "order.refunded", "order.cancelled"]
    checkout.assert_order(order, "cancelled", [("wallet", "captured")], steps)
    checkout.assert_held(is_sold=False)
    checkout.assert_stripe_has()


def stripe_paid(checkout):
    checkout.fill_purse(SPARE)

    order = checkout.check_out("stripe", GOOD)

    steps = ["payment.authorised", "order.paid"]
    checkout.assert_order(order, "paid", [("stripe", "captured")], steps)
    assert_sold(checkout, source="stripe")
    total = [checkout.price.total]
    checkout.assert_stripe_has(authorised=total, captured=total)


def stripe_declined(checkout):
    """The first card is declined; the goods are kept, and another card pays them."""
    checkout.fill_purse(SPARE)
    order = checkout.check_out("stripe", DECLINED)
    checkout.assert_order(order, "awaiting_payment", [("stripe", "failed")], ["payment.failed"])
    checkout.assert_held(is_sold=True)

    checkout.pay(order, "stripe", GOOD)

    tries = [("stripe", "failed"), ("stripe", "captured")]
    steps = ["payment.failed", "payment.authorised", "order.paid"]
    checkout.assert_order(order, "paid", tries, steps)
    assert_sold(checkout, source="stripe")
    total = [checkout.price.total]
    checkout.assert_stripe_has(authorised=total, captured=total)


def stripe_expired(checkout):
    """The money is taken, the answer lost, and nobody comes again until the time is over: it is late."""
    checkout.fill_purse(SPARE)
    checkout.double.misbehave(Kind.DROP_AFTER, "/capture")
    order = checkout.lose("stripe", GOOD)
    checkout.assert_held(is_sold=True)

    pass_the_time(checkout, order)

    steps = ["payment.authorised", "order.cancelled", "payment.unclaimed"]
    checkout.assert_order(order, "cancelled", [("stripe", "unclaimed")], steps)
    assert_due_back(checkout, source="stripe")

    checkout.beat()

    steps = [*steps, "payment.repaid"]
    checkout.assert_order(order, "cancelled", [("stripe", "refunded")], steps)
    checkout.assert_held(is_sold=False)
    total = [checkout.price.total]
    checkout.assert_stripe_has(authorised=total, captured=total, refunded=total)


def stripe_cancelled(checkout):
    """Once while the bank asks, and, bought again, once paid."""
    checkout.fill_purse(SPARE)
    asked = checkout.check_out("stripe", ASKED)
    checkout.assert_held(is_sold=True)
    checkout.cancel(asked)
    checkout.beat()
    steps = ["order.cancelled", "payment.voided"]
    checkout.assert_order(asked, "cancelled", [("stripe", "voided")], steps)
    checkout.assert_held(is_sold=False)

    order = checkout.check_out("stripe", GOOD)
    assert_sold(checkout, source="stripe")
    checkout.cancel(order)
    assert_due_back(checkout, source="stripe")
    checkout.beat()

    steps = ["payment.authorised", "order.paid", "order.refunded", "order.cancelled"]
    steps = [*steps, "payment.repaid"]
    checkout.assert_order(order, "cancelled", [("stripe", "captured")], steps)
    checkout.assert_held(is_sold=False)
    total = [checkout.price.total]
    checkout.assert_stripe_has(authorised=total, captured=total, refunded=total)


def invoice_paid(checkout):
    """Finance finds the transfer to be the order's."""
    checkout.fill_purse(SPARE)
    order = checkout.check_out("invoice")
    checkout.assert_order(order, "awaiting_payment", [("invoice", "pending")], [])
    checkout.assert_held(is_sold=True)

    checkout.transfer(order)

    checkout.assert_order(order, "paid", [("invoice", "captured")], ["order.paid"])
    assert_sold(checkout, source="bank")
    checkout.assert_stripe_has()


def invoice_expired(checkout):
    """The transfer comes when the time is over."""
    checkout.fill_purse(SPARE)
    order = checkout.check_out("invoice")
    pass_the_time(checkout, order)
    checkout.assert_order(order, "cancelled", [("invoice", "voided")], ["order.cancelled"])
    checkout.assert_held(is_sold=False)

    checkout.transfer(order)
    assert_due_back(checkout, source="bank")
    checkout.send_back()

    payments = [("invoice", "voided"), ("invoice", "refunded")]
    steps = ["order.cancelled", "payment.unclaimed", "payment.repaid"]
    checkout.assert_order(order, "cancelled", payments, steps)
    checkout.assert_held(is_sold=False)
    checkout.assert_stripe_has()


def invoice_cancelled(checkout):
    """Once before a transfer, and, bought again, once paid."""
    checkout.fill_purse(SPARE)
    unpaid = checkout.check_out("invoice")
    checkout.cancel(unpaid)
    checkout.assert_order(unpaid, "cancelled", [("invoice", "voided")], ["order.cancelled"])
    checkout.assert_held(is_sold=False)

    order = checkout.check_out("invoice")
    checkout.transfer(order)
    assert_sold(checkout, source="bank")
    checkout.cancel(order)
    assert_due_back(checkout, source="bank")
    checkout.send_back()

    steps = ["order.paid", "order.refunded", "order.cancelled", "payment.repaid"]
    checkout.assert_order(order, "cancelled", [("invoice", "captured")], steps)
    checkout.assert_held(is_sold=False)
    checkout.assert_stripe_has()


STORIES = {
    ("wallet", "paid"): wallet_paid,
    ("wallet", "declined"): wallet_declined,
    ("wallet", "cancelled"): wallet_cancelled,
    ("stripe", "paid"): stripe_paid,
    ("stripe", "declined"): stripe_declined,
    ("stripe", "expired"): stripe_expired,
    ("stripe", "cancelled"): stripe_cancelled,
    ("invoice", "paid"): invoice_paid,
    ("invoice", "expired"): invoice_expired,
    ("invoice", "cancelled"): invoice_cancelled,
}


def pass_the_time(checkout, order):
    """To the moment when the order's time to pay is over, before which it does not expire."""
    checkout.clocks.stop_at(parse_datetime(order["pay_by"]) - timedelta(microseconds=1))
    assert expire_orders() == 0
    checkout.beat(after=timedelta(microseconds=1))


def assert_sold(checkout, source):
    """The buyer's money and the platform's share are in escrow, where all of it has an owner."""
    cost = checkout.price
    in_escrow = cost.total + cost.sponsored
    moved = {source: -cost.total, "promotions": -cost.sponsored, "escrow": in_escrow}
    checkout.assert_held(is_sold=True, **moved)
    assert in_escrow == cost.proceeds + cost.all_tax + cost.commission


def assert_due_back(checkout, source):
    """The goods are for sale again; the money is not the shop's, and not with its buyer yet."""
    total = checkout.price.total
    checkout.assert_held(is_sold=False, **{source: -total, "refunds_due": total})


def test_every_scenario_is_told_or_impossible():
    impossible = [scenario for scenario in ALL if scenario not in POSSIBLE]

    assert len(ALL) == len(set(ALL)) == 3 * 2 * 3 * 4
    assert (len(POSSIBLE), len(impossible)) == (60, 12)
    assert {(scenario.method, scenario.outcome) for scenario in impossible} == set(IMPOSSIBLE)
    assert all(reason.endswith(".") for reason in IMPOSSIBLE.values())
    assert set(STORIES) == {(scenario.method, scenario.outcome) for scenario in POSSIBLE}


def test_a_few_scenarios_cover_every_pair_that_can_occur():
    few = pairwise(POSSIBLE)

    assert all_pairs(few) == all_pairs(POSSIBLE)
    assert len(few) == 12, "as few as there can be: three methods' ten outcomes need more than ten"
