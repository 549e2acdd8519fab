"""Purchases without a database."""

from collections.abc import Sequence

import numpy as np

from analytics.recommendations.purchases import Purchases

EVERYBODY = slice(None)


def purchases(
    lines: Sequence[tuple[int, int, int]],
    items: int,
    until: int,
    price: Sequence[float] = (),
    category: Sequence[int] = (),
) -> Purchases:
    """Of (customer, item, day); ``price`` is of lines, ``category`` of items."""
    customer, item, day = (np.array(column, np.int32) for column in zip(*lines, strict=True))
    return Purchases(
        customer=customer,
        item=item,
        day=day,
        quantity=np.ones(len(lines), np.int64),
        price=np.array(price or [100] * len(lines), np.float32),
        customers=np.arange(customer.max() + 1).astype(np.str_),
        items=np.arange(items).astype(np.str_),
        category=np.array(category or [-1] * items, np.int32),
        until=until,
    )


def many(customers: int = 60, items: int = 40, lines: int = 900) -> Purchases:
    """The same every time; each customer has bought something, of shelves of ten items."""
    chance = np.random.default_rng(7)
    customer = np.concatenate([np.arange(customers), chance.integers(customers, size=lines)])
    item = (customer % 4 * 10 + chance.integers(15, size=len(customer))) % items
    day = chance.integers(1, 200, size=len(customer))
    price = (item * 7 % 13 + 1).astype(float).tolist()
    category = (np.arange(items) // 10).tolist()
    return purchases(list(zip(customer, item, day, strict=True)), items, 200, price, category)
