"""What became of every row of the sales file, in rows and to the tenth of a penny."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Self

from demo.online_retail import Item, Line, Return
from demo.rows import LONDON, Reason


@dataclass
class Total:
    """How many rows, and how much money in tenths of a penny."""

    lines: int = 0
    mills: int = 0

    def add(self, mills: int) -> None:
        self.lines += 1
        self.mills += mills

    def __add__(self, other: Self) -> "Total":
        return Total(self.lines + other.lines, self.mills + other.mills)

    @property
    def money(self) -> Decimal:
        """Pounds, with three decimals."""
        return pounds(self.mills)


@dataclass
class Tally:
    """Rows by outcome. ``refunded`` is below zero.

    What was sold and refunded is whole pennies at the price of the sale; ``rounding`` and
    ``repriced`` are what the file says beyond that, of the lines where it does.
    """

    read: Total = field(default_factory=Total)
    sold: Total = field(default_factory=Total)
    guests: Total = field(default_factory=Total)
    refunded: Total = field(default_factory=Total)
    rounding: Total = field(default_factory=Total)
    repriced: Total = field(default_factory=Total)
    rejected: dict[Reason, Total] = field(default_factory=lambda: {r: Total() for r in Reason})

    def add(self, item: Item) -> None:
        self.read.add(item.mills)
        if isinstance(item, Line):
            (self.sold if item.row.customer else self.guests).add(item.pennies * 10)
            _note(self.rounding, item.mills - item.pennies * 10)
        elif isinstance(item, Return):
            self.refunded.add(-item.pennies * 10)
            _note(self.repriced, item.mills + item.pennies * 10)
        else:
            self.rejected[item.reason].add(item.mills)

    def outcomes(self) -> list[tuple[str, Total]]:
        """Each with its label: what was read, then what makes it up."""
        return [
            ("Read", self.read),
            ("Sold to customers", self.sold),
            ("Sold to guests", self.guests),
            ("Refunded", self.refunded),
            *((reason.label, self.rejected[reason]) for reason in Reason),
            ("(of lines sold) rounded to the penny", self.rounding),
            ("(of lines refunded) cancelled at another price", self.repriced),
        ]

    @property
    def is_balanced(self) -> bool:
        """Whether the outcomes make up what was read, in rows and in money."""
        rows = sum((self.sold, self.guests, self.refunded, *self.rejected.values()), Total())
        money = rows.mills + self.rounding.mills + self.repriced.mills
        return (rows.lines, money) == (self.read.lines, self.read.mills)

    def table(self) -> list[str]:
        """One printable line per outcome: what, rows, pounds."""
        rows = self.outcomes()
        return [f"{label:<48}{total.lines:>9,}{total.money:>18,.3f}" for label, total in rows]


@dataclass
class Reconciliation:
    """The whole file and each of its months (London time), and whom and what it names.

    ``months`` is by ``2010-12``; a row that cannot be read belongs to the month where it stands.
    """

    whole: Tally = field(default_factory=Tally)
    months: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    invoices: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    month: str = ""

    def add(self, item: Item) -> None:
        if item.row is not None:
            self.month = _month(item.row.sold_at)
            self.invoices.add(item.row.invoice)
            self.customers.add(item.row.customer)
            self.codes.add(item.raw[1].strip())
        self.whole.add(item)
        self.months[self.month].add(item)

    @property
    def is_balanced(self) -> bool:
        """Whether every month's outcomes make it up, and the months the whole."""
        reads = sum((tally.read for tally in self.months.values()), Total())
        return (
            all(tally.is_balanced for tally in (self.whole, *self.months.values()))
            and reads == self.whole.read
        )


def pounds(mills: int) -> Decimal:
    """Tenths of a penny as pounds with three decimals."""
    return Decimal(mills).scaleb(-3)


@lru_cache(maxsize=64)
def _month(at: datetime) -> str:
    return at.astimezone(LONDON).strftime("%Y-%m")


def _note(total: Total, mills: int) -> None:
    if mills:
        total.add(mills)
