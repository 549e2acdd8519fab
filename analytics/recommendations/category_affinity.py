"""What stands on the shelves that a shopper buys from, at about the prices that they pay.

Score of an item: ``0.7 * preference + 0.3 * closeness``. The preference is 0.8 where the shopper has
bought of the item's category, else 0.3; closeness is the smaller by the larger of the item's usual
price and the mean of usual prices of what the shopper has bought (1: the same). Equal scores are
told apart by popularity. A content-based filter; see Lops, de Gemmis and Semeraro (2011),
"Content-based Recommender Systems: State of the Art and Trends".
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analytics.recommendations.popularity import Popularity
from analytics.recommendations.purchases import Integers, Matrix, Purchases, Reals, recency

CATEGORY, PRICE = 0.7, 0.3
BOUGHT, NOT_BOUGHT = 0.8, 0.3
TIE = 1e-4
"""What popularity counts: too little to change the order of different scores."""


@dataclass(frozen=True, slots=True)
class CategoryAffinityModel:
    category: Integers
    prices: Reals
    popularity: Reals

    def scores(self, histories: Matrix) -> Reals:
        preference = np.where(self._of_known_shelves(histories), BOUGHT, NOT_BOUGHT)
        scores: Reals = CATEGORY * preference + PRICE * self._closeness(histories)
        return scores + TIE * self.popularity

    def _of_known_shelves(self, histories: Matrix) -> NDArray[np.bool_]:
        """Customers by items: whether anything of the item's category was bought."""
        items = np.flatnonzero(self.category >= 0)
        ones, shelves = np.ones(len(items), np.float32), self.category.max(initial=-1) + 1
        shape = (len(self.category), max(1, int(shelves)))
        of_shelf = sparse.csr_matrix((ones, (items, self.category[items])), shape)
        bought = (recency(histories, 0, math.inf) @ of_shelf).toarray() > 0
        known: NDArray[np.bool_] = (self.category >= 0) & bought[:, self.category]
        return known

    def _closeness(self, histories: Matrix) -> Reals:
        bought = recency(histories, 0, math.inf)
        paid = (bought @ self.prices) / np.maximum(bought.getnnz(axis=1), 1)
        low = np.minimum(paid[:, None], self.prices)
        closeness: Reals = low / np.maximum(np.maximum(paid[:, None], self.prices), 1e-12)
        return closeness


@dataclass(frozen=True, slots=True)
class CategoryAffinity:
    def fit(self, purchases: Purchases) -> CategoryAffinityModel:
        popular = Popularity(half_life=14).fit(purchases).shares
        return CategoryAffinityModel(purchases.category, purchases.usual_prices, popular)
