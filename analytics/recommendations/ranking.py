"""The best of what a model says, for a batch of customers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations.algorithm import Model
from analytics.recommendations.purchases import Integers, Matrix, Reals, blocks

NOBODY = -np.inf


@dataclass(frozen=True, slots=True)
class Ranked:
    """Customers by places, best first: items (-1: no more) and their scores."""

    items: Integers
    scores: Reals


def ranked(
    model: Model, histories: Matrix, places: int, allowed: NDArray[np.bool_], *, unseen: bool
) -> Ranked:
    """The best ``places`` items for each customer of the batch; of equal scores the first item.

    :param allowed: of each item, whether it may be recommended at all.
    :param unseen: leave out what the customer has bought; else (*buy again*) leave it in.
    """
    found = [
        _ranked(model, histories[block], places, allowed, unseen=unseen)
        for block in blocks(histories.shape[0], histories.shape[1])
    ]
    places = min(places, histories.shape[1])
    nothing = Ranked(np.empty((0, places), np.int32), np.empty((0, places), np.float32))
    parts = [nothing, *found]
    return Ranked(
        np.concatenate([part.items for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _ranked(
    model: Model, histories: Matrix, places: int, allowed: NDArray[np.bool_], *, unseen: bool
) -> Ranked:
    scores = model.scores(histories)
    scores[:, ~allowed] = NOBODY
    if unseen:
        scores[rows_of(histories), histories.indices] = NOBODY
    best = best_of(scores, places)
    kept = np.take_along_axis(scores, best, axis=1)
    return Ranked(np.where(np.isfinite(kept), best, -1).astype(np.int32), kept)


def rows_of(matrix: Matrix) -> Integers:
    """The row of each of its values."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def best_of(scores: Reals, places: int) -> Integers:
    """Columns of the highest scores in each row, best first; of equal ones the first."""
    rows, width = scores.shape
    if places >= width:
        return np.argsort(-scores, axis=1, kind="stable")
    least = -np.partition(-scores, places - 1, axis=1)[:, places - 1]
    best = np.empty((rows, places), np.int64)
    for row in range(rows):
        enough = np.flatnonzero(scores[row] >= least[row])
        best[row] = enough[np.argsort(-scores[row, enough], kind="stable")[:places]]
    return best
