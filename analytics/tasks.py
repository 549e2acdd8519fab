"""What beat runs for reports and recommendations."""

from celery import shared_task

from analytics.services.exposures import EXPOSURES
from core import clock


@shared_task(ignore_result=True)
def flush_exposures() -> int:
    """Move what was shown and followed to the database. Safe to run twice."""
    return EXPOSURES.flush(at=clock.now())
