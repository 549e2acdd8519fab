"""What is there already of what a file names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Seller
from catalog.imports.reading import Line
from catalog.models import Brand, Category, Product, Variant
from core.bulk import batches

BATCH = 2_000
"""Rows that are looked up in one query."""


@dataclass(frozen=True, slots=True)
class Present:
    """The seller's own ``variants`` by SKU and ``products`` by slug, every one with all its variants.

    ``taken`` are SKUs that are another's, or of what was deleted.
    """

    variants: dict[str, Variant]
    products: dict[str, Product]
    siblings: dict[UUID, list[Variant]]
    taken: set[str]
    categories: dict[str, Category]
    brands: dict[str, Brand]


def present(lines: Iterable[Line], *, seller: Seller, lock: bool) -> Present:
    """Look up what ``lines`` name. Locks, if at all, variants in pk order, then their products.

    A number of queries for each ``BATCH`` of lines.
    """
    skus = {line.cells["sku"].strip() for line in lines}
    slugs = {line.cells["product"].strip() for line in lines if "product" in line.cells}
    owners = dict(_owners(skus))
    own = {product_id for product_id, owner in owners.values() if owner == seller.pk}
    own |= set(_own_by_slug(slugs, seller))
    variants = list(_rows(Variant, _variants_of(own), lock=lock))
    products = {product.pk: product for product in _rows(Product, own, lock=lock)}
    siblings: dict[UUID, list[Variant]] = {pk: [] for pk in products}
    for variant in variants:
        if variant.product_id in products:
            variant.product = products[variant.product_id]
            siblings[variant.product_id].append(variant)
    known = {variant.sku: variant for family in siblings.values() for variant in family}
    return Present(
        variants=known,
        products={product.slug: product for product in products.values()},
        siblings=siblings,
        taken=owners.keys() - known.keys(),
        categories={each.slug: each for each in Category.objects.filter(is_active=True)},
        brands={each.slug: each for each in _brands(lines)},
    )


def _owners(skus: Iterable[str]) -> Iterable[tuple[str, tuple[UUID, UUID]]]:
    """Each SKU's product and seller."""
    for batch in batches(skus, BATCH):
        found = Variant.objects.filter(sku__in=batch)
        for sku, product, seller in found.values_list("sku", "product_id", "product__seller_id"):
            yield sku, (product, seller)


def _own_by_slug(slugs: Iterable[str], seller: Seller) -> Iterable[UUID]:
    for batch in batches(slugs, BATCH):
        yield from Product.objects.filter(seller=seller, slug__in=batch).values_list(
            "pk", flat=True
        )


def _variants_of(products: Iterable[UUID]) -> Iterable[UUID]:
    for batch in batches(products, BATCH):
        yield from Variant.objects.filter(product__in=batch).values_list("pk", flat=True)


def _rows(model: Any, pks: Iterable[UUID], *, lock: bool) -> Iterable[Any]:
    """In pk order over all batches. Products only while they are not deleted."""
    rows = model.objects.all()
    if model is Product:
        rows = rows.filter(deleted_at=None).select_related("category", "brand")
    for batch in batches(sorted(pks), BATCH):
        found = rows.filter(pk__in=batch)
        yield from found.locked() if lock else found


def _brands(lines: Iterable[Line]) -> Iterable[Brand]:
    slugs = {line.cells["brand"].strip() for line in lines if "brand" in line.cells}
    for batch in batches(slugs, BATCH):
        yield from Brand.objects.filter(slug__in=batch)
