"""A cart as its owner sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from accounts.models import User
from cart.models import Cart, CartItem
from core.money import Money


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart with its items at today's prices. ``id`` is None while nothing was ever put in."""

    id: UUID | None
    customer_id: UUID
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


def item_count(user_id: UUID) -> int:
    """How many things are in a user's cart."""
    items = CartItem.objects.filter(cart__user_id=user_id)
    return int(items.aggregate(count=Sum("quantity", default=0))["count"])


def cart_of(user: User) -> CartView:
    """The user's cart, without making one. Two queries."""
    cart = Cart.objects.filter(user=user).first()
    if cart is None:
        return CartView(None, user.pk, [], settings.SHOP_CURRENCY, None, None)
    items = list(
        cart.items.select_related("variant__product__seller").prefetch_related(
            "variant__product__media", "variant__product__variants"
        )
    )
    return CartView(cart.pk, user.pk, items, cart.currency, cart.created_at, cart.updated_at)
