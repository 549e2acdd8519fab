"""What reports are made of."""

from analytics.models.facts import CustomerFact, HourFact, Measures, PairFact, SalesFact
from analytics.models.sources import UNKNOWN_CUSTOMER, Source

__all__ = [
    "UNKNOWN_CUSTOMER",
    "CustomerFact",
    "HourFact",
    "Measures",
    "PairFact",
    "SalesFact",
    "Source",
]
