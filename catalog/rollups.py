"""Keeping short what the database keeps of products, and comparing it with a recount."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum, Value, Window
from django.db.models.expressions import CombinedExpression

from accounts.models import Seller
from catalog.models import PriceStep, Product, RollUp
from catalog.steps import step_expression

Shelf = tuple[Any, ...]
"""A value of each of ``Kind.by``."""
Figures = tuple[int, ...]
"""A sum for each of ``Kind.figures``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of ``model`` are sums ``by`` category, brand, and more. A product counts in those ``of`` its own."""

    model: type[Any]
    by: tuple[str, ...]
    figures: Mapping[str, CombinedExpression]
    """Names, and recounts to be taken off what is kept."""
    of: Callable[[Shelf], set[Shelf]]

    def row(self, shelf: Shelf, figures: Iterable[int]) -> Any:
        return self.model(**dict(zip((*self.by, *self.figures), (*shelf, *figures), strict=True)))

    def read(self, row: Any) -> tuple[Shelf, Figures]:
        return (
            tuple(getattr(row, name) for name in self.by),
            tuple(getattr(row, name) for name in self.figures),
        )


def _all_and_brand(shelf: Shelf) -> set[Shelf]:
    """The shelf of all brands, and the brand's."""
    category_id, _, *rest = shelf
    return {shelf, (category_id, None, *rest)}


def _category_and_brand(shelf: Shelf) -> set[Shelf]:
    category_id, brand_id, *rest = shelf
    each = {(category_id, None, *rest), (None, brand_id, *rest)}
    return each - {(None, None, *rest)}


BY = ("category_id", "brand_id", "condition", "in_stock", "currency")
KINDS = (
    Kind(
        RollUp,
        BY,
        {
            "products": -Count("pk"),
            "price": -Sum("price"),
            "rated": -Count("pk", filter=Q(rating__gt=0)),
            "rating": -Sum("rating"),
        },
        _all_and_brand,
    ),
    Kind(PriceStep, (*BY, "step"), {"products": -Count("pk")}, _category_and_brand),
)


@transaction.atomic
def fold_rollups() -> int:
    """Add up the rows of each shelf, and of each step of prices, into one. Returns how many rows fewer there are.

    Rows are locked in pk order, and only those that are locked are replaced: what is added
    meanwhile stays, and of two at once the second finds nothing left to do. What has one row keeps it.
    """
    return sum(map(_fold, KINDS))


def _fold(kind: Kind) -> int:
    objects = kind.model.objects
    number = Window(Count("pk"), partition_by=[F(name) for name in kind.by])
    scattered = objects.annotate(number=number).filter(number__gt=1).values("pk")
    rows = list(objects.filter(pk__in=scattered).order_by("pk").select_for_update())
    shelves = _added_up(map(kind.read, rows))
    objects.filter(pk__in=[row.pk for row in rows]).delete()
    objects.bulk_create([kind.row(*each) for each in shelves.items()], batch_size=500)
    return len(rows) - len(shelves)


def differences() -> dict[Shelf, dict[str, int]]:
    """What shelves and steps have more (or less) than a recount of the published products says, by the
    figures' names; empty if right."""
    return {
        shelf: dict(zip(kind.figures, figures, strict=True))
        for kind in KINDS
        for shelf, figures in _wrong(kind).items()
    }


@transaction.atomic
def repair() -> int:
    """Make what is kept that of a recount. Returns how many shelves and steps were wrong."""
    return sum(map(_repair, KINDS))


def _repair(kind: Kind) -> int:
    wrong = _wrong(kind)
    corrections = [kind.row(shelf, [-figure for figure in sums]) for shelf, sums in wrong.items()]
    kind.model.objects.bulk_create(corrections)
    return len(wrong)


def _wrong(kind: Kind) -> dict[Shelf, Figures]:
    """One statement, so that what is sold meanwhile is in both or in neither."""
    kept = kind.model.objects.order_by().annotate(kept=Value(1)).values_list(*kind.by, "kept")
    sums = kept.annotate(**{f"sum_{name}": Sum(name) for name in kind.figures})
    width = len(kind.by)
    figures = (
        (row[:width], row[width], row[width + 1 :]) for row in sums.union(_recount(kind), all=True)
    )
    return _added_up(
        (shelf, figure)
        for at, is_kept, figure in figures
        for shelf in ([at] if is_kept else kind.of(at))
    )


def _recount(kind: Kind) -> Any:
    sold = Product.objects.filter(
        status=Product.Status.ACTIVE, deleted_at=None, seller__status=Seller.Status.APPROVED
    )
    stepped = sold.order_by().annotate(kept=Value(0), step=step_expression())
    recount = {f"sum_{name}": figure for name, figure in kind.figures.items()}
    return stepped.values_list(*kind.by, "kept").annotate(**recount)


def _added_up(figures: Iterable[tuple[Shelf, Figures]]) -> dict[Shelf, Figures]:
    """Summed by shelf; those that come to nothing left out."""
    sums: dict[Shelf, list[int]] = defaultdict(list)
    for shelf, figure in figures:
        before = sums[shelf] or [0] * len(figure)
        sums[shelf] = [each + more for each, more in zip(before, figure, strict=True)]
    return {shelf: tuple(summed) for shelf, summed in sums.items() if any(summed)}
