"""What a shopper buys now and then: their own purchases, the more often and the more recent first.

Score of an item: ``1 - exp(-sum of 2 ** (-age / half_life))`` over the days on which the shopper bought
it, ages as in ``popularity``: the chance of at least one purchase if the sum were the number expected.
"""

from dataclasses import dataclass

import numpy as np

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
    """Element n is of value n of ``Purchases.last_days``: what the customer's purchases of the item are
    worth together, and on how many days they were.
    """

    worth: Reals
    times: Integers

    @classmethod
    def of(cls, purchases: Purchases) -> "Habits":
        """Each day of a customer and an item is one number: sorting these is all that there is to do."""
        customers, items = purchases.shape
        first = purchases.day.min(initial=purchases.until)
        days = int(purchases.until - first) + 1
        assert customers * items * days < 2**63, "So many do not fit into one number."
        pair = purchases.customer.astype(np.int64) * items + purchases.item
        every, day = np.divmod(np.unique(pair * days + (purchases.day - first)), days)
        starts = np.flatnonzero(np.diff(every, prepend=-1))
        worth = np.exp2((day + first - purchases.until) / HALF_LIFE)
        times = np.diff(starts, append=len(every)).astype(np.int32)
        return cls(np.add.reduceat(worth, starts) if len(starts) else worth, times)

    def best(self, last_days: Matrix, customer: int, places: int) -> Again:
        """Of equal scores the first item.

        :param last_days: of the same purchases.
        """
        start, end = last_days.indptr[customer : customer + 2]
        order = start + np.argsort(-self.worth[start:end], kind="stable")[:places]
        return Again(
            last_days.indices[order],
            -np.expm1(-self.worth[order]),
            self.times[order],
            last_days.data[order],
        )
