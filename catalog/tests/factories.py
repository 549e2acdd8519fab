"""Goods for tests: an active product with one variant, unless told otherwise."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import factory
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from catalog.models import Brand, Category, Product, StockMovement, Variant
from catalog.services import take_stock
from core.ids import uuid7


class CategoryFactory(factory.django.DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence("Category 1{:05}".format)
    slug = factory.Sequence("category-1{:05}".format)


class BrandFactory(factory.django.DjangoModelFactory[Brand]):
    class Meta:
        model = Brand

    name = factory.Sequence("Brand 1{:05}".format)
    slug = factory.Sequence("brand-1{:05}".format)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    seller = factory.SubFactory(SellerFactory)
    category = factory.SubFactory(CategoryFactory)
    title = factory.Sequence("Product 1{:05}".format)
    slug = factory.Sequence("product-1{:05}".format)
    currency = "GBP"


class VariantFactory(factory.django.DjangoModelFactory[Variant]):
    class Meta:
        model = Variant

    product = factory.SubFactory(ProductFactory)
    sku = factory.Sequence("SKU{:05}".format)
    currency = "GBP"
    price = 1000
    stock = 5

    @classmethod
    def _create(cls, model_class: type[Variant], *args: Any, **kwargs: Any) -> Variant:
        """Opens empty, as the database demands, and gets its stock by a movement."""
        stock = kwargs.pop("stock")
        variant: Variant = super()._create(model_class, *args, **kwargs)
        if stock:
            move_stock(variant, stock)
        return variant


def move_stock(variant: Variant, change: int) -> None:
    """Move a variant's stock, and nothing of its product."""
    variant.refresh_from_db()
    opening = StockMovement.Reason.OPENING
    StockMovement.of(variant, change, reason=opening, at=timezone.now()).save(force_insert=True)
    variant.refresh_from_db()


def sell(quantities: Mapping[Variant, int], reference: UUID | None = None) -> None:
    """Take ``quantities`` off stock as an order does: under locks that came first."""
    wanted = {variant.pk: quantity for variant, quantity in quantities.items()}
    with transaction.atomic():
        locked = Variant.objects.filter(pk__in=wanted).locked()
        take_stock(
            {variant: wanted[variant.pk] for variant in locked},
            reference=reference or uuid7(),
            at=timezone.now(),
        )


def on_sale(*, price: int = 1000, stock: int = 5, **product: Any) -> Variant:
    """The only variant of a new active product."""
    variant = VariantFactory(product=ProductFactory(**product), price=price, stock=stock)
    with transaction.atomic():
        Product.objects.filter(pk=variant.product_id).refresh_offers(at=timezone.now())
    Product.objects.filter(pk=variant.product_id).update(status=Product.Status.ACTIVE)
    variant.product.refresh_from_db()
    return variant
