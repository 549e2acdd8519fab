"""The carts' background work. Both tasks are safe to run twice."""

from celery import shared_task

from cart import services
from core import clock


@shared_task(ignore_result=True)
def note_abandoned() -> int:
    """Tell of carts that shoppers left."""
    return services.note_abandoned(at=clock.now())


@shared_task(ignore_result=True)
def forget_guests() -> int:
    """Delete guests' carts whose time is up."""
    return services.forget_guests(at=clock.now())
