"""Items that the same shoppers buy.

Weight of i for j: ``shared / (sqrt(n_i * n_j) + shrink)``, where ``n`` is how many shoppers bought an
item and ``shared`` how many bought both; with a half-life, purchases count by their recency. The
cosine of the items' columns: Sarwar, Karypis, Konstan and Riedl (2001), "Item-based collaborative
filtering recommendation algorithms". ``shrink`` keeps a single shared shopper from meaning much:
Bell and Koren (2007), "Scalable collaborative filtering with jointly derived neighborhood
interpolation weights".
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analytics.recommendations.neighbours import Columns, Neighbours, side_by_side, strongest
from analytics.recommendations.purchases import Integers, Matrix, Purchases, blocks, recency


@dataclass(frozen=True, slots=True)
class ItemCosine:
    """``half_life`` in days; ``keep`` so many neighbours of an item."""

    keep: int = 200
    shrink: float = 0
    half_life: float = math.inf

    def fit(self, purchases: Purchases) -> Neighbours:
        worth = recency(purchases.last_days, purchases.until, self.half_life)
        every = np.arange(worth.shape[1])
        weights = side_by_side(cosines(worth, every, self.shrink, self.keep))
        return Neighbours(weights, purchases.until, self.half_life)


def cosines(
    worth: Matrix, items: Integers, shrink: float, keep: int, rows: Integers | None = None
) -> list[Columns]:
    """The columns of ``items``, ``keep`` neighbours in each; an item is no neighbour of itself.

    :param rows: items that may be neighbours: all if None.
    """
    may = np.full(worth.shape[1], rows is None)
    may[[] if rows is None else rows] = True
    by_item = worth.T.tocsr()
    lengths = np.sqrt(by_item.multiply(by_item).sum(axis=1).A1)
    found = []
    for block in blocks(len(items), worth.shape[1]):
        some = items[block]
        shared = (by_item @ by_item[some].T).tocsc()
        of = np.repeat(np.arange(len(some)), np.diff(shared.indptr))
        shared.data /= lengths[shared.indices] * lengths[some][of] + shrink
        shared.data[(shared.indices == some[of]) | ~may[shared.indices]] = 0
        shared.eliminate_zeros()
        found.append(strongest(sparse.csc_matrix(shared), keep))
    return found
