"""Read the Online Retail sales file: what was sold, what is no sale, and the goods it sells."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from demo.categories import Leaf, classify
from demo.rows import LONDON, NotOnlineRetail, Reason, Row, parse, raw_rows
from demo.titles import readable_title

__all__ = [
    "Goods",
    "Line",
    "NotOnlineRetail",
    "Reason",
    "Reject",
    "Tally",
    "Total",
    "goods",
    "read",
]

SHIPPED = Path(__file__).with_name("online_retail.csv.xz")
ZERO = Decimal("0.000")
SOLD = (None, Reason.MISSING_CUSTOMER)  # a shopper who left no number bought goods all the same


@dataclass(frozen=True, slots=True)
class Line:
    """One sale of ``quantity`` pieces of ``sku`` at ``price_pennies`` each, both above zero.

    ``number`` is the line in the file, whose header is line 1; ``sku`` is upper case and one of
    ``goods()``; ``sold_at`` is UTC; ``customer`` is digits.
    """

    number: int
    invoice: str
    sku: str
    description: str
    quantity: int
    sold_at: datetime
    price_pennies: int
    customer: str
    country: str

    @property
    def amount(self) -> Decimal:
        """Pounds, with three decimals."""
        return _pounds(self.quantity * self.price_pennies * 10)


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that is no sale: its fields as they stand, and quantity times price in pounds.

    ``amount`` has three decimals and is zero for a row that cannot be read.
    """

    number: int
    reason: Reason
    amount: Decimal
    row: tuple[str, ...]


def read(path: Path | None = None, *, months: int | None = None) -> Iterator[Line | Reject]:
    """Each row of ``path`` (``.xz``, else plain CSV; else the shipped file), in file order.

    ``months`` keeps the first so many calendar months, London time, from the first row's on. The
    file is in date order, so reading stops at the first row dated later; a row that cannot be
    read belongs where it stands.

    :raises NotOnlineRetail: when iterated, if the file is missing or damaged or has other columns.
    """
    rows = ((number, raw, parse(raw)) for number, raw in raw_rows(path or SHIPPED))
    return (_item(*row) for row in itertools.takewhile(_Window(months), rows))


class _Window:
    """Whether a row is dated within the first ``months`` calendar months of the rows asked."""

    def __init__(self, months: int | None) -> None:
        if months is not None and months < 1:
            raise ValueError("months must be at least 1")
        self.months = months
        self.end: int | None = None

    def __call__(self, numbered: tuple[int, tuple[str, ...], Row | None]) -> bool:
        row = numbered[2]
        if self.months is None or row is None:
            return True
        local = row.sold_at.astimezone(LONDON)
        month = local.year * 12 + local.month
        self.end = self.end or month + self.months
        return month < self.end


def _item(number: int, raw: tuple[str, ...], row: Row | None) -> Line | Reject:
    if row is None:
        return Reject(number, Reason.UNPARSABLE, ZERO, raw)
    reason = row.refusal()
    if reason is not None:
        return Reject(number, reason, _pounds(row.quantity * row.mills), raw)
    return Line(
        number=number,
        invoice=row.invoice,
        sku=row.sku,
        description=row.description,
        quantity=row.quantity,
        sold_at=row.sold_at,
        price_pennies=row.mills // 10,
        customer=row.customer,
        country=row.country,
    )


def _pounds(mills: int) -> Decimal:
    return Decimal(mills).scaleb(-3)


@dataclass
class Total:
    """How many rows, and their quantity times price in pounds with three decimals."""

    lines: int = 0
    money: Decimal = ZERO

    def add(self, amount: Decimal) -> None:
        self.lines += 1
        self.money += amount


@dataclass
class Tally:
    """What became of every row that was read; nothing may get lost on the way."""

    read: Total = field(default_factory=Total)
    accepted: Total = field(default_factory=Total)
    rejected: dict[Reason, Total] = field(default_factory=lambda: {r: Total() for r in Reason})

    def add(self, item: Line | Reject) -> None:
        self.read.add(item.amount)
        outcome = self.rejected[item.reason] if isinstance(item, Reject) else self.accepted
        outcome.add(item.amount)

    @property
    def is_balanced(self) -> bool:
        """Whether accepted and rejected make up what was read, in rows and in money."""
        outcomes = [self.accepted, *self.rejected.values()]
        lines = sum(outcome.lines for outcome in outcomes)
        money = sum((outcome.money for outcome in outcomes), ZERO)
        return (lines, money) == (self.read.lines, self.read.money)

    def table(self) -> list[str]:
        """One printable line per outcome: what, rows, pounds."""
        rejected = [(reason.label, self.rejected[reason]) for reason in Reason]
        rows = [("Read", self.read), ("Accepted", self.accepted), *rejected]
        return [f"{label:<42}{total.lines:>9,}{total.money:>18,.3f}" for label, total in rows]


@dataclass(frozen=True, slots=True)
class Goods:
    """What the shop sells under one stock code, at its usual price."""

    sku: str
    title: str
    price_pennies: int
    leaf: Leaf


T = TypeVar("T", int, str)


@dataclass
class _Sold:
    """How often one stock code was sold under each description and at each price in mills."""

    descriptions: Counter[str] = field(default_factory=Counter)
    prices: Counter[int] = field(default_factory=Counter)

    def goods(self, sku: str) -> Goods:
        title = readable_title(_usual(self.descriptions))
        return Goods(sku, title, _usual(self.prices) // 10, classify(title))


def goods(
    path: Path | None = None, *, on_row: Callable[[], None] = lambda: None
) -> dict[str, Goods]:
    """The goods of the whole file by stock code, in the codes' order, with title and price.

    Each takes the description and the price of most of its sales, with a customer or without
    (ties: the first in the alphabet, the lowest price). Warehouse notes ("damaged", "?") stand
    only on rows without a price, which are no sales; a code that was never sold is left out.
    ``on_row`` is called for each row read.

    :raises NotOnlineRetail: the file is missing or damaged or has other columns.
    """
    sold: defaultdict[str, _Sold] = defaultdict(_Sold)
    for _, raw in raw_rows(path or SHIPPED):
        on_row()
        row = parse(raw)
        if row is not None and row.refusal() in SOLD:
            sold[row.sku].descriptions[row.description] += 1
            sold[row.sku].prices[row.mills] += 1
    return {sku: sold[sku].goods(sku) for sku in sorted(sold)}


def _usual(counts: Counter[T]) -> T:
    """The most frequent; of equally frequent ones the least."""
    return min(counts, key=lambda value: (-counts[value], value))
