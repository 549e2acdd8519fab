"""A cart as its owner sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from accounts.models import Seller
from cart.models import Cart, CartItem
from cart.pricing import Customer, PricedLine, Quote, TaxLine, Terms, quote, tax_lines
from cart.shoppers import Shopper
from core.money import Money


@dataclass(frozen=True, slots=True)
class ParcelView:
    """What ``seller`` sends, by the method of this code and name; both "" where the seller has none."""

    seller: Seller
    method: str
    method_name: str
    shipping: Money


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A method of shipping to be had, and what all parcels come to by it."""

    method: str
    name: str
    days_from: int
    days_to: int
    shipping: Money


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart with its items at today's prices. ``id`` is None while nothing was ever put in;
    ``customer_id`` is None for a guest's. Shipping and tax are to ``country``, none while it is None."""

    id: UUID | None
    customer_id: UUID | None
    items: Sequence[CartItem]
    currency: str
    created_at: datetime | None
    updated_at: datetime | None
    country: str | None
    quote: Quote

    @property
    def total_items(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def subtotal(self) -> Money:
        return Money(self.quote.subtotal, self.currency)

    @property
    def discount(self) -> Money:
        return Money(self.quote.discount, self.currency)

    @property
    def shipping(self) -> Money | None:
        return self._once_known(self.quote.shipping)

    @property
    def tax(self) -> Money | None:
        """What comes on top of prices."""
        return self._once_known(self.quote.tax)

    @property
    def tax_included(self) -> Money | None:
        return self._once_known(self.quote.tax_included)

    @property
    def taxes(self) -> list[TaxLine]:
        """What ``tax`` and ``tax_included`` are made of."""
        return tax_lines(self.quote.lines, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays, as far as it is known."""
        return Money(self.quote.total, self.currency)

    @property
    def parcels(self) -> list[ParcelView]:
        sellers = {line.seller.pk: line.seller for line in self.quote.lines}
        return [
            ParcelView(
                sellers[parcel.seller_id],
                parcel.method,
                parcel.method_name,
                Money(parcel.shipping, self.currency),
            )
            for parcel in self.quote.parcels
        ]

    @property
    def choices(self) -> list[ChoiceView]:
        return [
            ChoiceView(
                choice.method,
                choice.name,
                choice.days_from,
                choice.days_to,
                Money(choice.shipping, self.currency),
            )
            for choice in self.quote.choices
        ]

    def _once_known(self, amount: int) -> Money | None:
        return None if self.country is None else Money(amount, self.currency)


def item_count(shopper: Shopper) -> int:
    """How many things are in the shopper's cart."""
    items = CartItem.objects.filter(cart__in=Cart.objects.filter(shopper.carts))
    return int(items.aggregate(count=Sum("quantity", default=0))["count"])


def cart_of(
    shopper: Shopper, *, at: datetime, country: str | None = None, method: str = ""
) -> CartView:
    """The shopper's cart, without making one, as it would be sent to ``country`` by ``method``.

    The same number of queries, however much is in it.

    :raises ShippingMethodUnknown, NotShippedThere: what ``quote`` does.
    """
    cart = Cart.objects.filter(shopper.carts).first()
    items = _items(cart) if cart else []
    currency = cart.currency if cart else settings.SHOP_CURRENCY
    terms = Terms(Customer(shopper.user), currency, at, country, method)
    lines = [PricedLine(item.variant, item.quantity, item.variant.price) for item in items]
    owner = shopper.user.pk if shopper.user else None
    return CartView(
        id=cart.pk if cart else None,
        customer_id=cart.user_id if cart else owner,
        items=items,
        currency=currency,
        created_at=cart.created_at if cart else None,
        updated_at=cart.updated_at if cart else None,
        country=country,
        quote=quote(lines, terms),
    )


def _items(cart: Cart) -> list[CartItem]:
    return list(
        cart.items.select_related("variant__product__seller").prefetch_related(
            "variant__product__media", "variant__product__variants"
        )
    )
