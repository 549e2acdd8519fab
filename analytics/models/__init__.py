"""What reports are made of, those that are kept, and what is recommended."""

from analytics.models.facts import (
    CustomerFact,
    HourFact,
    Measures,
    Newcomer,
    PairFact,
    SalesFact,
    SellerNewcomer,
)
from analytics.models.reports import Report, ReportFile, ReportQuerySet, Subscription
from analytics.models.schedules import Schedule
from analytics.models.sources import UNKNOWN_CUSTOMER, Source
from analytics.models.suggestions import (
    EVERYBODY,
    Build,
    BuildFile,
    Click,
    Exposure,
    Line,
    Live,
    Purpose,
    Suggestion,
)

__all__ = [
    "EVERYBODY",
    "UNKNOWN_CUSTOMER",
    "Build",
    "BuildFile",
    "Click",
    "CustomerFact",
    "Exposure",
    "HourFact",
    "Line",
    "Live",
    "Measures",
    "Newcomer",
    "PairFact",
    "Purpose",
    "Report",
    "ReportFile",
    "ReportQuerySet",
    "SalesFact",
    "Schedule",
    "SellerNewcomer",
    "Source",
    "Subscription",
    "Suggestion",
]
