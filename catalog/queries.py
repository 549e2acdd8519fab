"""Reads of the catalogue that are not rows of one model."""

from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from catalog.models import Brand, Category, Product


@dataclass(slots=True)
class CategoryNode:
    """A category with the number of published products in it and below it."""

    category: Category
    product_count: int
    children: list["CategoryNode"] = field(default_factory=list)


def category_tree() -> list[CategoryNode]:
    """The active categories' roots, children in order inside. Two queries, whatever the size."""
    counts = dict(
        Product.objects.published()
        .order_by()
        .values("category_id")
        .annotate(number=Count("pk"))
        .values_list("category_id", "number")
    )
    categories = list(Category.objects.filter(is_active=True))
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
    published = Q(products__in=Product.objects.published())
    counted = Brand.objects.annotate(product_count=Count("products", filter=published))
    return counted.filter(product_count__gt=0)


def _add_up(node: CategoryNode) -> int:
    node.product_count += sum(_add_up(child) for child in node.children)
    return node.product_count
