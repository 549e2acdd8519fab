"""The async peer: Mercat's list, search and figures as FastAPI services are usually written.

SQLAlchemy's ORM over asyncpg, pydantic in and out, COUNT with LIMIT and OFFSET, ILIKE, and whole answers in
Redis under a hash of the request. ``bench.catalogue_parts.servers.peer`` starts it.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.catalogue_parts import peer_queries as queries
from bench.catalogue_parts.peer_models import Product
from bench.catalogue_parts.peer_schemas import (
    Card,
    Filters,
    Grouped,
    GroupStats,
    Named,
    Page,
    Prices,
    Ratings,
    Stats,
)

KEPT = 300
"""Seconds that an answer stays in Redis."""

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"), pool_size=10
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
redis = Redis.from_url(os.environ["REDIS_URL"])
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


@app.get("/api/v1/products", response_model=Page)
async def products(
    request: Request, filters: Annotated[Filters, Query()], session: Session
) -> Response:
    return await _cached(request, lambda: _page(request, filters, session))


@app.get("/api/v1/products/stats", response_model=Grouped | Stats)
async def stats(
    request: Request, session: Session, group_by: Literal["category"] | None = None
) -> Response:
    return await _cached(request, lambda: _stats(session, grouped=group_by is not None))


async def _cached(request: Request, make: Callable[[], Awaitable[BaseModel]]) -> Response:
    asked = f"{request.url.path}?{urlencode(sorted(request.query_params.items()))}"
    key = f"response:{sha256(asked.encode()).hexdigest()}"
    body = await redis.get(key)
    if body is None:
        body = (await make()).model_dump_json().encode()
        await redis.set(key, body, ex=KEPT)
    return Response(body, media_type="application/json")


async def _page(request: Request, filters: Filters, session: AsyncSession) -> Page:
    categories: list[UUID] = []
    if filters.category is not None:
        categories = list(await session.scalars(queries.and_below(filters.category)))
    narrowed = queries.narrowed(filters, categories)
    total = await session.scalar(queries.counted(narrowed)) or 0
    start = (filters.page - 1) * filters.limit
    cards = queries.cards(narrowed, filters).offset(start).limit(filters.limit)
    rows = (await session.scalars(cards)).all()
    more, page = start + filters.limit < total, filters.page

    def link(number: int) -> str:
        return str(request.url.include_query_params(page=number))

    return Page(
        results=[_card(row) for row in rows],
        next=link(page + 1) if more else None,
        previous=link(page - 1) if page > 1 else None,
        total=total,
    )


def _card(product: Product) -> Card:
    offered = next((variant for variant in product.variants if variant.is_active), None)
    drawn = f"/pictures/{product.variants[0].sku}.svg" if product.variants else ""
    return Card(
        id=product.id,
        slug=product.slug,
        sku=offered.sku if offered else "",
        title=product.title,
        brand=Named.model_validate(product.brand) if product.brand else None,
        category=Named.model_validate(product.category),
        seller=Named.model_validate(product.seller),
        condition=product.condition,
        price=_pounds(product.price),
        compare_at_price=_pounds(offered.compare_at_price if offered else None),
        currency=product.currency,
        image=product.media[0].url if product.media else drawn,
        rating=_pounds(product.rating or None),
        reviews_count=product.reviews_count,
        in_stock=product.in_stock,
        featured=product.featured,
        created_at=product.created_at,
    )


async def _stats(session: AsyncSession, *, grouped: bool) -> Stats:
    (row,) = (await session.execute(queries.figures())).all()
    whole = Stats(**_figures(row))
    if not grouped:
        return whole
    rows = (await session.execute(queries.figures_by_category())).all()
    groups = [
        GroupStats(category=Named.model_validate(row[0]), **_figures(row[1:])) for row in rows
    ]
    return Grouped(groups=groups, **whole.model_dump())


def _figures(row: Any) -> dict[str, Any]:
    number, available, lowest, highest, worth, rated, stars = row
    average = _average(worth, number)
    return {
        "total": number,
        "in_stock": available,
        "out_of_stock": number - available,
        "price": Prices(min=_pounds(lowest), max=_pounds(highest), average=_pounds(average)),
        "rating": Ratings(average=_pounds(_average(stars, rated)), products=rated),
    }


def _average(total: int, number: int) -> Decimal | None:
    return (Decimal(total) / number).quantize(Decimal(1), ROUND_HALF_EVEN) if number else None


def _pounds(minor: int | Decimal | None) -> str | None:
    return None if minor is None else f"{Decimal(minor) / 100:.2f}"
