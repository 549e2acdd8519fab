"""Changes to a cart. Each locks the cart first, so adds add up and nobody buys a moving cart."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cart import errors
from cart.models import Cart, CartItem
from catalog.errors import ProductUnavailable
from catalog.models import Variant
from core.models import NEXT_VERSION


@transaction.atomic
def locked_cart(*, user: User) -> Cart:
    """The user's cart, made if there is none, locked until the transaction ends."""
    Cart.objects.get_or_create(user=user, defaults={"currency": settings.SHOP_CURRENCY})
    return Cart.objects.locked().get(user=user)


def sellable_variant(*, product_id: UUID | None, variant_id: UUID | None) -> Variant:
    """The variant itself, or the only one of a product.

    :raises ProductUnavailable: not for sale, or the product has several variants to choose from.
    """
    for_sale = Variant.objects.for_sale()
    wanted = Q(product_id=product_id) if variant_id is None else Q(pk=variant_id)
    found = list(for_sale.filter(wanted)[:2])
    if len(found) > 1:
        raise ProductUnavailable("Choose one of the product's variants.", field="variant_id")
    if not found:
        raise ProductUnavailable(field="variant_id" if variant_id else "product_id")
    return found[0]


@transaction.atomic
def add(*, user: User, variant: Variant, quantity: int, at: datetime) -> CartItem:
    """Put ``quantity`` more of ``variant`` into the cart, at the price it has now.

    :raises TooManyInCart: the sum would be above ``CART_MAX_QUANTITY``.
    """
    cart = locked_cart(user=user)
    item = cart.items.filter(variant=variant).first()
    if item is None:
        item = CartItem(cart=cart, variant=variant, quantity=0, created_at=at)
    _set(item, item.quantity + quantity, variant.price)
    _touch(cart, at)
    return item


@transaction.atomic
def set_quantity(*, user: User, item_id: UUID, quantity: int, at: datetime) -> None:
    """Make it ``quantity``; 0 removes the item.

    :raises NotInCart: the item is not in this user's cart.
    :raises TooManyInCart: above ``CART_MAX_QUANTITY``.
    """
    cart = locked_cart(user=user)
    item = cart.items.select_related("variant").filter(pk=item_id).first()
    if item is None:
        raise errors.NotInCart
    if quantity == 0:
        item.delete()
    else:
        _set(item, quantity, item.variant.price)
    _touch(cart, at)


@transaction.atomic
def clear(*, user: User, at: datetime) -> None:
    """Take everything out. Clearing an empty cart is no error."""
    cart = locked_cart(user=user)
    cart.items.all().delete()
    _touch(cart, at)


def _set(item: CartItem, quantity: int, price: int) -> None:
    if quantity > settings.CART_MAX_QUANTITY:
        raise errors.TooManyInCart(maximum=settings.CART_MAX_QUANTITY, asked=quantity)
    item.quantity, item.seen_price = quantity, price
    item.save()


def _touch(cart: Cart, at: datetime) -> None:
    Cart.objects.filter(pk=cart.pk).update(updated_at=at, version=NEXT_VERSION)
