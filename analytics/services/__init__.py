"""Keeping the facts, the reports that are made of them, and recommendations."""

from analytics.services.counting import count_orders
from analytics.services.exposures import note_followed, note_shown
from analytics.services.rebuilding import months, rebuild_month
from analytics.services.recommending import ask_for_recommendations
from analytics.services.reports import ask_for_report, build_report
from analytics.services.rescheduling import When, reschedule
from analytics.services.scheduling import schedule_reports
from analytics.services.subscriptions import subscribe, unsubscribe

__all__ = [
    "When",
    "ask_for_recommendations",
    "ask_for_report",
    "build_report",
    "count_orders",
    "months",
    "note_followed",
    "note_shown",
    "rebuild_month",
    "reschedule",
    "schedule_reports",
    "subscribe",
    "unsubscribe",
]
