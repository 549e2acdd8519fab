"""What beat runs for every app."""

from uuid import UUID

from celery import shared_task

from core import clock, events
from core.models import IdempotencyRecord


@shared_task(ignore_result=True)
def deliver_events() -> int:
    """Send every due delivery to a worker of its own, so that one failure stops no other; new ones
    of a batched consumer together. Returns how many tasks those are.
    """
    queued = events.queue(at=clock.now())
    for delivery_id, attempt in queued:
        deliver.delay(str(delivery_id), attempt)
    consumers = events.batches_due(at=clock.now())
    for consumer in consumers:
        deliver_batches.delay(consumer)
    return len(queued) + len(consumers)


@shared_task(ignore_result=True)
def deliver(delivery_id: str, attempt: int) -> bool:
    """Make one attempt at a delivery. Safe to run twice; see ``events.deliver``."""
    return events.deliver(UUID(delivery_id), at=clock.now(), attempt=attempt)


@shared_task(ignore_result=True)
def deliver_batches(consumer: str) -> None:
    """Deliver all that is new to a batched consumer. Safe to run twice; see ``events.deliver_batch``."""
    while events.deliver_batch(consumer, at=clock.now()):
        pass


@shared_task(ignore_result=True)
def prune_idempotency_records() -> int:
    """Forget answers past their time. The effects themselves stay unique by the domain's keys."""
    expired = IdempotencyRecord.objects.filter(expires_at__lte=clock.now())
    return expired.delete()[0]
