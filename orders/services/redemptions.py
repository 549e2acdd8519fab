"""Promotions that orders were granted: used within their limits, and given back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cart.errors import (
    PromotionAlreadyUsed,
    PromotionExpired,
    PromotionFirstOrderOnly,
    PromotionUsedUp,
)
from cart.models import Promotion
from cart.pricing import Customer, Granted
from orders.models import Order, Redemption
from orders.queries import customers_past


@transaction.atomic
def redeem(order: Order, granted: Sequence[Granted], *, customer: Customer, at: datetime) -> None:
    """Use what a saved ``order`` of ``customer`` is granted.

    Locks those that have limits, by pk: after variants, before ledger accounts. What others have
    used up since the order was priced is refused; so is what was ended.

    :raises PromotionExpired: a limited one was ended meanwhile.
    :raises PromotionUsedUp: it has been given ``total_limit`` times.
    :raises PromotionAlreadyUsed: the customer has had it ``customer_limit`` times.
    :raises PromotionFirstOrderOnly: the customer has ordered before.
    """
    if not granted:
        return
    _refuse_spent(order, _locked({each.promotion.pk for each in granted}), customer, at)
    Redemption.objects.bulk_create(
        Redemption(
            order=order,
            promotion=each.promotion,
            customer=customer.key,
            discount=each.discount,
            sponsored=each.sponsored,
            redeemed_at=at,
        )
        for each in sorted(granted, key=lambda each: each.promotion.pk)
    )


@transaction.atomic
def give_back(order: Order, *, at: datetime) -> None:
    """Let what ``order`` was granted be used again, once. Locks those that have limits, by pk."""
    used = Redemption.objects.filter(order=order, returned_at=None)
    _locked(used.values_list("promotion", flat=True))
    used.update(returned_at=at)


def _locked(promotions: Collection[UUID]) -> list[Promotion]:
    return list(Promotion.objects.filter(pk__in=promotions).limited().locked())


def _refuse_spent(
    order: Order, limited: Sequence[Promotion], customer: Customer, at: datetime
) -> None:
    asked = [p.pk for p in limited if p.customer_limit is not None]
    past = customers_past(customer, asked, besides=order) if asked else None
    for promotion in limited:
        name = str(promotion)
        if promotion.is_over(at):
            raise PromotionExpired(name)
        if promotion.is_used_up:
            raise PromotionUsedUp(name)
        if past is None or promotion.customer_limit is None:
            continue
        if past.uses.get(promotion.pk, 0) >= promotion.customer_limit:
            raise PromotionAlreadyUsed(name)
        if promotion.first_order_only and past.has_ordered:
            raise PromotionFirstOrderOnly(name)
