"""Changes to a cart. Each locks the cart first, so adds add up and nobody buys a moving cart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from cart import errors
from cart.models import Cart, CartItem
from cart.shoppers import Shopper
from catalog.errors import ProductUnavailable
from catalog.models import Variant
from core.models import NEXT_VERSION


@transaction.atomic
def locked_cart(shopper: Shopper) -> Cart:
    """The shopper's cart, made if there is none, locked until the transaction ends.

    A guest whose cart is gone (merged, or kept too long) gets a new one, with another id.
    """
    currency = settings.SHOP_CURRENCY
    if shopper.user is not None:
        Cart.objects.get_or_create(user=shopper.user, defaults={"currency": currency})
    return find_locked(shopper) or Cart.objects.create(currency=currency)


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
def add(*, shopper: Shopper, variant: Variant, quantity: int, at: datetime) -> CartItem:
    """Put ``quantity`` more of ``variant`` into the cart, at the price it has now.

    :raises TooManyInCart: the sum would be above ``CART_MAX_QUANTITY``.
    """
    cart = locked_cart(shopper)
    item = cart.items.filter(variant=variant).first()
    if item is None:
        item = CartItem(cart=cart, variant=variant, quantity=0, created_at=at)
    _set(item, item.quantity + quantity, variant.price)
    touch(cart, at)
    return item


@transaction.atomic
def set_quantity(*, shopper: Shopper, item_id: UUID, quantity: int, at: datetime) -> None:
    """Make it ``quantity``; 0 removes the item.

    :raises NotInCart: the item is not in this shopper's cart.
    :raises TooManyInCart: above ``CART_MAX_QUANTITY``.
    """
    cart = find_locked(shopper)
    item = _item(cart, item_id) if cart else None
    if cart is None or item is None:
        raise errors.NotInCart
    if quantity == 0:
        item.delete()
    else:
        _set(item, quantity, item.variant.price)
    touch(cart, at)


@transaction.atomic
def clear(*, shopper: Shopper, at: datetime) -> None:
    """Take everything out, codes too. Clearing an empty cart, or none, is no error."""
    if cart := find_locked(shopper):
        cart.items.all().delete()
        cart.entered_codes.all().delete()
        touch(cart, at)


def refuse_too_many(quantity: int) -> None:
    """:raises TooManyInCart: more of one variant than may be bought at once."""
    if quantity > settings.CART_MAX_QUANTITY:
        raise errors.TooManyInCart(maximum=settings.CART_MAX_QUANTITY, asked=quantity)


def find_locked(shopper: Shopper) -> Cart | None:
    """The shopper's cart if there is one, locked. Call it inside a transaction."""
    return Cart.objects.locked().filter(shopper.carts).first()


def _item(cart: Cart, item_id: UUID) -> CartItem | None:
    return cart.items.select_related("variant").filter(pk=item_id).first()


def _set(item: CartItem, quantity: int, price: int) -> None:
    refuse_too_many(quantity)
    item.quantity, item.seen_price = quantity, price
    item.save()


def touch(cart: Cart, at: datetime) -> None:
    """Note that the shopper changed the (locked) cart."""
    Cart.objects.filter(pk=cart.pk).update(updated_at=at, abandoned_at=None, version=NEXT_VERSION)
