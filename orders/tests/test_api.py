"""Buying over HTTP: keys, refusals that are remembered, and whose orders one sees."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from catalog.tests.factories import move_stock, on_sale
from core.models import IdempotencyRecord
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import ADDRESS, buy, give, put_in_cart

CHECKOUT = "/api/v1/cart/checkout"
ORDERS = "/api/v1/orders"
BODY = {"payment_method": "wallet", "shipping_address": ADDRESS}


def check_out(api, user, key="k1", **changes):
    return api(user, **{"Idempotency-Key": key}).post(CHECKOUT, BODY | changes)


@pytest.fixture
def ready(bob):
    """Bob has a cup of 4.50 in his cart and ten pounds in his wallet."""
    variant = on_sale(price=450, title="Cup")
    put_in_cart(bob, variant)
    give(bob, "10.00")
    return variant


def test_checkout_answers_with_the_order(api, bob, ready):
    response = check_out(api, bob)

    assert response.status_code == 201
    order = response.json()
    assert (order["status"], order["total"], order["currency"]) == ("paid", "4.50", "GBP")
    assert order["items"][0] == {
        "product_id": str(ready.product_id),
        "variant_id": str(ready.pk),
        "sku": ready.sku,
        "product_name": "Cup",
        "price": "4.50",
        "quantity": 1,
        "subtotal": "4.50",
        "discount": "0.00",
        "shipping": "0.00",
        "tax": "0.00",
        "tax_included": "0.00",
        "tax_rate": 0,
        "tax_name": "",
    }
    assert (order["payment"]["method"], order["payment"]["status"]) == ("wallet", "captured")
    assert order["billing_address"] == ADDRESS
    assert order.pop("lookup_token") is None
    assert api(bob).get(f"{ORDERS}/{order['id']}").json() == order
    balance = api(bob).get("/api/v1/balances/current").json()
    assert (balance["available"], balance["currency"]) == ("5.50", "GBP")
    assert_books_balance()


def test_the_same_key_gives_the_same_answer_and_no_second_order(api, bob, ready):
    first = check_out(api, bob)
    second = check_out(api, bob)

    assert (second.status_code, second.content) == (201, first.content)
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Order.objects.count() == 1


def test_a_refusal_is_remembered_though_its_effects_are_undone(api, bob, ready):
    Variant.objects.update(price=2_000)
    refused = check_out(api, bob, accept_price_changes=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_funds")
    assert (refused.json()["available"], refused.json()["asked"]) == ("10.00", "20.00")
    give(bob, "90.00")

    again = check_out(api, bob, accept_price_changes=True)

    assert (again.status_code, again.content) == (409, refused.content)
    assert again["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()
    assert check_out(api, bob, "k2", accept_price_changes=True).status_code == 201


def test_a_mistake_is_not_remembered(api, bob, ready):
    wrong = check_out(api, bob, payment_method="gold")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "payment_method")

    assert check_out(api, bob).status_code == 201


def test_a_key_belongs_to_one_request(api, bob, ready):
    check_out(api, bob)

    other = check_out(api, bob, accept_price_changes=True)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_belongs_to_one_user(api, bob, charlie, ready):
    check_out(api, bob)

    assert check_out(api, charlie).json()["code"] == "cart_empty"


@pytest.mark.parametrize("key", [None, "", "x" * 201])
@pytest.mark.parametrize("path", [CHECKOUT, ORDERS])
def test_a_key_is_asked_for(api, bob, ready, key, path):
    client = api(bob) if key is None else api(bob, **{"Idempotency-Key": key})

    response = client.post(path, BODY)

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shipping_address": {**ADDRESS, "country": "UK"}}, "shipping_address.country"),
        ({"shipping_address": {**ADDRESS, "zip": ""}}, "shipping_address.zip"),
        ({"shipping_address": {}}, "shipping_address.recipient"),
        ({"shipping_address": {**ADDRESS, "vip": 1}}, "shipping_address.vip"),
        ({"total": "0.01"}, "total"),
        ({"accept_price_changes": "maybe"}, "accept_price_changes"),
    ],
)
def test_what_is_wrong_with_a_checkout_is_named(api, bob, ready, changes, field):
    response = check_out(api, bob, **changes)

    assert response.status_code == 400
    assert field in [error["field"] for error in response.json()["errors"]]
    assert not Order.objects.exists()


def test_an_empty_cart_cannot_be_bought(api, bob):
    response = check_out(api, bob)

    assert (response.status_code, response.json()["code"]) == (400, "cart_empty")


def test_buying_without_a_cart_adds_up_what_is_named_twice(api, bob, ready):
    items = [
        {"product_id": str(ready.product_id), "quantity": 1},
        {"variant_id": str(ready.pk), "quantity": 1},
    ]

    response = api(bob, **{"Idempotency-Key": "a"}).post(ORDERS, {**BODY, "items": items})

    assert response.status_code == 201
    assert [item["quantity"] for item in response.json()["items"]] == [2]
    assert bob.cart.items.count() == 1


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ([], 400),
        ([{"quantity": 1}], 400),
        ([{"variant_id": "VARIANT", "quantity": 0}], 400),
        ([{"variant_id": "VARIANT", "quantity": 100}], 400),
        (
            [{"variant_id": "VARIANT", "quantity": 60}, {"variant_id": "VARIANT", "quantity": 60}],
            409,
        ),
        ([{"variant_id": "0192e4a0-0000-7000-8000-000000000000", "quantity": 1}], 404),
    ],
)
def test_what_cannot_be_bought_is_refused(api, bob, ready, items, status):
    wanted = [
        {k: str(ready.pk) if v == "VARIANT" else v for k, v in item.items()} for item in items
    ]

    response = api(bob, **{"Idempotency-Key": "a"}).post(ORDERS, {**BODY, "items": wanted})

    assert response.status_code == status
    assert not Order.objects.exists()


def test_no_more_of_one_than_may_be_bought_at_once_however_it_is_named(api, bob, ready):
    move_stock(ready, 500)
    sixty = {"variant_id": str(ready.pk), "quantity": 60}

    response = api(bob, **{"Idempotency-Key": "a"}).post(ORDERS, {**BODY, "items": [sixty, sixty]})

    assert (response.status_code, response.json()["code"]) == (409, "cart_quantity_too_large")
    assert not Order.objects.exists()


def test_items_are_looked_up_together(api, bob):
    give(bob, "1000.00")
    variants = [on_sale() for _ in range(3)]
    items = [{"variant_id": str(v.pk), "quantity": 1} for v in variants]
    client = api(bob, **{"Idempotency-Key": "a"})

    with CaptureQueriesContext(connection) as captured:
        assert client.post(ORDERS, {**BODY, "items": items}).status_code == 201

    looked_up = [q for q in captured if 'FROM "catalog_variant"' in q["sql"]]
    assert len(looked_up) <= 2 + len(items)


def test_a_moved_price_is_a_conflict_with_old_and_new(api, bob, ready):
    Variant.objects.update(price=500)

    refused = check_out(api, bob)

    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    assert [(line["old"], line["new"]) for line in refused.json()["lines"]] == [("4.50", "5.00")]
    assert not Order.objects.exists()


def test_orders_are_seen_by_their_buyer_and_by_staff(api, bob, charlie, dana, ready):
    order = check_out(api, bob).json()

    assert api(charlie).get(f"{ORDERS}/{order['id']}").status_code == 404
    assert api(charlie).get(ORDERS).json()["results"] == []
    assert api().get(ORDERS).status_code == 401
    for user in (bob, dana):
        assert api(user).get(f"{ORDERS}/{order['id']}").json()["number"] == order["number"]
        assert [o["id"] for o in api(user).get(ORDERS).json()["results"]] == [order["id"]]


def test_orders_are_narrowed_by_status_and_newest_first(api, bob):
    give(bob, "100.00")
    first, second = (buy(bob, on_sale()) for _ in range(2))

    listed = api(bob).get(f"{ORDERS}?status=paid").json()["results"]
    assert [order["id"] for order in listed] == [str(second.pk), str(first.pk)]
    assert api(bob).get(f"{ORDERS}?status=completed").json()["results"] == []
    assert api(bob).get(f"{ORDERS}?status=lost").status_code == 400


def test_a_list_of_orders_asks_the_same_number_of_queries_for_one_and_for_three(
    api, bob, django_assert_num_queries
):
    client = api(bob)
    give(bob, "100.00")
    buy(bob, on_sale(), on_sale())
    with django_assert_num_queries(9):
        client.get(ORDERS)
    for _ in range(2):
        buy(bob, on_sale())
    with django_assert_num_queries(9):
        client.get(ORDERS)


def test_an_archived_product_in_the_cart_stops_the_checkout(api, bob, ready):
    Product.objects.update(status="archived")

    response = check_out(api, bob)

    assert (response.status_code, response.json()["code"]) == (404, "product_unavailable")
