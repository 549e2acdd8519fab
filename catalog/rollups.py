"""Keeping the roll-ups short, and comparing them with a recount."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, Sum, Value

from accounts.models import Seller
from catalog.models import Product, RollUp

BY = ("category_id", "brand_id", "condition", "in_stock", "currency")
"""What figures are kept by."""

Shelf = tuple[UUID, UUID | None, str, bool, str]
Figures = tuple[int, ...]
"""The sums named by ``FIGURES``."""

FIGURES = ("products", "price", "rated", "rating")
COUNTED = {
    "products": -Count("pk"),
    "price": -Sum("price"),
    "rated": -Count("pk", filter=Q(rating__gt=0)),
    "rating": -Sum("rating"),
}
"""A recount, to be taken off what is kept."""


@transaction.atomic
def fold_rollups() -> int:
    """Add up the rows of each shelf into one. Returns how many rows fewer there are.

    Rows are locked in pk order, and only those that are locked are replaced: what is added
    meanwhile stays, and of two at once the second finds nothing left to do.
    """
    rows = list(RollUp.objects.order_by("pk").select_for_update())
    shelves = _added_up((_shelf(row), _figures(row)) for row in rows)
    RollUp.objects.filter(pk__in=[row.pk for row in rows]).delete()
    RollUp.objects.bulk_create([_row(*each) for each in shelves.items()], batch_size=500)
    return len(rows) - len(shelves)


def differences() -> dict[Shelf, Figures]:
    """What roll-ups have more (or less) than a recount of the published products; empty if right.

    One statement, so that what is sold meanwhile is in both or in neither.
    """
    kept = RollUp.objects.order_by().annotate(kept=Value(1)).values_list(*BY, "kept")
    sold = Product.objects.filter(
        status=Product.Status.ACTIVE, deleted_at=None, seller__status=Seller.Status.APPROVED
    )
    counted = sold.order_by().annotate(kept=Value(0)).values_list(*BY, "kept")
    sums = {f"sum_{name}": Sum(name) for name in FIGURES}
    recount = {f"sum_{name}": COUNTED[name] for name in FIGURES}
    rows = kept.annotate(**sums).union(counted.annotate(**recount), all=True)
    figures = ((tuple(row[:5]), row[5], tuple(row[6:])) for row in rows)
    return _added_up(
        (shelf, figure)
        for at, is_kept, figure in figures
        for shelf in ([at] if is_kept else _both(at))
    )


@transaction.atomic
def repair() -> int:
    """Make the roll-ups those of a recount. Returns how many shelves were wrong."""
    wrong = differences()
    corrections = [_row(shelf, [-figure for figure in figures]) for shelf, figures in wrong.items()]
    RollUp.objects.bulk_create(corrections)
    return len(wrong)


def _added_up(figures: Iterable[tuple[Any, Figures]]) -> dict[Shelf, Figures]:
    """Summed by shelf; those that come to nothing left out."""
    sums: dict[Shelf, list[int]] = defaultdict(lambda: [0] * len(FIGURES))
    for shelf, figure in figures:
        sums[shelf] = [before + more for before, more in zip(sums[shelf], figure, strict=True)]
    return {shelf: tuple(summed) for shelf, summed in sums.items() if any(summed)}


def _both(shelf: Any) -> set[Any]:
    """The shelf of all brands, and the brand's."""
    category_id, _, *rest = shelf
    return {shelf, (category_id, None, *rest)}


def _shelf(row: RollUp) -> Shelf:
    return row.category_id, row.brand_id, row.condition, row.in_stock, row.currency


def _figures(row: RollUp) -> Figures:
    return tuple(getattr(row, name) for name in FIGURES)


def _row(shelf: Shelf, figures: Iterable[int]) -> RollUp:
    names: Mapping[str, Any] = dict(zip((*BY, *FIGURES), (*shelf, *figures), strict=True))
    return RollUp(**names)
