"""What beat runs for reports."""

from celery import shared_task

from analytics import services
from analytics.models import Report
from core import clock


@shared_task(ignore_result=True)
def schedule_reports(kind: str) -> int:
    """Ask for the reports of the days that have ended last. Returns how many those are; idempotent."""
    return len(services.schedule_reports(kind=Report.Kind(kind), at=clock.now()))
