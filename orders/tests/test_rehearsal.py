"""Test cards: the number decides, and every process remembers the same."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable, WebhookInvalid
from orders.payments import testing
from orders.payments.provider import Outcome, State
from orders.payments.testing import Rehearsal

pytestmark = pytest.mark.django_db


@pytest.fixture
def rehearsal(settings):
    settings.PAYMENTS_REHEARSED = True
    return Rehearsal.configured()


def test_production_takes_no_test_cards(settings):
    settings.PAYMENTS_REHEARSED = False

    with pytest.raises(ImproperlyConfigured):
        Rehearsal.configured()


def test_a_good_card_is_authorised_captured_and_refunded_once(rehearsal, paying_with):
    charge = paying_with("4242 4242 4242 4242")
    reference = f"rehearsed_{charge.key}"

    assert rehearsal.look_up(charge) is None
    assert rehearsal.authorise(charge) == Outcome(State.AUTHORISED, reference)
    assert rehearsal.capture(charge) == Outcome(State.CAPTURED, reference)
    for _ in range(2):
        refunded = rehearsal.refund(charge, key="first", amount=Money(500, "GBP"))
        assert refunded == Outcome(State.CAPTURED, reference, refunded=500)
    assert rehearsal.look_up(charge) == refunded


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (testing.DECLINED, "Your card was declined."),
        (testing.SHORT_OF_FUNDS, "Your card has insufficient funds."),
        ("4111111111111111", "This is not the number of a test card."),
    ],
)
def test_a_bad_card_is_declined(rehearsal, paying_with, number, reason):
    charge = paying_with(number)

    outcome = rehearsal.authorise(charge)

    assert outcome == Outcome(State.DECLINED, f"rehearsed_{charge.key}", reason=reason)
    assert rehearsal.capture(charge) == outcome


def test_a_buyer_whom_the_bank_asks_confirms(rehearsal, paying_with):
    charge = paying_with(testing.ASKED)

    asked = rehearsal.authorise(charge)
    rehearsal.confirm(asked.secret)

    assert asked.state == State.ACTION_REQUIRED
    assert rehearsal.look_up(charge) == Outcome(State.AUTHORISED, asked.reference)


def test_a_lost_answer_is_found(rehearsal, paying_with):
    charge = paying_with(testing.ANSWER_LOST)

    with pytest.raises(ProviderUnavailable):
        rehearsal.authorise(charge)

    found = Outcome(State.AUTHORISED, f"rehearsed_{charge.key}")
    assert rehearsal.look_up(charge) == rehearsal.authorise(charge) == found


def test_voiding_what_never_arrived_refuses_it_when_it_arrives(rehearsal, paying_with):
    charge = paying_with(testing.GOOD)

    assert rehearsal.void(charge).state == State.VOIDED
    assert rehearsal.authorise(charge).state == State.VOIDED


def test_what_was_captured_is_not_let_go_of(rehearsal, paying_with):
    charge = paying_with(testing.GOOD)
    rehearsal.authorise(charge)
    rehearsal.capture(charge)

    assert rehearsal.void(charge).state == State.CAPTURED


def test_no_more_is_refunded_than_was_charged(rehearsal, paying_with):
    charge = paying_with(testing.GOOD)
    rehearsal.authorise(charge)
    rehearsal.capture(charge)
    rehearsal.refund(charge, key="first", amount=Money(1500, "GBP"))

    with pytest.raises(ProviderRefused):
        rehearsal.refund(charge, key="second", amount=Money(500, "GBP"))

    assert rehearsal.look_up(charge).refunded == 1500


def test_what_never_arrived_is_neither_captured_nor_refunded_nor_confirmed(rehearsal, paying_with):
    charge = paying_with(testing.GOOD)

    with pytest.raises(ProviderRefused):
        rehearsal.capture(charge)
    with pytest.raises(ProviderRefused):
        rehearsal.refund(charge, key="first", amount=Money(500, "GBP"))
    with pytest.raises(ProviderRefused):
        rehearsal.confirm("secret_of_nobody")
    assert rehearsal.look_up(charge) is None


def test_it_sends_no_webhooks(rehearsal):
    with pytest.raises(WebhookInvalid):
        rehearsal.parse_webhook(b"{}", "t=1,v1=2")
