"""News travels upward as rows: recorded with the change itself, delivered later, at least once.

Which consumers hear of which kind stands in ``settings.EVENT_CONSUMERS``:
``{"order.paid": ["catalog.services.count_sales"]}``. A consumer takes the event as its only
argument and runs in one transaction with the mark that it is done, so its rows change once. One
that takes its time is ``unhurried``: it runs outside, before the mark. One that hears of many
events as easily as of one is ``batched``.
"""

from collections.abc import Callable, Sequence
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
BATCH = 500
LEASE = timedelta(seconds=60)
"""How long a queued delivery is left for a worker to take before it is queued again."""

Consumer = Callable[[Event], None]
BatchConsumer = Callable[[Sequence[Event]], None]


def unhurried(consumer: Consumer) -> Consumer:
    """Decorator for a consumer that decodes, computes or writes files: no transaction is open meanwhile.

    It may run twice, even at once with itself: whoever dies, or fails, before the mark leaves a
    delivery that is tried again. So repeating it must do no harm.
    """
    consumer.is_unhurried = True  # type: ignore[attr-defined]  # a mark on the function
    return consumer


def batched(consumer: BatchConsumer) -> BatchConsumer:
    """Decorator for a consumer that takes events, not an event: new deliveries come to it together.

    What fails in company is tried again on its own, so that one event stops no other.
    """
    consumer.is_batched = True  # type: ignore[attr-defined]  # a mark on the function
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

    Without those that ``deliver_batch`` takes.

    Hand both to ``deliver``, after this has committed. No attempt is counted, so what no worker
    takes loses nothing. Rows that a consumer is at work on are passed over, not waited for.
    """
    alone = _due(at).exclude(attempts=0, consumer__in=_batched_consumers())
    free = alone.select_for_update(skip_locked=True, no_key=True)
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


def batches_due(*, at: datetime) -> list[str]:
    """The batched consumers that new deliveries wait for."""
    new = _due(at).filter(attempts=0, consumer__in=_batched_consumers())
    return sorted(new.order_by().values_list("consumer", flat=True).distinct())


def deliver_batch(consumer: str, *, at: datetime, limit: int = BATCH) -> int:
    """Run a batched consumer once, for up to ``limit`` new deliveries. Returns how many.

    Should it raise, or its worker die, each of them is tried again by itself, as its second attempt.
    """
    claimed = _claim_new(consumer, at, limit)
    with _FailureNoted(claimed, attempts=1), transaction.atomic():
        pending = Delivery.objects.filter(pk__in=claimed, state=Delivery.State.PENDING)
        rows = pending.select_related("event").order_by("pk")
        rows = rows.select_for_update(of=("self",), no_key=True)
        if together := list(rows):
            import_string(consumer)([delivery.event for delivery in together])
            pending.update(state=Delivery.State.DONE, error="")
    return len(claimed)


def replay(delivery_id: UUID, *, at: datetime) -> None:
    """Give a parked delivery its attempts back."""
    parked = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PARKED)
    parked.update(state=Delivery.State.PENDING, attempts=0, next_at=at)


def _due(at: datetime) -> QuerySet[Delivery]:
    pending = Delivery.objects.filter(state=Delivery.State.PENDING, next_at__lte=at)
    return pending.order_by("next_at", "pk")


def _batched_consumers() -> set[str]:
    named = {name for names in settings.EVENT_CONSUMERS.values() for name in names}
    return {name for name in named if getattr(_imported(name), "is_batched", False)}


def _imported(name: str) -> Callable[..., None] | None:
    """None where there is no such function: its deliveries will say so."""
    try:
        consumer: Callable[..., None] = import_string(name)
    except ImportError:
        return None
    return consumer


@transaction.atomic
def _claim_new(consumer: str, at: datetime, limit: int) -> list[UUID]:
    """Begin the first attempt of each."""
    new = _due(at).filter(consumer=consumer, attempts=0)
    new = new.select_for_update(skip_locked=True, no_key=True)
    claimed = list(new.values_list("pk", flat=True)[:limit])
    Delivery.objects.filter(pk__in=claimed).update(attempts=1, next_at=at + LEASE)
    return claimed


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
    with _FailureNoted([delivery.pk], delivery.attempts):
        consumer = import_string(delivery.consumer)
        if getattr(consumer, "is_unhurried", False):
            consumer(delivery.event)
            return _mark_done(delivery)
        with transaction.atomic():
            if not _mark_done(delivery):
                return False
            is_batched = getattr(consumer, "is_batched", False)
            consumer([delivery.event] if is_batched else delivery.event)
    return True


def _mark_done(delivery: Delivery) -> bool:
    """False if another attempt did."""
    still_pending = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.PENDING)
    return bool(still_pending.update(state=Delivery.State.DONE, error=""))


class _FailureNoted:
    """Writes down what goes wrong inside it, and lets it go on upward."""

    def __init__(self, deliveries: Sequence[UUID], attempts: int) -> None:
        self.deliveries = deliveries
        self.attempts = attempts

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        parked = self.attempts >= MAX_ATTEMPTS
        state = Delivery.State.PARKED if parked else Delivery.State.PENDING
        failed = Delivery.objects.filter(pk__in=self.deliveries, state=Delivery.State.PENDING)
        failed.update(state=state, error=repr(error)[:2_000])
