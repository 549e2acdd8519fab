"""The adapter of Stripe against its double: what each state of an intent comes to."""

import logging
from dataclasses import replace

import pytest

from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable
from orders.payments.provider import Outcome, State
from orders.payments.stripe import STATES, StripeProvider
from orders.tests.stripe_double import Kind
from orders.tests.stripe_double.double import SECRET_KEY


def test_a_card_is_authorised_and_not_charged(double, stripe, charge):
    outcome = stripe.authorise(charge)

    assert outcome == Outcome(State.AUTHORISED, "pi_double00000001")
    assert double.authorised(charge.key) == [1999]
    assert double.charged(charge.key) == []


def test_the_settings_say_who_asks_whom(double, settings, charge):
    settings.STRIPE_SECRET_KEY = SECRET_KEY
    settings.STRIPE_API_BASE = double.address
    configured = StripeProvider.configured()

    outcome = configured.authorise(charge)

    configured.close()
    assert outcome.state == State.AUTHORISED
    assert StripeProvider.configured() is configured


def test_what_stripe_is_told_of_a_charge(double, stripe, charge):
    stripe.authorise(charge)

    (intent,) = double.books.intents.values()
    assert intent["amount"] == 1999
    assert intent["currency"] == "gbp"
    assert intent["description"] == "Order M-100"
    assert intent["metadata"] == {"mercat_payment": charge.key, "order": "M-100"}
    assert [asked.key for asked in double.requests] == [f"{charge.key}:authorise"]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("pm_card_chargeDeclined", "Your card was declined."),
        ("pm_card_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("pm_card_chargeDeclinedExpiredCard", "Your card has expired."),
    ],
)
def test_a_declined_card_is_an_outcome_with_stripes_words(
    double, stripe, paying_with, token, reason
):
    charge = paying_with(token)

    outcome = stripe.authorise(charge)

    declined = Outcome(State.DECLINED, "pi_double00000001", reason=reason)
    assert outcome == declined
    assert stripe.look_up(charge) == declined
    assert double.authorised(charge.key) == []


def test_a_bank_that_asks_the_buyer_gets_the_buyers_browser(double, stripe, paying_with):
    charge = paying_with("pm_card_authenticationRequired")

    outcome = stripe.authorise(charge)

    secret = "pi_double00000001_secret_double"
    assert outcome == Outcome(State.ACTION_REQUIRED, "pi_double00000001", secret=secret)
    assert stripe.look_up(charge) == outcome


def test_a_buyer_who_answered_the_bank_has_authorised(double, stripe, paying_with):
    charge = paying_with("pm_card_authenticationRequired")
    reference = stripe.authorise(charge).reference

    double.authenticate(reference)

    authorised = Outcome(State.AUTHORISED, reference)
    assert stripe.look_up(charge) == authorised
    assert stripe.authorise(charge) == authorised, "not the first answer, which Stripe repeats"
    assert double.authorised(charge.key) == [1999]


def test_a_buyer_whom_the_bank_does_not_know_is_declined(double, stripe, paying_with):
    charge = paying_with("pm_card_authenticationRequired")
    reference = stripe.authorise(charge).reference

    double.authenticate(reference, succeeds=False)

    reason = "The bank did not recognise you."
    assert stripe.look_up(charge) == Outcome(State.DECLINED, reference, reason=reason)


def test_a_card_that_takes_its_time_is_pending(stripe, paying_with):
    outcome = stripe.authorise(paying_with("pm_double_processing"))

    assert outcome == Outcome(State.PENDING, "pi_double00000001")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", State.DECLINED),
        ("requires_confirmation", State.PENDING),
        ("requires_action", State.ACTION_REQUIRED),
        ("processing", State.PENDING),
        ("requires_capture", State.AUTHORISED),
        ("succeeded", State.CAPTURED),
        ("canceled", State.VOIDED),
        ("a_status_of_next_year", State.PENDING),
    ],
)
def test_every_status_of_an_intent_has_a_state(double, stripe, charge, status, state):
    reference = stripe.authorise(charge).reference
    double.books.intents[reference]["status"] = status

    outcome = stripe.look_up(charge)

    assert (outcome.state, outcome.reference) == (state, reference)
    assert status in STATES or state == State.PENDING


def test_capturing_takes_the_money_once(double, stripe, charge):
    reference = stripe.authorise(charge).reference

    outcomes = [stripe.capture(charge), stripe.capture(charge)]

    assert outcomes == [Outcome(State.CAPTURED, reference)] * 2
    assert double.charged(charge.key) == [1999]


def test_what_was_let_go_of_is_not_captured(double, stripe, charge):
    reference = stripe.authorise(charge).reference
    stripe.void(charge)

    assert stripe.capture(charge) == Outcome(State.VOIDED, reference)
    assert double.charged(charge.key) == []


def test_what_was_captured_is_not_let_go_of(double, stripe, charge):
    reference = stripe.authorise(charge).reference
    stripe.capture(charge)

    assert stripe.void(charge) == Outcome(State.CAPTURED, reference)
    assert double.statuses(charge.key) == ["succeeded"]


@pytest.mark.parametrize(
    "token", ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"]
)
def test_voiding_lets_go_once_and_for_all(double, stripe, paying_with, token):
    charge = paying_with(token)
    reference = stripe.authorise(charge).reference

    outcomes = [stripe.void(charge), stripe.void(charge)]

    assert outcomes == [Outcome(State.VOIDED, reference)] * 2
    assert double.statuses(charge.key) == ["canceled"]


def test_refunds_add_up_and_are_made_once_for_each_key(double, stripe, charge):
    reference = stripe.authorise(charge).reference
    stripe.capture(charge)

    outcomes = [
        stripe.refund(charge, key=key, amount=Money(amount, "GBP"))
        for key, amount in [("first", 500), ("first", 500), ("second", 1499)]
    ]

    assert outcomes == [
        Outcome(State.CAPTURED, reference, refunded=sum_so_far) for sum_so_far in (500, 500, 1999)
    ]
    assert double.refunded(charge.key) == [500, 1499]


def test_a_refund_is_made_once_after_stripe_forgot_its_key(double, stripe, charge):
    stripe.authorise(charge)
    stripe.capture(charge)
    stripe.refund(charge, key="first", amount=Money(500, "GBP"))

    double.forget_keys()
    again = stripe.refund(charge, key="first", amount=Money(500, "GBP"))

    assert again.refunded == 500
    assert double.refunded(charge.key) == [500]


def test_no_more_is_refunded_than_was_charged(double, stripe, charge):
    stripe.authorise(charge)
    stripe.capture(charge)

    with pytest.raises(ProviderRefused):
        stripe.refund(charge, key="first", amount=Money(2000, "GBP"))
    assert double.refunded(charge.key) == []


def test_a_refund_that_the_bank_sends_back_is_refused(double, stripe, charge):
    stripe.authorise(charge)
    stripe.capture(charge)
    stripe.refund(charge, key="first", amount=Money(500, "GBP"))
    (refund,) = double.books.refunds.values()
    refund["status"] = "failed"

    with pytest.raises(ProviderRefused, match="did not take the money back"):
        stripe.refund(charge, key="first", amount=Money(500, "GBP"))


def test_a_charge_that_never_arrived_is_not_found(stripe, charge):
    assert stripe.look_up(charge) is None


def test_capturing_and_refunding_what_never_arrived_is_refused(double, stripe, charge):
    with pytest.raises(ProviderRefused):
        stripe.capture(charge)
    with pytest.raises(ProviderRefused):
        stripe.refund(charge, key="first", amount=Money(500, "GBP"))
    assert double.books.intents == {}


def test_a_charge_is_found_by_its_key_before_search_shows_it(double, stripe, charge):
    outcome = stripe.authorise(charge)

    assert double.books.searchable == set()
    assert stripe.look_up(charge) == outcome
    assert stripe.look_up(replace(charge, reference=outcome.reference)) == outcome


def test_a_charge_is_found_among_more_than_a_page_of_others(double, stripe, paying_with):
    charges = [paying_with("pm_double_processing") for _ in range(101)]
    first, *_others = [stripe.authorise(charge) for charge in charges]
    double.requests.clear()

    assert stripe.look_up(charges[0]) == first
    assert len(double.requests) == 2


def test_voiding_what_never_arrived_refuses_it_when_it_arrives(double, stripe, charge):
    voided = stripe.void(charge)

    assert voided == Outcome(State.VOIDED, "pi_double00000001")
    assert stripe.authorise(charge) == voided, "the request was still on its way"
    assert stripe.void(charge) == voided
    assert double.authorised(charge.key) == []


def test_the_same_payment_with_another_card_is_the_first_one(double, stripe, paying_with):
    charge = paying_with("pm_card_visa")
    first = stripe.authorise(charge)

    again = stripe.authorise(paying_with("pm_card_mastercard", key=charge.key))

    assert again == first
    assert double.authorised(charge.key) == [1999]


def test_a_card_that_stripe_does_not_know_is_refused(double, stripe, paying_with):
    charge = paying_with("pm_unheard_of")

    with pytest.raises(ProviderRefused) as refused:
        stripe.authorise(charge)

    assert refused.value.detail == "The payment provider refuses this."
    assert stripe.look_up(charge) is None


def test_a_wrong_key_leaves_all_open_and_is_not_written_down(double, charge, caplog):
    stripe = StripeProvider("sk_test_wrong", "", api_base=double.address, retries=0)

    with pytest.raises(ProviderUnavailable):
        stripe.authorise(charge)

    stripe.close()
    assert "Stripe does not accept our key" in caplog.text
    assert "sk_test_wrong" not in caplog.text


def test_what_is_sent_and_answered_is_not_written_down(stripe, paying_with, caplog):
    with caplog.at_level(logging.DEBUG):
        outcome = stripe.authorise(paying_with("pm_card_authenticationRequired"))

    assert outcome.secret
    for private in (outcome.secret, "pm_card", "bob@example.com", SECRET_KEY):
        assert private not in caplog.text


@pytest.mark.parametrize(
    ("money", "sent"),
    [
        (Money(1999, "GBP"), 1999),
        (Money(500, "JPY"), 500),
        (Money(500, "ISK"), 50_000),
        (Money(500, "UGX"), 50_000),
        (Money(1230, "BHD"), 1230),
        (Money(500, "MGA"), 5),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(double, stripe, paying_with, money, sent):
    charge = paying_with("pm_card_visa", amount=money)
    stripe.authorise(charge)
    stripe.capture(charge)

    refunded = stripe.refund(charge, key="all", amount=money)

    assert double.charged(charge.key) == [sent]
    assert double.refunded(charge.key) == [sent]
    assert refunded.refunded == money.amount


@pytest.mark.parametrize("money", [Money(1234, "BHD"), Money(550, "MGA")])
def test_a_fraction_that_stripe_does_not_have_is_refused(double, stripe, paying_with, money):
    with pytest.raises(ProviderRefused):
        stripe.authorise(paying_with("pm_card_visa", amount=money))
    assert double.requests == []


def test_a_refund_of_which_the_balance_is_short_may_be_asked_for_again(double, stripe, charge):
    stripe.authorise(charge)
    stripe.capture(charge)
    double.misbehave(Kind.SHORT, "/v1/refunds")

    with pytest.raises(ProviderUnavailable):
        stripe.refund(charge, key="first", amount=Money(500, "GBP"))

    assert stripe.refund(charge, key="first", amount=Money(500, "GBP")).refunded == 500
    assert double.refunded(charge.key) == [500]
