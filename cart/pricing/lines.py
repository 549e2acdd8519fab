"""What a price is made of: the line is the atom, and every part of its price stands on it.

All amounts are minor units of the basket's currency.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Seller, User, normalised_email
from cart.models import Promotion
from catalog.models import Variant
from core.errors import DomainError
from core.money import basis_points, rounded


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A variant (product and seller selected along), how many, and what makes up their price.

    ``unit_fraction`` is thousandths of a minor unit on top of ``unit_price``. ``discount`` is all
    that is taken off, of which ``shipping_discount`` off ``shipping``, the line's share of its
    parcel's; the platform bears ``sponsored`` of it, the seller the rest. ``tax`` comes on top,
    ``tax_included`` is in the price already, both at ``tax_rate`` (basis points) of what the buyer
    pays for goods and shipping.
    """

    variant: Variant
    quantity: int
    unit_price: int
    unit_fraction: int = 0
    discount: int = 0
    shipping_discount: int = 0
    sponsored: int = 0
    sponsored_shipping: int = 0
    shipping: int = 0
    tax: int = 0
    tax_included: int = 0
    tax_rate: int = 0
    tax_name: str = ""

    @property
    def seller(self) -> Seller:
        return self.variant.product.seller

    @property
    def subtotal(self) -> int:
        return rounded((self.unit_price * 1000 + self.unit_fraction) * self.quantity, 1000)

    @property
    def goods(self) -> int:
        """What the goods come to after discounts on them."""
        return self.subtotal - (self.discount - self.shipping_discount)

    @property
    def taxable(self) -> int:
        """What the buyer pays before any tax on top."""
        return self.subtotal + self.shipping - self.discount

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.taxable + self.tax

    @property
    def commission(self) -> int:
        """The platform's share of the goods, less what the seller took off them.

        It never takes more than what tax leaves.
        """
        sold_for = self.goods + self.sponsored - self.sponsored_shipping
        left = self.taxable + self.sponsored - self.tax_included
        return min(basis_points(sold_for, self.seller.commission_rate), left)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys: a user, or a guest known by ``email`` ("" while that is not known)."""

    user: User | None = None
    email: str = ""

    @property
    def key(self) -> str:
        """Who it is, where uses of promotions are counted; "" while that is not known."""
        return str(self.user.pk) if self.user else normalised_email(self.email)


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what terms a basket is priced.

    ``country`` is the destination (ISO 3166), None while it is not known: then there is neither
    shipping nor tax yet. ``method`` is the code of a way of shipping, "" for each seller's first.
    ``codes`` are promotions' codes as the shopper typed them. ``at`` is UTC.
    """

    customer: Customer
    currency: str
    at: datetime
    country: str | None = None
    method: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one seller sends, by which method, for how much before discounts."""

    seller_id: UUID
    method: str
    method_name: str
    shipping: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A method of shipping that may be chosen: how many working days it takes, and what all parcels
    together cost by it before discounts."""

    method: str
    name: str
    days_from: int
    days_to: int
    shipping: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What a promotion takes off, and how much of that the platform bears."""

    promotion: Promotion
    discount: int
    sponsored: int


@dataclass(frozen=True, slots=True)
class Code:
    """A code that the shopper gave. ``refusal`` says why it is not good; None: it is.

    One that is good may still give nothing, because another promotion saves the shopper more.
    """

    code: str
    promotion: Promotion | None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs. The lines are in the order in which they came.

    ``granted`` is what adds up to ``discount``; ``codes`` are the shopper's, each once.
    """

    lines: Sequence[PricedLine]
    parcels: Sequence[Parcel] = ()
    choices: Sequence[Choice] = ()
    granted: Sequence[Granted] = ()
    codes: Sequence[Code] = ()

    @property
    def subtotal(self) -> int:
        return sum(line.subtotal for line in self.lines)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def sponsored(self) -> int:
        """What the platform adds."""
        return sum(line.sponsored for line in self.lines)

    @property
    def shipping(self) -> int:
        return sum(line.shipping for line in self.lines)

    @property
    def tax(self) -> int:
        """What comes on top of prices; see ``tax_included``."""
        return sum(line.tax for line in self.lines)

    @property
    def tax_included(self) -> int:
        return sum(line.tax_included for line in self.lines)

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)
