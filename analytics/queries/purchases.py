"""What known customers have bought, as arrays to recommend from."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import count
from uuid import UUID

import numpy as np
from django.conf import settings

from analytics.models import UNKNOWN_CUSTOMER, Source
from analytics.queries.kept import kept
from analytics.recommendations.purchases import Integers, Purchases
from catalog.models import Product

CHUNK = 50_000
SOLD = [status for status in Product.Status if status != Product.Status.ARCHIVED]
LINE = ("order__lines__product_id", "order__lines__quantity", "order__lines__unit_price")


def purchases(until: date) -> Purchases:
    """Lines paid for before day ``until`` and kept, in the shop's currency, of customers who are known.

    Names of customers are those of ``Source.customer``, of items the products' ids. What is archived
    is left out, as it cannot be bought. What was cancelled, came back, was archived or moved to
    another category after ``until`` is seen as it is now. Two queries; 24 bytes a line while it reads.
    """
    customers: defaultdict[UUID, int] = defaultdict(count().__next__)
    items: defaultdict[UUID, int] = defaultdict(count().__next__)
    customer, item, day = array("i"), array("i"), array("i")
    quantity, price = array("q"), array("f")
    for buyer, on, product, pieces, paid in _lines(until):
        customer.append(customers[buyer])
        item.append(items[product])
        day.append(on.toordinal())
        quantity.append(pieces)
        price.append(paid)
    return Purchases(
        customer=np.frombuffer(customer, np.int32),
        item=np.frombuffer(item, np.int32),
        day=np.frombuffer(day, np.int32),
        quantity=np.frombuffer(quantity, np.int64),
        price=np.frombuffer(price, np.float32),
        customers=np.array([str(key) for key in customers], np.str_),
        items=np.array([str(key) for key in items], np.str_),
        category=_categories(items),
        until=until.toordinal(),
    )


def _lines(until: date) -> Iterator[tuple[UUID, date, UUID, int, int]]:
    sales = Source.objects.filter(
        kind=Source.Kind.SALE, currency=settings.SHOP_CURRENCY, day__lt=until
    )
    known = sales.exclude(customer=UNKNOWN_CUSTOMER)
    sold = known.filter(kept("order__", "order__lines__"), order__lines__product__status__in=SOLD)
    return sold.values_list("customer", "day", *LINE).iterator(CHUNK)


def _categories(items: dict[UUID, int]) -> Integers:
    """Of each item, a number for the category where it stands now."""
    numbers: defaultdict[UUID, int] = defaultdict(count().__next__)
    found = np.full(len(items), -1, np.int32)
    for product, category in Product.objects.values_list("pk", "category_id").iterator(CHUNK):
        if product in items:
            found[items[product]] = numbers[category]
    return found
