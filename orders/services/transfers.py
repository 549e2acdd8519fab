"""Money that came to the bank: entered by staff as the bank's statement says, and matched to an order."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import clock
from core.locks import advisory_lock
from core.money import Money
from orders import errors
from orders.models import IncomingTransfer, Order, Payment
from orders.services.receiving import set_aside, take_in

Method, Status = Payment.Method, Payment.Status


@transaction.atomic
def enter_transfer(
    *, reference: str, amount: Money, text: str, received_at: datetime, actor_id: UUID
) -> IncomingTransfer:
    """Enter a transfer by the bank's ``reference``, in which case and spaces do not count.

    It is in no book before it is matched.

    :raises BankReferenceMissing: the reference is blank.
    :raises TransferReferenceUsed: it has been entered before.
    """
    known_as = " ".join(reference.upper().split())
    if not known_as:
        raise errors.BankReferenceMissing(field="reference")
    advisory_lock(f"transfer:{known_as}")
    if IncomingTransfer.objects.filter(reference=known_as).exists():
        raise errors.TransferReferenceUsed(field="reference")
    return IncomingTransfer.objects.create(
        reference=known_as,
        amount=amount.amount,
        currency=amount.currency,
        text=text,
        received_at=received_at,
        entered_by=actor_id,
        created_at=clock.db_now(),
    )


@transaction.atomic
def match_transfer(*, transfer_id: UUID, order_number: str, actor_id: UUID) -> Payment:
    """Say which order a transfer pays. The order is paid by it, if it waits for just this amount.

    What comes for an order that does not wait any more is unclaimed, whatever its amount, and is to
    be given back. Locks the order, the transfer and the accounts, in this order.

    :raises OrderUnknown: there is none of this number.
    :raises OwnOrder: it is the actor's own.
    :raises TransferMatched: it was matched before.
    :raises TransferCurrencyWrong, TransferAmountWrong: the order waits for other money.
    """
    order = Order.objects.locked().filter(number=order_number.strip().upper()).first()
    if order is None:
        raise errors.OrderUnknown(field="number")
    if order.user_id == actor_id:
        raise errors.OwnOrder
    transfer = IncomingTransfer.objects.select_for_update(no_key=True).get(pk=transfer_id)
    _check(order, transfer)
    now = clock.db_now()
    if order.status == Order.Status.AWAITING_PAYMENT:
        payment = _expected(order) or _unexpected(order, transfer)
        take_in(payment, now=now, actor_id=actor_id)
    else:
        payment = _unexpected(order, transfer)
        set_aside(payment, now=now, actor_id=actor_id)
    transfer.payment = payment
    transfer.save(update_fields=["payment"])
    return payment


def _check(order: Order, transfer: IncomingTransfer) -> None:
    if transfer.payment_id:
        raise errors.TransferMatched
    facts = {"expected": order.total_money.display(), "received": transfer.amount_money.display()}
    if transfer.currency != order.currency:
        raise errors.TransferCurrencyWrong(field="number", **facts)
    waits = order.status == Order.Status.AWAITING_PAYMENT
    if waits and transfer.amount != order.total:
        detail = (
            "The order waits for {expected}, and {received} came. Send it back, or find its order."
        )
        raise errors.TransferAmountWrong(detail.format(**facts), field="number", **facts)


def _expected(order: Order) -> Payment | None:
    invoices = order.payments.filter(method=Method.INVOICE, status=Status.PENDING)
    payment = invoices.order_by("pk").last()
    if payment is not None:
        payment.order = order
    return payment


def _unexpected(order: Order, transfer: IncomingTransfer) -> Payment:
    """Unsaved: whoever books it saves it."""
    return Payment(
        order=order,
        method=Method.INVOICE,
        amount=transfer.amount,
        currency=transfer.currency,
        created_at=clock.db_now(),
    )
