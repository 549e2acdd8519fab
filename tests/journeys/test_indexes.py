"""The questions asked most are answered by an index, without sorting or reading the table."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import SellerFactory, UserFactory
from analytics.models import Line, Purpose
from analytics.queries import suggestions
from analytics.tests.suggesting import live, suggest
from cart.pricing import PricedLine
from catalog.models import Brand, Category, Product, Variant
from catalog.services import NewProduct, list_products
from catalog.tests.factories import BrandFactory, CategoryFactory
from core.ids import uuid7
from orders.models import Order, OrderLine
from orders.services import PastSale, record_past_sales
from orders.tests.factories import ADDRESS

ANY = uuid7()
SUGGESTION = r"analytics_suggestion_(pkey|once|\d)"


@pytest.fixture
def shelves(db):
    """Enough rows for PostgreSQL's planner to see that brands and categories narrow things down."""
    now, seller = timezone.now(), SellerFactory()
    for _ in range(10):
        category, brand = CategoryFactory(), BrandFactory()
        new = [
            NewProduct(f"{category.slug}-{n}", f"P{n}", seller, category, 100 + n, "GBP", 1)
            for n in range(40)
        ]
        list_products(new, at=now)
        Product.objects.filter(category=category).update(brand=brand)
    sold = (PricedLine(Variant.objects.select_related("product__seller").first(), 1, 100),)
    for buyer in UserFactory.create_batch(20):
        references = (f"{buyer.pk}-{n}" for n in range(5))
        record_past_sales(
            [PastSale(r, buyer, sold, "GBP", ADDRESS, now - timedelta(hours=1)) for r in references]
        )
    for build in (live(), live(Line.CANDIDATE, "ease-1")):
        for _ in range(100):
            suggest(build, "for_you", uuid7(), *Product.objects.all()[:10])


def shop():
    return Product.objects.published()


QUESTIONS = {
    "accounts_user": lambda: User.objects.filter(email="a@example.com"),
    "catalog_product.*slug|autoindex_catalog_product": lambda: Product.objects.filter(slug="a"),
    "catalog_variant.*sku|autoindex_catalog_variant": lambda: Variant.objects.filter(
        sku="a"
    ).order_by(),
    "catalog_product_category_price": lambda: (
        shop().filter(category=Category.objects.first()).order_by("price", "pk")
    ),
    "catalog_product_brand_price": lambda: (
        shop().filter(brand=Brand.objects.first()).order_by("price", "pk")
    ),
    "catalog_product_price": lambda: shop().order_by("price", "pk"),
    "catalog_product_newest": lambda: shop().order_by("-created_at", "-pk"),
    "catalog_product_sales": lambda: shop().order_by("-units_sold", "-pk"),
    "catalog_product_title": lambda: shop().order_by("title", "pk"),
    "catalog_product_seller": lambda: Product.objects.filter(seller=ANY).order_by(
        "-created_at", "-pk"
    ),
    "orders_order_user_created": lambda: Order.objects.filter(
        user=Order.objects.earliest("pk").user
    ).order_by("-created_at", "-pk"),
    "orders_line_product": lambda: OrderLine.objects.filter(product=ANY).order_by(),
    SUGGESTION: lambda: suggestions._shelf(Line.CONTROL, Purpose.AGAIN, ANY),
}


def keep_to_indexes():
    if connection.vendor == "postgresql":  # tables this small it would rather read through
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE (SKIP_LOCKED)")
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")


def test_each_frequent_question_is_answered_by_its_index(shelves):
    keep_to_indexes()

    plans = {index: question()[:20].explain() for index, question in QUESTIONS.items()}

    assert {i: plan for i, plan in plans.items() if not re.search(i, plan)} == {}
    sorts = ("TEMP B-TREE", "Sort Key")
    assert {i: plan for i, plan in plans.items() if any(sort in plan for sort in sorts)} == {}


@pytest.mark.parametrize("line", Line)
def test_what_is_recommended_is_found_by_index_and_only_that_much_is_sorted(shelves, line):
    keep_to_indexes()

    plan = suggestions._own_and_popular(ANY, line, [uuid7(), uuid7()])[:30].explain()

    by_index = rf"{SUGGESTION}.*build_id=\? AND purpose=\? AND owner=\?"  # SQLite's words
    if connection.vendor == "postgresql":
        by_index = rf"{SUGGESTION} on [^\n]*\n *Index Cond: [^\n]*build_id[^\n]*purpose[^\n]*owner"
    assert re.search(by_index, plan), plan
