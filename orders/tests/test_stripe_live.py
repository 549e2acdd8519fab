"""The adapter against Stripe itself, in its test mode: whether the double tells the truth.

``STRIPE_TEST_KEY`` is a secret key of the test mode (``sk_test_...``); no money moves there.
"""

import os

import pytest

from core.money import Money
from orders.errors import ProviderRefused
from orders.payments.provider import Outcome, State
from orders.payments.stripe import StripeProvider

KEY = os.environ.get("STRIPE_TEST_KEY", "")

pytestmark = pytest.mark.skipif(
    not KEY.startswith("sk_test_"), reason="needs Stripe's test mode: set STRIPE_TEST_KEY"
)


@pytest.fixture
def live():
    provider = StripeProvider(KEY, "")
    yield provider
    provider.close()


def test_a_card_is_authorised_captured_and_refunded_once(live, charge):
    authorised = live.authorise(charge)
    captured = [live.capture(charge), live.capture(charge)]
    refunded = [live.refund(charge, key=charge.key, amount=Money(500, "GBP")) for _ in range(2)]

    reference = authorised.reference
    assert authorised == Outcome(State.AUTHORISED, reference)
    assert captured == [Outcome(State.CAPTURED, reference)] * 2
    assert refunded == [Outcome(State.CAPTURED, reference, refunded=500)] * 2


def test_a_charge_is_found_by_its_key_at_once(live, charge):
    outcome = live.authorise(charge)

    assert live.look_up(charge) == outcome
    assert live.void(charge) == Outcome(State.VOIDED, outcome.reference)


@pytest.mark.parametrize(
    ("token", "state"),
    [
        ("pm_card_chargeDeclined", State.DECLINED),
        ("pm_card_chargeDeclinedInsufficientFunds", State.DECLINED),
        ("pm_card_authenticationRequired", State.ACTION_REQUIRED),
    ],
)
def test_cards_that_do_not_simply_pay(live, paying_with, token, state):
    charge = paying_with(token)

    outcome = live.authorise(charge)

    assert outcome.state == state
    assert bool(outcome.reason) == (state == State.DECLINED)
    assert bool(outcome.secret) == (state == State.ACTION_REQUIRED)
    assert live.look_up(charge) == outcome
    assert live.void(charge).state == State.VOIDED


def test_voiding_what_never_arrived_refuses_it_when_it_arrives(live, charge):
    voided = live.void(charge)

    assert voided.state == State.VOIDED
    assert live.authorise(charge) == voided


def test_a_card_that_stripe_does_not_know_is_refused(live, paying_with):
    with pytest.raises(ProviderRefused):
        live.authorise(paying_with("pm_unheard_of"))
