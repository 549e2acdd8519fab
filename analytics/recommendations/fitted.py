"""What a build has learnt: fitted once, stored, and scored from by as many workers as there are batches."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations.blend import Blend, BlendModel
from analytics.recommendations.purchases import Integers, Matrix, Purchases, Reals
from analytics.recommendations.ranking import Ranked, ranked
from analytics.recommendations.reasons import RECENT, Reasons, Shoppers, reasons

PLACES = 50
ALSO = 20
BATCH = 1000


def batches(count: int, size: int = BATCH) -> list[slice]:
    """Of so many customers or items: one for each worker's task."""
    return [slice(start, min(count, start + size)) for start in range(0, count, size)]


@dataclass(frozen=True, slots=True)
class Beside:
    """Items, best first; their scores in 0..1, as of ``Blend``; how many shoppers ever bought both."""

    items: Integers
    scores: Reals
    shoppers: Integers


@dataclass(frozen=True)
class Fitted:
    """``histories`` are everybody's last days of purchase; ``recent`` counts an item's shoppers of
    the last ``RECENT`` days; ``customers`` and ``items`` name rows and columns.
    """

    model: BlendModel
    histories: Matrix
    recent: Integers
    customers: NDArray[np.str_]
    items: NDArray[np.str_]

    @classmethod
    def of(cls, purchases: Purchases, blend: Blend) -> "Fitted":
        return cls(
            blend.fit(purchases),
            purchases.last_days,
            purchases.shoppers(RECENT),
            purchases.customers,
            purchases.items,
        )

    @cached_property
    def shoppers(self) -> Shoppers:
        return Shoppers.of(self.histories, self.recent)

    def recommended(
        self, batch: slice, allowed: NDArray[np.bool_], places: int = PLACES
    ) -> tuple[Ranked, Reasons]:
        """What each customer of ``batch`` has not bought, best first, and why.

        :param allowed: of each item, whether it may be recommended now.
        """
        histories = self.histories[batch]
        best = ranked(self.model, histories, places, allowed, unseen=True)
        return best, reasons(self.model.neighbours, histories, best, self.shoppers)

    def also_bought(self, item: int, allowed: NDArray[np.bool_], places: int = ALSO) -> Beside:
        """What ``item`` speaks for most, as far as it still sells, of what somebody did buy with it.

        :param allowed: as above.
        """
        weights = self.model.neighbours.weights
        start, end = weights.indptr[item : item + 2]
        others = weights.indices[start:end]
        strength = weights.data[start:end] * self.model.trend[others]
        fit = allowed[others] & (strength > 0)
        order = np.argsort(-strength[fit], kind="stable")[:places]
        best, spoken = others[fit][order], strength[fit][order]
        shoppers = self.shoppers.of_both(np.full(len(best), item), best)
        real = shoppers > 0
        return Beside(best[real], -np.expm1(-spoken[real]), shoppers[real])
