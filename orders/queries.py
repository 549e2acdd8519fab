"""Reads of orders that are not rows of one model."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Q

from cart.pricing import Customer
from cart.pricing.offers import Past
from core.models import Event
from core.money import Money
from orders.models import Order, Redemption

Actor = Literal["buyer", "guest", "staff", "system"]

PLACED = "order.placed"
LABELS = {
    PLACED: "Ordered",
    "order.paid": "Paid",
    "order.refunded": "Refunded",
    "order.cancelled": "Cancelled",
    "payment.authorised": "Card accepted",
    "payment.failed": "Payment declined",
    "payment.voided": "Payment not needed any more",
    "payment.unclaimed": "A payment came too late",
    "payment.repaid": "Money sent back",
    "payment.repayment_failed": "Money could not be sent back yet",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to an order. ``actor`` is nobody's name, but what they are to it."""

    kind: str
    at: datetime
    actor: Actor
    amount: Money | None
    reason: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]


def timeline(order: Order) -> list[Moment]:
    """All that happened to ``order``, oldest first. One query.

    That it was placed, it knows itself: also one from before Mercat.
    """
    placed = Moment(PLACED, order.created_at, _actor(order, order.buyer_id), None, "")
    rows = Event.objects.filter(subject_id=order.pk, kind__in=LABELS.keys() - {PLACED})
    rows = rows.order_by("at", "pk")
    return [placed, *(_moment(order, row.kind, row.at, row.payload) for row in rows)]


def customers_past(
    customer: Customer, promotions: Collection[UUID], *, besides: Order | None = None
) -> Past:
    """What ``customer`` has ordered before, ``besides`` that one, and used of ``promotions``.

    What was called off does not count. Two queries.
    """
    whose = Q(user=customer.user) if customer.user else Q(email=customer.key, user=None)
    orders = Order.objects.filter(whose).exclude(status=Order.Status.CANCELLED)
    if besides is not None:
        orders = orders.exclude(pk=besides.pk)
    used = Redemption.objects.filter(
        customer=customer.key, promotion__in=promotions, returned_at=None
    )
    counts = used.order_by().values_list("promotion").annotate(times=Count("pk"))
    return Past(orders.exists(), dict(counts))


def _moment(order: Order, kind: str, at: datetime, payload: Mapping[str, Any]) -> Moment:
    amount = payload.get("amount")
    return Moment(
        kind=kind,
        at=at,
        actor=_actor(order, payload.get("actor")),
        amount=None if amount is None else order.money(amount),
        reason=payload.get("reason", ""),
    )


def _actor(order: Order, actor_id: object) -> Actor:
    if actor_id is None:
        return "system"
    if str(actor_id) != str(order.buyer_id):
        return "staff"
    return "buyer" if order.user_id else "guest"
