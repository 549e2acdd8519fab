"""Figures of what is published: sums of roll-ups, and prices from both ends of an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from catalog.models import Category
from catalog.queries import category_tree, flat
from core import prepared
from core.money import Money, rounded

END = """(
    SELECT product.price FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
     WHERE product.status = 'active' AND product.deleted_at IS NULL AND product.currency = %s
       AND seller.status = 'approved' {among}
     ORDER BY product.price {way}, product.id {way} LIMIT 1
    )"""
SUMS = """
    COALESCE(SUM(products), 0), COALESCE(SUM(products) FILTER (WHERE in_stock), 0),
    COALESCE(SUM(price), 0), COALESCE(SUM(rated), 0), COALESCE(SUM(rating), 0)
    """
ALL = f"""
    SELECT {SUMS}, {END.format(among="", way="ASC")}, {END.format(among="", way="DESC")}
      FROM catalog_rollup WHERE brand_id IS NULL AND currency = %s
    """  # noqa: S608  # nothing in it comes from outside
OWN = "AND product.category_id = shelf.category_id"
EACH = f"""
    SELECT {SUMS}, {END.format(among=OWN, way="ASC")}, {END.format(among=OWN, way="DESC")}, shelf.category_id
      FROM catalog_rollup shelf WHERE brand_id IS NULL AND currency = %s
     GROUP BY shelf.category_id HAVING SUM(products) <> 0
    """  # noqa: S608  # as above


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of some published products. ``category`` is None for all of them.

    ``rating`` is the average, in hundredths of a star, of the ``rated`` ones' ratings; 0 where none is.
    """

    category: Category | None
    products: int
    in_stock: int
    lowest: Money | None
    highest: Money | None
    average: Money | None
    rated: int
    rating: int

    @property
    def currency(self) -> str:
        return str(settings.SHOP_CURRENCY)

    @property
    def out_of_stock(self) -> int:
        return self.products - self.in_stock


def stats() -> Stats:
    """Figures of all that is published. One query."""
    [row] = prepared.rows(ALL, [settings.SHOP_CURRENCY] * 3)
    return _stats(None, row)


def stats_by_category() -> list[Stats]:
    """Figures of each category's own products, in the tree's reading order; those without any left out."""
    rows = prepared.rows(EACH, [settings.SHOP_CURRENCY] * 3)
    figures = {UUID(str(category_id)): row for *row, category_id in rows}
    shown = [node.category for node in flat(category_tree({}))]
    return [_stats(each, figures[each.pk]) for each in shown if each.pk in figures]


def _stats(category: Category | None, row: Sequence[int | None]) -> Stats:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, settings.SHOP_CURRENCY)

    number, available, worth, rated, stars = (int(figure or 0) for figure in row[:5])
    return Stats(
        category=category,
        products=number,
        in_stock=available,
        lowest=money(row[5]),
        highest=money(row[6]),
        average=money(rounded(worth, number) if number else None),
        rated=rated,
        rating=rounded(stars, rated) if rated else 0,
    )
