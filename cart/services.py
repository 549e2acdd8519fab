"""Changes to a cart. Each locks the cart first, so adds add up and nobody buys a moving cart."""

from collections.abc import Sequence
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
    """The variant itself, or the only one of a product; see ``sellable_variants``."""
    [variant] = sellable_variants([(product_id, variant_id)])
    return variant


def sellable_variants(wanted: Sequence[tuple[UUID | None, UUID | None]]) -> list[Variant]:
    """For each (product id, variant id), of which one is None: the variant to be sold. One query.

    :raises ProductUnavailable: not for sale, or the product has several variants to choose from.
    """
    products = {product_id for product_id, _ in wanted if product_id}
    variants = {variant_id for _, variant_id in wanted if variant_id}
    found = list(Variant.objects.for_sale().filter(Q(product__in=products) | Q(pk__in=variants)))
    return [_only(found, product_id, variant_id) for product_id, variant_id in wanted]


def _only(found: list[Variant], product_id: UUID | None, variant_id: UUID | None) -> Variant:
    if variant_id is None:
        fitting = [variant for variant in found if variant.product_id == product_id]
    else:
        fitting = [variant for variant in found if variant.pk == variant_id]
    if len(fitting) > 1:
        raise ProductUnavailable("Choose one of the product's variants.", field="variant_id")
    if not fitting:
        raise ProductUnavailable(field="variant_id" if variant_id else "product_id")
    return fitting[0]


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


def refuse_too_many(quantity: int) -> None:
    """:raises TooManyInCart: more of one variant than may be bought at once."""
    if quantity > settings.CART_MAX_QUANTITY:
        raise errors.TooManyInCart(maximum=settings.CART_MAX_QUANTITY, asked=quantity)


def _set(item: CartItem, quantity: int, price: int) -> None:
    refuse_too_many(quantity)
    item.quantity, item.seen_price = quantity, price
    item.save()


def _touch(cart: Cart, at: datetime) -> None:
    Cart.objects.filter(pk=cart.pk).update(updated_at=at, version=NEXT_VERSION)
