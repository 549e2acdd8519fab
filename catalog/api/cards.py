"""Products in lists, as ``ProductSerializer`` shows them, but from plain columns.

A page of twenty is some eighty rows of models, whose values a serializer asks for one by one: both together
would take longer than all else that a list does.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.http import RFC3986_SUBDELIMS

from catalog.models import Media, Product, Variant
from core import prepared
from core.money import Money


def cards(ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Of published products, in the order of ``ids``."""
    before, after = reverse("picture", args=["0"]).rsplit("0", 1)

    def drawn(sku: str) -> str:
        return f"{before}{quote(sku, safe=SAFE)}{after}"

    found = {row[0]: _card(row, drawn) for row in _rows(ids)}
    return [found[pk] for pk in ids if pk in found]


SAFE = f"{RFC3986_SUBDELIMS}/~:@"
"""Characters that ``reverse`` leaves as they are."""


def _rows(ids: Sequence[UUID]) -> list[Any]:
    if connection.vendor == "postgresql":
        return prepared.rows(_statement(), [list(ids)])
    return list(_columns().filter(pk__in=ids))


@cache
def _statement() -> str:
    """PostgreSQL takes any number of ids as one array: one statement does for all pages."""
    statement: str
    one_of = RawSQL("catalog_product.id = ANY (%s)", [0], output_field=BooleanField())
    statement, _ = _columns().filter(one_of).query.sql_with_params()
    return statement


def _columns() -> QuerySet[Product, Any]:
    variants = Variant.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    offered = variants.filter(is_active=True)
    pictures = Media.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    return Product.objects.values_list(
        "id",
        "slug",
        "title",
        "condition",
        "price",
        "currency",
        "rating",
        "reviews_count",
        "in_stock",
        "featured",
        "created_at",
        "brand_id",
        "brand__slug",
        "brand__name",
        "category_id",
        "category__slug",
        "category__name",
        "seller_id",
        "seller__slug",
        "seller__name",
        Subquery(offered.values("sku")[:1]),
        Subquery(offered.values("compare_at_price")[:1]),
        Subquery(pictures.values("url")[:1]),
        Subquery(variants.values("sku")[:1]),
    )


def _card(row: tuple[Any, ...], drawn: Callable[[str], str]) -> dict[str, Any]:
    (
        pk,
        slug,
        title,
        condition,
        price,
        currency,
        rating,
        reviews,
        in_stock,
        featured,
        created,
        *rest,
    ) = row
    brand, category, seller, (sku, before, picture, first) = (
        rest[:3],
        rest[3:6],
        rest[6:9],
        rest[9:],
    )
    return {
        "id": str(pk),
        "slug": slug,
        "sku": sku or "",
        "title": title,
        "brand": _named(brand),
        "category": _named(category),
        "seller": _named(seller),
        "condition": condition,
        "price": str(Money(price, currency)),
        "compare_at_price": before and str(Money(before, currency)),
        "currency": currency,
        "image": picture or (drawn(first) if first else ""),
        "rating": f"{rating // 100}.{rating % 100:02}" if rating else None,
        "reviews_count": reviews,
        "in_stock": in_stock,
        "featured": featured,
        "created_at": created.isoformat().replace("+00:00", "Z"),
    }


def _named(row: Sequence[Any]) -> dict[str, str] | None:
    pk, slug, name = row
    return None if pk is None else {"id": str(pk), "slug": slug, "name": name}
