"""Money into and out of an order's escrow."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core import events
from core.countries import UNKNOWN
from core.models import NEXT_VERSION, Event
from ledger.chart import AccountSpec, funding, wallet
from ledger.models import HoldResolution
from ledger.services import Line, Posted, Posting, Resolution, new_hold, post_batch
from orders import accounts_chart
from orders.models import Order, OrderLine, Payment
from orders.services.drafts import Draft


def pay_from_wallets(drafts: Sequence[Draft]) -> None:
    """Set each order's total aside in its buyer's wallet, take it into escrow, and mark it paid.

    :raises InsufficientFunds: a wallet holds too little; nothing is posted.
    """
    steps = [step for d in drafts if is_moving(d.order) for step in from_wallet(d.order)]
    posted = post_batch(steps)
    by_key = {step.key: paid for step, paid in zip(steps, posted, strict=True)}
    mark_paid(drafts, [by_key[payment_key(d.order)] for d in drafts if is_moving(d.order)])


def from_wallet(order: Order) -> list[Posting]:
    """A hold in the buyer's wallet, as any payment is authorised first, and its capture."""
    at = order.created_at
    if order.user_id is None or not order.total:
        return [payment(order, purse(order), at=at)]
    hold = new_hold(
        user_id=order.user_id,
        amount=order.total_money,
        purpose="order",
        reference=order.number,
        lasting=None,
    )
    captured = Resolution(hold.id, HoldResolution.Kind.CAPTURED, order.total)
    return [
        Posting(
            kind="hold",
            key=f"order:{order.pk.hex}:hold",
            lines=hold.lines,
            effective_at=at,
            actor_id=order.user_id,
            metadata={"order": order.number},
            places=(hold,),
        ),
        replace(payment(order, hold.held, at=at), resolves=(captured,)),
    ]


def is_moving(order: Order) -> bool:
    """Whether its payment moves any money: the buyer's, or what the platform adds."""
    return bool(order.total or order.sponsored)


def mark_paid(drafts: Sequence[Draft], posted: Sequence[Posted]) -> None:
    """Save the captured payments, whereupon the database marks the orders; record the news.

    ``posted`` are the payments of those orders that move money, in their order. One that costs its
    buyer nothing is paid without a payment.
    """
    moving = [d.order for d in drafts if is_moving(d.order)]
    Payment.objects.bulk_create(
        (_captured(order, paid) for order, paid in zip(moving, posted, strict=True) if order.total),
        batch_size=500,
    )
    free = [d.order.pk for d in drafts if not d.order.total]
    Order.objects.filter(pk__in=free).update(status=Order.Status.PAID, version=NEXT_VERSION)
    events.record_many(
        [paid_event(d.order, d.lines, d.order.created_at, d.order.buyer_id) for d in drafts]
    )


def _captured(order: Order, paid: Posted) -> Payment:
    return Payment(
        order=order,
        method=Payment.Method.WALLET if order.user_id else Payment.Method.DIRECT,
        status=Payment.Status.CAPTURED,
        amount=order.total,
        currency=order.currency,
        transaction_id=paid.transaction_id,
        created_at=order.created_at,
        captured_at=order.created_at,
    )


def payment_key(order: Order) -> str:
    """The same for every payment of an order: the books take one, however many come."""
    return f"order:{order.pk.hex}:pay"


def payment(order: Order, source: AccountSpec, *, at: datetime | None = None) -> Posting:
    """The order's total from ``source``, and what the platform adds, into its escrow; now or ``at``."""
    return Posting(
        kind="order_payment",
        key=payment_key(order),
        lines=lines(
            (source, -order.total),
            (accounts_chart.promotions(order.currency), -order.sponsored),
            (accounts_chart.escrow(order.pk, order.currency), order.total + order.sponsored),
        ),
        effective_at=at,
        actor_id=order.user_id,
        metadata={"order": order.number},
    )


def lines(*moves: tuple[AccountSpec, int]) -> tuple[Line, ...]:
    """Those of ``moves`` that move something."""
    return tuple(Line(account, amount) for account, amount in moves if amount)


def purse(order: Order) -> AccountSpec:
    """Where its money comes from, and goes back to."""
    if order.user_id is None:
        return funding(order.currency)
    return wallet(order.user_id, order.currency)


def release(draft: Draft) -> Posting:
    """Escrow to the sellers, less tax and the platform's commission."""
    order, parts = draft.order, draft.seller_orders.values()
    currency = order.currency
    return Posting(
        kind="escrow_release",
        key=f"order:{order.pk.hex}:release",
        lines=lines(
            (accounts_chart.escrow(order.pk, currency), -order.total - order.sponsored),
            *((accounts_chart.seller_payable(p.seller_id, currency), p.proceeds) for p in parts),
            (accounts_chart.commission(currency), sum(part.commission for part in parts)),
            (tax_account(order), sum(part.tax for part in parts)),
        ),
        effective_at=order.created_at,
        metadata={"order": order.number},
    )


def tax_account(order: Order) -> AccountSpec:
    """Where the tax of its sale lies, once it is released."""
    return accounts_chart.tax(order.shipping_address.get("country", UNKNOWN), order.currency)


def paid_event(
    order: Order, sold: Iterable[OrderLine], at: datetime, actor_id: UUID | None
) -> Event:
    """The news of its payment, unsaved, with how much was sold of each product."""
    units: dict[str, int] = {}
    for line in sold:
        product = str(line.product_id)
        units[product] = units.get(product, 0) + line.quantity
    payload = {
        "number": order.number,
        "units": units,
        "amount": order.total,
        "actor": actor_id and str(actor_id),
    }
    return Event(kind="order.paid", subject_id=order.pk, payload=payload, at=at)
