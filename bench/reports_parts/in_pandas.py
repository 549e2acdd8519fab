"""The usual way: load the lines of the days into pandas, and group them there.

It is spared what is hardest for it, pairs of products.
"""

import resource
import time
from datetime import timedelta
from typing import Any

import pandas as pd
from django.conf import settings
from psycopg import connect

from bench.reports_parts.terms import LAST

LINES = """
    SELECT o.created_at AS at, o.user_id::text AS customer, o.shipping_address->>'country' AS country,
           l.order_id::text AS bought, s.seller_id::text AS seller, l.product_id::text AS product,
           l.category_id::text AS category, l.quantity, l.subtotal + l.shipping + l.tax AS gross, l.discount, l.commission
      FROM orders_orderline l
      JOIN orders_order o ON o.id = l.order_id JOIN orders_sellerorder s ON s.id = l.seller_order_id
     WHERE o.created_at >= %(first)s AND o.created_at < %(end)s
    """

NAMES = ["customer", "country", "bought", "seller", "product", "category"]
"""Columns of few values in many rows: kept once, or the memory of a large machine would not do."""

CHUNK = 500_000
MEASURES = ["quantity", "gross", "discount", "commission"]


def main(*, days: int) -> dict[str, Any]:
    """Answers ``seconds`` to load and to group, the ``peak`` memory (MiB), and ``nets`` by category."""
    began = time.perf_counter()
    lines = _load(days)
    loaded = time.perf_counter()
    nets = _group(lines)
    return {
        "loading": loaded - began,
        "grouping": time.perf_counter() - loaded,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "nets": nets,
    }


def _load(days: int) -> pd.DataFrame:
    given = {"first": LAST - timedelta(days=days - 1), "end": LAST + timedelta(days=1)}
    with connect(settings.DATABASE_URL) as direct, direct.cursor("lines") as cursor:
        cursor.execute(LINES, given)
        chunks = []
        while rows := cursor.fetchmany(CHUNK):
            columns = [column.name for column in cursor.description or ()]
            chunk = pd.DataFrame(rows, columns=columns)
            chunks.append(chunk.astype(dict.fromkeys(NAMES, "category")))
    return _joined(chunks)


def _joined(chunks: list[pd.DataFrame]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for name in chunks[0].columns:
        parts = [chunk[name] for chunk in chunks]
        if name in NAMES:
            columns[name] = pd.api.types.union_categoricals(parts)
        else:
            columns[name] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns)


def _group(lines: pd.DataFrame) -> dict[str, int]:
    """Whatever a report says but for pairs; what only needs the results is left out."""
    lines["day"] = lines["at"].dt.normalize()
    lines["net"] = lines["gross"] - lines["discount"]
    times = [lines["at"].dt.dayofweek, lines["at"].dt.hour]
    for by in ("day", "product", "seller", "country", times):
        rows = lines.groupby(by, observed=True)
        assert len(rows[MEASURES].sum()) == len(rows["bought"].nunique())
    _customers(lines)
    nets = lines.groupby("category", observed=True)[[*MEASURES, "net"]].sum()["net"]
    return {str(key): int(net) for key, net in nets.items()}


def _customers(lines: pd.DataFrame) -> None:
    """Segments and cohorts."""
    people = lines.groupby("customer", observed=True).agg(
        newest=("day", "max"),
        bought=("bought", "nunique"),
        net=("net", "sum"),
        since=("day", "min"),
    )
    ranks = people[["newest", "bought", "net"]].rank(method="min")
    assert len(((ranks - 1) * 5 // len(people)).value_counts())
    month = lines["day"].dt.tz_localize(None).dt.to_period("M")
    active = pd.DataFrame({"customer": lines["customer"], "month": month}).drop_duplicates()
    joined = active.groupby("customer", observed=True)["month"].transform("min")
    assert len(active.groupby([joined, active["month"]]).size())
