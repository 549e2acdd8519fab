"""The sales file as ``Purchases``: what recommendations are measured on, without a database."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from analytics.recommendations.purchases import Integers, Purchases
from demo.categories import LEAVES, classify
from demo.online_retail import SHIPPED
from demo.rows import LONDON, Row, parse, raw_rows
from demo.titles import readable_title

GOODS = re.compile(r"[0-9]{5}")
"""How codes of goods begin."""


def sales_history(path: Path | None = None) -> Purchases:
    """Lines of positive quantity and price, of known customers and goods. Prices are in mills.

    Days are London's. Customers and items are numbered in the order of the file. An item's category
    is that of its first title, so that it tells nothing of later days.

    :raises demo.rows.NotOnlineRetail: the file is missing or damaged or has other columns.
    """
    parsed = (parse(raw) for _, raw in raw_rows(path or SHIPPED))
    rows = [row for row in parsed if row is not None and _counts(row)]
    customers = _numbered(row.customer for row in rows)
    items = _numbered(row.sku for row in rows)
    days = [row.sold_at.astimezone(LONDON).toordinal() for row in rows]
    return Purchases(
        customer=np.array([customers[row.customer] for row in rows], np.int32),
        item=np.array([items[row.sku] for row in rows], np.int32),
        day=np.array(days, np.int32),
        quantity=np.array([row.quantity for row in rows], np.int64),
        price=np.array([row.mills for row in rows], np.float32),
        customers=np.array(list(customers), np.str_),
        items=np.array(list(items), np.str_),
        category=_categories(rows, items),
        until=max(days, default=0) + 1,
    )


def _counts(row: Row) -> bool:
    return row.quantity > 0 and row.mills > 0 and bool(row.customer and GOODS.match(row.sku))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """In the order in which they come first."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


def _categories(rows: list[Row], items: dict[str, int]) -> Integers:
    titles = {row.sku: row.description for row in reversed(rows)}
    shelves = {leaf.slug: number for number, leaf in enumerate(LEAVES)}
    found = [shelves[classify(readable_title(titles[sku])).slug] for sku in items]
    return np.array(found, np.int32)
