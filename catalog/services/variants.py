"""Changes to the variants of a product. Variants are locked before their product."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from catalog import errors
from catalog.models import Product, StockMovement, Variant, option_key
from catalog.services.editing import lock_version, record
from core.models import NEXT_VERSION


@dataclass(frozen=True, slots=True)
class NewVariant:
    """``price`` and ``compare_at_price`` in minor units of the product's currency, ``weight`` in grams."""

    sku: str
    price: int
    options: Mapping[str, str] = field(default_factory=dict)
    compare_at_price: int | None = None
    stock: int = 0
    low_stock_at: int = 0
    weight: int = 0


@transaction.atomic
def add_variant(variant: Variant, *, at: datetime) -> None:
    """Save a new variant and bring its product's lowest price and availability up to date."""
    variant.save(force_insert=True)
    Product.objects.filter(pk=variant.product_id).refresh_offers(at=at)


@transaction.atomic
def change_variant(variant: Variant, names: Collection[str], *, at: datetime) -> None:
    """Write the columns ``names`` of a variant, and no other, and its product's offer after it.

    What was sold since ``variant`` was read stays sold.
    """
    variant.version = NEXT_VERSION  # counted by the database
    variant.save(update_fields={*names, "updated_at", "version"})
    variant.refresh_from_db()
    Product.objects.filter(pk=variant.product_id).refresh_offers(at=at)


@transaction.atomic
def create_variant(
    product: Product, new: NewVariant, *, version: int | None, at: datetime
) -> Variant:
    """Add a variant to a product, with an opening stock movement.

    :raises Stale: the product has another version.
    :raises SkuTaken: another variant of the shop has this SKU.
    :raises OptionsTaken, OptionsMixed: the options do not go with the product's other variants.
    :raises CompareAtPriceTooLow: it is not above the price.
    """
    locked = lock_version(product, version)
    [variant] = insert_variants(locked, [new], at=at)
    Product.objects.filter(pk=product.pk).refresh_offers(at=at)
    record(locked, "edited", ["variants"], at=at)
    return variant


@transaction.atomic
def edit_variant(
    variant: Variant, changes: Mapping[str, Any], *, version: int | None, at: datetime
) -> Variant:
    """Write ``changes`` (validated columns); ``version`` is the product's.

    :raises NothingToSell: the product is on sale, and this is its only active variant.
    Raises what ``create_variant`` does.
    """
    locked = Variant.objects.filter(pk=variant.pk).select_related("product").locked().get()
    product = lock_version(locked.product, version)
    for name, value in changes.items():
        setattr(locked, name, value)
    _refuse_unsellable(product, locked)
    refuse_clash(locked)
    with _named_refusals(locked):
        change_variant(locked, changes.keys(), at=at)
    record(product, "edited", ["variants"], at=at)
    return locked


def retire_variant(variant: Variant, *, version: int | None, at: datetime) -> None:
    """Take a variant off sale. Its row stays: orders and stock movements refer to it.

    Raises what ``edit_variant`` does.
    """
    edit_variant(variant, {"is_active": False}, version=version, at=at)


def insert_variants(product: Product, new: Sequence[NewVariant], *, at: datetime) -> list[Variant]:
    """Save variants of a locked product, each with its opening stock. The offer is the caller's.

    Raises what ``create_variant`` does.
    """
    return [_insert(product, each, at) for each in new]


def refuse_clash(variant: Variant) -> None:
    """Of a variant whose product is locked.

    :raises OptionsMixed, OptionsTaken, CompareAtPriceTooLow: as the names say.
    """
    keys = Variant.objects.filter(product=variant.product_id).exclude(pk=variant.pk)
    refuse_beside(variant, set(keys.values_list("option_key", flat=True)))


def refuse_beside(variant: Variant, others: Collection[str]) -> None:
    """Of a variant whose product's other variants have the option keys ``others``.

    :raises OptionsMixed, OptionsTaken, CompareAtPriceTooLow: as the names say.
    """
    key = option_key(variant.options)
    if others and ("" in others or not key):
        raise errors.OptionsMixed(field="options")
    if key in others:
        raise errors.OptionsTaken(field="options")
    before = variant.compare_at_price
    if before is not None and before <= variant.price:
        raise errors.CompareAtPriceTooLow(field="compare_at_price")


def _insert(product: Product, new: NewVariant, at: datetime) -> Variant:
    variant = Variant(
        product=product,
        currency=product.currency,
        sku=new.sku,
        price=new.price,
        options=dict(new.options),
        compare_at_price=new.compare_at_price,
        low_stock_at=new.low_stock_at,
        weight=new.weight,
    )
    refuse_clash(variant)
    with _named_refusals(variant):
        variant.save(force_insert=True)
    if new.stock:
        opening = StockMovement.Reason.OPENING
        StockMovement.of(variant, new.stock, reason=opening, at=at).save(force_insert=True)
    return variant


def _refuse_unsellable(product: Product, variant: Variant) -> None:
    others = Variant.objects.filter(product=product, is_active=True).exclude(pk=variant.pk)
    on_sale = product.status == Product.Status.ACTIVE
    if on_sale and not variant.is_active and not others.exists():
        raise errors.NothingToSell


@contextmanager
def _named_refusals(variant: Variant) -> Iterator[None]:
    """:raises SkuTaken: instead of what the database says to a SKU that is in use."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if Variant.objects.filter(sku=variant.sku).exclude(pk=variant.pk).exists():
            raise errors.SkuTaken(variant.sku) from error
        raise
