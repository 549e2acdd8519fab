"""A seller's products as CSV that reading takes back unchanged, and no spreadsheet runs."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from accounts.models import Seller
from catalog.imports.columns import COLUMNS
from catalog.models import Variant
from core.documents.cells import csv_lines, protected

BATCH = 500


def export_products(seller: Seller) -> Iterator[str]:
    """One line per variant of what is not deleted, in the products' order, header first. Streams."""
    own = Variant.objects.filter(product__seller=seller, product__deleted_at=None)
    rows = own.select_related("product__category", "product__brand")
    ordered = rows.order_by("product_id", "position", "pk").iterator(chunk_size=BATCH)
    return csv_lines(chain([COLUMNS], (cells(variant).values() for variant in ordered)))


def cells(variant: Variant) -> dict[str, str]:
    """A variant's cells by column (its product's category and brand selected along)."""
    return {column: protected(str(value)) for column, value in _shown(variant).items()}


def _shown(variant: Variant) -> dict[str, Any]:
    product = variant.product
    return {
        "product": product.slug,
        "sku": variant.sku,
        "title": product.title,
        "category": product.category.slug,
        "brand": product.brand.slug if product.brand else "",
        "condition": product.condition,
        "status": product.status,
        "description": product.description,
        "options": ";".join(f"{name}={value}" for name, value in variant.options.items()),
        "price": variant.unit_price,
        "compare_at_price": variant.compare_at or "",
        "low_stock_at": variant.low_stock_at,
        "weight": variant.weight,
        "active": "yes" if variant.is_active else "no",
        "stock": variant.stock,
    }
