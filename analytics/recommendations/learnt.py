"""All that a build's workers need to know."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from analytics.recommendations.again import Again, Habits
from analytics.recommendations.blend import Blend
from analytics.recommendations.fitted import PLACES, Fitted
from analytics.recommendations.purchases import Purchases


@dataclass(frozen=True)
class Learnt:
    """``allowed`` says of each item whether it may be recommended."""

    fitted: Fitted
    habits: Habits
    allowed: NDArray[np.bool_]

    @classmethod
    def of(cls, purchases: Purchases, blend: Blend, allowed: NDArray[np.bool_]) -> "Learnt":
        return cls(Fitted.of(purchases, blend), Habits.of(purchases), allowed)

    def product(self, item: int) -> UUID:
        return UUID(self.fitted.items[item])

    def customer(self, row: int) -> UUID:
        return UUID(self.fitted.customers[row])

    def again(self, row: int) -> Again:
        return self.habits.best(self.fitted.histories, row, PLACES)
