"""The orders' background work. Every task is safe to run twice, also at once with itself."""

from typing import Any
from uuid import UUID

from celery import shared_task

from orders import services


@shared_task(ignore_result=True)
def expire_orders() -> int:
    """Give back what unpaid orders have reserved for too long."""
    return services.expire_orders()


@shared_task(ignore_result=True)
def settle_payments() -> int:
    """Send every step of a payment that was left half-way to a worker of its own, so that one
    failure stops no other: payments, what is to be given back, and providers' notices."""
    steps: list[tuple[Any, list[UUID]]] = [
        (settle_payment, services.queue_payments()),
        (repay, services.queue_repayments()),
        (settle_receipt, services.unsettled_receipts()),
    ]
    for task, ids in steps:
        for each in ids:
            task.delay(str(each))
    return sum(len(ids) for _, ids in steps)


@shared_task(ignore_result=True)
def settle_payment(payment_id: str) -> None:
    """Go on with a payment; see ``services.settle``."""
    services.settle(UUID(payment_id))


@shared_task(ignore_result=True)
def repay(repayment_id: str) -> None:
    """Give money back; see ``services.repay``."""
    services.repay(UUID(repayment_id))


@shared_task(ignore_result=True)
def settle_receipt(receipt_id: str) -> None:
    """Follow a notice up; see ``services.settle_receipt``."""
    services.settle_receipt(UUID(receipt_id))
