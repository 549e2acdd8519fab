"""The figures by what was sold, by whom and where to. The one with the highest net comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.models import Seller
from analytics.engines import DATABASE, Engine
from analytics.models import HourFact, SalesFact
from analytics.queries.days import Days
from analytics.queries.figures import (
    FOR_PRODUCT,
    FOR_SELLER,
    Figures,
    figures_of,
    orders_of,
    sold_on,
    sums,
)
from catalog.models import Category, Product
from core.countries import NAMES


@dataclass(frozen=True, slots=True)
class Part:
    """``key`` is an id, or a country's code (``ZZ``: not known); ``name`` that of today."""

    key: UUID | str
    name: str
    figures: Figures


def categories(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> list[Part]:
    """By the category that a product stood in when it was sold. Their orders are not known."""
    found = _ranked(sold_on(SalesFact, days, seller_id), "category", None, engine)
    return _named(found, dict(Category.objects.filter(pk__in=found).values_list("pk", "name")))


def products(
    days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE, *, limit: int = 50
) -> list[Part]:
    """The first ``limit``. An order of several of them counts for each."""
    found = _ranked(sold_on(SalesFact, days, seller_id), "product", FOR_PRODUCT, engine, limit)
    return _named(found, dict(Product.objects.filter(pk__in=found).values_list("pk", "title")))


def sellers(days: Days, engine: Engine = DATABASE, *, limit: int = 50) -> list[Part]:
    """The first ``limit``. An order from several of them counts for each."""
    found = _ranked(sold_on(HourFact, days, None), "seller", FOR_SELLER, engine, limit)
    return _named(found, dict(Seller.objects.filter(pk__in=found).values_list("pk", "name")))


def countries(days: Days, seller_id: UUID | None = None, engine: Engine = DATABASE) -> list[Part]:
    """By where an order went to."""
    orders = orders_of(seller_id)
    found = _ranked(sold_on(SalesFact, days, seller_id), "country", orders, engine)
    return _named(found, NAMES)


def _ranked(
    rows: QuerySet[Any], by: str, orders: str | None, engine: Engine, limit: int | None = None
) -> dict[Any, Figures]:
    net = F("sum_gross") - F("sum_discount") - F("sum_refunded")
    summed = rows.order_by().values_list(by).annotate(**sums(orders)).order_by(net.desc(), by)
    return {key: figures_of(numbers) for key, *numbers in engine.rows(summed[:limit])}


def _named(found: Mapping[Any, Figures], names: Mapping[Any, str]) -> list[Part]:
    return [Part(key, names.get(key, ""), figures) for key, figures in found.items()]
