"""Payments from their beginning to the moment when their money is in the books."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from core import events
from ledger.chart import AccountSpec, clearing
from ledger.services import Line, Posting, post
from orders import accounts_chart
from orders.models import Order, Payment, Refund, Repayment
from orders.services import payments

BANK = "bank"
"""Where the money of invoices is: the name that wallets' top-ups have for it."""


def locked_payment(payment_id: UUID) -> Payment:
    """With its order, both locked, the order first. Call it inside a transaction."""
    order = Order.objects.locked().get(
        pk=Payment.objects.values("order").get(pk=payment_id)["order"]
    )
    payment = Payment.objects.locked().get(pk=payment_id)
    payment.order = order
    return payment


def is_wanted(payment: Payment, now: datetime) -> bool:
    """Whether its order still waits for this payment: in time, and for no newer one."""
    order = payment.order
    if not payment.is_open or order.status != Order.Status.AWAITING_PAYMENT:
        return False
    in_time = order.pay_by is None or now < order.pay_by
    newer = Q(created_at__gt=payment.created_at) | Q(
        created_at=payment.created_at, pk__gt=payment.pk
    )
    return in_time and not order.payments.filter(newer).exists()


def time_to_pay(method: str, now: datetime) -> datetime:
    """Until when an order that is to be paid by ``method`` keeps what it reserved."""
    is_invoice = method == Payment.Method.INVOICE
    return now + (settings.INVOICE_PAID_WITHIN if is_invoice else settings.CARD_PAID_WITHIN)


def begin(order: Order, method: str, now: datetime) -> Payment:
    """A pending payment of a (locked, or new) order: the one that is wanted from now on."""
    void_invoices(order)
    return Payment.objects.create(
        order=order,
        method=method,
        amount=order.total,
        currency=order.currency,
        created_at=now,
        checked_at=now,
    )


def void_invoices(order: Order) -> None:
    """Nobody outside need be told that an invoice is not to be paid."""
    pending = order.payments.filter(method=Payment.Method.INVOICE, status=Payment.Status.PENDING)
    pending.update(status=Payment.Status.VOIDED)


def outside_payment(order: Order) -> Payment | None:
    """The payment that brought the order's money, unless it came from a wallet, or from before."""
    from_purses = (Payment.Method.WALLET, Payment.Method.DIRECT)
    captured = order.payments.filter(status=Payment.Status.CAPTURED)
    return captured.exclude(method__in=from_purses).first()


def outside(payment: Payment) -> AccountSpec:
    """Where money of this payment is before it comes in and after it is given back."""
    if payment.method == Payment.Method.WALLET:
        return payments.purse(payment.order)
    provider = BANK if payment.method == Payment.Method.INVOICE else payment.method
    return clearing(provider, payment.currency)


def take_in(payment: Payment, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Book money that came for a locked order which awaits it: into escrow; the order is paid."""
    order = payment.order
    posted = post(payments.payment(order, outside(payment)))
    _received(payment, Payment.Status.CAPTURED, posted.transaction_id, now)
    events.record_many([payments.paid_event(order, list(order.lines.all()), now, actor_id)])


def set_aside(payment: Payment, *, now: datetime, actor_id: UUID | None = None) -> Repayment:
    """Book money that came for a locked order which does not want it (any more), to be given back."""
    due = accounts_chart.refunds_due(payment.pk, payment.currency)
    posting = Posting(
        kind="unclaimed_payment",
        key=f"payment:{payment.pk.hex}:unclaimed",
        lines=(Line(outside(payment), -payment.amount), Line(due, payment.amount)),
        actor_id=actor_id,
        metadata={"order": payment.order.number},
    )
    posted = post(posting)
    _received(payment, Payment.Status.UNCLAIMED, posted.transaction_id, now)
    tell(payment, "payment.unclaimed", now, actor_id=actor_id, amount=payment.amount)
    return owe(payment, payment.amount, now)


def owe(payment: Payment, amount: int, now: datetime, *, refund: Refund | None = None) -> Repayment:
    """Note that ``amount`` minor units of ``payment`` go back outside; see ``services.repay``."""
    return Repayment.objects.create(
        payment=payment,
        refund=refund,
        amount=amount,
        currency=payment.currency,
        created_at=now,
        checked_at=now,
    )


def tell(
    payment: Payment,
    kind: str,
    now: datetime,
    *,
    actor_id: UUID | None = None,
    **facts: object,
) -> None:
    """Put a step of ``payment`` on its order's timeline."""
    actor = actor_id and str(actor_id)
    payload = {"payment": str(payment.pk), "method": payment.method, "actor": actor, **facts}
    events.record(kind, payment.order_id, payload, at=now)


def _received(payment: Payment, status: str, transaction_id: UUID, now: datetime) -> None:
    payment.status = status
    payment.transaction_id = transaction_id
    payment.captured_at = payment.checked_at = now
    payment.save()
