"""What comes of a Stripe that drops, delays, fails and repeats: never money taken twice."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace

import pytest

from core.money import Money
from orders.errors import ProviderRefused, ProviderUnavailable
from orders.payments.provider import Charge, Outcome, State
from orders.payments.stripe import RETRIES, TIMEOUT, StripeProvider
from orders.tests.stripe_double import Kind
from orders.tests.stripe_double.double import SECRET_KEY

NOTHING_DONE = [Kind.DROP_BEFORE, Kind.BUSY, Kind.LOCKED, Kind.FORBIDDEN]
DONE = [Kind.DROP_AFTER, Kind.GARBAGE, Kind.HANG_AFTER]
KEPT_500 = [Kind.ERROR_BEFORE, Kind.ERROR_AFTER]
"""Stripe repeats a 500 to whoever comes with the same key."""

FIVE = Money(500, "GBP")


def test_a_call_ends_within_a_minute():
    pauses = 0.5 + 1.0

    assert (1 + RETRIES) * sum(TIMEOUT) + pauses < 60


@pytest.mark.parametrize("kind", NOTHING_DONE)
def test_an_authorisation_that_did_not_arrive_is_made_by_asking_again(double, stripe, charge, kind):
    double.misbehave(kind)

    with pytest.raises(ProviderUnavailable):
        stripe.authorise(charge)
    assert stripe.look_up(charge) is None

    assert stripe.authorise(charge).state == State.AUTHORISED
    assert double.authorised(charge.key) == [1999]


@pytest.mark.parametrize("kind", DONE)
def test_an_authorisation_whose_answer_is_lost_is_made_once(double, stripe, charge, kind):
    double.misbehave(kind)

    with pytest.raises(ProviderUnavailable):
        stripe.authorise(charge)
    found = stripe.look_up(charge)

    assert found == Outcome(State.AUTHORISED, "pi_double00000001")
    assert stripe.authorise(charge) == found
    assert stripe.capture(charge) == Outcome(State.CAPTURED, "pi_double00000001")
    assert double.authorised(charge.key) == double.charged(charge.key) == [1999]


def test_the_client_itself_asks_again_with_the_same_key(double, charge):
    stripe = StripeProvider(SECRET_KEY, "", api_base=double.address, timeout=(1, 1), retries=1)
    double.misbehave(Kind.DROP_AFTER)

    outcome = stripe.authorise(charge)

    stripe.close()
    assert outcome.state == State.AUTHORISED
    assert [asked.key for asked in double.requests if asked.method == "POST"] == [
        f"{charge.key}:authorise",
        f"{charge.key}:authorise",
    ]
    assert double.authorised(charge.key) == [1999]


def test_a_decline_whose_answer_is_lost_is_found(double, stripe, paying_with):
    charge = paying_with("pm_card_chargeDeclined")
    double.misbehave(Kind.DROP_AFTER)

    with pytest.raises(ProviderUnavailable):
        stripe.authorise(charge)

    declined = Outcome(State.DECLINED, "pi_double00000001", reason="Your card was declined.")
    assert stripe.look_up(charge) == declined
    assert stripe.authorise(charge) == declined
    assert len(double.books.intents) == 1


@pytest.mark.parametrize(
    ("kind", "found"), [(Kind.ERROR_BEFORE, None), (Kind.ERROR_AFTER, State.AUTHORISED)]
)
def test_an_authorisation_that_failed_inside_is_settled_by_looking(
    double, stripe, charge, kind, found
):
    double.misbehave(kind)

    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            stripe.authorise(charge)

    outcome = stripe.look_up(charge)
    assert (outcome and outcome.state) == found
    assert stripe.void(charge).state == State.VOIDED
    assert double.statuses(charge.key) == (["canceled"] if found else [])


def test_a_void_overtakes_an_authorisation_that_stripe_is_busy_with(double, stripe, charge):
    double.misbehave(Kind.HANG_BEFORE)
    with pytest.raises(ProviderUnavailable):
        stripe.authorise(charge)

    with pytest.raises(ProviderUnavailable):
        stripe.void(charge)

    double.release()
    double.settle()
    assert stripe.void(charge).state == State.VOIDED
    assert double.statuses(charge.key) == ["canceled"]


def test_two_who_authorise_the_same_charge_at_once_make_one(double, stripe, charge):
    double.misbehave(Kind.HANG_BEFORE)

    with ThreadPoolExecutor(2) as threads:
        attempts = [threads.submit(_attempt, stripe, charge) for _ in range(2)]
        wait(attempts, return_when=FIRST_COMPLETED)
        double.release()
        outcomes = [attempt.result() for attempt in attempts]

    assert sorted(outcomes) == ["authorised", "unavailable"]
    assert double.authorised(charge.key) == [1999]


def _attempt(stripe: StripeProvider, charge: Charge) -> str:
    try:
        return stripe.authorise(charge).state
    except ProviderUnavailable:
        return "unavailable"
    finally:
        stripe.close()


@pytest.mark.parametrize("kind", NOTHING_DONE + DONE + KEPT_500)
def test_a_capture_is_made_once_whatever_happens(double, stripe, charge, kind):
    stripe.authorise(charge)
    double.misbehave(kind, "/capture")

    with pytest.raises(ProviderUnavailable):
        stripe.capture(charge)

    assert stripe.capture(charge) == Outcome(State.CAPTURED, "pi_double00000001")
    assert double.charged(charge.key) == [1999]


@pytest.mark.parametrize("kind", NOTHING_DONE + DONE + KEPT_500)
def test_a_void_is_made_whatever_happens(double, stripe, charge, kind):
    stripe.authorise(charge)
    double.misbehave(kind, "/cancel")

    with pytest.raises(ProviderUnavailable):
        stripe.void(charge)

    assert stripe.void(charge) == Outcome(State.VOIDED, "pi_double00000001")
    assert double.statuses(charge.key) == ["canceled"]


@pytest.mark.parametrize("kind", [*NOTHING_DONE, *DONE, Kind.ERROR_AFTER])
def test_a_refund_is_made_once_whatever_happens(double, stripe, captured, kind):
    double.misbehave(kind, "/v1/refunds")

    with pytest.raises(ProviderUnavailable):
        stripe.refund(captured, key="first", amount=FIVE)

    assert stripe.refund(captured, key="first", amount=FIVE).refunded == 500
    assert double.refunded(captured.key) == [500]


def test_a_refund_that_failed_inside_is_made_once_stripe_forgot_the_failure(
    double, stripe, captured
):
    double.misbehave(Kind.ERROR_BEFORE, "/v1/refunds")

    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            stripe.refund(captured, key="first", amount=FIVE)
    double.forget_keys()

    assert stripe.refund(captured, key="first", amount=FIVE).refunded == 500
    assert double.refunded(captured.key) == [500]


@pytest.mark.parametrize(
    "call",
    [
        lambda stripe, charge: stripe.look_up(charge),
        lambda stripe, charge: stripe.void(charge),
        lambda stripe, charge: stripe.capture(charge),
        lambda stripe, charge: stripe.refund(charge, key="first", amount=FIVE),
    ],
    ids=["look_up", "void", "capture", "refund"],
)
@pytest.mark.parametrize("kind", [Kind.DROP_BEFORE, Kind.BUSY, Kind.ERROR_BEFORE])
def test_nothing_is_concluded_from_a_list_that_cannot_be_had(double, stripe, charge, call, kind):
    stripe.authorise(charge)
    double.misbehave(kind, method="GET")

    with pytest.raises(ProviderUnavailable):
        call(stripe, charge)

    assert double.statuses(charge.key) == ["requires_capture"]


def test_a_stripe_that_is_not_there_leaves_all_open(double, charge):
    nobody = StripeProvider(SECRET_KEY, "", api_base="http://127.0.0.1:1", retries=0)

    for call in _calls(nobody, charge):
        with pytest.raises(ProviderUnavailable):
            call()
    nobody.close()


def test_a_reference_of_another_account_is_refused(stripe, charge):
    elsewhere = replace(charge, reference="pi_elsewhere")

    for call in _calls(stripe, elsewhere)[1:]:
        with pytest.raises(ProviderRefused):
            call()


def _calls(stripe: StripeProvider, charge: Charge) -> list[Callable[[], object]]:
    return [
        lambda: stripe.authorise(charge),
        lambda: stripe.capture(charge),
        lambda: stripe.void(charge),
        lambda: stripe.refund(charge, key="first", amount=FIVE),
        lambda: stripe.look_up(charge),
    ]


@pytest.fixture
def captured(stripe: StripeProvider, charge: Charge) -> Charge:
    reference = stripe.authorise(charge).reference
    stripe.capture(charge)
    return replace(charge, reference=reference)
