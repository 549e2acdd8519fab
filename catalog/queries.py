"""Reads of the catalogue that are not rows of one model.

Counts of what is published come from ``RollUp`` and, under a price, ``PriceStep``, which the database
keeps: they cost the same whatever the number of products. What these do not tell is counted: products at
both ends of a stretch of prices, those of a brand within a category, those that a search finds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from catalog import steps
from catalog.facets import counted_by, starts
from catalog.models import Brand, Category, Product, RollUp, Wishlist
from catalog.models.products import ProductQuerySet
from core.money import Money

MOST_BRANDS = 50
"""Brands in one facet: those with the most products."""

SHELF = {"category": "category_id", "brand": "brand_id", "condition": "condition"}
"""What roll-ups are counted by: filters and their columns."""

FACETS = {
    "category": {"category"},
    "brand": {"brand"},
    "condition": {"condition"},
    "band": {"min_price", "max_price"},
}
"""What is counted by, and the filters that choose of it."""

ROLLED_UP = frozenset({"category", "brand", "condition", "in_stock"})
"""Filters that roll-ups are kept by."""


@dataclass(slots=True)
class CategoryNode:
    """A category with the number of published products in it and below it."""

    category: Category
    product_count: int
    children: list["CategoryNode"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Band:
    """Products from ``lowest`` to ``highest`` (None: without end), both included."""

    lowest: Money
    highest: Money | None
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products each choice would leave, all else that is asked for staying as it is."""

    categories: list[CategoryNode]
    brands: list[Brand]
    conditions: dict[str, int]
    bands: list[Band]


class Narrowed(Protocol):
    """A list of products and what narrows it (``filters.ProductFilter``)."""

    @property
    def asked(self) -> Mapping[str, Any]: ...

    def but(self, *names: str) -> ProductQuerySet: ...


def category_tree(counts: Mapping[UUID, int] | None = None) -> list[CategoryNode]:
    """The active categories' roots, children in order inside. ``counts`` are of products in each
    category itself; without, those of all that is published. Two queries, whatever the size."""
    if counts is None:
        counts = _sums(rollups().filter(brand=None), "category_id")
    categories = list(Category.objects.filter(is_active=True).defer("created_at", "updated_at"))
    nodes = {c.pk: CategoryNode(c, counts.get(c.pk, 0)) for c in categories}
    roots: list[CategoryNode] = []
    for node in nodes.values():
        parent_id = node.category.parent_id
        if parent_id is None:
            roots.append(node)
        elif parent_id in nodes:  # else it hangs below one that is switched off, and so is it
            nodes[parent_id].children.append(node)
    for root in roots:
        _add_up(root)
    return roots


def flat(nodes: list[CategoryNode]) -> list[CategoryNode]:
    """The tree in reading order."""
    return [found for node in nodes for found in (node, *flat(node.children))]


def brands() -> QuerySet[Brand]:
    """Brands that have published products, each with ``product_count``."""
    own = rollups().filter(brand=OuterRef("pk")).values("brand").annotate(sum=Sum("products"))
    counted = Brand.objects.annotate(
        product_count=Subquery(own.values("sum"), output_field=IntegerField())
    )
    return counted.filter(product_count__gt=0)


def rollups() -> QuerySet[RollUp]:
    """Of what is published: its currency is the shop's. Take those of one brand, or of none: of all."""
    return RollUp.objects.filter(currency=settings.SHOP_CURRENCY)


def rolled_up_total(narrowed: Narrowed) -> int | None:
    """How many products are left, if roll-ups can tell."""
    rows = _rolled_up(narrowed.asked)
    if rows is None:
        return None
    of_brand = rows.filter(brand=narrowed.asked.get("brand"))
    total: int = of_brand.aggregate(total=Sum("products", default=0))["total"]
    return total


def facets(narrowed: Narrowed) -> Facets:
    """Counts of every choice, each under all that is asked for but its own filter."""
    counts = _facet_counts(narrowed)
    of_brands = counts["brand"]
    most = sorted(of_brands, key=lambda pk: (-of_brands[pk], str(pk)))[:MOST_BRANDS]
    named = {brand.pk: brand for brand in Brand.objects.filter(pk__in=most)}
    for pk, brand in named.items():
        brand.product_count = of_brands[pk]  # type: ignore[attr-defined]  # as ``brands`` annotates
    return Facets(
        categories=[node for node in flat(category_tree(counts["category"])) if node.product_count],
        brands=[named[pk] for pk in most],
        conditions=dict(sorted(counts["condition"].items())),
        bands=_bands(counts["band"]),
    )


def _rolled_up(asked: Mapping[str, Any]) -> QuerySet[RollUp] | None:
    """Those of what is asked for, of any brand; None if they were not kept by that."""
    if not asked.keys() <= ROLLED_UP:
        return None
    columns = {name: value for name, value in asked.items() if name not in {"brand", "category"}}
    rows = rollups().filter(**columns)
    return rows.filter(category__in=asked["category"].shown) if "category" in asked else rows


def _facet_counts(narrowed: Narrowed) -> dict[str, Counter[Any]]:
    """Products for each value of each of ``FACETS``: as far as roll-ups tell, and the rest counted at
    once for all that leave out the same filters."""
    counts: dict[str, Counter[Any]] = {}
    together: dict[tuple[frozenset[str], Q], list[str]] = {}
    for name, own in FACETS.items():
        others = {n: value for n, value in narrowed.asked.items() if n not in own}
        counts[name], left = _kept(others, name)
        if left is not None:
            together.setdefault((frozenset(own & narrowed.asked.keys()), left), []).append(name)
    for (left_out, left), names in together.items():
        for name, found in counted_by(narrowed.but(*left_out).filter(left), names).items():
            counts[name].update(found)
    return {name: +count for name, count in counts.items()}


def _kept(asked: Mapping[str, Any], name: str) -> tuple[Counter[Any], Q | None]:
    """Counts that roll-ups have, and which products are left to be counted (None: no more)."""
    rows = _shelves(asked, name) if name in SHELF else None
    return steps.counted(asked, name) if rows is None else (_sums(rows, SHELF[name]), None)


def _shelves(asked: Mapping[str, Any], name: str) -> QuerySet[RollUp] | None:
    """What roll-ups have for ``name`` under what is asked for; None if they were not kept by that."""
    rows = _rolled_up(asked)
    if rows is None:
        return None
    return rows.exclude(brand=None) if name == "brand" else rows.filter(brand=asked.get("brand"))


def _sums(rows: QuerySet[RollUp], column: str) -> Counter[Any]:
    summed = rows.order_by().values(column).annotate(number=Sum("products"))
    pairs = summed.values_list(column, "number")
    return Counter({value: number for value, number in pairs if value})


def _bands(counts: Mapping[int, int]) -> list[Band]:
    lowest = starts()
    highest = [*(start - 1 for start in lowest[1:]), None]

    def money(minor: int) -> Money:
        return Money(minor, settings.SHOP_CURRENCY)

    return [
        Band(money(start), None if end is None else money(end), counts[place])
        for place, (start, end) in enumerate(zip(lowest, highest, strict=True))
        if place in counts
    ]


def related(product: Product, limit: int = 8) -> QuerySet[Product]:
    """Others of the same category that are in stock, the best sellers first."""
    siblings = Product.objects.published().filter(category=product.category_id, in_stock=True)
    return siblings.exclude(pk=product.pk).with_card().order_by("-units_sold", "-pk")[:limit]


def wished(wishlist: Wishlist) -> QuerySet[Product]:
    """What is on a wishlist and still for sale, newest wish first."""
    wishes = Product.objects.published().filter(wished__wishlist=wishlist)
    return wishes.with_card().order_by("-wished__added_at", "-pk")


def _add_up(node: CategoryNode) -> int:
    node.product_count += sum(_add_up(child) for child in node.children)
    return node.product_count
