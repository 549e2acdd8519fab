"""Sales and refunds from before Mercat kept the books: entered as they were, on their own dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from cart.pricing import Customer, PricedLine, Quote
from core.models import NEXT_VERSION
from ledger.chart import funding, wallet
from ledger.services import Line, Posted, Posting, post_batch
from orders import errors
from orders.models import Order, OrderLine, Refund, SellerOrder
from orders.services import drafts, refunds
from orders.services.drafts import Address, Draft
from orders.services.payments import (
    is_moving,
    mark_paid,
    payment,
    payment_key,
    purse,
    release,
)
from orders.services.refunds import RefundDraft


@dataclass(frozen=True, slots=True)
class PastSale:
    """One finished sale. ``reference`` names it where it came from; ``at`` is UTC.

    Without a ``buyer`` it is a guest's.
    """

    reference: str
    buyer: User | None
    sold: tuple[PricedLine, ...]
    currency: str
    address: Address
    at: datetime


@dataclass(frozen=True, slots=True)
class PastRefund:
    """Pieces of the past sale ``of`` that came back: how many of its lines, by position from 1."""

    reference: str
    of: str
    quantities: Mapping[int, int]
    reason: str
    at: datetime


class Entered(NamedTuple):
    """How many were new."""

    orders: int
    refunds: int


@transaction.atomic
def record_past(*, sales: Sequence[PastSale], returns: Sequence[PastRefund] = ()) -> Entered:
    """Enter sales as paid, delivered and settled with their sellers, and refunds after that.

    The books show, with ``effective_at`` the date of each: the buyer's deposit, the payment
    into escrow, the release to sellers and commission; and of a refund, what these give back, and
    its way out to where the deposit came from. Stock stays as it is. All or nothing; what bears a
    known ``reference`` is passed over. Orders are locked in pk order, then accounts.

    :raises PastSaleUnknown: a refund is of an order or a line that is not there.
    """
    new = [_draft(sale) for sale in _unknown_sales(sales)]
    drafts.save(new)
    back = _refunds(_unknown_refunds(returns))
    posted = _posted([*_sale_steps(new), *_refund_steps(back)])
    mark_paid(new, [posted[payment_key(d.order)] for d in new if is_moving(d.order)])
    Order.objects.filter(pk__in=[d.order.pk for d in new]).update(
        status=Order.Status.COMPLETED, version=NEXT_VERSION
    )
    moved = {
        d.refund.pk: posted[f"refund:{d.refund.pk.hex}"]
        for d in back
        if refunds.is_moving(d.refund)
    }
    refunds.save(back, {pk: one.transaction_id for pk, one in moved.items()})
    return Entered(len(new), len(back))


def record_past_sales(sales: Sequence[PastSale]) -> int:
    """Enter sales alone; see ``record_past``. Returns how many were new."""
    return record_past(sales=sales).orders


def _unknown_sales(sales: Sequence[PastSale]) -> list[PastSale]:
    references = [sale.reference for sale in sales]
    known = set(Order.objects.filter(reference__in=references).values_list("reference", flat=True))
    return [sale for sale in sales if sale.reference not in known]


def _unknown_refunds(returns: Sequence[PastRefund]) -> list[PastRefund]:
    references = [one.reference for one in returns]
    known = set(Refund.objects.filter(reference__in=references).values_list("reference", flat=True))
    return [one for one in returns if one.reference not in known]


def _posted(steps: Sequence[Posting]) -> dict[str, Posted]:
    """By key. All money in one batch, so that accounts are locked in order."""
    return dict(zip((step.key for step in steps), post_batch(steps), strict=True))


def _sale_steps(sales: Sequence[Draft]) -> list[Posting]:
    moving = [d for d in sales if is_moving(d.order)]
    return [step for d in moving for step in (*_deposit(d.order), _payment(d.order), release(d))]


def _refund_steps(back: Sequence[RefundDraft]) -> list[Posting]:
    return [
        step
        for d in back
        if refunds.is_moving(d.refund)
        for step in (refunds.taken_back(d), *_withdrawal(d))
    ]


def _draft(sale: PastSale) -> Draft:
    draft = drafts.draft(
        customer=Customer(sale.buyer, sale.buyer.email if sale.buyer else ""),
        quote=Quote(sale.sold),
        currency=sale.currency,
        addresses=(sale.address, sale.address),
        at=sale.at,
        reference=sale.reference,
    )
    for part in draft.seller_orders.values():
        part.status = SellerOrder.Status.DELIVERED
    return draft


def _refunds(returns: Sequence[PastRefund]) -> list[RefundDraft]:
    """Drawn up in their order: what the first one gives back, the next one does not."""
    lines = _lines(returns)
    before = refunds.returned_before(lines.values())
    found = []
    for one in returns:
        order = lines[one.of, next(iter(one.quantities))].order
        draft = RefundDraft(order, _refund(one, order))
        for position, quantity in one.quantities.items():
            line = lines[one.of, position]
            before[line.pk] = draft.give_back(line, quantity, before[line.pk])
        found.append(draft)
    return found


def _lines(returns: Sequence[PastRefund]) -> dict[tuple[str, int], OrderLine]:
    """The lines that come back, by reference and position; their orders are locked."""
    wanted = {(one.of, position) for one in returns for position in one.quantities}
    references = {reference for reference, _ in wanted}
    orders = {order.pk: order for order in Order.objects.filter(reference__in=references).locked()}
    rows = OrderLine.objects.filter(
        order__in=orders, position__in={position for _, position in wanted}
    ).select_related("seller_order")
    lines = {}
    for line in rows:
        line.order = orders[line.order_id]
        lines[line.order.reference or "", line.position] = line
    if not wanted <= set(lines):
        raise errors.PastSaleUnknown
    return lines


def _refund(one: PastRefund, order: Order) -> Refund:
    return Refund(
        order=order,
        kind=Refund.Kind.AFTER_RELEASE,
        reference=one.reference,
        amount=0,
        currency=order.currency,
        reason=one.reason,
        refunded_at=one.at,
    )


def _payment(order: Order) -> Posting:
    return payment(order, purse(order), at=order.created_at)


def _deposit(order: Order) -> list[Posting]:
    """A guest has no wallet to put it into."""
    key = f"order:{order.pk.hex}:deposit"
    return _through_wallet(order, "deposit", key, order.total, order.created_at)


def _withdrawal(draft: RefundDraft) -> list[Posting]:
    refund = draft.refund
    key = f"refund:{refund.pk.hex}:out"
    return _through_wallet(draft.order, "withdrawal", key, -refund.amount, refund.refunded_at)


def _through_wallet(order: Order, kind: str, key: str, amount: int, at: datetime) -> list[Posting]:
    """``amount`` into the buyer's wallet from outside, or out if it is below zero."""
    if order.user_id is None or not amount:
        return []
    lines = (
        Line(funding(order.currency), -amount),
        Line(wallet(order.user_id, order.currency), amount),
    )
    return [
        Posting(
            kind,
            key,
            lines,
            effective_at=at,
            actor_id=order.user_id,
            metadata={"order": order.number},
        )
    ]
