"""Putting many products on sale at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Seller
from catalog.models import Category, Product, StockMovement, Variant


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product without options, ready to be sold. ``price`` is in minor units.

    One that is archived stands on no shelf: it was sold before, and lines refer to it.
    """

    sku: str
    title: str
    seller: Seller
    category: Category
    price: int
    currency: str
    stock: int
    status: Product.Status = Product.Status.ACTIVE
    description: str = ""
    specifications: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def list_products(new: Sequence[NewProduct], *, at: datetime) -> int:
    """Put products on sale, each with its one variant and an opening stock movement.

    A SKU that is in the shop already is left as it is. Returns how many were added. A constant
    number of statements per 500 products.
    """
    known = set(Variant.objects.values_list("sku", flat=True))
    fresh = [item for item in new if item.sku not in known]
    products = [_product(item) for item in fresh]
    variants = [_variant(item, product) for item, product in zip(fresh, products, strict=True)]
    Product.objects.bulk_create(products, batch_size=500)
    Variant.objects.bulk_create(variants, batch_size=500)
    opening = [
        StockMovement.of(variant, item.stock, reason=StockMovement.Reason.OPENING, at=at)
        for item, variant in zip(fresh, variants, strict=True)
        if item.stock
    ]
    StockMovement.objects.bulk_create(opening, batch_size=500)
    return len(fresh)


def _product(new: NewProduct) -> Product:
    return Product(
        seller=new.seller,
        category=new.category,
        title=new.title,
        slug=slugify(f"{new.title} {new.sku}")[:220],
        description=new.description,
        specifications=dict(new.specifications),
        status=new.status,
        currency=new.currency,
        price=new.price,
        in_stock=new.stock > 0,
    )


def _variant(new: NewProduct, product: Product) -> Variant:
    return Variant(product=product, sku=new.sku, price=new.price, currency=new.currency)
