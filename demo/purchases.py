"""What each customer has bought and not returned, so that a cancellation finds what it cancels."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from core.money import rounded
from demo.rows import Row


class Part(NamedTuple):
    """``quantity`` pieces of the ``position``-th line (from 1) of ``invoice``, and what they cost."""

    invoice: str
    position: int
    quantity: int
    pennies: int


@dataclass(slots=True)
class Lot:
    """One line as sold, and how many of its pieces have not come back."""

    invoice: str
    position: int
    quantity: int
    pennies: int
    left: int

    def take_back(self, most: int) -> Part:
        """As many pieces as there are, up to ``most``. All of a lot cost what was paid for it."""
        taken = min(most, self.left)
        before = self._worth(self.quantity - self.left)
        self.left -= taken
        worth = self._worth(self.quantity - self.left) - before
        return Part(self.invoice, self.position, taken, worth)

    def _worth(self, pieces: int) -> int:
        return self.pennies * pieces // self.quantity


class Purchases:
    """Customers' purchases in the order of the file; a cancellation takes from the latest first."""

    def __init__(self) -> None:
        self._lots: defaultdict[tuple[str, str], list[Lot]] = defaultdict(list)
        self._lines: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Note a sale. One without a customer is never found again."""
        if row.customer:
            self._lines[row.invoice] += 1
            lot = Lot(
                row.invoice, self._lines[row.invoice], row.quantity, pennies(row), row.quantity
            )
            self._lots[row.customer, row.sku].append(lot)

    def take_back(self, row: Row) -> tuple[Part, ...]:
        """What a cancellation cancels, latest first; nothing, and nothing taken, if too little is left."""
        lots = self._lots.get((row.customer, row.sku), [])
        missing = -row.quantity
        if sum(lot.left for lot in lots) < missing:
            return ()
        parts = []
        while missing:
            parts.append(lots[-1].take_back(missing))
            missing -= parts[-1].quantity
            if not lots[-1].left:
                lots.pop()
        return tuple(parts)


def pennies(row: Row) -> int:
    """Quantity times price, rounded half to even."""
    return rounded(row.quantity * row.mills, 10)
