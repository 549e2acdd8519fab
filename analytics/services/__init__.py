"""Keeping the facts, and the reports that are made of them."""

from analytics.services.counting import count_orders
from analytics.services.rebuilding import months, rebuild_month
from analytics.services.reports import ask_for_report, build_report
from analytics.services.rescheduling import When, reschedule
from analytics.services.scheduling import schedule_reports
from analytics.services.subscriptions import subscribe, unsubscribe

__all__ = [
    "When",
    "ask_for_report",
    "build_report",
    "count_orders",
    "months",
    "rebuild_month",
    "reschedule",
    "schedule_reports",
    "subscribe",
    "unsubscribe",
]
