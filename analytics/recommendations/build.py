"""A build: fitted once, stored, and scored from by as many workers as there are batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations import storing
from analytics.recommendations.blend import Blend, BlendModel
from analytics.recommendations.purchases import Integers, Matrix, Purchases
from analytics.recommendations.ranking import Ranked, best_of, ranked
from analytics.recommendations.reasons import RECENT, Reasons, Shoppers, reasons

PLACES = 50
ALSO = 10
BATCH = 1000


@dataclass(frozen=True)
class Build:
    """``histories`` are everybody's last days of purchase; ``recent`` counts an item's shoppers of
    the last ``RECENT`` days; ``customers`` and ``items`` name rows and columns.
    """

    model: BlendModel
    histories: Matrix
    recent: Integers
    customers: NDArray[np.str_]
    items: NDArray[np.str_]

    @classmethod
    def of(cls, purchases: Purchases, blend: Blend) -> "Build":
        return cls(
            blend.fit(purchases),
            purchases.last_days,
            purchases.shoppers(RECENT),
            purchases.customers,
            purchases.items,
        )

    def save(self, path: Path) -> None:
        """Atomic; ``path`` ends in ``.npz``."""
        storing.save(self, path)

    @classmethod
    def load(cls, path: Path) -> "Build":
        return storing.load(cls, path)

    @cached_property
    def shoppers(self) -> Shoppers:
        return Shoppers.of(self.histories, self.recent)

    def batches(self, size: int = BATCH) -> Iterator[slice]:
        """Of customers: one for each task."""
        every = len(self.customers)
        return (slice(start, min(every, start + size)) for start in range(0, every, size))

    def recommended(
        self, batch: slice, allowed: NDArray[np.bool_], places: int = PLACES
    ) -> tuple[Ranked, Reasons]:
        """What each customer of ``batch`` has not bought, best first, and why.

        :param allowed: of each item, whether it may be recommended now.
        """
        histories = self.histories[batch]
        best = ranked(self.model, histories, places, allowed, unseen=True)
        return best, reasons(self.model.neighbours, histories, best, self.shoppers)

    def also_bought(
        self, batch: slice, allowed: NDArray[np.bool_], places: int = ALSO
    ) -> tuple[Ranked, Integers]:
        """For each item of ``batch`` those that it speaks for most, as far as they still sell, and
        how many shoppers ever bought both (0 where there is no item). Batches are to be small: one is
        dense over all items.
        """
        weights = self.model.neighbours.weights[batch].multiply(self.model.trend).toarray()
        weights[:, ~allowed] = 0
        best = best_of(weights, places)
        kept = np.take_along_axis(weights, best, axis=1)
        found = Ranked(np.where(kept > 0, best, -1).astype(np.int32), kept)
        counts = np.zeros(best.shape, np.int64)
        row, place = np.nonzero(kept > 0)
        counts[row, place] = self.shoppers.of_both(row + batch.start, best[row, place])
        return found, counts

    def popular(self, allowed: NDArray[np.bool_], places: int = PLACES) -> Ranked:
        """For who has no history; one row. By category: allow that category only."""
        nobody = self.histories[:1] * 0
        nobody.eliminate_zeros()
        return ranked(self.model, nobody, places, allowed, unseen=True)
