"""News travels upward as rows: recorded with the change itself, delivered later, at least once.

Which consumers hear of which kind stands in ``settings.EVENT_CONSUMERS``:
``{"order.paid": ["catalog.services.count_sales"]}``. A consumer takes the event as its only
argument and runs in one transaction with the mark that it is done, so its rows change once. One
that takes its time is ``unhurried``: it runs outside, before the mark.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.module_loading import import_string

from core.models import Delivery, Event

MAX_ATTEMPTS = 10
FIRST_RETRY = timedelta(seconds=10)
LEASE = timedelta(seconds=60)
"""How long a queued delivery is left for a worker to take before it is queued again."""

Consumer = Callable[[Event], None]


def unhurried(consumer: Consumer) -> Consumer:
    """Decorator for a consumer that decodes, computes or writes files: no transaction is open meanwhile.

    It may run twice, even at once with itself: whoever dies, or fails, before the mark leaves a
    delivery that is tried again. So repeating it must do no harm.
    """
    consumer.is_unhurried = True  # type: ignore[attr-defined]  # a mark on the function
    return consumer


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
    return list(_due(at).values_list("pk", flat=True)[:limit])


@transaction.atomic
def queue(*, at: datetime, limit: int = 500) -> list[tuple[UUID, int]]:
    """Set due deliveries aside for workers, for ``LEASE``: each one's id, and which attempt it is.

    Hand both to ``deliver``, after this has committed. No attempt is counted, so what no worker
    takes loses nothing. Rows that a consumer is at work on are passed over, not waited for.
    """
    free = _due(at).select_for_update(skip_locked=True, no_key=True)
    queued = list(free.values_list("pk", "attempts")[:limit])
    Delivery.objects.filter(pk__in=[pk for pk, _ in queued]).update(next_at=at + LEASE)
    return queued


def deliver(delivery_id: UUID, *, at: datetime, attempt: int | None = None) -> bool:
    """Run one delivery; false if it is done, parked, or another worker's at present.

    With the ``attempt`` it was queued for it runs if that is still to be made, else if it is due.
    The attempt is counted and the next one scheduled before the consumer runs, so a worker that
    dies half-way leaves a delivery that is tried again. What the consumer raises is noted on the
    delivery and raised on; after ``MAX_ATTEMPTS`` the delivery is parked for staff to replay.
    """
    delivery = _claim(delivery_id, at, attempt)
    return delivery is not None and _run(delivery)


def replay(delivery_id: UUID, *, at: datetime) -> None:
    """Give a parked delivery its attempts back."""
    parked = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PARKED)
    parked.update(state=Delivery.State.PENDING, attempts=0, next_at=at)


def _due(at: datetime) -> QuerySet[Delivery]:
    pending = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=at)
    return pending.order_by("next_at", "pk")


def _claim(delivery_id: UUID, at: datetime, attempt: int | None) -> Delivery | None:
    """Begin an attempt. Of parallel claims to one attempt a single one finds its number unused."""
    delivery = Delivery.objects.select_related("event").get(pk=delivery_id)
    is_due = delivery.next_at <= at if attempt is None else delivery.attempts == attempt
    if not is_due:
        return None
    unclaimed = Delivery.objects.filter(
        pk=delivery_id, state=Delivery.State.PENDING, attempts=delivery.attempts
    )
    if delivery.attempts >= MAX_ATTEMPTS:
        unclaimed.update(state=Delivery.State.PARKED)
        return None
    retry_at = at + FIRST_RETRY * 2**delivery.attempts
    if not unclaimed.update(attempts=F("attempts") + 1, next_at=retry_at):
        return None
    delivery.attempts += 1
    return delivery


def _run(delivery: Delivery) -> bool:
    """Finish an attempt, unless another one has finished meanwhile."""
    with _FailureNoted(delivery):
        consumer: Consumer = import_string(delivery.consumer)
        if getattr(consumer, "is_unhurried", False):
            consumer(delivery.event)
            return _mark_done(delivery)
        with transaction.atomic():
            if not _mark_done(delivery):
                return False
            consumer(delivery.event)
    return True


def _mark_done(delivery: Delivery) -> bool:
    """False if another attempt did."""
    still_pending = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING)
    return bool(still_pending.update(state=Delivery.State.DONE, error=""))


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
