"""Baskets, stocks, wallets and orders as plain dicts, slow and obvious, to hold the real ones against."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from cart.errors import CartEmpty, NotInCart, TooManyInCart
from catalog.errors import OutOfStock
from core.errors import DomainError
from ledger.errors import InsufficientFunds
from orders.errors import OrderNotCancellable, PriceChanged, TotalChanged

Refusal = type[DomainError] | None
GUEST = "guest"


class Item(NamedTuple):
    quantity: int
    seen: int


@dataclass
class ModelOrder:
    """``lines`` are quantity and price of each variant, as sold."""

    buyer: str
    lines: dict[UUID, Item]
    status: str = "paid"
    is_sent: bool = False

    @property
    def total(self) -> int:
        return sum(item.quantity * item.seen for item in self.lines.values())

    @property
    def refunded(self) -> int:
        return self.total if self.status == "cancelled" else 0

    @property
    def in_escrow(self) -> int:
        return self.total - self.refunded


@dataclass
class Model:
    """Everything by the variant's id, by whose it is (``GUEST`` or a buyer), or by the order's id."""

    prices: dict[UUID, int] = field(default_factory=dict)
    opened: dict[UUID, int] = field(default_factory=dict)
    adjusted: Counter[UUID] = field(default_factory=Counter)
    wallets: dict[str, int] = field(default_factory=dict)
    carts: dict[str, dict[UUID, Item]] = field(default_factory=dict)
    orders: dict[UUID, ModelOrder] = field(default_factory=dict)

    def stock(self, variant: UUID) -> int:
        """Opening and adjustments, less what was sold, and what of it came back."""
        sold = returned = 0
        for order in self.orders.values():
            if variant in order.lines:
                sold += order.lines[variant].quantity
                returned += order.lines[variant].quantity * (order.status == "cancelled")
        return self.opened[variant] + self.adjusted[variant] - sold + returned

    def cart(self, whose: str) -> dict[UUID, Item]:
        return self.carts.get(whose, {})

    def cart_total(self, whose: str) -> int:
        """At the prices of now."""
        cart = self.cart(whose).items()
        return sum(item.quantity * self.prices[variant] for variant, item in cart)

    def quantity_refusal(self, quantity: int) -> Refusal:
        return TooManyInCart if quantity > settings.CART_MAX_QUANTITY else None

    def set_refusal(self, whose: str, variant: UUID, quantity: int) -> Refusal:
        return self.quantity_refusal(quantity) if variant in self.cart(whose) else NotInCart

    def put(self, whose: str, variant: UUID, quantity: int) -> None:
        """Make it ``quantity``, at the price of now; 0 is none."""
        cart = self.carts.setdefault(whose, {})
        if quantity:
            cart[variant] = Item(quantity, self.prices[variant])
        else:
            del cart[variant]

    def merge(self, whose: str) -> dict[UUID, int]:
        """The guest's cart goes into a buyer's; what of which variant was too many."""
        cart, too_many = self.carts.setdefault(whose, {}), {}
        for variant, item in self.carts.pop(GUEST, {}).items():
            asked = item.quantity + (cart[variant].quantity if variant in cart else 0)
            cart[variant] = Item(min(asked, settings.CART_MAX_QUANTITY), item.seen)
            if asked > settings.CART_MAX_QUANTITY:
                too_many[variant] = asked
        return too_many

    def checkout_refusal(self, whose: str, *, accepts: bool, told: int | None) -> Refusal:
        """The first thing in the way, in the order in which buyers are told."""
        cart = self.cart(whose).items()
        stale = any(item.seen != self.prices[variant] for variant, item in cart)
        hurdles: dict[type[DomainError], bool] = {
            CartEmpty: not cart,
            OutOfStock: any(item.quantity > self.stock(variant) for variant, item in cart),
            PriceChanged: stale and not accepts,
            TotalChanged: told not in {None, self.cart_total(whose)},
            InsufficientFunds: self.cart_total(whose) > self.wallets[whose],
        }
        return next((refusal for refusal, is_there in hurdles.items() if is_there), None)

    def check_out(self, whose: str, order: UUID) -> None:
        lines = {
            variant: Item(item.quantity, self.prices[variant])
            for variant, item in self.carts.pop(whose).items()
        }
        self.orders[order] = ModelOrder(whose, lines)
        self.wallets[whose] -= self.orders[order].total

    def cancel_refusal(self, order: UUID) -> Refusal:
        one = self.orders[order]
        return OrderNotCancellable if one.status != "paid" or one.is_sent else None

    def cancel(self, order: UUID) -> None:
        one = self.orders[order]
        one.status = "cancelled"
        self.wallets[one.buyer] += one.total
