"""From a wishlist into the basket: both change, or neither."""

import pytest
from django.utils import timezone

from cart.models import CartItem
from catalog import services
from catalog.models import Product, Wishlist
from catalog.tests.factories import VariantFactory, on_sale


@pytest.fixture
def wishlist(bob):
    return Wishlist.objects.create(owner=bob, name="Birthday")


def move(client, wishlist, variant):
    body = {"product_id": variant.product_id}
    return client.post(f"/cart/wishes/{wishlist.pk}", body, follow=True)


def wish(wishlist, variant):
    services.wish(wishlist, variant.product, at=timezone.now())


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_wish_moves_into_the_basket(client, bob, wishlist):
    cup = on_sale(title="Cup")
    wish(wishlist, cup)
    client.force_login(bob)

    response = move(client, wishlist, cup)

    item = CartItem.objects.get()
    assert (item.cart.user, item.variant, item.quantity) == (bob, cup, 1)
    assert response.redirect_chain == [(f"/wishlists/{wishlist.pk}", 302)]
    assert said(response) == ["Cup is in your basket."]
    assert not wishlist.items.exists()


@pytest.mark.parametrize("reason", ["archived", "to choose from", "too many"])
def test_a_refused_move_says_why_and_changes_neither(client, bob, wishlist, settings, reason):
    cup = VariantFactory(options={"size": "S"})
    Product.objects.update(title="Cup", price=cup.price, status="active")
    wish(wishlist, cup)
    if reason == "archived":
        Product.objects.update(status="archived")
    elif reason == "to choose from":
        VariantFactory(product=cup.product, options={"size": "M"})
    else:
        settings.CART_MAX_QUANTITY = 0
    client.force_login(bob)

    response = move(client, wishlist, cup)

    assert len(said(response)) == 1
    assert "Cup is in your basket." not in said(response)
    assert not CartItem.objects.exists()
    assert wishlist.items.count() == 1
