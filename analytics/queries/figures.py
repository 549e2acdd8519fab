"""Facts summed up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum, Value

from analytics.engines import Engine
from analytics.models import CustomerFact, HourFact, SalesFact
from analytics.queries.days import Days
from core.money import rounded

F = TypeVar("F", SalesFact, CustomerFact, HourFact)

FOR_SHOP, FOR_SELLER, FOR_PRODUCT = "orders", "seller_orders", "product_orders"
"""Which measure counts orders: each adds up over rows of its own kind only."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures by their names in ``analytics.models.Measures``, and what follows from them.

    ``orders`` is None where they do not add up: an order can be in several categories.
    """

    orders: int | None = 0
    lines: int = 0
    units: int = 0
    gross: int = 0
    discount: int = 0
    sponsored: int = 0
    shipping: int = 0
    commission: int = 0
    tax: int = 0
    refunded: int = 0
    refunded_units: int = 0
    refunded_sponsored: int = 0
    refunded_commission: int = 0
    refunded_tax: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        """Of both. Their orders must be known."""
        return Figures(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def paid(self) -> int:
        """By buyers."""
        return self.gross - self.discount

    @property
    def net(self) -> int:
        """What buyers paid less what they got back."""
        return self.paid - self.refunded

    @property
    def earned(self) -> int:
        """Commission, less what refunds took back: what the ledger's commission grew by."""
        return self.commission - self.refunded_commission

    @property
    def owed_tax(self) -> int:
        """What the ledger's tax grew by."""
        return self.tax - self.refunded_tax

    @property
    def borne(self) -> int:
        """What promotions cost the platform, less what refunds brought back."""
        return self.sponsored - self.refunded_sponsored

    @property
    def take_rate(self) -> Decimal:
        """``earned / net``, to four decimals; 0 where net is not above 0."""
        if self.net <= 0:
            return Decimal(0).scaleb(-4)
        return Decimal(rounded(self.earned * 10_000, self.net)).scaleb(-4)

    @property
    def average_order(self) -> int:
        """What buyers paid for one, in minor units, rounded half to even; 0 without orders."""
        return rounded(self.paid, self.orders) if self.orders else 0


def sold_on(fact: type[F], days: Days, seller_id: UUID | None) -> QuerySet[F]:
    """The rows of ``days``, of one seller or all."""
    rows = fact._default_manager.filter(  # noqa: SLF001  # Django's documented Model API
        day__range=(days.first, days.last), currency=settings.SHOP_CURRENCY
    )
    return rows.filter(seller=seller_id) if seller_id else rows


def orders_of(seller_id: UUID | None) -> str:
    """The measure that counts the orders of one seller, or of the shop."""
    return FOR_SELLER if seller_id else FOR_SHOP


def sums(orders: str | None) -> dict[str, Sum]:
    """To annotate by; ``figures_of`` reads them."""
    columns = ({"orders": orders} if orders else {}) | {name: name for name in NAMES}
    return {f"sum_{name}": Sum(column, default=0) for name, column in columns.items()}


def whole(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """To annotate with sums of all rows: one row, also where there are none, that begins with a 1."""
    one: QuerySet[Any, Any] = rows.order_by().annotate(whole=Value(1)).values_list("whole")
    return one


def total(rows: QuerySet[Any], orders: str, engine: Engine) -> Figures:
    """Of all ``rows``, in one query."""
    ((_, *summed),) = engine.rows(whole(rows).annotate(**sums(orders)))
    return figures_of(summed)


def grouped(
    rows: QuerySet[Any], by: str, orders: str | None, engine: Engine
) -> Iterator[tuple[Any, Figures]]:
    """Of the rows that have ``by`` in common, in one query."""
    found = engine.rows(rows.order_by().values_list(by).annotate(**sums(orders)))
    return ((key, figures_of(summed)) for key, *summed in found)


def figures_of(summed: Sequence[Any]) -> Figures:
    """From what ``sums`` has added up: of orders, if they do, and of all others."""
    numbers = [int(value) for value in summed]
    return Figures(*numbers) if len(numbers) > len(NAMES) else Figures(None, *numbers)


def added(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


NAMES = [field.name for field in fields(Figures) if field.name != "orders"]
