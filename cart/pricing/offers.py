"""Which promotions a basket may be given, and why a code is not good for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from cart import errors
from cart.models import Promotion, normalised_code
from cart.pricing.discounts import Offer
from cart.pricing.lines import Code, Customer, PricedLine, Terms
from catalog.models import Category
from core.errors import DomainError
from core.money import Money


@dataclass(frozen=True, slots=True)
class Past:
    """What a customer has bought before: whether anything, and how often with which promotion."""

    has_ordered: bool = False
    uses: Mapping[UUID, int] = field(default_factory=dict)


PastOf = Callable[[Customer, Collection[UUID]], Past]
"""Answers of these promotions. Orders know it, which are above: ``settings.CUSTOMERS_PAST``."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be given, and what became of the shopper's codes."""

    offers: Sequence[Offer]
    codes: Sequence[Code]


@dataclass(frozen=True, slots=True)
class Basket:
    """What conditions are held against."""

    lines: Sequence[PricedLine]
    terms: Terms
    past: Past
    parents: Mapping[UUID, UUID | None]

    def offer(self, promotion: Promotion) -> Offer:
        """The lines that ``promotion`` covers, if it may be given."""
        covered = [i for i, line in enumerate(self.lines) if self._covers(promotion, line)]
        return Offer(promotion, covered)

    def _covers(self, promotion: Promotion, line: PricedLine) -> bool:
        product = line.variant.product
        if promotion.seller_id not in {None, product.seller_id}:
            return False
        return promotion.category_id is None or promotion.category_id in self._above(
            product.category_id
        )

    def _above(self, category: UUID | None) -> Iterable[UUID]:
        """A category and all above it."""
        while category is not None:
            yield category
            category = self.parents[category]


def offers(lines: Sequence[PricedLine], terms: Terms) -> Offers:
    """The automatic promotions and those of ``terms.codes`` that ``lines`` may be given.

    At most four queries: promotions, categories, and two of the customer's past.
    """
    typed = list(dict.fromkeys(normalised_code(code) for code in terms.codes))
    promotions = _candidates(terms, typed)
    basket = Basket(lines, terms, _past(promotions, terms.customer), _parents(promotions))
    judged = {each.pk: refusal(each, basket) for each in promotions}
    by_code = {each.code: each for each in promotions if each.code}
    return Offers(
        [basket.offer(each) for each in promotions if judged[each.pk] is None],
        [_code(code, by_code.get(code), judged) for code in typed],
    )


def _candidates(terms: Terms, typed: Sequence[str]) -> list[Promotion]:
    going_on = Q(is_active=True, starts_at__lte=terms.at) & (
        Q(ends_at=None) | Q(ends_at__gt=terms.at)
    )
    automatic = Q(code=None) & going_on
    wanted = automatic | Q(code__in=typed) if typed else automatic
    return list(Promotion.objects.filter(wanted, currency=terms.currency).order_by("pk"))


def _past(promotions: Sequence[Promotion], customer: Customer) -> Past:
    asked = [p.pk for p in promotions if p.customer_limit is not None]
    if not asked or not customer.key:
        return Past()
    past_of: PastOf = import_string(settings.CUSTOMERS_PAST)
    return past_of(customer, asked)


def _parents(promotions: Sequence[Promotion]) -> dict[UUID, UUID | None]:
    if all(each.category_id is None for each in promotions):
        return {}
    return dict(Category.objects.order_by().values_list("pk", "parent_id"))


def _code(
    typed: str, promotion: Promotion | None, judged: Mapping[UUID, DomainError | None]
) -> Code:
    if promotion is None:
        return Code(typed, None, errors.PromotionUnknown(typed))
    return Code(typed, promotion, judged[promotion.pk])


def refusal(promotion: Promotion, basket: Basket) -> DomainError | None:
    """Why ``promotion`` is not for this basket, or None."""
    return (
        not_now(promotion, basket.terms.at)
        or not_for_them(promotion, basket.past)
        or _not_for_these(promotion, basket)
    )


def not_now(promotion: Promotion, at: datetime) -> DomainError | None:
    """Why nobody is given ``promotion`` at present, or None."""
    name = str(promotion)
    if promotion.is_over(at):
        return errors.PromotionExpired(name)
    if not promotion.has_begun(at):
        return errors.PromotionNotBegun(name)
    return errors.PromotionUsedUp(name) if promotion.is_used_up else None


def not_for_them(promotion: Promotion, past: Past) -> DomainError | None:
    """Why somebody with this ``past`` is not given ``promotion``, or None."""
    limit = promotion.customer_limit
    if limit is not None and past.uses.get(promotion.pk, 0) >= limit:
        return errors.PromotionAlreadyUsed(str(promotion))
    if promotion.first_order_only and past.has_ordered:
        return errors.PromotionFirstOrderOnly(str(promotion))
    return None


def _not_for_these(promotion: Promotion, basket: Basket) -> DomainError | None:
    covered = [basket.lines[position] for position in basket.offer(promotion).positions]
    if not covered:
        return errors.PromotionNotForThese(str(promotion))
    missing = Money(promotion.minimum - sum(line.subtotal for line in covered), promotion.currency)
    if missing.amount > 0:
        return errors.PromotionMinimum(
            str(promotion),
            minimum=str(promotion.minimum_money),
            missing=str(missing),
            currency=promotion.currency,
        )
    pieces = promotion.buys + promotion.gets
    if sum(line.quantity for line in covered) < pieces:
        return errors.PromotionPiecesMissing(str(promotion), pieces=pieces)
    return None
