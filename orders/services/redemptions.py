"""Promotions that orders were granted: used within their limits, and given back."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cart.models import Promotion
from cart.pricing import Customer, Granted, Quote
from cart.pricing.offers import Past, not_for_them, not_now
from core.errors import DomainError
from orders.models import Order, Redemption
from orders.queries import customers_past


def refuse_codes(quote: Quote) -> None:
    """:raises DomainError: the refusal of the first of the shopper's codes that is not good."""
    for code in quote.codes:
        refuse(code.refusal)


def redeem(order: Order, granted: Sequence[Granted], *, customer: Customer, at: datetime) -> None:
    """Use what a saved ``order`` of ``customer`` is granted. Call it inside a transaction.

    Locks those that have limits, by pk: after variants, before ledger accounts. What others have
    used up since the order was priced is refused; so is what was ended.

    :raises PromotionExpired: a limited one was ended meanwhile.
    :raises PromotionUsedUp: it has been given ``total_limit`` times.
    :raises PromotionAlreadyUsed: the customer has had it ``customer_limit`` times.
    :raises PromotionFirstOrderOnly: the customer has ordered before.
    """
    if limited := _locked({each.promotion.pk for each in granted}):
        _refuse_spent(order, limited, customer, at)
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


def give_back(order: Order, *, at: datetime) -> None:
    """Let what ``order`` was granted be used again, once. Call it inside a transaction.

    Locks those that have limits, by pk: after variants, before ledger accounts.
    """
    used = Redemption.objects.filter(order=order, returned_at=None)
    if promotions := list(used.values_list("promotion", flat=True)):
        _locked(promotions)
        used.update(returned_at=at)


def _locked(promotions: Collection[UUID]) -> list[Promotion]:
    return list(Promotion.objects.filter(pk__in=promotions).limited().locked())


def _refuse_spent(
    order: Order, limited: Sequence[Promotion], customer: Customer, at: datetime
) -> None:
    asked = [each.pk for each in limited if each.customer_limit is not None]
    past = customers_past(customer, asked, besides=order) if asked else Past()
    for promotion in limited:
        refuse(not_now(promotion, at) or not_for_them(promotion, past))


def refuse(refusal: DomainError | None) -> None:
    """Raise it, if there is one, as what is wrong with an order's ``promotion_codes``."""
    if refusal is not None:
        refusal.field = "promotion_codes"
        raise refusal
