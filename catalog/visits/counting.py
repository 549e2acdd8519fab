"""Views of products, counted without a write for each."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F

from catalog.models import Product
from core.tallies import Tally


def count_view(product_id: UUID, *, at: datetime) -> None:
    """Somebody looked at a product."""
    VIEWS.add({product_id.hex: 1}, at=at)


def _write(views: Mapping[str, int]) -> None:
    """``version`` stays; products in pk order."""
    there = Product.objects.filter(pk__in=views).locked().values_list("pk", flat=True)
    by_number: dict[int, list[UUID]] = {}
    for product_id in there:
        by_number.setdefault(views[product_id.hex], []).append(product_id)
    for number, ids in by_number.items():
        Product.objects.filter(pk__in=ids).update(view_count=F("view_count") + number)


VIEWS = Tally("views", _write)
