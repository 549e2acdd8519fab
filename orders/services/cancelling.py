"""Calling an order off before any of it is on its way: everything goes back where it was."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from catalog.models import Variant
from catalog.services import return_stock
from core import events
from core.models import NEXT_VERSION
from ledger.services import post_batch
from orders import accounts_chart, errors
from orders.models import Order, OrderLine, Refund, SellerOrder
from orders.services import refunds
from orders.services.payments import is_moving
from orders.services.receiving import outside_payment, owe, void_invoices
from orders.services.redemptions import give_back
from orders.services.refunds import RefundDraft


@transaction.atomic
def cancel_order(order_id: UUID, *, actor_id: UUID | None, reason: str, at: datetime) -> Order:
    """Give back stock, promotions and money of an order that nobody has shipped any part of, and close it.

    Money from outside is owed from now on and sent after the commit, as is the word that what was
    authorised is not wanted; see ``repay`` and ``settle``.
    Locks the order, its sellers' parts, variants, products, promotions and accounts, in this order.

    :raises OrderNotCancellable: a part of it is on its way, or it is closed already.
    """
    order = Order.objects.locked().get(pk=order_id)
    list(order.seller_orders.order_by("pk").select_for_update(no_key=True))
    if not order.is_cancellable:
        raise errors.OrderNotCancellable(status=order.status)
    lines = list(order.lines.select_related("variant", "seller_order"))
    _put_back(order, lines, at)
    give_back(order, at=at)
    _pay_back(order, lines, actor_id=actor_id, reason=reason, at=at)
    closed = {"updated_at": at, "version": NEXT_VERSION}
    order.seller_orders.update(status=SellerOrder.Status.CANCELLED, **closed)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED, pay_by=None, **closed)
    void_invoices(order)
    payload = {"actor": actor_id and str(actor_id), "reason": reason}
    events.record("order.cancelled", order.pk, payload, at=at)
    return Order.objects.with_parts().get(pk=order.pk)


def _put_back(order: Order, lines: Sequence[OrderLine], at: datetime) -> None:
    quantities: Counter[Variant] = Counter()
    for line in lines:
        quantities[line.variant] += line.quantity
    return_stock(quantities, reference=order.pk, at=at)


def _pay_back(
    order: Order, lines: Sequence[OrderLine], *, actor_id: UUID | None, reason: str, at: datetime
) -> None:
    """What was paid, out of escrow, where all of it is as long as nothing was shipped."""
    if order.status != Order.Status.PAID or not is_moving(order):
        return
    payment = outside_payment(order)
    to = accounts_chart.refunds_due(payment.pk, order.currency) if payment else None
    draft = RefundDraft(order, _refund(order, actor_id, reason, at), to)
    for line in lines:
        draft.give_back(line, line.quantity, refunds.Returned())
    [posted] = post_batch([refunds.from_escrow(draft)])
    refunds.save([draft], {draft.refund.pk: posted.transaction_id})
    if payment and draft.refund.amount:
        owe(payment, draft.refund.amount, at, refund=draft.refund)


def _refund(order: Order, actor_id: UUID | None, reason: str, at: datetime) -> Refund:
    return Refund(
        order=order,
        kind=Refund.Kind.BEFORE_RELEASE,
        reference=f"{order.number}:cancelled",
        amount=0,
        currency=order.currency,
        reason=reason,
        actor_id=actor_id,
        refunded_at=at,
    )
