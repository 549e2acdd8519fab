"""The catalogue's background work. Thumbnails are made by a consumer of events."""

from celery import shared_task

from catalog import versions
from catalog.rollups import fold_rollups
from catalog.visits.counting import VIEWS
from core import clock


@shared_task(ignore_result=True)
def fold() -> int:
    """Keep roll-ups short. Safe to run twice."""
    return fold_rollups()


@shared_task(ignore_result=True)
def fold_changes() -> int:
    """Keep what the catalogue's version is read from short. Safe to run twice."""
    return versions.fold()


@shared_task(ignore_result=True)
def flush_views() -> int:
    """Move the views that have added up in Redis to the database. Safe to run twice."""
    return VIEWS.flush(at=clock.now())
