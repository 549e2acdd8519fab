"""Read the Online Retail sales file: what was sold, what was cancelled, what is neither, and goods."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from demo.categories import Leaf, classify
from demo.purchases import Part, Purchases, pennies
from demo.rows import LONDON, NotOnlineRetail, Reason, Row, parse, raw_rows
from demo.titles import readable_title

__all__ = [
    "Goods",
    "Item",
    "Line",
    "NotOnlineRetail",
    "Reason",
    "Reject",
    "Return",
    "goods",
    "read",
]

SHIPPED = Path(__file__).with_name("online_retail.csv.xz")


@dataclass(frozen=True, slots=True)
class Line:
    """One sale, by a customer or a guest. ``number`` is the line in the file, its header line 1."""

    number: int
    raw: tuple[str, ...]
    row: Row

    @property
    def mills(self) -> int:
        """Tenths of a penny: what the file says it cost."""
        return self.row.quantity * self.row.mills

    @property
    def pennies(self) -> int:
        """What was paid."""
        return pennies(self.row)


@dataclass(frozen=True, slots=True)
class Return:
    """One line of a cancellation and the sales that it cancels; each is refunded as it was sold."""

    number: int
    raw: tuple[str, ...]
    row: Row
    parts: tuple[Part, ...]

    @property
    def mills(self) -> int:
        """Below zero: what the file says was cancelled."""
        return self.row.quantity * self.row.mills

    @property
    def pennies(self) -> int:
        """What was given back, above zero."""
        return sum(part.pennies for part in self.parts)


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that is neither: its fields as they stand, and why.

    ``mills`` is quantity times price in tenths of a penny, zero for a row that cannot be read.
    """

    number: int
    raw: tuple[str, ...]
    row: Row | None
    reason: Reason

    @property
    def mills(self) -> int:
        return self.row.quantity * self.row.mills if self.row else 0


Item = Line | Return | Reject


def read(path: Path | None = None, *, months: int | None = None) -> Iterator[Item]:
    """Each row of ``path`` (``.xz``, else plain CSV; else the shipped file), in file order.

    ``months`` keeps the first so many calendar months, London time, from the first row's on. The
    file is in date order, so reading stops at the first row dated later; a row that cannot be
    read belongs where it stands.

    :raises NotOnlineRetail: when iterated, if the file is missing or damaged or has other columns.
    """
    rows = ((number, raw, parse(raw)) for number, raw in raw_rows(path or SHIPPED))
    purchases = Purchases()
    return (_item(*row, purchases) for row in itertools.takewhile(_Window(months), rows))


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


def _item(number: int, raw: tuple[str, ...], row: Row | None, purchases: Purchases) -> Item:
    if row is None:
        return Reject(number, raw, None, Reason.UNPARSABLE)
    reason = row.refusal()
    if reason is not None:
        return Reject(number, raw, row, reason)
    if not row.is_cancellation:
        purchases.add(row)
        return Line(number, raw, row)
    parts = purchases.take_back(row)
    if not parts:
        return Reject(number, raw, row, Reason.CANCELS_TOO_MUCH)
    return Return(number, raw, row, parts)


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
        if row is not None and row.is_goods and not row.is_cancellation and not row.refusal():
            sold[row.sku].descriptions[row.description] += 1
            sold[row.sku].prices[row.mills] += 1
    return {sku: sold[sku].goods(sku) for sku in sorted(sold)}


def _usual(counts: Counter[T]) -> T:
    """The most frequent; of equally frequent ones the least."""
    return min(counts, key=lambda value: (-counts[value], value))
