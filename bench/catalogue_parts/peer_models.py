"""Mercat's tables as the async peer maps them: the same rows and indexes, read only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Category(Base):
    __tablename__ = "catalog_category"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    sort_order: Mapped[int]
    is_active: Mapped[bool]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_category.id"))


class Brand(Base):
    __tablename__ = "catalog_brand"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]


class Seller(Base):
    __tablename__ = "accounts_seller"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]


class Variant(Base):
    __tablename__ = "catalog_variant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    sku: Mapped[str]
    compare_at_price: Mapped[int | None]
    is_active: Mapped[bool]
    position: Mapped[int]


class Media(Base):
    __tablename__ = "catalog_media"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_product.id"))
    url: Mapped[str]
    position: Mapped[int]


class Product(Base):
    __tablename__ = "catalog_product"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    category_id: Mapped[UUID] = mapped_column(ForeignKey("catalog_category.id"))
    brand_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_brand.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_seller.id"))
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(deferred=True)
    condition: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    price: Mapped[int]
    rating: Mapped[int]
    reviews_count: Mapped[int]
    units_sold: Mapped[int]
    in_stock: Mapped[bool]
    featured: Mapped[bool]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    category: Mapped[Category] = relationship()
    brand: Mapped[Brand | None] = relationship()
    seller: Mapped[Seller] = relationship()
    variants: Mapped[list[Variant]] = relationship(order_by=(Variant.position, Variant.id))
    media: Mapped[list[Media]] = relationship(order_by=(Media.position, Media.id))
