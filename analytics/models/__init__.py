"""What reports are made of, those that are kept, and what is recommended."""

from analytics.models.facts import CustomerFact, HourFact, Measures, PairFact, SalesFact
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
    "PairFact",
    "Purpose",
    "Report",
    "ReportFile",
    "ReportQuerySet",
    "SalesFact",
    "Schedule",
    "Source",
    "Subscription",
    "Suggestion",
]
