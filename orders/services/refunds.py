"""Refunds as they are before they are saved, and the money that they move."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Sum

from core import bulk, events
from core.models import Event
from ledger.chart import AccountSpec
from ledger.services import Posting
from orders import accounts_chart
from orders.models import Order, OrderLine, Refund, RefundLine
from orders.services.payments import lines, purse, tax_account


class Returned(NamedTuple):
    """Of one order line: pieces, and minor units: to the buyer and to the platform's promotions,
    of which tax and commission were not the seller's."""

    quantity: int = 0
    amount: int = 0
    sponsored: int = 0
    tax: int = 0
    commission: int = 0

    @property
    def seller_share(self) -> int:
        """What of it the seller had."""
        return self.amount + self.sponsored - self.tax - self.commission

    def since(self, before: "Returned") -> "Returned":
        return Returned(*(now - then for now, then in zip(self, before, strict=True)))


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """An unsaved refund of ``order`` with its lines, whose seller orders are selected along.

    ``to`` is where the buyer's share goes, None for the purse that the order was paid from.
    """

    order: Order
    refund: Refund
    to: AccountSpec | None = None
    lines: list[RefundLine] = field(default_factory=list)

    def give_back(self, line: OrderLine, quantity: int, before: Returned) -> Returned:
        """Add ``quantity`` pieces of ``line``; returns what has come back of it by then."""
        after = _worth(line, before.quantity + quantity)
        left = _worth(line, line.quantity).since(before)
        back = _within(after.since(before), left)
        self.refund.amount += back.amount
        self.refund.sponsored += back.sponsored
        self.lines.append(RefundLine(refund=self.refund, order_line=line, **back._asdict()))
        return Returned(*(then + now for then, now in zip(before, back, strict=True)))


def returned_before(lines: Iterable[OrderLine]) -> defaultdict[UUID, Returned]:
    """What earlier refunds gave back of each of ``lines``, by its id."""
    sums = RefundLine.objects.filter(order_line__in=lines).values_list("order_line")
    found: defaultdict[UUID, Returned] = defaultdict(Returned)
    for line_id, *each in sums.annotate(*(Sum(name) for name in Returned._fields)):
        found[line_id] = Returned(*each)
    return found


def taken_back(draft: RefundDraft) -> Posting:
    """After release: from sellers, commission and tax, to the buyer and the promotions."""
    return _posting(draft, _shares(draft))


def from_escrow(draft: RefundDraft) -> Posting:
    """Before release: from the order's escrow."""
    order, refund = draft.order, draft.refund
    escrow = accounts_chart.escrow(order.pk, order.currency)
    return _posting(draft, [(escrow, -refund.amount - refund.sponsored)])


def _posting(draft: RefundDraft, sources: Sequence[tuple[AccountSpec, int]]) -> Posting:
    order, refund = draft.order, draft.refund
    return Posting(
        kind="refund",
        key=f"refund:{refund.pk.hex}",
        lines=lines(
            *sources,
            (accounts_chart.promotions(order.currency), refund.sponsored),
            (draft.to or purse(order), refund.amount),
        ),
        effective_at=refund.refunded_at,
        actor_id=refund.actor_id,
        reason=refund.reason,
        metadata={"order": order.number},
    )


def is_moving(refund: Refund) -> bool:
    """Whether it moves any money."""
    return bool(refund.amount or refund.sponsored)


def save(drafts: Sequence[RefundDraft], transactions: Mapping[UUID, UUID]) -> None:
    """Insert lines, then headers, whose guard compares them; record the news.

    ``transactions`` are the ledger's, by refund; one of nothing has none.
    """
    for draft in drafts:
        draft.refund.transaction_id = transactions.get(draft.refund.pk)
    bulk.insert(line for d in drafts for line in d.lines)
    bulk.insert(d.refund for d in drafts)
    events.record_many([_event(d) for d in drafts])


def _shares(draft: RefundDraft) -> list[tuple[AccountSpec, int]]:
    """What each gives back of what it was given."""
    currency = draft.order.currency
    owed: defaultdict[UUID, int] = defaultdict(int)
    for line in draft.lines:
        owed[line.order_line.seller_order.seller_id] += line.seller_share
    return [
        *((accounts_chart.seller_payable(s, currency), -share) for s, share in owed.items()),
        (accounts_chart.commission(currency), -sum(line.commission for line in draft.lines)),
        (tax_account(draft.order), -sum(line.tax for line in draft.lines)),
    ]


def _worth(line: OrderLine, pieces: int) -> Returned:
    """What the first ``pieces`` of a line cost; all of them cost all of it."""
    whole = (line.total, line.sponsored, line.all_tax, line.commission)
    return Returned(pieces, *(part * pieces // line.quantity for part in whole))


def _within(back: Returned, left: Returned) -> Returned:
    """With rounding kept from asking a seller for less than nothing, or for more than is left of what
    the line brought them: the platform gives that back, which then has less to give at the end.
    """
    given = back.amount + back.sponsored
    tax = min(max(back.tax, 0), given)
    commission = min(max(back.commission, 0), given - tax)
    too_much = max(0, given - tax - commission - left.seller_share)
    more = min(too_much, left.commission - commission)
    return back._replace(tax=tax + too_much - more, commission=commission + more)


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
