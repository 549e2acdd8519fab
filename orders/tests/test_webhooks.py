"""Providers' notices: signed, kept once, and followed up by somebody in the end."""

from datetime import timedelta

import pytest

from catalog.tests.factories import on_sale
from orders import tasks
from orders.models import Payment, WebhookReceipt
from orders.payments.provider import State
from orders.services import settle
from orders.tests import doubles
from orders.tests.factories import order_by
from orders.tests.proofs import assert_all_checks_pass, balances

URL = "/api/v1/payments/webhooks/test"


@pytest.fixture
def payment(bob, provider):
    """Its bank has asked the buyer, who has answered."""
    order = order_by("test", bob, on_sale(price=450, stock=5))
    payment = order.payments.get()
    settle(payment.pk, token=doubles.CHALLENGED)
    provider.become(payment.pk.hex, State.AUTHORISED)
    provider.calls.clear()
    return payment


def notify(api, body, signature="good", url=URL):
    client = api(test_signature=signature)
    return client.generic("POST", url, body, content_type="application/json")


def test_a_notice_settles_its_payment(api, payment, provider):
    response = notify(api, f"evt_1 {payment.pk.hex}")

    assert (response.status_code, response.json()) == (200, {"received": True})
    payment.refresh_from_db()
    assert payment.status == "captured"
    receipt = WebhookReceipt.objects.get()
    assert (receipt.provider, receipt.event_id, receipt.payment) == ("test", "evt_1", payment)
    assert receipt.settled_at is not None
    assert balances() == {"provider:test:clearing:GBP": -450, "escrow": 450}
    assert_all_checks_pass()


def test_a_repeated_notice_does_nothing_more(api, payment, provider):
    for _ in range(3):
        assert notify(api, f"evt_1 {payment.pk.hex}").status_code == 200

    assert WebhookReceipt.objects.count() == 1
    assert provider.calls == ["look_up", "capture"]


def test_other_notices_of_a_settled_payment_change_nothing(api, payment, provider):
    for number in range(3):
        notify(api, f"evt_{number} {payment.pk.hex}")

    assert WebhookReceipt.objects.count() == 3
    assert provider.calls == ["look_up", "capture"]


def test_a_notice_that_cannot_be_followed_up_now_is_swept(api, payment, provider, clocks):
    provider.before["look_up"] = doubles.unavailable()
    assert notify(api, f"evt_1 {payment.pk.hex}").status_code == 200
    assert WebhookReceipt.objects.get().settled_at is None

    clocks.advance(timedelta(minutes=1))
    tasks.settle_payments()

    assert WebhookReceipt.objects.get().settled_at is not None
    assert Payment.objects.get().status == "captured"


def test_a_repetition_follows_up_what_the_first_could_not(api, payment, provider):
    provider.before["look_up"] = doubles.unavailable()
    notify(api, f"evt_1 {payment.pk.hex}")

    notify(api, f"evt_1 {payment.pk.hex}")

    assert Payment.objects.get().status == "captured"


@pytest.mark.parametrize("signature", ["bad", ""])
def test_what_the_provider_did_not_sign_is_refused(api, payment, provider, signature):
    response = notify(api, f"evt_1 {payment.pk.hex}", signature=signature)

    assert (response.status_code, response.json()["code"]) == (400, "webhook_invalid")
    assert not WebhookReceipt.objects.exists()
    assert provider.calls == []


def test_an_unknown_provider_is_not_found(api, payment):
    response = notify(api, "evt_1", url="/api/v1/payments/webhooks/nobody")

    assert (response.status_code, response.json()["code"]) == (404, "payment_provider_unknown")


@pytest.mark.parametrize(
    "body", ["evt_1", "evt_1 nonsense", "evt_1 019a0000000070008000000000000000"]
)
def test_what_is_about_nothing_of_ours_is_accepted(api, payment, provider, body):
    assert notify(api, body).status_code == 200

    assert not WebhookReceipt.objects.filter(settled_at=None).exists()
    assert provider.calls == []


def test_a_provider_speaks_of_its_own_payments_only(api, bob, provider):
    invoice = order_by("invoice", bob, on_sale(price=450, stock=5)).payments.get()

    assert notify(api, f"evt_1 {invoice.pk.hex}").status_code == 200

    assert WebhookReceipt.objects.get().payment is None
