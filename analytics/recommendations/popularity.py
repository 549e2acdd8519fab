"""What is bought most of late: for everybody the same, and the fallback for who has no history.

Score of an item: the sum over its lines of ``2 ** (-age / half_life)``, of which the largest is
made 1. Exponential forgetting as in Holt (1957), "Forecasting seasonals and trends by
exponentially weighted moving averages". With ``window``: how many shoppers bought it in that many
days; with neither: ever.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations.purchases import Matrix, Purchases, Reals


@dataclass(frozen=True, slots=True)
class PopularityModel:
    shares: Reals

    def scores(self, histories: Matrix) -> Reals:
        return np.tile(self.shares, (histories.shape[0], 1))


@dataclass(frozen=True, slots=True)
class Popularity:
    """``half_life`` and ``window`` are days."""

    half_life: float = math.inf
    window: int | None = None

    def fit(self, purchases: Purchases) -> PopularityModel:
        by_shoppers = math.isinf(self.half_life)
        counts: NDArray[Any] = (
            purchases.shoppers(self.window) if by_shoppers else rate(purchases, self.half_life)
        )
        return PopularityModel((counts / max(counts.max(initial=0), 1e-12)).astype(np.float32))


def rate(purchases: Purchases, half_life: float) -> Reals:
    """Each item's lines, each worth half of it after ``half_life`` days."""
    worth = np.exp2((purchases.day - purchases.until) / half_life)
    rates: Reals = np.bincount(purchases.item, worth, minlength=len(purchases.items)).astype(float)
    return rates
