"""What the async peer asks the database."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from bench.catalogue_parts.peer_models import Brand, Category, Product, Seller, Variant
from bench.catalogue_parts.peer_schemas import Filters

CURRENCY = "GBP"

ORDERINGS = {
    "newest": (Product.created_at.desc(), Product.id.desc()),
    "price": (Product.price, Product.id),
    "-price": (Product.price.desc(), Product.id.desc()),
    "title": (Product.title, Product.id),
    "best_selling": (Product.units_sold.desc(), Product.id.desc()),
    "rating": (Product.rating.desc(), Product.id.desc()),
}

FIGURES = (
    func.count(Product.id),
    func.count(Product.id).filter(Product.in_stock),
    func.min(Product.price),
    func.max(Product.price),
    func.sum(Product.price),
    func.count(Product.id).filter(Product.rating > 0),
    func.sum(Product.rating),
)


def narrowed(filters: Filters, categories: Sequence[UUID]) -> Select[Any]:
    """Published products that match. ``categories`` are what is asked for and all below it."""
    query = _published(select(Product))
    if filters.search:
        query = query.join(Product.category).outerjoin(Product.brand)
        query = query.where(*(_has(word) for word in filters.search.split()))
    return query.where(*_conditions(filters, categories))


def and_below(slug: str) -> Select[Any]:
    """Ids of a category and what is below it."""
    shown = select(Category.id).where(Category.slug == slug, Category.is_active)
    tree = shown.cte("shown", recursive=True)
    below = select(Category.id).where(Category.parent_id == tree.c.id, Category.is_active)
    return select(tree.union_all(below).c.id)


def counted(query: Select[Any]) -> Select[Any]:
    return query.with_only_columns(func.count(), maintain_column_froms=True)


def cards(query: Select[Any], filters: Filters) -> Select[Any]:
    """In order, with all that a list shows of them."""
    usual = "best_selling" if filters.search else "newest"
    loaded = query.options(
        joinedload(Product.category),
        joinedload(Product.brand),
        contains_eager(Product.seller),
        selectinload(Product.variants),
        selectinload(Product.media),
    )
    return loaded.order_by(*ORDERINGS[filters.ordering or usual])


def figures() -> Select[Any]:
    return _published(select(*FIGURES).select_from(Product))


def figures_by_category() -> Select[Any]:
    query = _published(select(Category, *FIGURES).select_from(Product).join(Product.category))
    return query.group_by(Category.id).order_by(Category.sort_order, Category.name)


def _published(query: Select[Any]) -> Select[Any]:
    return query.join(Product.seller).where(
        Product.status == "active",
        Product.deleted_at.is_(None),
        Product.currency == CURRENCY,
        Seller.status == "approved",
    )


def _conditions(filters: Filters, categories: Sequence[UUID]) -> Iterator[ColumnElement[bool]]:
    if filters.category is not None:
        yield Product.category_id.in_(categories)
    if filters.brand is not None:
        yield Product.brand_id.in_(select(Brand.id).where(Brand.slug == filters.brand))
    if filters.seller is not None:
        yield Seller.slug == filters.seller
    if filters.min_price is not None:
        yield Product.price >= _minor(filters.min_price)
    if filters.max_price is not None:
        yield Product.price <= _minor(filters.max_price)
    for name in ("condition", "in_stock", "featured"):
        if (value := getattr(filters, name)) is not None:
            yield getattr(Product, name) == value


def _has(word: str) -> ColumnElement[bool]:
    wanted = f"%{word}%"
    sku = select(Variant.id).where(Variant.product_id == Product.id, Variant.sku.ilike(wanted))
    return or_(
        Product.title.ilike(wanted),
        Product.description.ilike(wanted),
        Brand.name.ilike(wanted),
        Category.name.ilike(wanted),
        sku.exists(),
    )


def _minor(amount: Decimal) -> int:
    return int(amount * 100)
