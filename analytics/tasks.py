"""What beat runs for reports and recommendations."""

from celery import shared_task

from analytics import services
from analytics.models import Report
from analytics.services.exposures import EXPOSURES
from core import clock


@shared_task(ignore_result=True)
def schedule_reports(kind: str) -> int:
    """Ask for the reports of the days that have ended last. Returns how many those are; idempotent."""
    return len(services.schedule_reports(kind=Report.Kind(kind), at=clock.now()))


@shared_task(ignore_result=True)
def recommend() -> int:
    """Ask for today's recommendations. Returns how many builds those are; idempotent."""
    return len(services.ask_for_recommendations(at=clock.now()))


@shared_task(ignore_result=True)
def flush_exposures() -> int:
    """Move what was shown and followed to the database. Safe to run twice."""
    return EXPOSURES.flush(at=clock.now())
