"""What was bought, as arrays."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Integers: TypeAlias = NDArray[np.integer[Any]]
Reals: TypeAlias = NDArray[np.floating[Any]]
Matrix: TypeAlias = sparse.csr_matrix

CELLS = 20_000_000
"""Dense blocks hold at most so many numbers: 80 MB of them."""


@dataclass(frozen=True)
class Purchases:
    """Lines sold to known customers; element n of the first arrays is line n.

    ``customer`` and ``item`` count into ``customers`` and ``items``, which name them. ``day`` is a
    proleptic ordinal (``date.toordinal``), ``price`` is for one piece in minor units. ``category``
    has one number for each item, -1 where none is known. ``until`` is the first day that nobody
    knows yet: ages count back from there, so that nothing depends on a clock.
    """

    customer: Integers
    item: Integers
    day: Integers
    quantity: Integers
    price: Reals
    customers: NDArray[np.str_] = field(repr=False)
    items: NDArray[np.str_] = field(repr=False)
    category: Integers = field(repr=False)
    until: int

    @property
    def shape(self) -> tuple[int, int]:
        """Customers by items."""
        return len(self.customers), len(self.items)

    def known(self, cut: int) -> "Purchases":
        """What was bought before day ``cut``, by the same numbers of customers and items."""
        return replace(self._where(self.day < cut), until=cut)

    def between(self, cut: int, until: int) -> "Purchases":
        """What was bought from day ``cut`` on and before ``until``."""
        return self._where((self.day >= cut) & (self.day < until))

    def _where(self, kept: NDArray[np.bool_]) -> "Purchases":
        lines = ("customer", "item", "day", "quantity", "price")
        return replace(self, **{name: getattr(self, name)[kept] for name in lines})

    @cached_property
    def last_days(self) -> Matrix:
        """Customers by items: the day (int32) of the last purchase, nothing where there is none."""
        order = np.lexsort((self.day, self.item, self.customer))
        customer, item = self.customer[order], self.item[order]
        last = np.ones(len(order), bool)
        last[:-1] = (customer[1:] != customer[:-1]) | (item[1:] != item[:-1])
        days = self.day[order][last].astype(np.int32)
        return sparse.csr_matrix((days, (customer[last], item[last])), self.shape)

    @cached_property
    def bought(self) -> Matrix:
        """Customers by items: 1 where the one has bought the other, however often."""
        return recency(self.last_days, self.until, math.inf)

    @cached_property
    def usual_prices(self) -> Reals:
        """The mean price over an item's lines, 0 for one that was never sold."""
        count = np.bincount(self.item, minlength=len(self.items))
        total = np.bincount(self.item, self.price, minlength=len(self.items))
        return (total / np.maximum(count, 1)).astype(np.float32)

    def shoppers(self, days: int | None = None) -> Integers:
        """How many customers bought each item, in all or in the last ``days``. Exact."""
        last = self.last_days
        recent = last.data >= (0 if days is None else self.until - days)
        return np.bincount(last.indices[recent], minlength=last.shape[1])


def recency(last_days: Matrix, until: int, half_life: float) -> Matrix:
    """The same purchases, each worth ``2 ** (-age / half_life)``: 1 on the day, half of it later.

    With an infinite half-life each is worth 1.
    """
    worth = np.exp2((last_days.data - until) / half_life)
    return with_values(last_days, worth.astype(np.float32))


def with_values(matrix: Matrix, values: Reals | Integers) -> Matrix:
    """``values`` in the places of ``matrix``, which the two share."""
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), matrix.shape, copy=False)


def blocks(rows: int, width: int, cells: int = CELLS) -> Iterator[slice]:
    """All ``rows`` in slices of so few that each slice times ``width`` is at most ``cells``."""
    step = max(1, cells // max(1, width))
    return (slice(start, min(rows, start + step)) for start in range(0, rows, step))
