"""News travels upward as rows: recorded with the change itself, delivered later, at least once.

Which consumers hear of which kind stands in ``settings.EVENT_CONSUMERS``:
``{"order.paid": ["catalog.services.count_sales"]}``. A consumer takes the event as its only
argument and runs in one transaction with the mark that it is done, so its rows change once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from core.models import Delivery, Event

MAX_ATTEMPTS = 10
FIRST_RETRY = timedelta(seconds=10)


def record(kind: str, subject_id: UUID, payload: dict[str, Any], *, at: datetime) -> Event:
    """Append one event and a delivery for each consumer. Call inside the change's transaction."""
    [event] = record_many([Event(kind=kind, subject_id=subject_id, payload=payload, at=at)])
    return event


def record_many(events: list[Event]) -> list[Event]:
    """Append unsaved events and their deliveries, in two statements."""
    Event.objects.bulk_create(events)
    Delivery.objects.bulk_create(
        Delivery(event=event, consumer=consumer, next_at=event.at)
        for event in events
        for consumer in settings.EVENT_CONSUMERS.get(event.kind, ())
    )
    return events


def due(*, at: datetime, limit: int = 500) -> list[UUID]:
    """Ids of pending deliveries whose time has come, oldest first."""
    pending = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=at)
    return list(pending.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])


def deliver(delivery_id: UUID, *, at: datetime) -> bool:
    """Run one due delivery; false if it is done, parked, or another worker's at present.

    The attempt is counted and the next one scheduled before the consumer runs, so a worker that
    dies half-way leaves a delivery that is tried again. What the consumer raises is noted on the
    delivery and raised on; after ``MAX_ATTEMPTS`` the delivery is parked for staff to replay.
    """
    delivery = _claim(delivery_id, at)
    if delivery is None:
        return False
    consumer: Callable[[Event], None] = import_string(delivery.consumer)
    with _FailureNoted(delivery), transaction.atomic():
        still_pending = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING)
        if not still_pending.update(state=Delivery.State.DONE, error=""):
            return False
        consumer(delivery.event)
    return True


def replay(delivery_id: UUID, *, at: datetime) -> None:
    """Give a parked delivery its attempts back."""
    parked = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PARKED)
    parked.update(state=Delivery.State.PENDING, attempts=0, next_at=at)


def _claim(delivery_id: UUID, at: datetime) -> Delivery | None:
    delivery = Delivery.objects.select_related("event").get(pk=delivery_id)
    unclaimed = Delivery.objects.filter(
        pk=delivery_id, state=Delivery.State.PENDING, next_at=delivery.next_at, next_at__lte=at
    )
    if delivery.attempts >= MAX_ATTEMPTS:
        unclaimed.update(state=Delivery.State.PARKED)
        return None
    retry_at = at + FIRST_RETRY * 2**delivery.attempts
    if not unclaimed.update(attempts=F("attempts") + 1, next_at=retry_at):
        return None
    delivery.attempts += 1
    return delivery


class _FailureNoted:
    """Writes down what goes wrong inside it, and lets it go on upward."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        parked = self.delivery.attempts >= MAX_ATTEMPTS
        state = Delivery.State.PARKED if parked else Delivery.State.PENDING
        failed = Delivery.objects.filter(pk=self.delivery.pk, state=Delivery.State.PENDING)
        failed.update(state=state, error=repr(error)[:2_000])
