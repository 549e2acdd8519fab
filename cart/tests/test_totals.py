"""What a cart says it would cost, sent somewhere."""

import pytest

from accounts.tests.factories import SellerFactory
from cart.tests.factories import TaxRateFactory, ships
from catalog.tests.factories import on_sale
from orders.tests.factories import put_in_cart

URL = "/api/v1/cart"


@pytest.fixture
def cart(alice, bob):
    """Two cups of Alice's at 10.00, who ships to Britain, and a book of somebody who asks nothing."""
    ships(alice.seller, "GB", price=395)
    ships(alice.seller, "GB", method="express", price=795)
    TaxRateFactory(country="GB", rate=2000)
    TaxRateFactory(country="US", rate=825, inclusive=False)
    put_in_cart(bob, on_sale(price=1000, seller=alice.seller), 2)
    put_in_cart(bob, on_sale(price=500, seller=SellerFactory(name="Books", slug="books")))


def test_totals_are_known_once_the_country_is(api, bob, cart):
    body = api(bob).get(URL).json()

    names = ("country", "shipping", "tax", "tax_included", "subtotal", "total")
    assert [body[name] for name in names] == [None, None, None, None, "25.00", "25.00"]
    assert (body["parcels"], body["shipping_methods"]) == ([], [])


def test_a_cart_says_what_it_costs_to_a_country(api, bob, cart):
    body = api(bob).get(f"{URL}?country=GB").json()

    names = ("country", "subtotal", "shipping", "tax", "tax_included", "total")
    assert [body[name] for name in names] == ["GB", "25.00", "3.95", "0.00", "4.82", "28.95"]
    assert body["parcels"] == [
        {
            "seller": "alices-attic",
            "seller_name": "Alice's Attic",
            "shipping_method": "standard",
            "shipping_method_name": "Standard",
            "shipping": "3.95",
        },
        {
            "seller": "books",
            "seller_name": "Books",
            "shipping_method": "",
            "shipping_method_name": "",
            "shipping": "0.00",
        },
    ]


def test_methods_to_be_had_say_what_they_cost(api, bob, cart):
    body = api(bob).get(f"{URL}?country=GB&shipping_method=express").json()

    assert (body["shipping"], body["total"]) == ("7.95", "32.95")
    assert body["shipping_methods"] == [
        {"code": "standard", "name": "Standard", "days_from": 2, "days_to": 4, "shipping": "3.95"},
        {"code": "express", "name": "Express", "days_from": 2, "days_to": 4, "shipping": "7.95"},
    ]


def test_tax_on_top_makes_a_cart_dearer(api, alice, bob, cart):
    ships(alice.seller, "US", price=1500)

    body = api(bob).get(f"{URL}?country=US").json()

    # 20.00 and 15.00 of shipping at 8.25 %: 2.89; 5.00: 0.41
    assert (body["tax"], body["tax_included"], body["total"]) == ("3.30", "0.00", "43.30")


def test_a_guests_cart_has_totals_too(api, alice):
    ships(alice.seller, price=250)
    variant = on_sale(price=1000, seller=alice.seller)
    added = api().post(f"{URL}/items", {"variant_id": str(variant.pk), "quantity": 1})

    body = api(**{"X-Cart-Token": added["X-Cart-Token"]}).get(f"{URL}?country=GB").json()

    assert (body["customer_id"], body["total"]) == (None, "12.50")


@pytest.mark.parametrize("of", ["bob", "nobody"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("country=UK", "country"),
        ("country=gb", "country"),
        ("country=", "country"),
        ("country=GB&shipping_method=rocket", "shipping_method"),
        ("shipping_method=rocket", "shipping_method"),
        ("country=GB&shipping_method=", "shipping_method"),
        (f"country=GB&shipping_method={'x' * 31}", "shipping_method"),
        ("country=GB&shipping_method=%00", "shipping_method"),
    ],
)
def test_what_cannot_be_meant_is_named(api, bob, cart, of, query, field):
    answer = api(bob if of == "bob" else None).get(f"{URL}?{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_who_does_not_ship_there_is_named(api, bob, cart):
    answer = api(bob).get(f"{URL}?country=NZ")

    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "not_shipped_there")
    assert (body["sellers"], body["country"]) == (["Alice's Attic"], "NZ")
    assert body["detail"] == "Alice's Attic does not ship to New Zealand."
    assert body["errors"][0]["field"] == "country"


def test_totals_ask_the_same_number_of_queries_for_one_seller_and_for_three(
    api, bob, cart, django_assert_num_queries
):
    client = api(bob)
    client.get(f"{URL}?country=GB")
    with django_assert_num_queries(12):
        client.get(f"{URL}?country=GB")
    for _ in range(2):
        variant = on_sale()
        ships(variant.product.seller)
        put_in_cart(bob, variant)
    with django_assert_num_queries(12):
        client.get(f"{URL}?country=GB")
