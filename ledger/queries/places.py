"""Where each kind of account stands in the financial statements: the one table that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import KindUnclassified


class Section(StrEnum):
    """Parts of the statements. Debits raise assets and expenses, credits all else."""

    ASSETS = "assets"
    LIABILITIES = "liabilities"
    INCOME = "income"
    EXPENSES = "expenses"

    @property
    def sign(self) -> int:
        """Of a credit-positive balance, to read as more of this."""
        return -1 if self in {Section.ASSETS, Section.EXPENSES} else 1


@dataclass(frozen=True, slots=True)
class Place:
    section: Section
    label: str


PLACES: Mapping[str, Place] = {
    "clearing": Place(Section.ASSETS, "Money at banks and providers"),
    "fx": Place(Section.ASSETS, "Exchange positions"),
    "suspense": Place(Section.ASSETS, "Suspense"),
    "wallet": Place(Section.LIABILITIES, "Wallets"),
    "held": Place(Section.LIABILITIES, "Held of wallets"),
    "escrow": Place(Section.LIABILITIES, "Escrow of orders"),
    "payable": Place(Section.LIABILITIES, "Owed to sellers"),
    "tax": Place(Section.LIABILITIES, "Tax owed"),
    "transit": Place(Section.LIABILITIES, "Payouts and refunds on their way"),
    "commission": Place(Section.INCOME, "Commission"),
    "rounding": Place(Section.INCOME, "Rounding"),
    "promotion": Place(Section.EXPENSES, "Promotions"),
}
"""In the order in which the statements list them.

A position that Mercat took in an exchange stands among the assets of both currencies, below zero in
the one that it has to deliver, so that each currency's sheet balances by itself.
"""


def place_of(kind: str) -> Place:
    """:raises KindUnclassified: nobody has said where it belongs, and nothing is left out silently."""
    try:
        return PLACES[kind]
    except KeyError:
        raise KindUnclassified(kind=kind) from None
