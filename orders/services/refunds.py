"""Refunds as they are before they are saved, and the money that they move."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Sum

from core import bulk, events
from core.models import Event
from ledger.services import Line, Posting
from orders import accounts_chart
from orders.models import Order, OrderLine, Refund, RefundLine
from orders.services.payments import purse


class Returned(NamedTuple):
    """Of one order line: pieces, minor units, and the part of these that was commission."""

    quantity: int = 0
    amount: int = 0
    commission: int = 0


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """An unsaved refund of ``order`` with its lines, whose seller orders are selected along."""

    order: Order
    refund: Refund
    lines: list[RefundLine] = field(default_factory=list)

    def give_back(self, line: OrderLine, quantity: int, before: Returned) -> Returned:
        """Add ``quantity`` pieces of ``line``; returns what has come back of it by then."""
        after = _worth(line, before.quantity + quantity)
        amount = after.amount - before.amount
        commission = min(after.commission - before.commission, amount)
        self.refund.amount += amount
        self.lines.append(
            RefundLine(
                refund=self.refund,
                order_line=line,
                quantity=quantity,
                amount=amount,
                commission=commission,
            )
        )
        return Returned(after.quantity, after.amount, before.commission + commission)


def returned_before(lines: Iterable[OrderLine]) -> defaultdict[UUID, Returned]:
    """What earlier refunds gave back of each of ``lines``, by its id."""
    sums = RefundLine.objects.filter(order_line__in=lines).values_list("order_line")
    found: defaultdict[UUID, Returned] = defaultdict(Returned)
    for line_id, *each in sums.annotate(Sum("quantity"), Sum("amount"), Sum("commission")):
        found[line_id] = Returned(*each)
    return found


def taken_back(draft: RefundDraft) -> Posting:
    """After release: from the sellers, and commission from the platform, to the buyer."""
    return _posting(draft, _shares(draft))


def from_escrow(draft: RefundDraft) -> Posting:
    """Before release: from the order's escrow to the buyer."""
    order = draft.order
    escrow = accounts_chart.escrow(order.pk, order.currency)
    return _posting(draft, [Line(escrow, -draft.refund.amount)])


def _posting(draft: RefundDraft, sources: Sequence[Line]) -> Posting:
    order, refund = draft.order, draft.refund
    return Posting(
        kind="refund",
        key=f"refund:{refund.pk.hex}",
        lines=(*sources, Line(purse(order), refund.amount)),
        effective_at=refund.refunded_at,
        actor_id=refund.actor_id,
        reason=refund.reason,
        metadata={"order": order.number},
    )


def save(drafts: Sequence[RefundDraft], transactions: Mapping[UUID, UUID]) -> None:
    """Insert lines, then headers, whose guard compares them; record the news.

    ``transactions`` are the ledger's, by refund; one of nothing has none.
    """
    for draft in drafts:
        draft.refund.transaction_id = transactions.get(draft.refund.pk)
    bulk.insert(line for d in drafts for line in d.lines)
    bulk.insert(d.refund for d in drafts)
    events.record_many([_event(d) for d in drafts])


def _shares(draft: RefundDraft) -> list[Line]:
    currency = draft.order.currency
    owed: defaultdict[UUID, int] = defaultdict(int)
    for line in draft.lines:
        owed[line.order_line.seller_order.seller_id] += line.amount - line.commission
    shares = [
        Line(accounts_chart.seller_payable(seller_id, currency), -share)
        for seller_id, share in owed.items()
        if share
    ]
    commission = sum(line.commission for line in draft.lines)
    if commission:
        shares.append(Line(accounts_chart.commission(currency), -commission))
    return shares


def _worth(line: OrderLine, pieces: int) -> Returned:
    """What the first ``pieces`` of a line cost; all of them cost all of it."""
    total = line.subtotal - line.discount + line.tax
    return Returned(
        pieces, total * pieces // line.quantity, line.commission * pieces // line.quantity
    )


def _event(draft: RefundDraft) -> Event:
    units: dict[str, int] = {}
    for line in draft.lines:
        product = str(line.order_line.product_id)
        units[product] = units.get(product, 0) + line.quantity
    refund = draft.refund
    payload = {
        "number": draft.order.number,
        "amount": refund.amount,
        "units": units,
        "actor": refund.actor_id and str(refund.actor_id),
        "reason": refund.reason,
    }
    at = refund.refunded_at
    return Event(kind="order.refunded", subject_id=draft.order.pk, payload=payload, at=at)
