"""Addresses of the basket."""

from django.urls import path

from cart import views
from cart.selling.views import remove_shipping_rate, shipping_rate, shipping_rates
from cart.wishes.views import move

urlpatterns = [
    path("cart", views.cart, name="cart"),
    path("cart/add", views.add, name="cart_add"),
    path("cart/items/<uuid:item_id>", views.item, name="cart_item"),
    path("cart/codes", views.enter_code, name="cart_enter_code"),
    path("cart/codes/remove", views.remove_code, name="cart_remove_code"),
    path("cart/wishes/<uuid:wishlist_id>", move, name="cart_wish"),
    path("selling/shipping", shipping_rates, name="shipping_rates"),
    path("selling/shipping/<uuid:rate_id>", shipping_rate, name="shipping_rate"),
    path(
        "selling/shipping/<uuid:rate_id>/remove", remove_shipping_rate, name="remove_shipping_rate"
    ),
]
