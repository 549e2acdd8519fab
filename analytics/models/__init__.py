"""What reports are made of, and those that are kept."""

from analytics.models.facts import CustomerFact, HourFact, Measures, PairFact, SalesFact
from analytics.models.reports import Report, ReportFile, ReportQuerySet, Subscription
from analytics.models.schedules import Schedule
from analytics.models.sources import UNKNOWN_CUSTOMER, Source

__all__ = [
    "UNKNOWN_CUSTOMER",
    "CustomerFact",
    "HourFact",
    "Measures",
    "PairFact",
    "Report",
    "ReportFile",
    "ReportQuerySet",
    "SalesFact",
    "Schedule",
    "Source",
    "Subscription",
]
