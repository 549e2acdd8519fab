"""Buying by card over HTTP: what is answered, what is repeated, and who may."""

import pytest

from catalog.models import Variant
from catalog.tests.factories import on_sale
from core.models import IdempotencyRecord
from orders.models import Order, Payment
from orders.payments.provider import State
from orders.services import expire_orders
from orders.tests import doubles
from orders.tests.factories import ADDRESS, give, order_by, put_in_cart
from orders.tests.proofs import assert_all_checks_pass

CHECKOUT = "/api/v1/cart/checkout"
BODY = {
    "payment_method": "test",
    "payment_token": doubles.GOOD,
    "shipping_address": ADDRESS,
}


def check_out(api, user, key="k1", **changes):
    return api(user, idempotency_key=key).post(CHECKOUT, BODY | changes)


def pay(api, user, order_id, key="p1", **changes):
    body = {"payment_method": "test", "payment_token": doubles.GOOD} | changes
    return api(user, idempotency_key=key).post(f"/api/v1/orders/{order_id}/pay", body)


@pytest.fixture
def ready(bob, provider):
    """Bob has a cup of 4.50 in his cart."""
    variant = on_sale(price=450, stock=5)
    put_in_cart(bob, variant)
    return variant


def test_a_good_card_buys(api, bob, ready, provider):
    response = check_out(api, bob)

    assert response.status_code == 201
    order = response.json()
    assert (order["status"], order["pay_by"]) == ("paid", None)
    assert (order["payment"]["method"], order["payment"]["status"]) == ("test", "captured")
    shown = api(bob).get(f"/api/v1/orders/{order['id']}").json()
    assert {**shown, "lookup_token": None} == order
    again = check_out(api, bob)
    assert (again.json(), again["Idempotent-Replayed"]) == (order, "true")
    assert provider.calls == ["authorise", "capture"]
    assert_all_checks_pass()


def test_a_declined_card_is_answered_with_the_order_and_another_card_pays_it(
    api, bob, ready, provider
):
    declined = check_out(api, bob, payment_token=doubles.DECLINED)

    assert declined.status_code == 201
    order = declined.json()
    assert (order["status"], order["payment"]["status"]) == ("awaiting_payment", "failed")
    assert order["payment"]["reason"] == "Your card was declined."
    assert order["pay_by"] is not None

    paid = pay(api, bob, order["id"])

    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    again = pay(api, bob, order["id"])
    assert (again.json(), again["Idempotent-Replayed"]) == (paid.json(), "true")
    other = pay(api, bob, order["id"], key="p2")
    assert (other.status_code, other.json()["code"]) == (409, "order_not_payable")
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["captured", "failed"]
    assert_all_checks_pass()


def test_a_bank_that_asks_is_answered_with_the_secret_and_gone_on_with(api, bob, ready, provider):
    asked = check_out(api, bob, payment_token=doubles.CHALLENGED).json()

    assert (asked["payment"]["status"], asked["payment"]["client_secret"]) == ("pending", "sesame")
    shown = api(bob).get(f"/api/v1/orders/{asked['id']}").json()
    assert shown["payment"]["client_secret"] is None
    still = pay(api, bob, asked["id"], payment_token="").json()
    assert still["payment"] == asked["payment"]

    provider.become(asked["payment"]["id"].replace("-", ""), State.AUTHORISED)
    done = pay(api, bob, asked["id"], key="p2", payment_token="").json()

    assert (done["status"], done["payment"]["id"]) == ("paid", asked["payment"]["id"])
    assert_all_checks_pass()


def test_another_card_takes_the_place_of_one_whose_bank_still_asks(api, bob, ready, provider):
    asked = check_out(api, bob, payment_token=doubles.CHALLENGED).json()

    done = pay(api, bob, asked["id"]).json()

    assert done["status"] == "paid"
    assert done["payment"]["id"] != asked["payment"]["id"]
    assert Order.objects.get().paid == 450


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["authorise", "capture"])
def test_an_unknown_outcome_is_503_and_the_same_request_goes_on(
    api, bob, ready, provider, moment, call
):
    getattr(provider, moment)[call] = doubles.unavailable()

    unknown = check_out(api, bob)

    assert (unknown.status_code, unknown.json()["code"]) == (503, "provider_unavailable")
    assert IdempotencyRecord.objects.get().status is None
    known = check_out(api, bob)
    assert (known.status_code, known.json()["status"]) == (201, "paid")
    assert Order.objects.count() == 1
    assert Variant.objects.get().stock == 4
    assert_all_checks_pass()


def test_other_ways_pay_what_a_card_did_not(api, bob, ready, provider):
    order = check_out(api, bob, payment_token=doubles.DECLINED).json()
    short = pay(api, bob, order["id"], payment_method="wallet", payment_token="")
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_funds")
    give(bob, "10.00")

    paid = pay(api, bob, order["id"], key="p2", payment_method="wallet", payment_token="")

    assert (paid.json()["status"], paid.json()["payment"]["method"]) == ("paid", "wallet")
    assert_all_checks_pass()


def test_an_invoice_is_ordered_and_waits(api, bob, ready):
    order = check_out(api, bob, payment_method="invoice", payment_token="").json()

    assert (order["status"], order["payment"]["status"]) == ("awaiting_payment", "pending")


def test_a_card_order_becomes_an_invoices(api, bob, ready, provider):
    order = check_out(api, bob, payment_token=doubles.DECLINED).json()

    invoiced = pay(api, bob, order["id"], payment_method="invoice", payment_token="").json()

    assert invoiced["payment"]["method"] == "invoice"
    assert invoiced["pay_by"] > order["pay_by"]


def test_only_the_buyer_pays(api, bob, charlie, dana, provider):
    order = order_by("test", bob, on_sale(price=450, stock=5))

    assert pay(api, charlie, order.pk).status_code == 404
    assert pay(api, dana, order.pk).status_code == 403
    assert pay(api, None, order.pk).status_code == 401
    assert provider.calls == []


def test_what_is_expired_or_about_to_be_is_not_paid(api, bob, provider, clocks):
    order = order_by("test", bob, on_sale(price=450, stock=5))
    clocks.stop_at(order.pay_by)

    late = pay(api, bob, order.pk)
    expire_orders()
    later = pay(api, bob, order.pk, key="p2")

    assert (late.status_code, late.json()["code"]) == (409, "payment_time_over")
    assert (later.status_code, later.json()["code"]) == (409, "order_not_payable")
    assert provider.calls == []


def test_a_payment_under_way_is_not_joined_by_another(api, bob, provider):
    order = order_by("test", bob, on_sale(price=450, stock=5))
    provider.before["capture"] = doubles.unavailable(times=2)
    assert pay(api, bob, order.pk, payment_token=doubles.GOOD).status_code == 503

    other = pay(api, bob, order.pk, key="p2")

    assert (other.status_code, other.json()["code"]) == (409, "payment_under_way")
    assert Payment.objects.filter(status="authorised").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payment_method": "direct"}, "payment_method"),
        ({"payment_method": "stripe"}, "payment_method"),
        ({"payment_token": ""}, "payment_token"),
        ({"payment_token": "x" * 256}, "payment_token"),
    ],
)
def test_a_mistake_names_its_field_and_leaves_nothing(api, bob, ready, changes, field):
    wrong = check_out(api, bob, **changes)

    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, field)
    assert not Order.objects.exists()
    assert check_out(api, bob).status_code == 201
