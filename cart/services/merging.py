"""A guest's cart becomes part of the cart of whoever signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from cart.models import Cart, CartItem, EnteredCode
from cart.services.items import touch
from cart.shoppers import Shopper
from catalog.models import Variant


@dataclass(frozen=True, slots=True)
class Reduced:
    """``asked`` of a variant were too many; the cart has ``kept``."""

    variant: Variant
    asked: int
    kept: int


@transaction.atomic
def merge(*, user: User, guest_cart: UUID, at: datetime) -> Sequence[Reduced]:
    """Put what a guest's cart holds into the user's own, codes too, and take the guest's cart away.

    Quantities add up, to ``CART_MAX_QUANTITY`` at most; what was cut off is returned. The guest's
    prices are the ones seen last. Merging again finds nothing left to do. Locks both carts by id.
    """
    Cart.objects.get_or_create(user=user, defaults={"currency": settings.SHOP_CURRENCY})
    whose = Shopper(user=user).carts | Shopper(guest_cart=guest_cart).carts
    carts = {cart.user_id: cart for cart in Cart.objects.locked().filter(whose)}
    if None not in carts:
        return []
    own, guests = carts[user.pk], carts[None]
    sums = _summed(own, guests)
    CartItem.objects.bulk_create(
        (_capped(own, item) for item in sums),
        update_conflicts=True,
        unique_fields=["cart", "variant"],
        update_fields=["quantity", "seen_price"],
    )
    _take_codes_along(own, guests)
    guests.delete()
    touch(own, at)
    most = settings.CART_MAX_QUANTITY
    return [Reduced(item.variant, item.quantity, most) for item in sums if item.quantity > most]


def _take_codes_along(own: Cart, guests: Cart) -> None:
    EnteredCode.objects.bulk_create(
        (
            EnteredCode(cart=own, promotion_id=entered.promotion_id, entered_at=entered.entered_at)
            for entered in guests.entered_codes.all()
        ),
        ignore_conflicts=True,
    )


def _summed(own: Cart, guests: Cart) -> list[CartItem]:
    """The guest's items, each with what of it is in the own cart already."""
    there = dict(own.items.values_list("variant_id", "quantity"))
    items = list(guests.items.select_related("variant__product"))
    for item in items:
        item.quantity += there.get(item.variant_id, 0)
    return items


def _capped(cart: Cart, item: CartItem) -> CartItem:
    return CartItem(
        cart=cart,
        variant=item.variant,
        quantity=min(item.quantity, settings.CART_MAX_QUANTITY),
        seen_price=item.seen_price,
        created_at=item.created_at,
    )
