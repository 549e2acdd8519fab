"""Which promotions are given together, and what each takes off each line. Nothing here reads rows.

All amounts are minor units. What is taken off is divided by largest remainder, and never makes a
line's goods or carriage less than nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cart.models import Promotion
from cart.pricing.lines import Granted, PricedLine
from core.money import basis_points, rounded, split

Kind = Promotion.Kind
Lines = Sequence[PricedLine]
Ship = Callable[[Lines], Lines]
"""Puts shipping onto lines whose goods are discounted already."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A promotion whose conditions are met, and the positions of the lines that it covers."""

    promotion: Promotion
    positions: Sequence[int]

    @property
    def pk(self) -> UUID:
        return self.promotion.pk

    @property
    def is_of_goods(self) -> bool:
        return self.promotion.kind != Kind.FREE_SHIPPING


@dataclass(frozen=True, slots=True)
class Priced:
    """Lines with what the promotions ``pks`` took off them."""

    pks: Sequence[UUID]
    lines: Lines
    granted: Sequence[Granted]

    @property
    def rank(self) -> tuple[int, bool, Sequence[UUID]]:
        """The least to pay comes first; of the same to pay, something given, the oldest promotion."""
        return sum(line.taxable for line in self.lines), not self.pks, self.pks


def best(lines: Lines, offers: Sequence[Offer], ship: Ship) -> Priced:
    """``lines`` under those of ``offers`` that save the shopper most, shipping included.

    That is all that combine together, or any one alone, or none, should shipping that is free
    above some amount be worth more.
    """
    return min((_priced(lines, chosen, ship) for chosen in _sets(offers)), key=lambda p: p.rank)


def _sets(offers: Sequence[Offer]) -> list[Sequence[Offer]]:
    in_order = sorted(offers, key=lambda offer: offer.pk)
    together = [offer for offer in in_order if offer.promotion.combines]
    return [[], together, *([offer] for offer in in_order)]


def _priced(lines: Lines, offers: Sequence[Offer], ship: Ship) -> Priced:
    granted = []
    for offer in offers:
        if offer.is_of_goods:
            lines, given = _off_goods(lines, offer)
            granted.append(given)
    lines = ship(lines)
    for offer in offers:
        if not offer.is_of_goods:
            lines, given = _off_shipping(lines, offer)
            granted.append(given)
    return Priced([o.pk for o in offers], lines, [each for each in granted if each.discount])


def _off_goods(lines: Lines, offer: Offer) -> tuple[Lines, Granted]:
    covered = [lines[position] for position in offer.positions]
    parts = goods_parts(offer.promotion, covered)
    borne = sponsored_parts(offer.promotion, parts)
    changed = list(lines)
    for position, line, part, share in zip(offer.positions, covered, parts, borne, strict=True):
        changed[position] = replace(
            line, discount=line.discount + part, sponsored=line.sponsored + share
        )
    return changed, Granted(offer.promotion, sum(parts), sum(borne))


def _off_shipping(lines: Lines, offer: Offer) -> tuple[Lines, Granted]:
    covered = [lines[position] for position in offer.positions]
    parts = [line.shipping - line.shipping_discount for line in covered]
    borne = sponsored_parts(offer.promotion, parts)
    changed = list(lines)
    for position, line, part, share in zip(offer.positions, covered, parts, borne, strict=True):
        changed[position] = replace(
            line,
            discount=line.discount + part,
            shipping_discount=line.shipping_discount + part,
            sponsored=line.sponsored + share,
            sponsored_shipping=line.sponsored_shipping + share,
        )
    return changed, Granted(offer.promotion, sum(parts), sum(borne))


def goods_parts(promotion: Promotion, covered: Lines) -> list[int]:
    """What ``promotion`` takes off the goods of each of the lines that it covers."""
    if promotion.kind == Kind.BUY_X_GET_Y:
        return _cheapest(promotion, covered)
    worth = [line.goods for line in covered]
    if promotion.kind == Kind.FIXED:
        return _split(min(promotion.amount, sum(worth)), worth)
    return _split(basis_points(sum(worth), promotion.rate), worth)


def sponsored_parts(promotion: Promotion, parts: Sequence[int]) -> list[int]:
    """The platform's share of what is taken off each line."""
    return _split(basis_points(sum(parts), promotion.platform_share), parts)


def _cheapest(promotion: Promotion, covered: Lines) -> list[int]:
    """``rate`` off the cheapest pieces: ``gets`` of every ``buys + gets`` that are bought."""
    group = promotion.buys + promotion.gets
    left = sum(line.quantity for line in covered) // group * promotion.gets
    parts = [0] * len(covered)
    for index in sorted(range(len(covered)), key=lambda i: _price(covered[i])):
        line = covered[index]
        reduced = min(left, line.quantity)
        parts[index] = rounded(line.goods * reduced * promotion.rate, line.quantity * 10_000)
        left -= reduced
    return parts


def _price(line: PricedLine) -> tuple[int, int]:
    return line.unit_price, line.unit_fraction


def _split(amount: int, weights: Sequence[int]) -> list[int]:
    return split(amount, weights) if amount else [0] * len(weights)
