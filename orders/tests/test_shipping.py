"""Orders with shipping and tax: charged as the cart said, kept on every part, and in the books."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cart.tests.factories import TaxRateFactory, ships
from catalog.tests.factories import on_sale
from ledger.queries import wallet_balances
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import ADDRESS, give, put_in_cart

CHECKOUT = "/api/v1/cart/checkout"
BODY = {"payment_method": "wallet", "shipping_address": ADDRESS}
PAGE = {**ADDRESS, "payment_method": "wallet"}


@pytest.fixture
def cart(alice, bob):
    """Two cups at 10.00 of Alice's, who ships to Britain alone; tax is contained there."""
    ships(alice.seller, "GB", price=395)
    ships(alice.seller, "GB", method="express", price=795)
    TaxRateFactory(country="GB", rate=2000)
    put_in_cart(bob, on_sale(price=1000, seller=alice.seller), 2)
    give(bob, "100.00")


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


def check_out(client, **changes):
    return client.post(CHECKOUT, {**BODY, **changes})


def test_an_order_is_charged_shipping_and_says_what_tax_is_in_it(api, bob, cart):
    body = check_out(api(bob, **{"Idempotency-Key": "1"})).json()

    names = ("subtotal", "shipping", "tax", "tax_included", "total")
    assert [body[name] for name in names] == ["20.00", "3.95", "0.00", "3.99", "23.95"]
    vat = {"name": "VAT", "rate": 2000, "amount": "3.99", "included": True}
    assert body["taxes"] == [vat]
    [part] = body["seller_orders"]
    names = ("shipping_method", "shipping", "tax", "total")
    assert [part[name] for name in names] == ["Standard", "3.95", "3.99", "23.95"]
    [line] = body["items"]
    names = ("subtotal", "discount", "shipping", "tax", "tax_included", "tax_rate", "tax_name")
    assert [line[n] for n in names] == ["20.00", "0.00", "3.95", "0.00", "3.99", 2000, "VAT"]
    assert str(wallet_balances(bob.pk, "GBP")[0].available) == "76.05"
    assert_books_balance()


def test_the_chosen_method_is_charged(api, bob, cart):
    answer = check_out(api(bob, **{"Idempotency-Key": "1"}), shipping_method="express")

    assert answer.status_code == 201
    assert answer.json()["seller_orders"][0]["shipping_method"] == "Express"
    assert answer.json()["total"] == "27.95"


def test_what_is_bought_without_a_cart_is_shipped_alike(api, alice, bob, cart):
    variant = on_sale(price=500, seller=alice.seller)
    items = [{"variant_id": str(variant.pk), "quantity": 1}]

    answer = api(bob, **{"Idempotency-Key": "1"}).post(
        "/api/v1/orders", {**BODY, "items": items, "shipping_method": "express"}
    )

    assert (answer.status_code, answer.json()["total"]) == (201, "12.95")


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"shipping_method": "rocket"}, (400, "shipping_method_unknown"), "shipping_method"),
        ({"shipping_method": ""}, (400, "invalid"), "shipping_method"),
        (
            {"shipping_address": {**ADDRESS, "country": "NZ", "zip": "6011"}},
            (409, "not_shipped_there"),
            "country",
        ),
        (
            {"shipping_address": {**ADDRESS, "zip": "6011"}},
            (400, "invalid"),
            "shipping_address.zip",
        ),
        ({"billing_address": {**ADDRESS, "city": ""}}, (400, "invalid"), "billing_address.city"),
        ({"expected_total": "20.00"}, (409, "total_changed"), None),
    ],
)
def test_what_cannot_be_shipped_is_not_bought(api, bob, cart, changes, refusal, field):
    answer = check_out(api(bob, **{"Idempotency-Key": "1"}), **changes)

    body = answer.json()
    assert (answer.status_code, body["code"]) == refusal
    assert [error["field"] for error in body["errors"]] == ([field] if field else [])
    assert not Order.objects.exists()
    assert str(wallet_balances(bob.pk, "GBP")[0].available) == "100.00"


def test_the_page_shows_the_total_before_it_is_paid(signed_in, bob, cart):
    page = signed_in.get("/checkout").content.decode()

    assert "Pay £23.95 and order" in page
    assert "Delivery by Alice&#x27;s Attic (Standard)" in page
    assert "Includes £3.99 of VAT (20 %)." in page


def test_an_update_prices_anew_and_buys_nothing(signed_in, cart):
    update = {**PAGE, "zip": "", "key": "k", "shipping_method": "express", "update": "1"}

    response = signed_in.post("/checkout", update)

    page = response.content.decode()
    assert "Pay £27.95 and order" in page
    assert 'id="shipping_method_express" name="shipping_method" value="express" checked' in page
    assert not response.context["form"].errors
    assert response.context["form"]["street"].value() == "1 High Street"
    assert not Order.objects.exists()


def test_a_country_that_nobody_ships_to_is_said_before_paying(signed_in, cart):
    page = signed_in.get("/checkout?country=NZ").content.decode()

    assert "does not ship to New Zealand." in page
    assert "disabled>Pay £20.00 and order" in page


def test_a_page_pays_what_it_showed_or_nothing(signed_in, cart):
    shown = {**PAGE, "key": "k", "shipping_method": "express", "expected_total": "2395"}

    refused = signed_in.post("/checkout", shown)
    expected = refused.context["cart"].total.amount
    key = refused.context["form"]["key"].value()
    bought = signed_in.post("/checkout", {**shown, "key": key, "expected_total": expected})

    assert refused.context["form"].non_field_errors() == [
        "It comes to another total than you were told."
    ]
    assert 'name="expected_total" value="2795"' in refused.content.decode()
    order = Order.objects.get()
    assert bought["Location"] == f"/orders/{order.number}?placed"
    assert (order.total, order.paid) == (2795, 2795)


def test_the_orders_page_shows_shipping_tax_and_method(signed_in, cart):
    signed_in.post("/checkout", {**PAGE, "key": "k"})

    page = signed_in.get(f"/orders/{Order.objects.get().number}").content.decode()

    for text in ("Standard", "£3.95", "Includes £3.99 of VAT (20 %).", "£23.95"):
        assert text in page


def test_a_basket_is_estimated_by_country(signed_in, cart):
    unknown = signed_in.get("/cart").content.decode()
    known = signed_in.get("/cart?country=GB&shipping_method=express").content.decode()
    wrong = signed_in.get("/cart?country=NZ").content.decode()

    assert "Delivery and taxes are added once you choose a country." in unknown
    assert "£27.95" in known
    assert "/checkout?country=GB&amp;shipping_method=express" in known
    assert "does not ship to New Zealand." in wrong
    assert signed_in.get("/cart?country=UK&shipping_method=rocket").status_code == 200


def test_checkout_asks_the_same_number_of_queries_for_one_seller_and_for_three(
    signed_in, bob, cart
):
    signed_in.get("/checkout")
    one = _queries(signed_in)
    for _ in range(2):
        variant = on_sale()
        ships(variant.product.seller)
        put_in_cart(bob, variant)

    assert _queries(signed_in) == one


def _queries(client):
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/checkout").status_code == 200
    return len(captured)
