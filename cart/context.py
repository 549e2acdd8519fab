"""What the header of every page shows."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models import Seller
from cart import queries as cart_queries
from cart.guests import of_page
from catalog import queries as catalog_queries


def shop(request: HttpRequest) -> dict[str, Any]:
    """``shop.cart_count`` and ``shop.categories`` (roots of the tree), read when they are used."""
    return {"shop": Header(request)}


class Header:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def cart_count(self) -> int:
        """How many things are in the visitor's basket."""
        shopper = of_page(self.request)
        is_known = shopper.user or shopper.guest_cart
        return cart_queries.item_count(shopper) if is_known else 0

    @cached_property
    def sells(self) -> bool:
        """Whether the visitor has a shop of their own that may sell."""
        user: Any = self.request.user
        return Seller.objects.filter(user=user.pk, status=Seller.Status.APPROVED).exists()

    @cached_property
    def categories(self) -> list[catalog_queries.CategoryNode]:
        return catalog_queries.category_tree()
