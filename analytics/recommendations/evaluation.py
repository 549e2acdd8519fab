"""How good recommendations would have been: a global cut in time.

Nothing after the cut is known to any model, popularity included. Customers are those with a
purchase on both sides; truth is what they bought after the cut, of items that were sold before it.
Why the cut must be global: Ji, Sun, Zhang and Li (2023), "A critical study on data leakage in
recommender system offline evaluation".
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analytics.recommendations.algorithm import Algorithm, Model
from analytics.recommendations.purchases import Integers, Matrix, Purchases, Reals
from analytics.recommendations.ranking import ranked

PLACES = 10


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over customers, of the first ten places; ``coverage`` is the share of the items that
    anybody was recommended.
    """

    recall10: float
    ndcg10: float
    hit_rate: float
    coverage: float


@dataclass(frozen=True)
class Cut:
    """What is known before day ``cut``, and what came true before day ``until``.

    ``unseen``: what a customer had bought before is out of ranking and truth.
    """

    purchases: Purchases
    cut: int
    until: int
    unseen: bool = True

    @cached_property
    def known(self) -> Purchases:
        return self.purchases.known(self.cut)

    @cached_property
    def sold(self) -> NDArray[np.bool_]:
        """Of each item, whether it was sold before the cut."""
        return self.known.shoppers() > 0

    @cached_property
    def _truth(self) -> Matrix:
        """Customers by items: 1 where the one bought the other after the cut."""
        after = self.purchases.between(self.cut, self.until).bought
        after = after @ sparse.diags(self.sold.astype(np.float32))
        if self.unseen:
            after = after - after.multiply(self.known.bought)
        truth = sparse.csr_matrix(after)
        truth.eliminate_zeros()
        return truth

    @cached_property
    def customers(self) -> Integers:
        """Those with a purchase before the cut and a truth after it."""
        before = np.diff(self.known.last_days.indptr) > 0
        return np.flatnonzero(before & (np.diff(self._truth.indptr) > 0))

    def measured(self, algorithm: Algorithm) -> Measures:
        """Fit before the cut, judge after it."""
        return self.judged(algorithm.fit(self.known))

    def judged(self, model: Model) -> Measures:
        histories = self.known.last_days[self.customers]
        best = ranked(model, histories, PLACES, self.sold, unseen=self.unseen).items
        truth = self._truth[self.customers]
        hits = _hits(best, truth)
        wanted = np.diff(truth.indptr)
        return Measures(
            recall10=float(np.mean(hits.sum(axis=1) / wanted)),
            ndcg10=float(np.mean(ndcg(hits, wanted))),
            hit_rate=float(np.mean(hits.any(axis=1))),
            coverage=len(np.unique(best[best >= 0])) / max(1, int(self.sold.sum())),
        )


def _hits(best: Integers, truth: Matrix) -> NDArray[np.bool_]:
    """Customers by places: whether the item there came true."""
    rows = np.arange(len(best))[:, None]
    found = np.asarray(truth[rows, np.maximum(best, 0)].todense()) > 0
    return found & (best >= 0)


def ndcg(hits: NDArray[np.bool_], wanted: Integers) -> Reals:
    """Each customer's, of binary gain: ``sum 1 / log2(place + 1)`` over hits, by what is possible.

    Possible are hits in the first ``min(places, wanted)``. Järvelin and Kekäläinen (2002), "Cumulated
    gain-based evaluation of IR techniques".
    """
    gains = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    possible = np.cumsum(gains)[np.minimum(hits.shape[1], wanted) - 1]
    found: Reals = (hits @ gains) / possible
    return found
