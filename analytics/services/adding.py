"""Adding sources to the facts: each table in one statement, whose rows never leave the database.

The same statements serve one order, and a month that is built anew; so both give the same rows.
They are portable: PostgreSQL and SQLite agree on ``WITH``, windows and ``ON CONFLICT``. Rows are written in
the order of their keys, by which they are read: so those of some days stand on few pages, one after another.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from analytics.models import CustomerFact, HourFact, Newcomer, SalesFact, SellerNewcomer, Source

BASKET = 40
"""Lines that an order may have to count as a basket. Who buys more fills shelves, and what such
orders hold together says little, at the square of their lines."""

LINES = "JOIN orders_orderline l ON l.order_id = s.order_id"
BACK = """JOIN orders_refund f ON f.id = s.subject_id
  JOIN orders_refundline r ON r.refund_id = f.id JOIN orders_orderline l ON l.id = r.order_line_id"""


def _first(of: str) -> str:
    """1 for the first line of each."""
    return (
        f"CASE row_number() OVER (PARTITION BY {of} ORDER BY l.position) WHEN 1 THEN 1 ELSE 0 END"
    )


def _released(part: str) -> str:
    return f"CASE f.kind WHEN 'after_release' THEN r.{part} ELSE 0 END"


MOVED: Mapping[Source.Kind, tuple[str, Mapping[str, str]]] = {
    Source.Kind.SALE: (
        LINES,
        {
            "lines": "1",
            "units": "l.quantity",
            "orders": _first("l.order_id"),
            "seller_orders": _first("l.seller_order_id"),
            "product_orders": _first("l.order_id, l.product_id"),
            "baskets": f"CASE WHEN count(*) OVER (PARTITION BY l.order_id) > {BASKET} THEN 0"
            f" ELSE {_first('l.order_id')} END",
            "gross": "l.subtotal + l.shipping + l.tax",
            "discount": "l.discount",
            "sponsored": "l.sponsored",
            "shipping": "l.shipping",
        },
    ),
    Source.Kind.RELEASE: (LINES, {"commission": "l.commission", "tax": "l.tax + l.tax_included"}),
    Source.Kind.REFUND: (
        BACK,
        {
            "refunded": "r.amount",
            "refunded_units": "r.quantity",
            "refunded_sponsored": "r.sponsored",
            "refunded_commission": _released("commission"),
            "refunded_tax": _released("tax"),
        },
    ),
}
"""What each kind of source adds, line by line: the lines' table, and measures that are not zero."""

PAIRS = f"""
WITH source AS ({{sources}}),
basket AS (
  SELECT s.order_id, s.month FROM source s {LINES}
   WHERE s.kind = 'sale' GROUP BY s.order_id, s.month HAVING count(*) <= {BASKET}),
held AS (
  SELECT DISTINCT b.order_id, b.month, l.product_id
    FROM basket b JOIN orders_orderline l ON l.order_id = b.order_id)
INSERT INTO analytics_pairfact (month, first_id, second_id, baskets)
SELECT a.month, a.product_id, b.product_id, count(*)
  FROM held a JOIN held b ON b.order_id = a.order_id AND a.product_id <= b.product_id
 WHERE 1 = 1 GROUP BY a.month, a.product_id, b.product_id ORDER BY a.month, a.product_id, b.product_id
ON CONFLICT (month, first_id, second_id) DO UPDATE
   SET baskets = analytics_pairfact.baskets + excluded.baskets
"""  # noqa: S608  # nothing in it comes from outside


def add(sources: QuerySet[Source]) -> None:
    """Add what ``sources`` moved to every fact. Call it once for each of them, under the facts' lock."""
    for fact in (SalesFact, CustomerFact, HourFact):
        _execute(_statement(fact), sources)
    for newcomer in (Newcomer, SellerNewcomer):
        _execute(_newcomers(newcomer), sources)
    _execute(PAIRS, sources)


def _execute(statement: str, sources: QuerySet[Source]) -> None:
    select, values = sources.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sources=select), values)


def _statement(fact: type[Model]) -> str:
    table, columns = fact._meta.db_table, [str(f.column) for f in fact._meta.concrete_fields]  # noqa: SLF001  # Django's documented Model API
    key = [str(field.column) for field in fact._meta.pk_fields]  # noqa: SLF001  # as above
    measures = [column for column in columns if column not in key]
    summed = ", ".join(f"sum({name})" for name in measures)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in measures)
    keys = ", ".join(key)
    return f"""
WITH source AS ({{sources}}), moved AS ({_moved(key, measures)})
INSERT INTO {table} ({keys}, {", ".join(measures)})
SELECT {keys}, {summed} FROM moved WHERE 1 = 1 GROUP BY {keys} ORDER BY {keys}
ON CONFLICT ({keys}) DO UPDATE SET {added}
"""  # noqa: S608  # names are the models'


def _newcomers(newcomer: type[Model]) -> str:
    """A sale of an earlier day, heard of later, is the first one then."""
    table = newcomer._meta.db_table  # noqa: SLF001  # as above
    key = [str(field.column) for field in newcomer._meta.pk_fields]  # noqa: SLF001  # as above
    keys, bought = ", ".join(key), ", ".join(DIMENSIONS[name] for name in key)
    return f"""
WITH source AS ({{sources}})
INSERT INTO {table} ({keys}, day)
SELECT {bought}, min(s.day) FROM source s {LINES} JOIN orders_sellerorder p ON p.id = l.seller_order_id
 WHERE s.kind = 'sale' GROUP BY {bought} ORDER BY {bought}
ON CONFLICT ({keys}) DO UPDATE SET day = excluded.day WHERE excluded.day < {table}.day
"""  # noqa: S608  # as above


def _moved(key: Sequence[str], measures: Sequence[str]) -> str:
    """Every line that was sold, released or refunded."""
    return " UNION ALL ".join(
        f"SELECT {', '.join(f'{DIMENSIONS[name]} AS {name}' for name in key)}, "  # noqa: S608  # as above
        f"{', '.join(f'{parts.get(name, 0)} AS {name}' for name in measures)} "
        f"FROM source s {lines} JOIN orders_sellerorder p ON p.id = l.seller_order_id "
        f"WHERE s.kind = '{kind.value}'"
        for kind, (lines, parts) in MOVED.items()
    )


DIMENSIONS: Mapping[Any, str] = {
    **{name: f"s.{name}" for name in ("day", "hour", "customer", "country", "currency")},
    "product_id": "l.product_id",
    "category_id": "l.category_id",
    "seller_id": "p.seller_id",
}
"""Where each part of a fact's key comes from."""
