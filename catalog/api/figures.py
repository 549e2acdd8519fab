"""Figures of products, as ``CategoryStatsSerializer`` shows them: there are many categories, and each has many figures."""

from typing import Any

from catalog.api.serializers import stars
from catalog.stats import Stats
from core.money import Money


def figures(stats: Stats) -> dict[str, Any]:
    """Of one category, which stands last; of all products, without one."""
    found: dict[str, Any] = {
        "total": stats.products,
        "in_stock": stats.in_stock,
        "out_of_stock": stats.out_of_stock,
        "currency": stats.currency,
        "price": {
            "min": _text(stats.lowest),
            "max": _text(stats.highest),
            "average": _text(stats.average),
        },
        "rating": {"average": stars(stats.rating), "products": stats.rated},
    }
    if (category := stats.category) is not None:
        found["category"] = {
            "id": str(category.pk),
            "slug": category.slug,
            "name": category.name,
        }
    return found


def _text(money: Money | None) -> str | None:
    return None if money is None else str(money)
