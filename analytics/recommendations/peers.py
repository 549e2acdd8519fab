"""ALS and BM25 of the ``implicit`` library, to be measured against; never served.

Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets"; Robertson and
Walker (1994), "Some simple effective approximations to the 2-Poisson model for probabilistic weighted
retrieval". They learn from the same purchases as our own algorithms; see docs/recommendations.md for
how their parameters were chosen.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from analytics.recommendations.neighbours import Neighbours
from analytics.recommendations.purchases import Matrix, Purchases, Reals, recency

try:
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True


@dataclass(frozen=True, slots=True)
class AlsModel:
    fitted: Any

    def scores(self, histories: Matrix) -> Reals:
        bought = recency(histories, 0, math.inf)
        factors = self.fitted.recalculate_user(np.arange(bought.shape[0]), bought)
        scores: Reals = factors @ self.fitted.item_factors.T
        return scores


@dataclass(frozen=True, slots=True)
class Als:
    factors: int = 64
    regularization: float = 5
    alpha: float = 1

    def fit(self, purchases: Purchases) -> AlsModel:
        fitted = AlternatingLeastSquares(
            self.factors, regularization=self.regularization, alpha=self.alpha, random_state=0
        )
        fitted.fit(purchases.bought, show_progress=False)
        return AlsModel(fitted)


@dataclass(frozen=True, slots=True)
class Bm25:
    keep: int = 50
    saturation: float = 1.2
    length: float = 0.5

    def fit(self, purchases: Purchases) -> Neighbours:
        fitted = BM25Recommender(self.keep, self.saturation, self.length)
        fitted.fit(purchases.bought, show_progress=False)
        return Neighbours(sparse.csr_matrix(fitted.similarity), purchases.until)
