"""How an order that waits for its payment comes to one, or to another one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import clock
from core.models import NEXT_VERSION
from orders import errors
from orders.models import Order, Payment
from orders.payments import registry
from orders.services.receiving import begin, take_in, time_to_pay


@transaction.atomic
def pay_order(
    order_id: UUID, *, method: str, has_token: bool = False, actor_id: UUID | None
) -> Payment:
    """Begin another payment of an order that waits for one, or go on with the one that is there.

    Without a new card, a payment that is under way by the same method is gone on with. By wallet the
    order is paid at once; with an outside provider ``settle`` comes next, after the commit. The one
    before is not wanted any more, and voided by the sweep. Locks the order, then accounts.

    :raises PaymentMethodNotOffered: shoppers may not choose ``method``.
    :raises AccountNeeded: a guest would pay from a wallet.
    :raises OrderNotPayable: it is paid or cancelled.
    :raises PaymentTimeOver: what it reserved is for sale again, or will be in a moment.
    :raises PaymentUnderWay: an earlier payment is authorised.
    :raises PaymentTokenMissing: there is no card to ask.
    :raises InsufficientFunds: the wallet holds less than the total.
    """
    order = Order.objects.locked().get(pk=order_id)
    registry.check_offered(method, is_guest=order.user_id is None)
    now = clock.db_now()
    _check_waits(order, now)
    unsettled = order.payments.filter(status__in=Payment.OPEN).order_by("created_at", "pk")
    if unsettled.filter(status=Payment.Status.AUTHORISED).exists():
        raise errors.PaymentUnderWay
    current = unsettled.last()
    if current and current.method == method and not has_token:
        return current
    if registry.is_outside(method) and not has_token:
        raise errors.PaymentTokenMissing(field="payment_token")
    return _begun(order, method, now, actor_id)


def open_payment(order: Order) -> Payment | None:
    """Of an order that waits (see ``with_parts``): the payment that somebody outside is to be asked
    for."""
    waiting = [
        payment
        for payment in order.payments.all()
        if payment.is_open and registry.is_outside(payment.method)
    ]
    return max(waiting, key=lambda payment: (payment.created_at, payment.pk), default=None)


def _check_waits(order: Order, now: datetime) -> None:
    if order.status != Order.Status.AWAITING_PAYMENT:
        raise errors.OrderNotPayable(status=order.status)
    if order.pay_by and now >= order.pay_by:
        raise errors.PaymentTimeOver


def _begun(order: Order, method: str, now: datetime, actor_id: UUID | None) -> Payment:
    payment = begin(order, method, now)
    if method == Payment.Method.WALLET:
        take_in(payment, now=now, actor_id=actor_id)
    elif method == Payment.Method.INVOICE:
        Order.objects.filter(pk=order.pk).update(
            pay_by=time_to_pay(method, now), updated_at=now, version=NEXT_VERSION
        )
    return payment
