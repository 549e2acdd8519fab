"""What the goods of every checkout scenario cost and who gets what of it, by plain arithmetic.

Nothing here calls what it is there to check. Prices are such that discounts and parcels divide
without a rest; taxes and commission do not, and are rounded half to even, as ``round`` does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

VAT, LEVY = 20, 5
"""Per cent: the one in prices, the other on top of them."""


@dataclass(frozen=True)
class Shop:
    """``commission`` is the platform's per cent. The rest is what its shipping rate says, in pence."""

    commission: int
    price: int
    per_kg: int = 0
    free_above: int | None = None


SHOPS = (
    Shop(commission=10, price=396),
    Shop(commission=12, price=200, per_kg=50),
    Shop(commission=8, price=395, free_above=1000),
)
"""Flat, by weight, and free above."""


@dataclass(frozen=True)
class Goods:
    """What is bought of one variant. ``carriage`` is its share of its seller's parcel, in pence."""

    shop: int
    price: int
    quantity: int
    carriage: int
    is_tax_included: bool
    weight: int = 0


BASKET = (
    Goods(shop=0, price=1500, quantity=2, carriage=297, is_tax_included=True),
    Goods(shop=0, price=1000, quantity=1, carriage=99, is_tax_included=False),
    Goods(shop=1, price=2490, quantity=1, carriage=300, is_tax_included=True, weight=1200),
    Goods(shop=2, price=450, quantity=3, carriage=0, is_tax_included=False),
)
"""The first shop's parcel is divided as its goods are, three to one; 1.2 kg begin two kilograms."""


@dataclass(frozen=True)
class Off:
    """A promotion: per cent off the goods of the first ``shops``, of which the platform bears ``borne``."""

    percent: int = 0
    borne: int = 0
    shops: int = len(SHOPS)


PROMOTIONS = {
    "none": Off(),
    "platform": Off(percent=10, borne=100),
    "shared": Off(percent=20, borne=30, shops=1),
}


class Line(NamedTuple):
    """Pence. By the names that lines of orders have for them."""

    subtotal: int
    discount: int
    sponsored: int
    shipping: int
    tax: int
    tax_included: int
    commission: int

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping + self.tax


@dataclass(frozen=True)
class Price:
    """Of some goods, line by line; each name is the sum of theirs."""

    lines: tuple[Line, ...]

    def sum(self, name: str) -> int:
        return sum(getattr(line, name) for line in self.lines)

    @property
    def total(self) -> int:
        return self.sum("total")

    @property
    def sponsored(self) -> int:
        return self.sum("sponsored")

    @property
    def all_tax(self) -> int:
        return self.sum("tax") + self.sum("tax_included")

    @property
    def commission(self) -> int:
        return self.sum("commission")

    @property
    def proceeds(self) -> int:
        """What is left to those who sell it."""
        return self.total + self.sponsored - self.all_tax - self.commission


def price(basket: Iterable[Goods], off: Off) -> Price:
    return Price(tuple(_line(goods, off) for goods in basket))


def _line(goods: Goods, off: Off) -> Line:
    worth = goods.price * goods.quantity
    discount = _evenly(worth, off.percent) if goods.shop < off.shops else 0
    sponsored = _evenly(discount, off.borne)
    taxed = worth - discount + goods.carriage
    return Line(
        subtotal=worth,
        discount=discount,
        sponsored=sponsored,
        shipping=goods.carriage,
        tax=0 if goods.is_tax_included else round(Fraction(taxed * LEVY, 100)),
        tax_included=round(Fraction(taxed * VAT, 100 + VAT)) if goods.is_tax_included else 0,
        commission=round(
            Fraction((worth - (discount - sponsored)) * SHOPS[goods.shop].commission, 100)
        ),
    )


def _evenly(amount: int, percent: int) -> int:
    assert amount * percent % 100 == 0
    return amount * percent // 100
