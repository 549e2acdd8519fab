"""The double itself: that it behaves as Stripe where tests lean on it, and cleans up."""

import socket
import threading
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from orders.payments.provider import State
from orders.payments.stripe import StripeProvider
from orders.tests.stripe_double import DoubleApart, Kind, StripeDouble
from orders.tests.stripe_double.double import SECRET_KEY
from orders.tests.stripe_double.wire import Request


def test_it_leaves_neither_thread_nor_port(charge):
    before = threading.active_count()
    with StripeDouble(deliver_to="http://127.0.0.1:1/") as double:
        double.misbehave(Kind.HANG_AFTER)
        provider = StripeProvider(SECRET_KEY, "", api_base=double.address, timeout=(1, 0.5))
        assert provider.authorise(charge).state == State.AUTHORISED
        provider.close()

    assert threading.active_count() == before
    address = urlsplit(double.address)
    with socket.socket() as visitor:
        assert visitor.connect_ex((address.hostname, address.port)) != 0


def test_in_a_process_of_its_own_it_answers_and_misbehaves_alike(charge):
    with DoubleApart() as double:
        provider = StripeProvider(SECRET_KEY, "", api_base=double.address, retries=1)
        double.misbehave(Kind.DROP_AFTER)
        outcome = provider.authorise(charge)
        provider.capture(charge)
        provider.close()

        assert outcome.state == State.AUTHORISED
        assert double.authorised(charge.key) == double.charged(charge.key) == [1999]
        assert double.refunded(charge.key) == []
        assert double.statuses(charge.key) == ["succeeded"]
        assert [event["type"] for event in double.events()] == [
            "payment_intent.created",
            "payment_intent.amount_capturable_updated",
            "payment_intent.succeeded",
        ]


@pytest.mark.parametrize(
    ("call", "arguments", "status"),
    [
        ("authenticate", b'{"reference": "pi_none"}', 404),
        ("misbehave", b'{"kind": "sulk"}', 400),
        ("charged", b"", 400),
        ("sulk", b"{}", 404),
    ],
)
def test_what_another_process_says_wrongly_is_refused(double, call, arguments, status):
    address = f"{double.address}/_double/{call}"

    with pytest.raises(HTTPError) as refused:
        urlopen(address, arguments, timeout=5)

    with refused.value:
        assert refused.value.status == status


def test_a_parameter_that_stripe_has_no_longer_is_refused(double):
    """API version 2026-09-30 took ``payment_method_types`` away."""
    form = {"amount": "1", "currency": "gbp", "payment_method_types": ["card"]}

    answer = double.answer(_request("POST", "/v1/payment_intents", form))

    assert answer.status == 400
    assert answer.body["error"]["param"] == "payment_method_types"


def test_search_shows_what_was_written_only_later(double, stripe, charge):
    stripe.authorise(charge)
    query = {"query": f"metadata['mercat_payment']:'{charge.key}'"}
    asked = _request("GET", "/v1/payment_intents/search", query)

    assert double.answer(asked).body["data"] == []
    double.index()
    (found,) = double.answer(asked).body["data"]
    assert found["id"] == "pi_double00000001"


def test_webhooks_come_twice_in_any_order_and_forged(double, stripe, charge):
    stripe.authorise(charge)
    created, capturable = double.events()
    with StripeDouble() as receiver:
        url = f"{receiver.address}/webhook"
        answered = double.deliver(url, [capturable, created, capturable], secret="whsec_wrong")

    assert answered == [401, 401, 401]
    assert [asked.path for asked in receiver.requests] == ["/webhook"] * 3


def test_every_event_is_posted_as_it_happens(charge):
    with StripeDouble() as receiver:
        with StripeDouble(deliver_to=f"{receiver.address}/webhook") as double:
            provider = StripeProvider(SECRET_KEY, "", api_base=double.address)
            provider.authorise(charge)
            provider.close()

        assert len(receiver.requests) == len(double.events()) == 2


def _request(method, path, form):
    return Request(method, path, form, "", f"Bearer {SECRET_KEY}")
