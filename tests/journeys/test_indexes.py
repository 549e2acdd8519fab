"""The questions asked most are answered by an index, without sorting or reading the table."""

import re

import pytest
from django.db import connection

from accounts.models import User
from catalog.models import Product, Variant
from core.ids import uuid7
from orders.models import Order, OrderLine

ANY = uuid7()


def shop():
    return Product.objects.published()


QUESTIONS = {
    "accounts_user": lambda: User.objects.filter(email="a@example.com"),
    "catalog_product.*slug|autoindex_catalog_product": lambda: Product.objects.filter(slug="a"),
    "catalog_variant.*sku|autoindex_catalog_variant": lambda: Variant.objects.filter(
        sku="a"
    ).order_by(),
    "catalog_product_category_price": lambda: shop().filter(category=ANY).order_by("price", "pk"),
    "catalog_product_brand_price": lambda: shop().filter(brand=ANY).order_by("price", "pk"),
    "catalog_product_price": lambda: shop().order_by("price", "pk"),
    "catalog_product_newest": lambda: shop().order_by("-created_at", "-pk"),
    "catalog_product_sales": lambda: shop().order_by("-units_sold", "-pk"),
    "catalog_product_title": lambda: shop().order_by("title", "pk"),
    "catalog_product_seller": lambda: Product.objects.filter(seller=ANY).order_by(
        "-created_at", "-pk"
    ),
    "orders_order_user_created": lambda: Order.objects.filter(user=ANY).order_by(
        "-created_at", "-pk"
    ),
    "orders_line_product": lambda: OrderLine.objects.filter(product=ANY).order_by(),
}


@pytest.mark.parametrize("index", QUESTIONS)
def test_a_frequent_question_is_answered_by_its_index(db, index):
    if connection.vendor == "postgresql":  # on empty tables it would rather read everything
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")

    plan = QUESTIONS[index]()[:20].explain()

    assert re.search(index, plan), plan
    assert "TEMP B-TREE" not in plan
    assert "Sort Key" not in plan
