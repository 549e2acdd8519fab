"""Why an item is recommended: words that are true."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from analytics.recommendations.algorithm import Model
from analytics.recommendations.neighbours import Neighbours
from analytics.recommendations.purchases import Integers, Matrix, Reals, blocks, with_values
from analytics.recommendations.ranking import NOBODY, Ranked, rows_of

RECENT = 30
"""Days that count where an item is recommended because it is bought a lot."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Customers by places, as the items that they are of.

    ``because`` is the bought item that spoke most for it, of those that anybody bought together with
    it, -1 where none did; ``shoppers`` is how many bought both, or, without one, how many bought the
    recommended item in ``RECENT`` days. It is above 0 wherever there is an item.
    """

    because: Integers
    shoppers: Integers


def together(bought: Matrix, weights: Matrix) -> Integers:
    """How many customers ever bought both items of each weight, in the order of ``weights``. Exact.

    :param bought: customers by items, whatever its values.
    """
    ones = with_values(bought, np.ones(bought.nnz, np.int32))
    by_item, found = ones.T.tocsr(), np.empty(weights.nnz, np.int32)
    for block in blocks(*weights.shape):
        start, end = weights.indptr[block.start], weights.indptr[block.stop]
        shared = (by_item[block] @ ones).toarray()
        found[start:end] = shared[rows_of(weights[block]), weights.indices[start:end]]
    return found


@dataclass(frozen=True)
class Explained:
    """A model less whatever there is nothing true to say of: an item that nobody bought lately is
    recommended only to who bought what somebody bought together with it.

    ``counts`` are of ``neighbours.weights``, see ``together``; ``recent`` counts each item's shoppers
    of ``RECENT`` days.
    """

    model: Model
    neighbours: Neighbours
    counts: Integers
    recent: Integers

    def scores(self, histories: Matrix) -> Reals:
        scores = self.model.scores(histories)
        said = sparse.csr_matrix(self.neighbours.worth(histories) @ self._of_silent)
        silent = scores[:, self._silent]
        kept = np.zeros(silent.shape, bool)
        kept[rows_of(said), said.indices] = said.data > 0
        silent[~kept] = NOBODY
        scores[:, self._silent] = silent
        return scores

    def reasons(self, histories: Matrix, best: Ranked) -> Reasons:
        """Of every place in ``best``, which is this model's of the same customers."""
        because = np.full(best.items.shape, -1, np.int32)
        worth = self.neighbours.worth(histories)
        for row, items in enumerate(best.items):
            start, end = worth.indptr[row : row + 2]
            bought = worth.indices[start:end]
            if len(bought):
                said = self._true[bought][:, items].multiply(worth.data[start:end, None]).toarray()
                because[row] = np.where(said.max(axis=0) > 0, bought[said.argmax(axis=0)], -1)
        return Reasons(because, self._counted(because, best.items))

    def _counted(self, because: Integers, items: Integers) -> Integers:
        counts: Integers = np.where(items >= 0, self.recent[items], 0).astype(np.int64)
        told = (because >= 0) & (items >= 0)
        counts[told] = np.asarray(self._counts[because[told], items[told]]).reshape(-1)
        return counts

    @cached_property
    def _silent(self) -> Integers:
        return np.flatnonzero(self.recent == 0)

    @cached_property
    def _true(self) -> Matrix:
        """Weights between what somebody did buy together; zero for all others."""
        weights = self.neighbours.weights
        return with_values(weights, np.where(self.counts > 0, weights.data, 0))

    @cached_property
    def _of_silent(self) -> Matrix:
        return sparse.csr_matrix(self._true[:, self._silent])

    @cached_property
    def _counts(self) -> Matrix:
        return with_values(self.neighbours.weights, self.counts)
