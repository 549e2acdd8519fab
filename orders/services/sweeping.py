"""What nobody has brought to its end: reservations that ran out, and steps whose worker died.

Each is looked for by the database's clock, and all of it may run twice at once.
"""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.errors import Conflict
from core.events import unhurried
from core.models import Event
from core.retries import retried
from orders.models import Order, OrderQuerySet, Payment, Repayment, WebhookReceipt
from orders.services.cancelling import cancel_order
from orders.services.settling import settle

logger = logging.getLogger(__name__)

EXPIRED = "It was not paid in time."


def expire_orders(limit: int = 100) -> int:
    """Cancel orders whose time to pay is over, oldest first, each in a transaction of its own.

    Returns how many. Stock and promotions go back at once; what was authorised is voided after it.
    """
    due = _overdue(clock.db_now()).order_by("pay_by", "pk")[:limit]
    return sum(_expired(order_id) for order_id in due.values_list("pk", flat=True))


def _overdue(now: datetime) -> OrderQuerySet:
    return Order.objects.filter(status=Order.Status.AWAITING_PAYMENT, pay_by__lte=now)


def _expired(order_id: UUID) -> bool:
    """One that cannot be cancelled is not in the way of the others."""
    try:
        return _expire(order_id)
    except Conflict as refusal:
        logger.warning("order %s not expired: %s", order_id, refusal.code)
        return False


@retried()
@transaction.atomic
def _expire(order_id: UUID) -> bool:
    """False if it was paid or cancelled just now."""
    now = clock.db_now()
    if not _overdue(now).locked().filter(pk=order_id).exists():
        return False
    cancel_order(order_id, actor_id=None, reason=EXPIRED, at=now)
    return True


@unhurried
def settle_order(event: Event) -> None:
    """Let go of what is authorised for a cancelled order. The sweep does it if this cannot."""
    unsettled = Payment.objects.unsettled().filter(order=event.subject_id)
    for payment_id in unsettled.values_list("pk", flat=True):
        settle(payment_id)


def queue_payments(limit: int = 500) -> list[UUID]:
    """Set unsettled payments aside for workers; see ``_queue``."""
    return _queue(Payment.objects.unsettled(), limit)


def queue_repayments(limit: int = 500) -> list[UUID]:
    """Set aside what providers have to give back; see ``_queue``."""
    by_provider = Repayment.objects.exclude(payment__method=Payment.Method.INVOICE)
    return _queue(by_provider.filter(status=Repayment.Status.PENDING), limit)


def unsettled_receipts(limit: int = 500) -> list[UUID]:
    """Notices that nobody has followed up so far, oldest first."""
    left_since = clock.db_now() - settings.PAYMENTS_CHECKED_AFTER
    left = WebhookReceipt.objects.filter(settled_at=None, received_at__lte=left_since)
    return list(left.order_by("received_at", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def _queue(rows: QuerySet[Any], limit: int) -> list[UUID]:
    """Ids of ``rows`` that nobody has seen to for ``PAYMENTS_CHECKED_AFTER``, oldest first: left to a
    worker for as long again. Those that somebody is at now are passed over, not waited for."""
    now = clock.db_now()
    left = rows.filter(checked_at__lte=now - settings.PAYMENTS_CHECKED_AFTER)
    left = left.order_by("checked_at", "pk")
    free = left.select_for_update(of=("self",), skip_locked=True, no_key=True)
    queued = list(free.values_list("pk", flat=True)[:limit])
    rows.model._default_manager.filter(pk__in=queued).update(checked_at=now)  # noqa: SLF001  # Django's API
    return queued
