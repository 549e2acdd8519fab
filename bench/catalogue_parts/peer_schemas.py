"""What the async peer takes and answers: Mercat's names and types."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Ordering = Literal["newest", "price", "-price", "title", "best_selling", "rating"]
Amount = Annotated[Decimal, Field(ge=0, decimal_places=2)]


class Filters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    search: Annotated[str, Field(max_length=200)] | None = None
    category: str | None = None
    brand: str | None = None
    seller: str | None = None
    condition: Literal["new", "used", "refurbished"] | None = None
    min_price: Amount | None = None
    max_price: Amount | None = None
    in_stock: bool | None = None
    featured: bool | None = None
    ordering: Ordering | None = None
    page: Annotated[int, Field(ge=1)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Named(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    slug: str
    name: str


class Card(BaseModel):
    id: UUID
    slug: str
    sku: str
    title: str
    brand: Named | None
    category: Named
    seller: Named
    condition: str
    price: str | None
    compare_at_price: str | None
    currency: str
    image: str
    rating: str | None
    reviews_count: int
    in_stock: bool
    featured: bool
    created_at: datetime


class Page(BaseModel):
    results: list[Card]
    next: str | None
    previous: str | None
    total: int
    total_is_estimate: bool = False


class Prices(BaseModel):
    min: str | None
    max: str | None
    average: str | None


class Ratings(BaseModel):
    average: str | None
    products: int


class Stats(BaseModel):
    total: int
    in_stock: int
    out_of_stock: int
    currency: str = "GBP"
    price: Prices
    rating: Ratings


class GroupStats(Stats):
    category: Named


class Grouped(Stats):
    groups: list[GroupStats]
