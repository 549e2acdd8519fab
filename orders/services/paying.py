"""How an order that waits for its payment comes to one, or to another one."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import clock
from orders import errors
from orders.models import Order, Payment
from orders.payments import registry
from orders.services.receiving import is_wanted

Method, Status = Payment.Method, Payment.Status


def time_to_pay(method: str, at: datetime) -> datetime:
    """Until when an order that is to be paid by ``method`` keeps what it reserved."""
    return at + (
        settings.INVOICE_PAID_WITHIN if method == Method.INVOICE else settings.CARD_PAID_WITHIN
    )


def begin(order: Order, method: str, at: datetime) -> Payment:
    """A pending payment of a (locked, or new) order. It is the one that is wanted from now on."""
    return Payment.objects.create(
        order=order,
        method=method,
        amount=order.total,
        currency=order.currency,
        created_at=at,
        checked_at=at,
    )


@transaction.atomic
def pay_order(
    order_id: UUID, *, method: str, has_token: bool = False, actor_id: UUID | None, at: datetime
) -> Payment:
    """Begin another payment of an order that waits for one, or go on with the one that is there.

    Without a new card, a payment that is under way by the same method is gone on with. By wallet the
    order is paid at once; with an outside provider ``settle`` comes next, after the commit. The one
    before is not wanted any more, and voided by the sweep. Locks the order, then accounts.

    :raises PaymentMethodNotOffered: shoppers may not choose ``method``.
    :raises OrderNotPayable: it is paid or cancelled.
    :raises PaymentTimeOver: what it reserved is for sale again, or will be in a moment.
    :raises PaymentUnderWay: an earlier payment is authorised.
    :raises PaymentTokenMissing: there is no card to ask.
    :raises InsufficientFunds: the wallet holds less than the total.
    """
    registry.check_offered(method)
    order = Order.objects.locked().get(pk=order_id)
    _check_waits(order, clock.db_now())
    open_ones = order.payments.filter(status__in=Payment.OPEN).order_by("pk")
    if open_ones.filter(status=Status.AUTHORISED).exists():
        raise errors.PaymentUnderWay
    current = open_ones.last()
    if current and current.method == method and not has_token:
        return current
    return _another(order, method, has_token=has_token, at=at)
