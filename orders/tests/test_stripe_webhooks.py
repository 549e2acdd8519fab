"""Which webhooks are believed, and what they are about."""

import json

import pytest

from core.money import Money
from orders.errors import WebhookInvalid
from orders.payments.provider import Notice
from orders.payments.stripe import StripeProvider
from orders.tests.stripe_double.double import SECRET_KEY, WEBHOOK_SECRET
from orders.tests.stripe_double.webhooks import signature


@pytest.fixture
def sent(double, stripe, charge):
    """The body of the webhook about an authorisation."""
    stripe.authorise(charge)
    (event,) = double.events("payment_intent.amount_capturable_updated")
    return json.dumps(event).encode()


def test_a_webhook_says_which_charge_to_look_at(stripe, charge, sent):
    notice = stripe.parse_webhook(sent, signature(sent, WEBHOOK_SECRET))

    kind = "payment_intent.amount_capturable_updated"
    assert notice == Notice("evt_double00000002", charge.key, "pi_double00000001", kind)


def test_a_webhook_about_a_refund_names_its_charge(double, stripe, charge):
    stripe.authorise(charge)
    stripe.capture(charge)
    stripe.refund(charge, key="first", amount=Money(500, "GBP"))
    (event,) = double.events("charge.refunded")
    body = json.dumps(event).encode()

    notice = stripe.parse_webhook(body, signature(body, WEBHOOK_SECRET))

    assert notice == Notice(event["id"], charge.key, "pi_double00000001", "charge.refunded")


@pytest.mark.parametrize("age", [0, 290])
def test_a_webhook_may_be_five_minutes_old(stripe, charge, sent, age):
    notice = stripe.parse_webhook(sent, signature(sent, WEBHOOK_SECRET, age=age))

    assert notice is not None
    assert notice.key == charge.key


@pytest.mark.parametrize(
    "forged",
    [
        lambda body: (body, signature(body, "whsec_wrong")),
        lambda body: (body, signature(body, WEBHOOK_SECRET, age=310)),
        lambda body: (body.replace(b"1999", b"9999"), signature(body, WEBHOOK_SECRET)),
        lambda body: (body, ""),
        lambda body: (body, "t=,v1="),
        lambda body: (body, "nonsense"),
        lambda body: (body, signature(body, WEBHOOK_SECRET).replace("v1=", "v0=")),
        lambda _body: (b"\xff\xfe", signature(b"\xff\xfe", WEBHOOK_SECRET)),
        lambda _body: (b"{", signature(b"{", WEBHOOK_SECRET)),
    ],
    ids=[
        "wrong secret",
        "too old",
        "tampered with",
        "no signature",
        "empty signature",
        "no header of Stripe's",
        "another scheme",
        "not text",
        "not JSON",
    ],
)
def test_a_webhook_that_stripe_did_not_send_now_is_refused(stripe, sent, forged):
    body, header = forged(sent)

    with pytest.raises(WebhookInvalid):
        stripe.parse_webhook(body, header)


def test_without_a_secret_no_webhook_is_believed(double, sent):
    unconfigured = StripeProvider(SECRET_KEY, "", api_base=double.address)

    with pytest.raises(WebhookInvalid):
        unconfigured.parse_webhook(sent, signature(sent, ""))


@pytest.mark.parametrize(
    "about",
    [
        {"object": "payment_intent", "id": "pi_1", "metadata": {}},
        {"object": "payment_intent", "id": "pi_1", "metadata": {"payment": "of another shop"}},
        {"object": "balance", "livemode": False},
        {"object": "dispute", "id": "dp_1", "payment_intent": "pi_1", "metadata": None},
    ],
    ids=["without metadata", "another shop's", "without any", "null"],
)
def test_events_about_no_charge_of_ours_are_nothing(stripe, about):
    event = {"id": "evt_1", "object": "event", "type": "of.no.concern", "data": {"object": about}}
    body = json.dumps(event).encode()

    assert stripe.parse_webhook(body, signature(body, WEBHOOK_SECRET)) is None


def test_an_event_of_a_type_unheard_of_is_about_its_charge(stripe, charge):
    about = {"object": "payment_intent", "id": "pi_1", "metadata": {"mercat_payment": charge.key}}
    event = {"id": "evt_1", "object": "event", "type": "of.next.year", "data": {"object": about}}
    body = json.dumps(event).encode()

    notice = stripe.parse_webhook(body, signature(body, WEBHOOK_SECRET))

    assert notice == Notice("evt_1", charge.key, "pi_1", "of.next.year")
