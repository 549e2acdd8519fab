"""The floor: Mercat's list of products as hand-written SQL in a bare WSGI application.

It does what the route does for a request that is right, and nothing else: no middleware, no checks, no cache.
Start it by itself, from the project's root, with the environment that ``environment.prepare()`` makes::

    DATABASE_URL=postgres://... WEB_CONCURRENCY=2 var/bench-env/bin/python -m gunicorn \\
        --config config/gunicorn.py --bind 127.0.0.1:8001 bench.catalogue_parts.floor
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import parse_qsl, urlencode

import orjson
import psycopg

DATABASE_URL = os.environ.get("DATABASE_URL", "")
CURRENCY = "GBP"
LIMIT = 20
EXACT_UP_TO = 10_000

Values = dict[str, Any]

ORDERINGS: Mapping[str, tuple[LiteralString, LiteralString]] = {
    "newest": ("product.created_at DESC", "product.id DESC"),
    "price": ("product.price", "product.id"),
    "-price": ("product.price DESC", "product.id DESC"),
    "title": ("product.title", "product.id"),
    "best_selling": ("product.units_sold DESC", "product.id DESC"),
    "rating": ("product.rating DESC", "product.id DESC"),
}

SHELVES: LiteralString = """
    WITH RECURSIVE shown AS (
      SELECT id FROM catalog_category WHERE slug = %(category)s AND is_active
      UNION ALL
      SELECT below.id FROM catalog_category below JOIN shown ON below.parent_id = shown.id WHERE below.is_active
    )
    SELECT (SELECT array_agg(id) FROM shown),
           (SELECT id FROM catalog_brand WHERE slug = %(brand)s),
           (SELECT id FROM accounts_seller WHERE slug = %(seller)s)
    """

PUBLISHED: LiteralString = """
    FROM catalog_product product JOIN accounts_seller seller ON seller.id = product.seller_id
    WHERE product.status = 'active' AND product.deleted_at IS NULL AND product.currency = %(currency)s
      AND seller.status = 'approved'
    """

CONDITIONS: Mapping[str, LiteralString] = {
    "category": "product.category_id = ANY (%(category_ids)s)",
    "brand": "product.brand_id = %(brand_id)s",
    "seller": "product.seller_id = %(seller_id)s",
    "condition": "product.condition = %(condition)s",
    "min_price": "product.price >= %(min_price)s",
    "max_price": "product.price <= %(max_price)s",
    "in_stock": "product.in_stock = %(in_stock)s",
    "featured": "product.featured = %(featured)s",
}

ROLLED_UP: Mapping[str, LiteralString] = {
    "category": "category_id = ANY (%(category_ids)s)",
    "condition": "condition = %(condition)s",
    "in_stock": "in_stock = %(in_stock)s",
}

CARDS: LiteralString = """
    SELECT product.id, product.slug, coalesce(offered.sku, '') AS sku, product.title,
           brand.id, brand.slug, brand.name, category.id, category.slug, category.name,
           seller.id, seller.slug, seller.name, product.condition, product.price, offered.compare_at_price,
           product.currency, coalesce(picture.url, '/pictures/' || pictured.sku || '.svg', ''), product.rating,
           product.reviews_count, product.in_stock, product.featured, product.created_at
      FROM page
      JOIN catalog_product product USING (id)
      JOIN catalog_category category ON category.id = product.category_id
      JOIN accounts_seller seller ON seller.id = product.seller_id
      LEFT JOIN catalog_brand brand ON brand.id = product.brand_id
      LEFT JOIN LATERAL (SELECT sku, compare_at_price FROM catalog_variant
         WHERE product_id = product.id AND is_active ORDER BY position, id LIMIT 1) offered ON true
      LEFT JOIN LATERAL (SELECT sku FROM catalog_variant
         WHERE product_id = product.id ORDER BY position, id LIMIT 1) pictured ON true
      LEFT JOIN LATERAL (SELECT url FROM catalog_media
         WHERE product_id = product.id ORDER BY position, id LIMIT 1) picture ON true
    """

local = threading.local()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: what narrows the list, as parameters of SQL, and where its page is."""

    values: Values
    narrowing: Sequence[str]
    ordering: tuple[LiteralString, LiteralString]
    page: int


def application(
    environ: Mapping[str, Any], start_response: Callable[..., object]
) -> Iterable[bytes]:
    """``GET /api/v1/products`` of an anonymous visitor, by page number."""
    parameters = dict(parse_qsl(environ["QUERY_STRING"]))
    body = orjson.dumps(
        _listed(parameters, _url(environ)), option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
    )
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _url(environ: Mapping[str, Any]) -> str:
    return f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}"


def _listed(parameters: dict[str, str], url: str) -> dict[str, Any]:
    asked = _asked(parameters)
    total, is_estimate = _total(asked)
    rows = _rows(_page_of(asked), {**asked.values, "start": (asked.page - 1) * LIMIT})

    def link(page: int) -> str:
        return f"{url}?{urlencode(sorted({**parameters, 'page': str(page)}.items()))}"

    return {
        "results": [_card(row) for row in rows[:LIMIT]],
        "next": link(asked.page + 1) if len(rows) > LIMIT else None,
        "previous": link(asked.page - 1) if asked.page > 1 else None,
        "total": total,
        "total_is_estimate": is_estimate,
    }


def _asked(parameters: Mapping[str, str]) -> Asked:
    values: Values = {"currency": CURRENCY, **parameters}
    for name in ("min_price", "max_price"):
        if name in parameters:
            values[name] = _minor(parameters[name])
    for name in ("in_stock", "featured"):
        if name in parameters:
            values[name] = parameters[name] == "true"
    shelves = {name: parameters.get(name) for name in ("category", "brand", "seller")}
    if any(shelves.values()):
        ((values["category_ids"], values["brand_id"], values["seller_id"]),) = _rows(
            SHELVES, shelves
        )
    return Asked(
        values=values,
        narrowing=[name for name in CONDITIONS if name in parameters],
        ordering=ORDERINGS[parameters.get("ordering", "newest")],
        page=int(parameters.get("page", "1")),
    )


def _minor(text: str) -> int:
    whole, _, pence = text.partition(".")
    return int(whole) * 100 + int(pence.ljust(2, "0"))


def _page_of(asked: Asked) -> LiteralString:
    order: LiteralString = ", ".join(asked.ordering)
    page: LiteralString = (
        f"SELECT product.id {_narrowed(asked)} ORDER BY {order} LIMIT {LIMIT + 1} OFFSET %(start)s"
    )
    return f"WITH page AS ({page}) {CARDS} ORDER BY {order}"


def _narrowed(asked: Asked) -> LiteralString:
    return " AND ".join([PUBLISHED, *(CONDITIONS[name] for name in asked.narrowing)])


def _total(asked: Asked) -> tuple[int, bool]:
    """As Mercat has it: from roll-ups, else counted up to a limit, else the planner's estimate."""
    if {*asked.narrowing} <= {*ROLLED_UP, "brand"}:
        return _rolled_up(asked), False
    keys: LiteralString = f"SELECT product.id {_narrowed(asked)}"
    counted: LiteralString = f"{keys} LIMIT {EXACT_UP_TO + 1}"
    ((number,),) = _rows(f"SELECT count(*) FROM ({counted}) counted", asked.values)  # noqa: S608  # ours

    if number <= EXACT_UP_TO:
        return number, False
    ((plan,),) = _rows(f"EXPLAIN (FORMAT JSON) {keys}", asked.values)
    return max(plan[0]["Plan"]["Plan Rows"], EXACT_UP_TO + 1), True


def _rolled_up(asked: Asked) -> int:
    brand: LiteralString = (
        "brand_id = %(brand_id)s" if "brand" in asked.narrowing else "brand_id IS NULL"
    )
    kept = [ROLLED_UP[name] for name in asked.narrowing if name in ROLLED_UP]
    conditions: LiteralString = " AND ".join([brand, "currency = %(currency)s", *kept])
    sums: LiteralString = f"SELECT sum(products)::bigint FROM catalog_rollup WHERE {conditions}"  # noqa: S608  # ours
    ((total,),) = _rows(sums, asked.values)
    return total or 0


def _card(row: tuple[Any, ...]) -> dict[str, Any]:
    cells: Iterator[Any] = iter(row)

    def named() -> dict[str, Any] | None:
        pk, slug, name = next(cells), next(cells), next(cells)
        return {"id": pk, "slug": slug, "name": name} if pk else None

    return {
        "id": next(cells),
        "slug": next(cells),
        "sku": next(cells),
        "title": next(cells),
        "brand": named(),
        "category": named(),
        "seller": named(),
        "condition": next(cells),
        "price": _decimal(next(cells)),
        "compare_at_price": _decimal(next(cells)),
        "currency": next(cells),
        "image": next(cells),
        "rating": _decimal(next(cells) or None),
        "reviews_count": next(cells),
        "in_stock": next(cells),
        "featured": next(cells),
        "created_at": next(cells),
    }


def _decimal(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"


def _rows(sql: LiteralString, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """By this thread's own connection, as Django has it."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(DATABASE_URL, autocommit=True)
    rows: list[tuple[Any, ...]] = local.connection.execute(sql, values).fetchall()
    return rows
