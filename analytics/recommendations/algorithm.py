"""What every algorithm is."""

from typing import Protocol

from analytics.recommendations.purchases import Matrix, Purchases, Reals


class Model(Protocol):
    """What an algorithm has learnt: a dataclass of arrays and numbers, see ``storing``."""

    def scores(self, histories: Matrix) -> Reals:
        """Customers by items, the higher the better. The customers need not have been learnt from.

        :param histories: rows of ``Purchases.last_days``: anybody's, also empty ones.
        """


class Algorithm(Protocol):
    """Parameters; the same purchases give the same model."""

    def fit(self, purchases: Purchases) -> Model: ...
