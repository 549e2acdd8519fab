"""Giving money back outside: owed in one transaction, sent outside of any, booked in another."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from core.events import unhurried
from core.models import Event
from core.retries import retried
from ledger.services import Line, Posting, post
from orders import accounts_chart, errors
from orders.models import Order, Payment, Repayment
from orders.payments import registry
from orders.services.receiving import outside, tell
from orders.services.settling import charge_of

Status = Repayment.Status


def repay(repayment_id: UUID) -> Repayment:
    """Give a payment's provider what it is to give back. Safe to repeat, and to run twice at once.

    Call it outside of any transaction. What goes back by bank waits for staff, as does what the
    provider refuses; see ``confirm_repayment``.

    :raises ProviderUnavailable: what became of it is not known. Come again.
    """
    repayment = Repayment.objects.select_related("payment__order").get(pk=repayment_id)
    payment = repayment.payment
    if repayment.status != Status.PENDING or not registry.is_outside(payment.method):
        return repayment
    provider = registry.provider_of(payment.method)
    try:
        provider.refund(charge_of(payment), key=repayment.pk.hex, amount=repayment.amount_money)
    except errors.ProviderRefused as refusal:
        return _refused(repayment_id, refusal.detail)
    return _repaid(repayment_id)


@unhurried
def repay_order(event: Event) -> None:
    """Send what the order of ``event`` has to give back. The sweep does it if this cannot."""
    due = Repayment.objects.filter(payment__order=event.subject_id, status=Status.PENDING)
    for repayment_id in due.values_list("pk", flat=True):
        repay(repayment_id)


@transaction.atomic
def confirm_repayment(*, repayment_id: UUID, reference: str, actor_id: UUID) -> Repayment:
    """Note that staff gave money back by bank, by the bank's ``reference``.

    :raises BankReferenceMissing: it is blank.
    :raises RepaymentDone: it was given back before.
    :raises RepaymentUnderWay: its provider gives it back, and has not refused to.
    :raises OwnOrder: it is the actor's own.
    """
    if not reference.strip():
        raise errors.BankReferenceMissing(field="reference")
    repayment = _locked(repayment_id)
    if repayment.payment.order.user_id == actor_id:
        raise errors.OwnOrder
    if repayment.status == Status.DONE:
        raise errors.RepaymentDone
    is_ours = not registry.is_outside(repayment.payment.method)
    if repayment.status == Status.PENDING and not is_ours:
        raise errors.RepaymentUnderWay
    repayment.reference = reference.strip()
    return _book(repayment, clock.db_now(), actor_id)


@retried()
@transaction.atomic
def _repaid(repayment_id: UUID) -> Repayment:
    repayment = _locked(repayment_id)
    return repayment if repayment.status == Status.DONE else _book(repayment, clock.db_now(), None)


@retried()
@transaction.atomic
def _refused(repayment_id: UUID, reason: str) -> Repayment:
    repayment = _locked(repayment_id)
    if repayment.status == Status.PENDING:
        repayment.status, repayment.reason = Status.FAILED, reason[:200]
        repayment.checked_at = now = clock.db_now()
        repayment.save()
        facts: dict[str, Any] = {"amount": repayment.amount, "reason": repayment.reason}
        tell(repayment.payment, "payment.repayment_failed", now, **facts)
    return repayment


def _locked(repayment_id: UUID) -> Repayment:
    """With its payment and order, of which the order and itself are locked, in this order."""
    found = Repayment.objects.select_related("payment").get(pk=repayment_id)
    order = Order.objects.locked().get(pk=found.payment.order_id)
    repayment = Repayment.objects.locked().select_related("payment").get(pk=repayment_id)
    repayment.payment.order = order
    return repayment


def _book(repayment: Repayment, now: datetime, actor_id: UUID | None) -> Repayment:
    payment = repayment.payment
    due = accounts_chart.refunds_due(payment.pk, repayment.currency)
    posting = Posting(
        kind="repayment",
        key=f"repayment:{repayment.pk.hex}",
        lines=(Line(due, -repayment.amount), Line(outside(payment), repayment.amount)),
        actor_id=actor_id,
        metadata={"order": payment.order.number},
    )
    repayment.transaction_id = post(posting).transaction_id
    repayment.status, repayment.actor_id = Status.DONE, actor_id
    repayment.repaid_at = repayment.checked_at = now
    repayment.save()
    if payment.status == Payment.Status.UNCLAIMED:
        Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.REFUNDED)
    tell(payment, "payment.repaid", now, actor_id=actor_id, amount=repayment.amount)
    return repayment
