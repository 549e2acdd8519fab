"""What a shopper buys now and then: their own purchases, the more often and the more recent first.

Score of an item: ``1 - exp(-sum of 2 ** (-age / half_life))`` over the days on which the shopper bought
it, ages as in ``popularity``: the chance of at least one purchase if the sum were the number expected.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analytics.recommendations.purchases import Integers, Matrix, Purchases, Reals

HALF_LIFE = 90
"""Days."""


@dataclass(frozen=True, slots=True)
class Again:
    """One customer's items, best first: their scores, on how many days they were bought, and the last
    of these."""

    items: Integers
    scores: Reals
    times: Integers
    last_days: Integers


@dataclass(frozen=True)
class Habits:
    """Customers by items, all with the same places: what their purchases are worth together, on how
    many days they were, and on which last."""

    worth: Matrix
    times: Matrix
    last_days: Matrix

    @classmethod
    def of(cls, purchases: Purchases) -> "Habits":
        rows = np.stack([purchases.customer, purchases.item, purchases.day])
        customer, item, day = np.unique(rows, axis=1)
        place = (customer, item)
        worth = np.exp2((day - purchases.until) / HALF_LIFE)
        return cls(
            sparse.csr_matrix((worth, place), purchases.shape),
            sparse.csr_matrix((np.ones(len(item), np.int32), place), purchases.shape),
            purchases.last_days,
        )

    def best(self, customer: int, places: int) -> Again:
        """Of equal scores the first item."""
        start, end = self.worth.indptr[customer : customer + 2]
        order = start + np.argsort(-self.worth.data[start:end], kind="stable")[:places]
        return Again(
            self.worth.indices[order],
            -np.expm1(-self.worth.data[order]),
            self.times.data[order],
            self.last_days.data[order],
        )
