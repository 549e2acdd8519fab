"""Items by items: how much a purchase of the one speaks for the other."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import sparse

from analytics.recommendations.purchases import Integers, Matrix, Reals, recency

Columns: TypeAlias = sparse.csc_matrix


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A linear model: an item's score is the sum of ``weights[bought, item]`` over what was bought,
    each times ``2 ** (-age / half_life)``.

    ``until`` is the day from which ages count; an infinite half-life forgets nothing.
    """

    weights: Matrix
    until: int
    half_life: float = math.inf

    def scores(self, histories: Matrix) -> Reals:
        scores: Reals = (self.worth(histories) @ self.weights).toarray()
        return scores

    def worth(self, histories: Matrix) -> Matrix:
        """What each purchase counts."""
        return recency(histories, self.until, self.half_life)


def strongest(part: Columns, keep: int) -> Columns:
    """Of each column the ``keep`` highest values, of those above 0."""
    part.data[part.data < 0] = 0
    part.eliminate_zeros()
    part.sort_indices()
    kept = [_strongest(part, column, keep) for column in range(part.shape[1])]
    places = np.concatenate([*kept, np.empty(0, np.int64)]).astype(np.int64)
    ends = np.cumsum([0, *map(len, kept)])
    found = part.data[places].astype(np.float32)
    return sparse.csc_matrix((found, part.indices[places], ends), part.shape)


def _strongest(part: Columns, column: int, keep: int) -> Integers:
    """Their places in ``part.data``, in order."""
    start, end = part.indptr[column], part.indptr[column + 1]
    if end - start <= keep:
        return np.arange(start, end, dtype=np.int64)
    highest: Integers = np.argpartition(-part.data[start:end], keep)[:keep]
    highest += start
    highest.sort()
    return highest


def side_by_side(parts: Iterable[Columns]) -> Matrix:
    return sparse.hstack(list(parts), format="csr", dtype=np.float32)
