"""Baskets, stocks, wallets and orders as plain dicts, slow and obvious, to hold the real ones against."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from cart.errors import (
    CartEmpty,
    CodeNotEntered,
    NotInCart,
    PromotionAlreadyUsed,
    PromotionUsedUp,
    TooManyInCart,
)
from catalog.errors import OutOfStock
from core.errors import DomainError
from ledger.errors import InsufficientFunds
from orders.errors import (
    OrderNotCancellable,
    PriceChanged,
    TotalChanged,
    TransferAmountWrong,
)

Refusal = type[DomainError] | None
GUEST = "guest"
OFF = 10
"""Per cent that the one code takes off, borne by the platform."""
LIMIT, LIMIT_EACH = 3, 2
"""How often it is given at one time, in all and to one buyer."""


class Item(NamedTuple):
    quantity: int
    seen: int


@dataclass
class ModelOrder:
    """``lines`` are quantity and price of each variant, as sold. ``paid`` stays when it is cancelled."""

    buyer: str
    lines: dict[UUID, Item]
    method: str
    discount: int
    status: str = "awaiting_payment"
    paid: int = 0
    is_sent: bool = False

    @property
    def total(self) -> int:
        return sum(item.quantity * item.seen for item in self.lines.values()) - self.discount

    @property
    def is_cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def refunded(self) -> int:
        return self.paid if self.is_cancelled else 0

    @property
    def sponsored(self) -> int:
        """What the platform has added to it and not taken back."""
        return self.discount if self.paid and not self.is_cancelled else 0

    @property
    def in_escrow(self) -> int:
        return self.paid - self.refunded + self.sponsored

    def pay(self) -> None:
        self.status, self.paid = "paid", self.total


@dataclass
class Model:
    """Everything by the variant's id, by whose it is (``GUEST`` or a buyer), or by the order's id."""

    prices: dict[UUID, int] = field(default_factory=dict)
    opened: dict[UUID, int] = field(default_factory=dict)
    adjusted: Counter[UUID] = field(default_factory=Counter)
    wallets: dict[str, int] = field(default_factory=dict)
    carts: dict[str, dict[UUID, Item]] = field(default_factory=dict)
    orders: dict[UUID, ModelOrder] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    unclaimed: int = 0
    sent_back: int = 0

    def stock(self, variant: UUID) -> int:
        """Opening and adjustments, less what was sold, and what of it came back."""
        sold = returned = 0
        for order in self.orders.values():
            if variant in order.lines:
                sold += order.lines[variant].quantity
                returned += order.lines[variant].quantity * order.is_cancelled
        return self.opened[variant] + self.adjusted[variant] - sold + returned

    def cart(self, whose: str) -> dict[UUID, Item]:
        return self.carts.get(whose, {})

    def cart_total(self, whose: str) -> int:
        """At the prices of now."""
        cart = self.cart(whose).items()
        return sum(item.quantity * self.prices[variant] for variant, item in cart)

    def discount(self, whose: str) -> int:
        """What the code takes off there, if it is entered and good."""
        if whose not in self.codes or self.code_refusal(whose):
            return 0
        return round(Fraction(self.cart_total(whose) * OFF, 100))

    def price(self, whose: str) -> int:
        return self.cart_total(whose) - self.discount(whose)

    def uses(self, *buyers: str) -> int:
        """How often the code is given at present: to ``buyers``, or in all."""
        given = [one for one in self.orders.values() if one.discount and not one.is_cancelled]
        return sum(one.buyer in buyers for one in given) if buyers else len(given)

    def code_refusal(self, whose: str) -> Refusal:
        if self.uses() >= LIMIT:
            return PromotionUsedUp
        return PromotionAlreadyUsed if self.uses(whose) >= LIMIT_EACH else None

    def enter_refusal(self, whose: str) -> Refusal:
        return self.code_refusal(whose) if self.cart(whose) else CartEmpty

    def remove_refusal(self, whose: str) -> Refusal:
        return None if whose in self.codes else CodeNotEntered

    def clear(self, whose: str) -> None:
        self.carts.pop(whose, None)
        self.codes.discard(whose)

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
        if GUEST in self.codes:
            self.codes = self.codes - {GUEST} | {whose}
        cart, too_many = self.carts.setdefault(whose, {}), {}
        for variant, item in self.carts.pop(GUEST, {}).items():
            asked = item.quantity + (cart[variant].quantity if variant in cart else 0)
            cart[variant] = Item(min(asked, settings.CART_MAX_QUANTITY), item.seen)
            if asked > settings.CART_MAX_QUANTITY:
                too_many[variant] = asked
        return too_many

    def checkout_refusal(
        self, whose: str, method: str, *, accepts: bool, told: int | None
    ) -> Refusal:
        """The first thing in the way, in the order in which buyers are told."""
        cart = self.cart(whose).items()
        stale = any(item.seen != self.prices[variant] for variant, item in cart)
        code = self.code_refusal(whose) if whose in self.codes else None
        hurdles: list[tuple[Refusal, bool]] = [
            (CartEmpty, not cart),
            (OutOfStock, any(item.quantity > self.stock(variant) for variant, item in cart)),
            (PriceChanged, stale and not accepts),
            (code, code is not None),
            (TotalChanged, told not in {None, self.price(whose)}),
            (InsufficientFunds, method == "wallet" and self.price(whose) > self.wallets[whose]),
        ]
        return next((refusal for refusal, is_there in hurdles if is_there), None)

    def check_out(self, whose: str, method: str, order: UUID) -> None:
        discount = self.discount(whose)
        lines = {
            variant: Item(item.quantity, self.prices[variant])
            for variant, item in self.cart(whose).items()
        }
        self.clear(whose)
        self.orders[order] = one = ModelOrder(whose, lines, method, discount)
        if method == "wallet":
            one.pay()
            self.wallets[whose] -= one.total

    def match_refusal(self, order: UUID, amount: int) -> Refusal:
        one = self.orders[order]
        waits = one.status == "awaiting_payment"
        return TransferAmountWrong if waits and amount != one.total else None

    def match(self, order: UUID, amount: int) -> None:
        """An order that waits is paid; what others get is to go back."""
        one = self.orders[order]
        if one.status == "awaiting_payment":
            one.pay()
        else:
            self.unclaimed += amount

    def cancel_refusal(self, order: UUID) -> Refusal:
        one = self.orders[order]
        return OrderNotCancellable if one.is_cancelled or one.is_sent else None

    def cancel(self, order: UUID) -> None:
        one = self.orders[order]
        one.status = "cancelled"
        if one.method == "wallet":
            self.wallets[one.buyer] += one.paid

    @property
    def invoices(self) -> list[ModelOrder]:
        return [one for one in self.orders.values() if one.method == "invoice"]

    @property
    def due_back(self) -> int:
        """By bank."""
        return sum(one.refunded for one in self.invoices) + self.unclaimed - self.sent_back

    @property
    def at_the_bank(self) -> int:
        return sum(one.paid for one in self.invoices) + self.unclaimed - self.sent_back
