"""A cart as its owner sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from accounts.models import Seller
from cart.models import Cart, CartItem, Promotion
from cart.pricing import Code, Customer, PricedLine, Quote, TaxLine, Terms, quote, tax_lines
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
class PromotionView:
    """A promotion that is given, or a code that gives nothing; then ``reason`` says why.

    ``code`` is "" for an automatic one. ``reason_code`` is the refusal's, for machines.
    """

    code: str
    name: str
    discount: Money
    is_applied: bool
    reason_code: str = ""
    reason: str = ""


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

    @property
    def promotions(self) -> list[PromotionView]:
        """What is given, then what the shopper's other codes are not good for."""
        given = [
            PromotionView(
                each.promotion.code or "",
                each.promotion.name,
                self._money(each.discount),
                is_applied=True,
            )
            for each in self.quote.granted
        ]
        applied = {each.code for each in given}
        return given + [
            self._without_effect(code) for code in self.quote.codes if code.code not in applied
        ]

    def _without_effect(self, code: Code) -> PromotionView:
        name = code.promotion.name if code.promotion else ""
        reason_code, reason = _reason(code, is_shipped=bool(self.quote.parcels))
        return PromotionView(
            code.code,
            name,
            self._money(0),
            is_applied=False,
            reason_code=reason_code,
            reason=reason,
        )

    def _money(self, amount: int) -> Money:
        return Money(amount, self.currency)


def _reason(code: Code, *, is_shipped: bool) -> tuple[str, str]:
    """Why a code gives nothing, for machines and for people."""
    if code.refusal:
        return code.refusal.code, code.refusal.detail
    assert code.promotion is not None, "a code without a promotion is refused"
    if code.promotion.kind == Promotion.Kind.FREE_SHIPPING and not is_shipped:
        return "promotion_at_checkout", "Comes off once we know where to send it."
    return "promotion_not_best", "What you get without it saves you as much or more."


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
    items = _shown(cart) if cart else []
    currency = cart.currency if cart else settings.SHOP_CURRENCY
    codes = codes_of(cart) if cart else ()
    terms = Terms(Customer(user=shopper.user), currency, at, country, method, codes)
    priced_cart = quote(priced(items), terms)
    for item, line in zip(items, priced_cart.lines, strict=True):
        item.discount = Money(line.subtotal - line.goods, currency)
    owner = shopper.user.pk if shopper.user else None
    return CartView(
        id=cart.pk if cart else None,
        customer_id=cart.user_id if cart else owner,
        items=items,
        currency=currency,
        created_at=cart.created_at if cart else None,
        updated_at=cart.updated_at if cart else None,
        country=country,
        quote=priced_cart,
    )


def _shown(cart: Cart) -> list[CartItem]:
    return list(
        items_of(cart).prefetch_related("variant__product__media", "variant__product__variants")
    )


def items_of(cart: Cart) -> QuerySet[CartItem]:
    """What is in a cart, with what prices are made of."""
    return cart.items.select_related("variant__product__seller")


def priced(items: Iterable[CartItem]) -> list[PricedLine]:
    """Items at the catalogue's prices of this moment."""
    return [PricedLine(item.variant, item.quantity, item.variant.price) for item in items]


def codes_of(cart: Cart) -> tuple[str, ...]:
    """The codes that the shopper entered, the first one first."""
    entered = cart.entered_codes.values_list("promotion__code", flat=True)
    return tuple(code for code in entered if code)
