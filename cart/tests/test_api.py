"""Filling a cart."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from cart import services
from cart.models import Cart, CartItem
from cart.shoppers import Shopper
from catalog.models import Product, Variant
from catalog.tests.factories import VariantFactory, move_stock, on_sale

URL = "/api/v1/cart"


def add(client, variant, quantity=1, by="variant_id"):
    value = variant.pk if by == "variant_id" else variant.product_id
    return client.post(f"{URL}/items", {by: str(value), "quantity": quantity})


def test_an_empty_cart_is_shown_and_not_made(api, bob):
    body = api(bob).get(URL).json()

    assert (body["id"], body["items"], body["subtotal"]) == (None, [], "0.00")
    assert not Cart.objects.exists()


@pytest.mark.parametrize("by", ["variant_id", "product_id"])
def test_adding_again_sums_at_the_catalogues_price(api, bob, by):
    variant = on_sale(price=450, title="Cup")
    add(api(bob), variant, 1, by)

    response = add(api(bob), variant, 2, by)

    assert response.status_code == 201
    body = response.json()
    assert (body["total_items"], body["subtotal"], body["currency"]) == (3, "13.50", "GBP")
    [item] = body["items"]
    assert item["product_name"] == "Cup"
    assert (item["price"], item["available"], item["price_changed"]) == ("4.50", True, False)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"quantity": 1}, 400, "product_id"),
        ({"variant_id": "x", "quantity": 1}, 400, "variant_id"),
        ({"variant_id": "VARIANT", "quantity": 0}, 400, "quantity"),
        ({"variant_id": "VARIANT", "quantity": -1}, 400, "quantity"),
        ({"variant_id": "VARIANT", "quantity": 1.5}, 400, "quantity"),
        ({"variant_id": "VARIANT", "quantity": 1, "price": "0.01"}, 400, "price"),
        ({"variant_id": "VARIANT", "quantity": 100}, 409, "quantity"),
        ({"variant_id": "0192e4a0-0000-7000-8000-000000000000", "quantity": 1}, 404, "variant_id"),
    ],
)
def test_what_cannot_go_into_a_cart_is_named_and_changes_nothing(api, bob, body, status, field):
    variant = on_sale()
    body = {key: str(variant.pk) if value == "VARIANT" else value for key, value in body.items()}

    response = api(bob).post(f"{URL}/items", body)

    assert response.status_code == status
    assert response.json()["errors"][0]["field"] == field
    assert not CartItem.objects.exists()


def test_a_product_with_several_variants_must_be_chosen_from(api, bob):
    variant = on_sale()
    Variant.objects.filter(pk=variant.pk).update(option_key="size=m")
    VariantFactory(product=variant.product, options={"size": "L"})

    response = add(api(bob), variant, by="product_id")

    assert response.status_code == 404
    assert response.json()["detail"] == "Choose one of the product's variants."


def test_what_is_no_longer_sold_cannot_be_added(api, bob):
    variant = on_sale()
    Product.objects.update(status=Product.Status.ARCHIVED)

    assert add(api(bob), variant).status_code == 404


def test_quantity_is_set_and_zero_removes(api, bob):
    item = add(api(bob), on_sale()).json()["items"][0]["id"]

    assert api(bob).put(f"{URL}/items/{item}", {"quantity": 4}).json()["total_items"] == 4
    assert api(bob).put(f"{URL}/items/{item}", {"quantity": 0}).json()["items"] == []


def test_items_and_carts_are_cleared(api, bob):
    item = add(api(bob), on_sale()).json()["items"][0]["id"]
    add(api(bob), on_sale())

    assert api(bob).delete(f"{URL}/items/{item}").json()["total_items"] == 1
    assert api(bob).delete(URL).json()["items"] == []


def test_another_ones_cart_cannot_be_reached(api, bob, charlie):
    item = add(api(bob), on_sale()).json()["items"][0]["id"]

    assert api(charlie).put(f"{URL}/items/{item}", {"quantity": 9}).status_code == 404
    assert api(charlie).delete(f"{URL}/items/{item}").status_code == 404
    assert api(charlie).get(URL).json()["items"] == []
    assert api().get(URL).json()["items"] == []
    assert CartItem.objects.get().quantity == 1


def test_a_moved_price_or_stock_shows(api, bob):
    variant = on_sale(price=450)
    add(api(bob), variant, 2)
    Variant.objects.update(price=500)
    move_stock(variant, -4)

    [item] = api(bob).get(URL).json()["items"]

    assert (item["seen_price"], item["price"], item["price_changed"]) == ("4.50", "5.00", True)
    assert (item["available_quantity"], item["available"]) == (1, False)


def test_what_is_no_longer_sold_is_not_available(api, bob):
    add(api(bob), on_sale())
    Product.objects.update(status=Product.Status.ARCHIVED)

    [item] = api(bob).get(URL).json()["items"]

    assert item["available"] is False


def test_a_cart_asks_the_same_number_of_queries_for_one_and_for_three(
    api, bob, django_assert_num_queries
):
    client = api(bob)
    add(api(bob), on_sale())
    with django_assert_num_queries(7):
        client.get(URL)
    for _ in range(2):
        add(api(bob), on_sale())
    with django_assert_num_queries(7):
        client.get(URL)


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_sixty_concurrent_adds_leave_sixty(bob):
    variant = on_sale()
    barrier = Barrier(60)

    def put_in(_):
        try:
            barrier.wait()
            services.add(shopper=Shopper(user=bob), variant=variant, quantity=1, at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(60) as pool:
        list(pool.map(put_in, range(60)))

    assert CartItem.objects.get().quantity == 60
