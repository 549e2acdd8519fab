"""What a shopper buys now and then: their own purchases, the more often and the more recent first.

Score of an item: ``1 - exp(-sum of 2 ** (-age / half_life))`` over the days on which the shopper bought
it, ages as in ``popularity``: the chance of at least one purchase if the sum were the number expected.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from analytics.recommendations.purchases import Integers, Matrix, Purchases

HALF_LIFE = 90
"""Days."""


@dataclass(frozen=True, slots=True)
class Again:
    """One customer's items, best first: on how many days they were bought, and the last one."""

    items: Integers
    scores: list[float]
    times: Integers
    last_days: Integers


@dataclass(frozen=True)
class Habits:
    """Of all customers."""

    purchases: Purchases

    @cached_property
    def days(self) -> tuple[Integers, Integers, Integers]:
        """Customer, item and day of everything that was bought, each day once."""
        bought = self.purchases
        rows = np.stack([bought.customer, bought.item, bought.day])
        customer, item, day = np.unique(rows, axis=1)
        return customer, item, day

    @cached_property
    def worth(self) -> Matrix:
        """Customers by items."""
        customer, item, day = self.days
        worth = np.exp2((day - self.purchases.until) / HALF_LIFE)
        return sparse.csr_matrix((worth, (customer, item)), self.purchases.shape)

    @cached_property
    def times(self) -> Matrix:
        """Customers by items, as ``worth``."""
        customer, item, _ = self.days
        return sparse.csr_matrix((np.ones(len(item), np.int32), (customer, item)), self.worth.shape)

    def of(self, customer: int, places: int) -> Again:
        """Of equal scores the first item."""
        start, end = self.worth.indptr[customer : customer + 2]
        order = np.argsort(-self.worth.data[start:end], kind="stable")[:places] + start
        items = self.worth.indices[order]
        last = self.purchases.last_days[[customer]]
        days = dict(zip(last.indices, last.data, strict=True))
        scores = [float(-np.expm1(-self.worth.data[place])) for place in order]
        last_days = np.array([days[item] for item in items], np.int32)
        return Again(items, scores, self.times.data[order], last_days)
