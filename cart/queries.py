"""A cart as its owner sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from cart.models import Cart, CartItem
from cart.shoppers import Shopper
from core.money import Money


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart with its items at today's prices. ``id`` is None while nothing was ever put in;
    ``customer_id`` is None for a guest's."""

    id: UUID | None
    customer_id: UUID | None
    items: list[CartItem]
    currency: str
    created_at: datetime | None
    updated_at: datetime | None

    @property
    def total_items(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def subtotal(self) -> Money:
        return sum((item.subtotal for item in self.items), Money(0, self.currency))

    @property
    def discount(self) -> Money:
        return Money(0, self.currency)


def item_count(shopper: Shopper) -> int:
    """How many things are in the shopper's cart."""
    items = CartItem.objects.filter(cart__in=Cart.objects.filter(shopper.carts))
    return int(items.aggregate(count=Sum("quantity", default=0))["count"])


def cart_of(shopper: Shopper) -> CartView:
    """The shopper's cart, without making one. The same number of queries, however much is in it."""
    cart = Cart.objects.filter(shopper.carts).first()
    if cart is None:
        owner = shopper.user.pk if shopper.user else None
        return CartView(None, owner, [], settings.SHOP_CURRENCY, None, None)
    items = list(
        cart.items.select_related("variant__product__seller").prefetch_related(
            "variant__product__media", "variant__product__variants"
        )
    )
    return CartView(cart.pk, cart.user_id, items, cart.currency, cart.created_at, cart.updated_at)
