"""Items that explain one another: a linear autoencoder with a closed form.

Of all matrices ``B`` with a zero diagonal the one that makes ``|X - XB|^2 + ridge |B|^2`` least is
``B_ij = -P_ij / P_jj`` with ``P = (X'X + ridge I)^-1``: Steck (2019), "Embarrassingly shallow
autoencoders for sparse data". Unlike the cosine it takes off what other purchases explain already.

``X`` is customers by items; with a half-life a purchase counts ``2 ** (-age / half_life)``, in
learning and in scoring, so that what is bought together *now* counts most. The inverse is dense:
it is of the ``most`` most-bought items only, 400 MB of them. Wherever one of two items is another,
its weight is the shrunken cosine, both ways.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from analytics.recommendations.item_cosine import cosines
from analytics.recommendations.neighbours import Columns, Neighbours, side_by_side, strongest
from analytics.recommendations.purchases import Integers, Matrix, Purchases, blocks, recency

Dense = NDArray[np.float32]
FEW = 200
"""Neighbours of an item that has cosines, where no other number is given."""


@dataclass(frozen=True, slots=True)
class Ease:
    """``half_life`` in days; ``keep`` so many weights of each item, the highest, where given: so many
    of either kind, as they are no shares of one whole.

    What is left out then is what speaks against an item, and what says next to nothing: recommendations
    get better by it, not only smaller.
    """

    ridge: float = 250
    half_life: float = math.inf
    keep: int | None = None
    most: int = 10_000

    def fit(self, purchases: Purchases) -> Neighbours:
        worth = recency(purchases.last_days, purchases.until, self.half_life)
        order = np.argsort(-purchases.shoppers(), kind="stable")
        often, rest = np.sort(order[: self.most]), np.sort(order[self.most :])
        columns = [
            side_by_side(self._explained(worth, often)) + self._beside(worth, often, rest),
            *cosines(worth, rest, self.ridge, self.keep or FEW),
        ]
        place = np.argsort(np.concatenate([often, rest]))
        weights = side_by_side(columns).tocsc()[:, place].tocsr()
        return Neighbours(weights, purchases.until, self.half_life)

    def _explained(self, worth: Matrix, items: Integers) -> list[Columns]:
        """The columns of ``items``, whose rows are those of all. LAPACK refuses to do nothing."""
        if not len(items):
            return [sparse.csc_matrix((worth.shape[1], 0))]
        inverse = inverted(gram(worth[:, items]), self.ridge)
        diagonal = inverse.diagonal().copy()
        np.fill_diagonal(inverse, 0)
        found = []
        for block in blocks(len(items), len(items)):
            part = sparse.csc_matrix(inverse[:, block] / -diagonal[block])
            kept = part if self.keep is None else strongest(part, self.keep)
            shape = (worth.shape[1], kept.shape[1])
            found.append(sparse.csc_matrix((kept.data, items[kept.indices], kept.indptr), shape))
        return found

    def _beside(self, worth: Matrix, often: Integers, rest: Integers) -> Matrix:
        """The columns of ``often`` again, in which only ``rest`` speaks."""
        if not len(rest):
            return sparse.csr_matrix((worth.shape[1], len(often)), dtype=np.float32)
        return side_by_side(cosines(worth, often, self.ridge, self.keep or FEW, rest))


def gram(worth: Matrix) -> Dense:
    """``X'X``, in the order of columns that LAPACK overwrites."""
    by_item = worth.T.tocsr()
    dense = np.empty((worth.shape[1], worth.shape[1]), np.float32, order="F")
    for block in blocks(len(dense), len(dense)):
        dense[:, block] = (by_item @ by_item[block].T).toarray()
    return dense


def inverted(dense: Dense, ridge: float) -> Dense:
    """``(dense + ridge I)^-1`` in the place of ``dense``, which is symmetric and at least 0."""
    np.fill_diagonal(dense, dense.diagonal() + ridge)
    factor, failed = lapack.spotrf(dense, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    assert not failed, "With a ridge above 0 there is an inverse."
    assert not failed_too, "As above."
    for block in blocks(len(inverse), len(inverse)):
        rows = inverse[block]
        rows[:, block.stop :] = inverse[block.stop :, block].T
        square = rows[:, block]
        rows[:, block] = np.tril(square) + np.tril(square, -1).T
    result: Dense = inverse
    return result
