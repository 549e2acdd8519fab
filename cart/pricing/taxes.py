"""What the destination's country takes of every line."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from cart.models import TaxRate
from cart.pricing.lines import PricedLine, Terms
from catalog.models import Category
from core.money import Money, basis_points, percent, rounded

ALL = 10_000
"""Basis points of a whole."""


class Taxed(Protocol):
    """A line of a quote, or of an order."""

    @property
    def tax(self) -> int: ...
    @property
    def tax_included(self) -> int: ...
    @property
    def tax_rate(self) -> int: ...
    @property
    def tax_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class TaxLine:
    """All that lines are taxed by one name and ``rate`` (basis points).

    ``included``: prices contain it; else it comes on top.
    """

    name: str
    rate: int
    amount: Money
    included: bool

    @property
    def percent(self) -> str:
        return percent(self.rate)


def tax_lines(lines: Iterable[Taxed], currency: str) -> list[TaxLine]:
    """What ``lines`` in ``currency`` are taxed with, rate by rate, the highest first; none of nothing."""
    sums: Counter[tuple[int, str, bool]] = Counter()
    for line in lines:
        sums[line.tax_rate, line.tax_name, True] += line.tax_included
        sums[line.tax_rate, line.tax_name, False] += line.tax
    return [
        TaxLine(name, rate, Money(amount, currency), included)
        for (rate, name, included), amount in sorted(sums.items(), reverse=True)
        if amount
    ]


def add_taxes(lines: Sequence[PricedLine], terms: Terms) -> list[PricedLine]:
    """Tax every line at its own rate, of what the buyer pays; rounded half to even, line by line.

    No tax while the country is not known, or where it has no rate. At most two queries, for any number of lines.
    """
    rates = _rates(terms.country)
    if not rates:
        return list(lines)
    parents = dict(Category.objects.order_by().values_list("pk", "parent_id"))
    return [
        _taxed(line, _nearest(line.variant.product.category_id, rates, parents)) for line in lines
    ]


def _rates(country: str | None) -> dict[UUID | None, TaxRate]:
    """By category; that of None is for all that no other is for."""
    if country is None:
        return {}
    return {rate.category_id: rate for rate in TaxRate.objects.filter(country=country)}


def _nearest(
    category: UUID | None,
    rates: Mapping[UUID | None, TaxRate],
    parents: Mapping[UUID, UUID | None],
) -> TaxRate | None:
    """That of the category, or of the nearest one above it, or of the country."""
    while category is not None and category not in rates:
        category = parents[category]
    return rates.get(category)


def _taxed(line: PricedLine, rate: TaxRate | None) -> PricedLine:
    if rate is None:
        return line
    named = replace(line, tax_rate=rate.rate, tax_name=rate.name)
    if rate.inclusive:
        return replace(named, tax_included=contained(line.taxable, rate.rate))
    return replace(named, tax=basis_points(line.taxable, rate.rate))


def contained(amount: int, rate: int) -> int:
    """The tax at ``rate`` that is in ``amount``: of 120 at 2000, 20. Rounded half to even."""
    return rounded(amount * rate, ALL + rate)
