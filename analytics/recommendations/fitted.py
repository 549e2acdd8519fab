"""What a build has learnt: fitted once, stored, and scored from by as many workers as there are batches."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations.blend import Blend, BlendModel
from analytics.recommendations.purchases import Integers, Matrix, Purchases, Reals
from analytics.recommendations.ranking import Ranked, ranked
from analytics.recommendations.reasons import RECENT, Explained, Reasons, together

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
    """``together`` counts the shoppers of both items of each of the model's weights; ``histories`` are
    everybody's last days of purchase; ``recent`` counts an item's shoppers of the last ``RECENT``
    days; ``customers`` and ``items`` name rows and columns.
    """

    model: BlendModel
    together: Integers
    histories: Matrix
    recent: Integers
    customers: NDArray[np.str_]
    items: NDArray[np.str_]

    @classmethod
    def of(cls, purchases: Purchases, blend: Blend) -> "Fitted":
        model = blend.fit(purchases)
        return cls(
            model,
            together(purchases.last_days, model.neighbours.weights),
            purchases.last_days,
            purchases.shoppers(RECENT),
            purchases.customers,
            purchases.items,
        )

    @cached_property
    def explained(self) -> Explained:
        return Explained(self.model, self.model.neighbours, self.together, self.recent)

    def recommended(
        self, batch: slice, allowed: NDArray[np.bool_], places: int = PLACES
    ) -> tuple[Ranked, Reasons]:
        """What each customer of ``batch`` has not bought, best first, and why: nothing without a reason.

        :param allowed: of each item, whether it may be recommended now.
        """
        histories = self.histories[batch]
        best = ranked(self.explained, histories, places, allowed, unseen=True)
        return best, self.explained.reasons(histories, best)

    def also_bought(self, item: int, allowed: NDArray[np.bool_], places: int = ALSO) -> Beside:
        """What ``item`` speaks for most, as far as it still sells, of what somebody did buy with it.

        :param allowed: as above.
        """
        weights = self.model.neighbours.weights
        start, end = weights.indptr[item : item + 2]
        others = weights.indices[start:end]
        strength = weights.data[start:end] * self.model.trend[others]
        shoppers = self.together[start:end]
        fit = np.flatnonzero(allowed[others] & (strength > 0) & (shoppers > 0))
        best = fit[np.argsort(-strength[fit], kind="stable")[:places]]
        return Beside(others[best], -np.expm1(-strength[best]), shoppers[best])
