"""Placing an order: stock, frozen prices, split by seller, and the money, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction

from accounts.models import normalised_email
from cart import pricing
from cart import services as cart_services
from cart.errors import CartEmpty
from cart.pricing import Customer, PricedLine, Quote, Terms
from cart.queries import codes_of
from cart.shoppers import Shopper
from catalog.errors import OutOfStock, ProductUnavailable
from catalog.models import Variant
from catalog.services import take_stock
from core import clock, events
from core.money import Money
from orders import errors
from orders.models import Order, Payment
from orders.payments import registry
from orders.services import drafts
from orders.services.drafts import Address, Draft
from orders.services.payments import pay_from_wallets
from orders.services.receiving import begin, time_to_pay
from orders.services.redemptions import redeem, refuse_codes

fits_column = MaxLengthValidator(254)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant and how many. ``seen_price``: what the buyer was shown, or None to take any."""

    variant_id: UUID
    quantity: int
    seen_price: int | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """On what terms somebody buys. ``addresses`` are shipping and billing.

    ``shipping_method`` is its code, "" for each seller's first. ``codes`` are promotions' codes.
    ``expected_total`` (minor units): what the buyer was told it comes to, or None to pay any.
    """

    customer: Customer
    method: Payment.Method
    addresses: tuple[Address, Address]
    shipping_method: str = ""
    codes: tuple[str, ...] = ()
    expected_total: int | None = None


@transaction.atomic
def place_order(*, purchase: Purchase, wanted: Sequence[Wanted], at: datetime) -> Order:
    """Buy ``wanted``, all of it or nothing; paid by wallet, the order returned is paid.

    Else it awaits the payment that was begun, for a time, and what it reserved is kept for it: the
    database's clock decides how long. If a provider is to be asked, ``settle`` comes after the commit.
    Variants are locked in pk order, then promotions that have limits, then ledger accounts, so
    concurrent orders queue instead of deadlocking. Not idempotent: the API's key is.

    :raises AccountNeeded: a guest would pay from a wallet.
    :raises EmailInvalid: a guest's address is missing, or none.
    :raises PaymentMethodNotOffered: shoppers may not choose the method.
    :raises TooManyInCart: more of one variant than may be bought at once.
    :raises ProductUnavailable: a variant is not for sale, or not in the shop's currency.
    :raises OutOfStock: a variant has fewer left than wanted.
    :raises PriceChanged: a price is not the one the buyer was shown.
    :raises TotalChanged: it comes to another sum than the buyer was told.
    :raises PromotionUnknown, PromotionRefused: a code is not good, or was used up meanwhile.
    :raises InsufficientFunds: the wallet holds less than the total.
    """
    registry.check_offered(purchase.method, is_guest=purchase.customer.user is None)
    if not wanted:
        raise CartEmpty
    for each in wanted:
        cart_services.refuse_too_many(each.quantity)
    purchase = _recognised(purchase)
    variants = _locked(wanted)
    _refuse_moved(wanted, variants)
    quote = _quote(purchase, wanted, variants, at)
    draft = drafts.draft(
        customer=purchase.customer,
        quote=quote,
        currency=settings.SHOP_CURRENCY,
        addresses=purchase.addresses,
        at=at,
    )
    quantities = {line.variant: line.quantity for line in quote.lines}
    take_stock(quantities, reference=draft.order.pk, at=at)
    waits_since = _reserve(draft, purchase.method)
    redeem(draft.order, quote.granted, customer=purchase.customer, at=at)
    if waits_since is None:
        pay_from_wallets([draft])
    else:
        begin(draft.order, purchase.method, waits_since)
    events.record("order.placed", draft.order.pk, {"actor": str(draft.order.buyer_id)}, at=at)
    draft.order.refresh_from_db()
    return draft.order


@transaction.atomic
def checkout(
    *, purchase: Purchase, shopper: Shopper, accept_price_changes: bool, at: datetime
) -> Order:
    """Buy what is in the shopper's cart with the codes entered there, and empty it.

    The cart is locked first.

    :raises CartEmpty: there is nothing to buy.
    :raises PriceChanged: unless ``accept_price_changes``; and all that ``place_order`` raises.
    """
    cart = cart_services.locked_cart(shopper)
    wanted = [
        Wanted(item.variant_id, item.quantity, None if accept_price_changes else item.seen_price)
        for item in cart.items.all()
    ]
    codes = (*purchase.codes, *codes_of(cart))
    order = place_order(purchase=replace(purchase, codes=codes), wanted=wanted, at=at)
    cart_services.clear(shopper=shopper, at=at)
    return order


def _recognised(purchase: Purchase) -> Purchase:
    """With a guest's address as it is kept."""
    guest = purchase.customer
    if guest.user is not None:
        return purchase
    email = normalised_email(guest.email)
    try:
        validate_email(email)
        fits_column(email)
    except ValidationError as error:
        raise errors.EmailInvalid(field="email") from error
    return replace(purchase, customer=replace(guest, email=email))


def _reserve(draft: Draft, method: Payment.Method) -> datetime | None:
    """Save it. Since when it awaits its payment, for as long as the method takes; None: it need not."""
    now = None
    if method != Payment.Method.WALLET and draft.order.total:
        now = clock.db_now()
        draft.order.pay_by = time_to_pay(method, now)
    drafts.save([draft])
    return now


def _locked(wanted: Sequence[Wanted]) -> dict[UUID, Variant]:
    ids = {w.variant_id for w in wanted}
    rows = Variant.objects.for_sale().filter(pk__in=ids).select_related("product__seller").locked()
    variants = {variant.pk: variant for variant in rows}
    for variant_id in ids - set(variants):
        raise ProductUnavailable(variant_id=str(variant_id))
    return variants


def _quote(
    purchase: Purchase, wanted: Sequence[Wanted], variants: Mapping[UUID, Variant], at: datetime
) -> Quote:
    """What it comes to at the locked variants' prices."""
    lines = [
        PricedLine(variants[w.variant_id], w.quantity, variants[w.variant_id].price) for w in wanted
    ]
    currency = settings.SHOP_CURRENCY
    terms = Terms(
        customer=purchase.customer,
        currency=currency,
        at=at,
        country=purchase.addresses[0]["country"],
        method=purchase.shipping_method,
        codes=purchase.codes,
    )
    quote = pricing.quote(lines, terms)
    refuse_codes(quote)
    if purchase.expected_total not in {None, quote.total}:
        old, new = Money(purchase.expected_total or 0, currency), Money(quote.total, currency)
        raise errors.TotalChanged(old=str(old), new=str(new))
    return quote


def _refuse_moved(wanted: Sequence[Wanted], variants: Mapping[UUID, Variant]) -> None:
    """Say of every line at once what is not as the buyer saw it."""
    moved = [each for each in (_moved(w, variants[w.variant_id]) for w in wanted) if each]
    short = [line for line in moved if line["available"] < line["asked"]]
    if short:
        raise OutOfStock(
            short[0]["sku"], asked=short[0]["asked"], available=short[0]["available"], lines=moved
        )
    if moved:
        raise errors.PriceChanged(moved)


def _moved(wanted: Wanted, variant: Variant) -> dict[str, Any] | None:
    """What was seen and asked, and what there is; None where nothing is in the way."""
    seen = variant.price if wanted.seen_price is None else wanted.seen_price
    if seen == variant.price and wanted.quantity <= variant.stock:
        return None
    return {
        "variant_id": str(variant.pk),
        "sku": variant.sku,
        "product_name": variant.product.title,
        "old": str(Money(seen, variant.currency)),
        "new": str(variant.unit_price),
        "asked": wanted.quantity,
        "available": variant.stock,
    }
