"""Reads of wishlists for pages, each in a constant number of queries."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery

from catalog.models import Product, Variant, Wishlist, WishlistItem

SHOWN = 4
"""Pictures of a list among others."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A product on a list; ``variant`` is the one to be bought, if there is one to buy and nothing to
    choose."""

    product: Product
    variant: Variant | None


def own(owner_id: UUID) -> QuerySet[Wishlist]:
    """The owner's lists, oldest first, each with ``items_count`` and its ``newest`` items for sale."""
    for_sale = WishlistItem.objects.filter(product__in=Product.objects.published())
    pictured = for_sale.select_related("product").prefetch_related(
        "product__media", "product__variants"
    )
    newest = Prefetch(
        "items", queryset=pictured.order_by("-added_at", "-pk")[:SHOWN], to_attr="newest"
    )
    lists = Wishlist.objects.filter(owner=owner_id).annotate(items_count=Count("items"))
    return lists.prefetch_related(newest)


def choices(owner_id: UUID, product: Product) -> QuerySet[Wishlist]:
    """The owner's lists, oldest first, each with ``has_it``: whether ``product`` is on it."""
    there = WishlistItem.objects.filter(wishlist=OuterRef("pk"), product=product)
    return Wishlist.objects.filter(owner=owner_id).annotate(has_it=Exists(there))


def wished_first(user: Any) -> set[UUID] | None:
    """Ids of the products on the visitor's first list, for hearts; None for who is not signed in."""
    if not user.is_authenticated:
        return None
    first = Wishlist.objects.filter(owner=user.pk).values("pk")[:1]
    items = WishlistItem.objects.filter(wishlist=Subquery(first))
    return set(items.values_list("product_id", flat=True))


def wishes(products: list[Product]) -> list[Wish]:
    """``products`` (with their variants) as things to be bought."""
    return [Wish(product, _only_variant(product)) for product in products]


def _only_variant(product: Product) -> Variant | None:
    offered = [variant for variant in product.variants.all() if variant.is_active]
    return offered[0] if len(offered) == 1 and offered[0].stock else None
