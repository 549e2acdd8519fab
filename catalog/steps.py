"""What costs from one price to another: whole steps of prices from what the database keeps of them
(``PriceStep``), so that only the ends of the stretch are left to be counted."""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    CharField,
    Expression,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Length, Substr

from catalog.facets import starts
from catalog.models import PriceStep

KEPT_BY = frozenset({"category", "brand", "condition", "in_stock", "min_price", "max_price"})
"""Filters that steps can be counted under: of category and brand, one."""

COLUMNS = {
    "category": "category_id",
    "brand": "brand_id",
    "condition": "condition",
    "band": "step",
}

POWERS = Value("1" + "0" * 18)


def step_of(price: int) -> int:
    """Where the step of ``price`` begins, in minor units: all digits but the first are zeros."""
    return price - price % _unit(price)


def _unit(price: int) -> int:
    """How wide the steps are that have as many digits as ``price``."""
    return int("1" + "0" * (len(str(price)) - 1))


def step_expression() -> Expression:
    """``step_of`` each product's price, as triggers have it."""
    digits = Length(Cast("price", CharField()))
    unit = Cast(Substr(POWERS, 1, digits), BigIntegerField())
    expression: Expression = F("price") - F("price") % unit
    return expression


def counted(asked: Mapping[str, Any], name: str) -> tuple[Counter[Any], Q | None]:
    """Published products for each value of ``name`` under filters that are ``asked`` for, as far as
    steps tell; and which of them are left to be counted (None: no more)."""
    shelves = {name, *asked} & {"category", "brand"}
    lowest, highest = asked.get("min_price", 0), asked.get("max_price")
    first, end = _first_from(lowest), None if highest is None else step_of(highest + 1)
    if not asked.keys() <= KEPT_BY or len(shelves) > 1:
        return Counter(), Q()
    rows = _rows(asked, is_of_brands="brand" in shelves).filter(step__gte=first)
    within = rows if end is None else rows.filter(step__lt=end)
    return _sums(within, name), _ends(asked, first, end)


def _first_from(price: int) -> int:
    """The first step that begins at ``price`` or above."""
    step = step_of(price)
    return step if step == price else step + _unit(price)


def _rows(asked: Mapping[str, Any], *, is_of_brands: bool) -> QuerySet[PriceStep]:
    rows = PriceStep.objects.filter(currency=settings.SHOP_CURRENCY)
    rows = rows.filter(category=None) if is_of_brands else rows.filter(brand=None)
    rows = rows.filter(**{n: asked[n] for n in ("brand", "condition", "in_stock") if n in asked})
    return rows.filter(category__in=asked["category"].shown) if "category" in asked else rows


def _sums(rows: QuerySet[PriceStep], name: str) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    summed = rows.values(COLUMNS[name]).annotate(number=Sum("products"))
    for value, number in summed.values_list(COLUMNS[name], "number"):
        sums[bisect(starts(), value) - 1 if name == "band" else value] += number
    return sums


def _ends(asked: Mapping[str, Any], first: int, end: int | None) -> Q | None:
    """What of the stretch is below and above whole steps."""
    ends = []
    if first > asked.get("min_price", 0):
        ends.append(Q(price__lt=first))
    if end is not None and end <= asked["max_price"]:
        ends.append(Q(price__gte=end))
    return reduce(or_, ends) if ends else None
