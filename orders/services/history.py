"""Sales that happened before Mercat kept the books: entered as they were, on their own dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.models import NEXT_VERSION
from ledger.chart import funding, wallet
from ledger.services import Line, Posted, Posting, post_batch
from orders.models import Order, SellerOrder
from orders.services import drafts
from orders.services.drafts import Address, Draft, Sold
from orders.services.payments import mark_paid, payment, release


@dataclass(frozen=True, slots=True)
class PastSale:
    """One finished sale. ``reference`` names it where it came from; ``at`` is UTC."""

    reference: str
    buyer: User
    sold: tuple[Sold, ...]
    currency: str
    address: Address
    at: datetime


@transaction.atomic
def record_past_sales(sales: Sequence[PastSale]) -> int:
    """Enter sales as paid, delivered and settled with their sellers; stock stays as it is.

    The books show, with ``effective_at`` the date of the sale: the buyer's deposit, the payment
    into escrow, and the release to sellers and commission. All of ``sales`` or none; one whose
    ``reference`` is known is passed over. Returns how many were new.
    """
    references = [sale.reference for sale in sales]
    known = set(Order.objects.filter(reference__in=references).values_list("reference", flat=True))
    new = [_draft(sale) for sale in sales if sale.reference not in known]
    drafts.save(new)
    mark_paid(new, _posted([d for d in new if d.order.total]))
    Order.objects.filter(pk__in=[d.order.pk for d in new]).update(
        status=Order.Status.COMPLETED, version=NEXT_VERSION
    )
    return len(new)


def _posted(sales: Sequence[Draft]) -> list[Posted]:
    """Deposit, payment and release of each in one batch, so that accounts are locked in order.

    Returns the payments.
    """
    steps = [step for d in sales for step in (_deposit(d.order), payment(d.order), release(d))]
    return post_batch(steps)[1::3]


def _draft(sale: PastSale) -> Draft:
    draft = drafts.draft(
        buyer=sale.buyer,
        sold=sale.sold,
        currency=sale.currency,
        addresses=(sale.address, sale.address),
        at=sale.at,
        reference=sale.reference,
    )
    for part in draft.seller_orders.values():
        part.status = SellerOrder.Status.DELIVERED
    return draft


def _deposit(order: Order) -> Posting:
    return Posting(
        kind="deposit",
        key=f"order:{order.pk.hex}:deposit",
        lines=(
            Line(funding(order.currency), -order.total),
            Line(wallet(order.user_id, order.currency), order.total),
        ),
        effective_at=order.created_at,
        actor_id=order.user_id,
        metadata={"order": order.number},
    )
