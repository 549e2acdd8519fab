"""Changes of stock. Each is a movement, and the database moves the variant's stock along with it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from catalog.models import Product, StockMovement, Variant

Reason = StockMovement.Reason


def take_stock(quantities: Mapping[Variant, int], *, reference: UUID, at: datetime) -> None:
    """Take every quantity, or nothing. ``reference`` is the order's id.

    Whoever sells has locked the variants to see their prices, in pk order, and read them after that;
    the database refuses a movement that does not follow the last one.

    :raises OutOfStock: a variant has fewer left than asked.
    """
    changes = {variant: -quantity for variant, quantity in quantities.items()}
    _move(changes, reason=Reason.SALE, reference=reference, at=at)


@transaction.atomic
def return_stock(quantities: Mapping[Variant, int], *, reference: UUID, at: datetime) -> None:
    """Put back what was sold. ``reference`` is what brought it back; call it once for each."""
    back = {variant.pk: quantity for variant, quantity in quantities.items()}
    locked = Variant.objects.filter(pk__in=back).locked()
    changes = {variant: back[variant.pk] for variant in locked}
    _move(changes, reason=Reason.RETURN, reference=reference, at=at)


@transaction.atomic
def adjust_stock(
    variant: Variant, change: int, *, note: str, actor_id: UUID | None, at: datetime
) -> StockMovement:
    """Correct a stock by ``change``, which is not zero.

    :raises OutOfStock: fewer than that are there.
    """
    locked = Variant.objects.filter(pk=variant.pk).locked().get()
    return _adjust(locked, change, note=note, actor_id=actor_id, at=at)


@transaction.atomic
def count_stock(
    variant: Variant, counted: int, *, note: str, actor_id: UUID | None, at: datetime
) -> StockMovement | None:
    """Set a stock to what was ``counted``; None where that is what it was."""
    locked = Variant.objects.filter(pk=variant.pk).locked().get()
    change = counted - locked.stock
    return _adjust(locked, change, note=note, actor_id=actor_id, at=at) if change else None


def _adjust(
    locked: Variant, change: int, *, note: str, actor_id: UUID | None, at: datetime
) -> StockMovement:
    before = locked.stock
    movement = StockMovement.of(
        locked, change, reason=Reason.ADJUSTMENT, note=note, actor_id=actor_id, at=at
    )
    movement.save(force_insert=True)
    refresh_availability({locked: before}, at=at)
    return movement


def _move(changes: Mapping[Variant, int], *, reason: str, reference: UUID, at: datetime) -> None:
    """``changes`` of locked variants."""
    before = {variant: variant.stock for variant in changes}
    StockMovement.objects.bulk_create(
        [
            StockMovement.of(variant, change, reason=reason, reference=reference, at=at)
            for variant, change in changes.items()
        ]
    )
    refresh_availability(before, at=at)


def refresh_availability(before: Mapping[Variant, int], *, at: datetime) -> None:
    """Bring products up to date whose variants sold out or came back; ``before`` is what each had."""
    turned = {v.product_id for v, had in before.items() if (had == 0) != (v.stock == 0)}
    if turned:
        Product.objects.filter(pk__in=turned).refresh_offers(at=at)
