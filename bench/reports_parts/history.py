"""Years of sales, made by SQL month by month: orders, their lines, and the facts of them.

Orders are written without their payments and postings, and noted as sold, by hand; from there on facts are
counted by the very statements that count them in the shop.
"""
# ruff: noqa: S608  # what goes into statements are names and numbers of ours

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.models import Source
from analytics.queries import Days
from analytics.queries.days import following
from analytics.services import adding
from bench.reports_parts.terms import CATEGORIES, CUSTOMERS, LAST, LINES, PRODUCTS, SELLERS

ANALYSED_AFTER = (1, 2, 4, 16, 64)
"""Months after which the database looks at its tables: until then it plans for empty ones."""

TABLES = ("orders_order", "orders_sellerorder", "orders_orderline")

INDEXES = """
    SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND NOT indisunique
    """

ORDERS = f"""
    CREATE TEMPORARY TABLE bought ON COMMIT DROP AS
    SELECT (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid AS order_id,
           n, at, at::date AS day, extract(hour FROM at) AS hour,
           md5('customer' || floor(random() * {CUSTOMERS}))::uuid AS customer,
           (ARRAY['GB', 'GB', 'GB', 'GB', 'GB', 'GB', 'FR', 'DE', 'IE', 'ES'])[1 + floor(random() * 10)] AS country
      FROM (SELECT n, %(first)s::date + (n - %(start)s) / %(daily)s * interval '1 day'
                      + (7 + 14 * random()) * interval '1 hour' AS at
              FROM generate_series(%(start)s, %(start)s + %(days)s * %(daily)s - 1) n) numbered
    """

# The lines of an order are of two sellers, each of whom has some products that sell better than others.
SOLD = f"""
    CREATE TEMPORARY TABLE sold ON COMMIT DROP AS
    SELECT order_id, n, position, day, product, product %% {SELLERS} AS seller, 1 + floor(random() * 4) AS quantity,
           100 + product * 7 %% 4999 AS price
      FROM (SELECT order_id, n, day, position, floor(random() * random() * {PRODUCTS // SELLERS})::int * {SELLERS}
                   + (CASE position %% 3 WHEN 1 THEN one ELSE other END) AS product
              FROM (SELECT *, floor(random() * random() * {SELLERS})::int AS one, floor(random() * {SELLERS})::int AS other
                      FROM bought) of_two, generate_series(1, 1 + n %% {2 * LINES - 1}) position) chosen
    """

SELLER_ORDER = "(lpad(to_hex(n), 12, '0') || '70008001' || lpad(to_hex(seller), 12, '0'))::uuid"

WRITTEN = (
    """
    INSERT INTO orders_order (id, version, number, user_id, email, status, currency, subtotal, discount, shipping,
           tax, tax_included, sponsored, total, paid, refunded, shipping_address, billing_address, created_at, updated_at)
    SELECT order_id, 1, 'B-' || n, customer, '', 'completed', 'GBP', total, 0, 0, 0, 0, 0, total, total, 0,
           jsonb_build_object('country', country), '{}', at, at
      FROM bought JOIN (SELECT order_id, sum(price * quantity) AS total FROM sold GROUP BY order_id) summed USING (order_id)
    """,
    f"""
    INSERT INTO orders_sellerorder (id, version, order_id, seller_id, status, currency, total, sponsored, shipping,
           shipping_method, tax, commission, created_at, updated_at)
    SELECT {SELLER_ORDER}, 1, order_id, md5('seller' || seller)::uuid, 'delivered', 'GBP',
           sum(price * quantity), 0, 0, '', 0, sum(price * quantity) / 10, day, day
      FROM sold GROUP BY order_id, n, seller, day
    """,
    f"""
    INSERT INTO orders_orderline (id, order_id, seller_order_id, product_id, variant_id, category_id, position, sku, title,
           currency, unit_price, unit_fraction, quantity, subtotal, discount, sponsored, shipping, tax, tax_included,
           tax_rate, tax_name, commission)
    SELECT (lpad(to_hex(n), 12, '0') || '70008002' || lpad(to_hex(position), 12, '0'))::uuid, order_id, {SELLER_ORDER},
           product_id, product_id, md5('category' || product %% {CATEGORIES})::uuid, position,
           'SKU-' || product, 'Thing ' || product, 'GBP', price, 0, quantity, price * quantity, 0, 0, 0, 0, 0, 0, '',
           price * quantity / 10
      FROM (SELECT *, md5('product' || product)::uuid AS product_id FROM sold) named
    """,
    """
    INSERT INTO analytics_source (kind, subject_id, order_id, day, hour, month, customer, country, currency)
    SELECT 'sale', order_id, order_id, day, hour, date_trunc('month', day), customer, country, 'GBP' FROM bought
    """,
)


def main(*, lines: int, days: int) -> dict[str, Any]:
    """``lines`` in so many ``days``. Answers how many seconds orders and facts took."""
    daily = lines // days // LINES
    took = {"orders": 0.0, "facts": 0.0}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SELECT setseed(0.5)")
        _drop_indexes(cursor)
        start = 1
        spans = _months(Days(LAST - timedelta(days=days - 1), LAST))
        for number, span in enumerate(spans, start=1):
            began = time.monotonic()
            _sell(cursor, span, start, daily)
            if number in ANALYSED_AFTER:
                cursor.execute("ANALYZE")
            sold = time.monotonic()
            _count(span)
            took["orders"] += sold - began
            took["facts"] += time.monotonic() - sold
            start += span.count * daily
        cursor.execute("SELECT count(*) FROM orders_orderline")
        return took | {"lines": cursor.fetchone()[0]}


def _drop_indexes(cursor: Any) -> None:
    """Of orders: nobody asks by them here, and writing goes faster."""
    for table in TABLES:
        cursor.execute(INDEXES, [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


def _months(days: Days) -> Iterator[Days]:
    first = days.first
    while first <= days.last:
        last: date = min(following(first.replace(day=1)) - timedelta(days=1), days.last)
        yield Days(first, last)
        first = last + timedelta(days=1)


@transaction.atomic
def _sell(cursor: Any, span: Days, start: int, daily: int) -> None:
    given = {"first": span.first, "start": start, "days": span.count, "daily": daily}
    for statement in (ORDERS, SOLD, *WRITTEN):
        cursor.execute(statement, given)


@transaction.atomic
def _count(span: Days) -> None:
    adding.add(Source.objects.filter(day__range=(span.first, span.last)))
