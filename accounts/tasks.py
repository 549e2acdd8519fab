"""Accounts' housekeeping."""

from celery import shared_task

from accounts import sessions
from core import clock


@shared_task(ignore_result=True)
def prune_sessions() -> int:
    """Forget sessions that can never be refreshed again. Safe to run twice."""
    return sessions.prune(at=clock.now())
