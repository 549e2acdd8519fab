"""Why an item is recommended: words that are true."""

from dataclasses import dataclass

import numpy as np

from analytics.recommendations.neighbours import Neighbours
from analytics.recommendations.purchases import Integers, Matrix
from analytics.recommendations.ranking import Ranked

RECENT = 30
"""Days that count where an item is recommended because it is bought a lot."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Customers by places, as the items that they are of.

    ``because`` is the bought item that spoke most for it, -1 where none did; ``shoppers`` is how many
    bought both, or, without one, how many bought the recommended item in ``RECENT`` days.
    """

    because: Integers
    shoppers: Integers


@dataclass(frozen=True)
class Shoppers:
    """Who bought what: ``buyers`` is items by customers, ``recent`` counts each item's of ``RECENT`` days."""

    buyers: Matrix
    recent: Integers

    @classmethod
    def of(cls, histories: Matrix, recent: Integers) -> "Shoppers":
        return cls(histories.T.tocsr(), recent)

    def of_both(self, first: Integers, second: Integers) -> Integers:
        """How many customers ever bought both, of each pair. Exact."""
        pairs, place = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
        counts = np.array([self._of_both(*pair) for pair in pairs.T], np.int64)
        found: Integers = counts[place.reshape(-1)]
        return found

    def _of_both(self, first: int, second: int) -> int:
        few, many = sorted((self._of(first), self._of(second)), key=len)
        if not len(many):
            return 0
        place = np.minimum(np.searchsorted(many, few), len(many) - 1)
        return int(np.count_nonzero(many[place] == few))

    def _of(self, item: int) -> Integers:
        """In order."""
        start, end = self.buyers.indptr[item : item + 2]
        found: Integers = self.buyers.indices[start:end]
        return found


def reasons(neighbours: Neighbours, histories: Matrix, best: Ranked, shoppers: Shoppers) -> Reasons:
    """Of every place in ``best``, which is of the same customers as ``histories``."""
    because = np.full(best.items.shape, -1, np.int32)
    worth, weights = neighbours.worth(histories), neighbours.weights
    for row, items in enumerate(best.items):
        start, end = worth.indptr[row : row + 2]
        bought = worth.indices[start:end]
        if len(bought):
            spoken = weights[bought][:, items].multiply(worth.data[start:end, None]).toarray()
            strongest = spoken.argmax(axis=0)
            because[row] = np.where(spoken.max(axis=0) > 0, bought[strongest], -1)
    return Reasons(because, _counted(because, best.items, shoppers))


def _counted(because: Integers, items: Integers, shoppers: Shoppers) -> Integers:
    counts: Integers = np.where(items >= 0, shoppers.recent[items], 0).astype(np.int64)
    with_reason = (because >= 0) & (items >= 0)
    counts[with_reason] = shoppers.of_both(because[with_reason], items[with_reason])
    return counts
