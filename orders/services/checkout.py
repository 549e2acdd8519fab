"""Placing an order: stock, frozen prices, split by seller, and the money, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import User
from cart import services as cart_services
from cart.errors import CartEmpty
from cart.shoppers import Shopper
from catalog.errors import ProductUnavailable
from catalog.models import Variant
from catalog.services import take_stock
from core import events
from core.money import Money
from orders import errors
from orders.models import Order, Payment
from orders.services import drafts
from orders.services.drafts import Address, Sold
from orders.services.payments import pay_from_wallets


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant and how many. ``seen_price``: what the buyer was shown, or None to take any."""

    variant_id: UUID
    quantity: int
    seen_price: int | None = None


@transaction.atomic
def place_order(
    *,
    buyer: User,
    wanted: Sequence[Wanted],
    method: Payment.Method,
    addresses: tuple[Address, Address],
    at: datetime,
) -> Order:
    """Buy ``wanted``, all of it or nothing, and pay by ``method``; the order returned is paid.

    Variants are locked in pk order, then ledger accounts, so concurrent orders queue instead of
    deadlocking. ``addresses`` are shipping and billing. Not idempotent: the API's key is.

    :raises TooManyInCart: more of one variant than may be bought at once.
    :raises ProductUnavailable: a variant is not for sale, or not in the shop's currency.
    :raises PriceChanged: a price is not the one the buyer was shown.
    :raises OutOfStock: a variant has fewer left than wanted.
    :raises InsufficientFunds: the wallet holds less than the total.
    """
    if not wanted:
        raise CartEmpty
    for each in wanted:
        cart_services.refuse_too_many(each.quantity)
    variants = _locked(wanted)
    _refuse_changed_prices(wanted, variants)
    sold = [Sold(variants[w.variant_id], w.quantity, variants[w.variant_id].price) for w in wanted]
    draft = drafts.draft(
        buyer=buyer, sold=sold, currency=settings.SHOP_CURRENCY, addresses=addresses, at=at
    )
    quantities = {item.variant: item.quantity for item in sold}
    take_stock(quantities, reference=draft.order.pk, at=at)
    drafts.save([draft])
    if method == Payment.Method.WALLET:
        pay_from_wallets([draft])
    events.record("order.placed", draft.order.pk, {"actor": str(buyer.pk)}, at=at)
    return Order.objects.with_parts().get(pk=draft.order.pk)


@transaction.atomic
def checkout(
    *,
    buyer: User,
    method: Payment.Method,
    addresses: tuple[Address, Address],
    accept_price_changes: bool,
    at: datetime,
) -> Order:
    """Buy what is in the buyer's cart, and empty it. The cart is locked first.

    :raises CartEmpty: there is nothing to buy.
    :raises PriceChanged: unless ``accept_price_changes``; and all that ``place_order`` raises.
    """
    shopper = Shopper(user=buyer)
    cart = cart_services.locked_cart(shopper)
    wanted = [
        Wanted(item.variant_id, item.quantity, None if accept_price_changes else item.seen_price)
        for item in cart.items.all()
    ]
    order = place_order(buyer=buyer, wanted=wanted, method=method, addresses=addresses, at=at)
    cart_services.clear(shopper=shopper, at=at)
    return order


def _locked(wanted: Sequence[Wanted]) -> dict[UUID, Variant]:
    ids = {w.variant_id for w in wanted}
    rows = Variant.objects.for_sale().filter(pk__in=ids).select_related("product__seller").locked()
    variants = {variant.pk: variant for variant in rows}
    for variant_id in ids - set(variants):
        raise ProductUnavailable(variant_id=str(variant_id))
    return variants


def _refuse_changed_prices(wanted: Sequence[Wanted], variants: dict[UUID, Variant]) -> None:
    changed = [
        {
            "variant_id": str(w.variant_id),
            "product_name": variants[w.variant_id].product.title,
            "old": str(Money(w.seen_price, variants[w.variant_id].currency)),
            "new": str(variants[w.variant_id].unit_price),
        }
        for w in wanted
        if w.seen_price not in {None, variants[w.variant_id].price}
    ]
    if changed:
        raise errors.PriceChanged(changed)
