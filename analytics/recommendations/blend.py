"""What is served: what a shopper's purchases speak for, as far as it still sells.

Score of an item: ``1 - exp(-(liked * trend + tie * share))``. ``liked`` is what recency-weighted EASE
says, of weights above 0. ``trend`` is ``((now + some) / (before + more)) ** power``, where ``now`` and
``before`` are the item's lines, each worth half after ``now_half_life`` and ``before_half_life``
days: what everybody begins to buy goes up, what is sold out or out of season goes down; ``some``
and ``more`` keep few lines from meaning much. ``share`` is recent popularity: it tells equal items
apart, and is all that there is for who has no history. The last step is the chance of at least one
purchase if the sum were the number expected (Poisson): it keeps the order, and puts it in 0..1.

Exponential forgetting in both: Ding and Li (2005), "Time weight collaborative filtering".
How the parameters were chosen: docs/recommendations.md.
"""

from dataclasses import dataclass, field

import numpy as np

from analytics.recommendations.ease import Ease
from analytics.recommendations.neighbours import Neighbours
from analytics.recommendations.popularity import rate
from analytics.recommendations.purchases import Matrix, Purchases, Reals


@dataclass(frozen=True, slots=True)
class BlendModel:
    """``trend`` and ``share`` are of items."""

    neighbours: Neighbours
    trend: Reals
    share: Reals

    def scores(self, histories: Matrix) -> Reals:
        scores = self.neighbours.scores(histories)
        scores *= self.trend
        scores += self.share
        return -np.expm1(-scores)


@dataclass(frozen=True, slots=True)
class Blend:
    ease: Ease = field(default_factory=lambda: Ease(ridge=400, half_life=90, keep=200))
    now_half_life: float = 7
    before_half_life: float = 120
    some: float = 1
    more: float = 2
    power: float = 0.75
    tie: float = 1e-4

    def fit(self, purchases: Purchases) -> BlendModel:
        now = rate(purchases, self.now_half_life)
        before = rate(purchases, self.before_half_life)
        trend = ((now + self.some) / (before + self.more)) ** self.power
        share = self.tie * now / max(now.max(initial=0), 1e-12)
        narrow = np.float32
        return BlendModel(self.ease.fit(purchases), trend.astype(narrow), share.astype(narrow))
