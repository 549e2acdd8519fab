"""Writing plans down, many rows in a statement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from catalog.imports.planning import Plan
from catalog.models import Product, StockMovement, Variant
from core import bulk, events
from core.models import Event

BATCH = 500

Reason = StockMovement.Reason


def save(plans: Sequence[Plan], *, actor_id: UUID, at: datetime) -> None:
    """Write what ``plans`` say, in a number of statements for each ``BATCH`` of them.

    Call it inside a transaction that has locked what is there. New products are complete when they
    are inserted: nobody sees them before the rest is there.
    """
    for plan in plans:
        if plan.is_new:
            _offer(plan)
    reoffered = [p.product.pk for p in plans if not p.is_new and p.changes_offer]
    edited = [plan for plan in plans if plan.fields and not plan.is_new]
    new = [plan.product for plan in plans if plan.is_new]
    Product.objects.bulk_create(new, batch_size=BATCH)
    _edit_variants(plans, at)
    Variant.objects.bulk_create([v for p in plans for v in p.added], batch_size=BATCH)
    movements = [movement for plan in plans for movement in _movements(plan, actor_id, at)]
    StockMovement.objects.bulk_create(movements, batch_size=BATCH)
    # What is on sale has a price, in between too: it loses that after, and gets it before.
    _edit_products([plan for plan in edited if not plan.is_on_sale], at)
    for batch in bulk.batches(sorted(reoffered), BATCH):
        Product.objects.filter(pk__in=batch).refresh_offers(at=at)
    _edit_products([plan for plan in edited if plan.is_on_sale], at)
    events.record_many([event for plan in plans for event in _news(plan, at)])


def _offer(plan: Plan) -> None:
    """As ``refresh_offers`` does for what is there already."""
    plan.product.price = min((variant.price for variant in plan.for_sale), default=None)
    plan.product.in_stock = any(variant in plan.opening for variant in plan.for_sale)


def _movements(plan: Plan, actor_id: UUID, at: datetime) -> Iterator[StockMovement]:
    for variant, stock in plan.opening.items():
        yield StockMovement.of(variant, stock, reason=Reason.OPENING, at=at)
    said: dict[str, Any] = {"note": "Import", "actor_id": actor_id, "at": at}
    for variant, stock in plan.counted.items():
        yield StockMovement.of(variant, stock - variant.stock, reason=Reason.ADJUSTMENT, **said)


def _edit_variants(plans: Iterable[Plan], at: datetime) -> None:
    """Those of the same changes together, so that a statement writes no column that is as it was."""
    alike: dict[frozenset[str], list[Variant]] = defaultdict(list)
    for plan in plans:
        for variant, changed in plan.edited.items():
            alike[frozenset(changed)].append(variant)
    for names, variants in alike.items():
        bulk.edit(variants, names, at=at)


def _edit_products(plans: Iterable[Plan], at: datetime) -> None:
    alike: dict[frozenset[str], list[Product]] = defaultdict(list)
    for plan in plans:
        alike[frozenset(plan.fields)].append(plan.product)
    for names, products in alike.items():
        bulk.edit(products, names, at=at)


def _news(plan: Plan, at: datetime) -> Iterable[Event]:
    fields = sorted(plan.fields | ({"variants"} if plan.edited or plan.added else set()))
    if plan.is_new or fields:
        kind = "product.drafted" if plan.is_new else "product.edited"
        payload = {"seller_id": str(plan.product.seller_id), "fields": fields}
        yield Event(kind=kind, subject_id=plan.product.pk, payload=payload, at=at)
