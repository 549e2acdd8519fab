"""Changes to what is for sale."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from accounts.models import Seller
from catalog.models import Category, Product, StockMovement, Variant
from core.models import NEXT_VERSION, Event


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product without options, ready to be sold. ``price`` is in minor units."""

    sku: str
    title: str
    seller: Seller
    category: Category
    price: int
    currency: str
    stock: int
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
        _movement(variant, variant.stock, StockMovement.Reason.OPENING, None, at)
        for variant in variants
        if variant.stock
    ]
    StockMovement.objects.bulk_create(opening, batch_size=500)
    return len(fresh)


@transaction.atomic
def take_stock(quantities: Mapping[Variant, int], *, reference: UUID, at: datetime) -> None:
    """Take every quantity, or nothing. ``reference`` is the order's id.

    Variants are taken in pk order, so that concurrent orders queue instead of deadlocking.

    :raises OutOfStock: a variant has fewer left than asked.
    """
    taken = sorted(quantities.items(), key=lambda item: item[0].pk)
    for variant, quantity in taken:
        variant.stock = variant.take(quantity, at=at)
    StockMovement.objects.bulk_create(
        _movement(variant, -quantity, StockMovement.Reason.SALE, reference, at)
        for variant, quantity in taken
    )
    sold_out = [variant.product_id for variant, _ in taken if variant.stock == 0]
    if sold_out:
        Product.objects.filter(pk__in=sold_out).refresh_offers(at=at)


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


def count_sales(event: Event) -> None:
    """Add a paid order's units to its products; consumer of ``order.paid``.

    Taken in pk order. ``version`` stays: a counter must not refuse somebody's edit.
    """
    for product_id, units in sorted(event.payload["units"].items()):
        sold = Product.objects.filter(pk=UUID(product_id))
        sold.update(units_sold=F("units_sold") + units)


def _product(new: NewProduct) -> Product:
    return Product(
        seller=new.seller,
        category=new.category,
        title=new.title,
        slug=slugify(f"{new.title} {new.sku}")[:220],
        description=new.description,
        specifications=dict(new.specifications),
        status=Product.Status.ACTIVE,
        currency=new.currency,
        price=new.price,
        in_stock=new.stock > 0,
    )


def _variant(new: NewProduct, product: Product) -> Variant:
    return Variant(
        product=product, sku=new.sku, price=new.price, currency=new.currency, stock=new.stock
    )


def _movement(
    variant: Variant, change: int, reason: str, reference: UUID | None, at: datetime
) -> StockMovement:
    return StockMovement(
        variant=variant,
        change=change,
        stock_after=variant.stock,
        reason=reason,
        reference=reference,
        at=at,
    )
