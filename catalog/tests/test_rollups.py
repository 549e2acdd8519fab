"""The figures that the database keeps are those of a recount, whatever happened to the products."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Seller
from accounts.tests.factories import SellerFactory
from catalog import rollups
from catalog.models import PriceStep, Product, RollUp
from catalog.seeding import fill, missing, prepare
from catalog.tests.factories import BrandFactory, CategoryFactory, on_sale

URL = "/api/v1/products/stats"


def change(number, **changes):
    return lambda made: Product.objects.filter(pk=made[number % len(made)]).update(**changes)


class Counted(TestCase):
    """Any sequence of changes, one row or many in a statement, keeps the sums right."""

    steps = st.one_of(
        st.builds(
            lambda number, status: change(number, status=status),
            st.integers(0, 9),
            st.sampled_from(["draft", "active", "archived"]),
        ),
        st.builds(lambda n, price: change(n, price=price), st.integers(0, 9), st.integers(0, 9999)),
        st.builds(
            lambda n, stars: change(n, rating=stars, reviews_count=1),
            st.integers(0, 9),
            st.sampled_from([0, 100, 467, 500]),
        ),
        st.builds(lambda n, stock: change(n, in_stock=stock), st.integers(0, 9), st.booleans()),
        st.builds(
            lambda n, gone: change(n, deleted_at=timezone.now() if gone else None),
            st.integers(0, 9),
            st.booleans(),
        ),
        st.builds(
            lambda place: (
                lambda made: Product.objects.update(
                    category_id=type(made).categories[place].pk, brand_id=type(made).brands[place]
                )
            ),
            st.integers(0, 1),
        ),
        st.builds(
            lambda status: lambda made: Seller.objects.update(status=status),
            st.sampled_from(["approved", "suspended"]),
        ),
        st.just(lambda made: rollups.fold_rollups()),
        st.just(lambda made: Product.objects.update(condition="used")),
    )

    @given(st.lists(steps, max_size=8))
    @settings(max_examples=40, deadline=None)
    def test_sums_are_those_of_a_recount(self, steps):
        class Made(list):
            categories = [CategoryFactory(), CategoryFactory()]
            brands = [BrandFactory().pk, None]

        shops = [SellerFactory(), SellerFactory()]
        made = Made(on_sale(price=100 * n, seller=shops[n % 2]).product_id for n in range(4))

        for step in steps:
            step(made)
            assert rollups.differences() == {}


def test_folding_leaves_one_row_for_each_shelf_and_the_same_sums(db):
    category = CategoryFactory()
    for price in (100, 200, 300):
        on_sale(price=price, category=category, rating=400)
    assert RollUp.objects.count() > 1

    rollups.fold_rollups()

    row = RollUp.objects.get()
    assert (row.products, row.price, row.category_id) == (3, 600, category.pk)
    assert (row.rated, row.rating) == (3, 1200)
    assert [(each.step, each.products) for each in PriceStep.objects.order_by("step")] == [
        (100, 1),
        (200, 1),
        (300, 1),
    ]
    steps = set(PriceStep.objects.values_list("pk", flat=True))
    on_sale(price=100)
    assert rollups.fold_rollups() == 0
    assert RollUp.objects.filter(pk=row.pk).exists()
    assert steps < set(PriceStep.objects.values_list("pk", flat=True))


def test_a_wrong_figure_is_named_and_repaired(db):
    variant = on_sale(price=500)
    call_command("check_rollups", stdout=StringIO())
    RollUp.objects.update(products=7)

    errors = StringIO()
    with pytest.raises(CommandError):
        call_command("check_rollups", stderr=errors)
    assert str(variant.product.category_id) in errors.getvalue()
    assert "products +6, price +0, rated +0, rating +0" in errors.getvalue()
    call_command("check_rollups", repair=True, stdout=StringIO())
    call_command("check_rollups", stdout=StringIO())


def test_stats_are_of_what_is_published(api, db):
    kitchen, toys = CategoryFactory(slug="kitchen"), CategoryFactory(slug="toys")
    acme = BrandFactory()
    on_sale(price=1000, category=kitchen, brand=acme, rating=467)
    on_sale(price=1001, category=kitchen, brand=acme, stock=0, rating=300)
    on_sale(price=9900, category=toys)
    on_sale(price=1, rating=100, seller__status=Seller.Status.SUSPENDED)
    totals = {"total": 3, "in_stock": 2, "out_of_stock": 1, "currency": "GBP"}
    prices = {"min": "10.00", "max": "99.00", "average": "39.67"}

    ratings = {"average": "3.84", "products": 2}  # 3.835, half to even

    assert api().get(URL).json() == {**totals, "price": prices, "rating": ratings}
    groups = api().get(f"{URL}?group_by=category").json()["groups"]
    assert [(g["category"]["slug"], g["total"], g["in_stock"]) for g in groups] == [
        ("kitchen", 2, 1),
        ("toys", 1, 1),
    ]
    assert [g["rating"] for g in groups] == [ratings, {"average": None, "products": 0}]
    assert [g["price"]["average"] for g in groups] == ["10.00", "99.00"]  # 10.005, half to even


def test_an_empty_shop_has_stats_too(api, db):
    body = api().get(f"{URL}?group_by=category").json()

    assert (body["total"], body["price"]["average"], body["groups"]) == (0, None, [])


@pytest.mark.parametrize("query", ["group_by=colour", "group=category"])
def test_a_wrong_grouping_is_refused(api, db, query):
    assert api().get(f"{URL}?{query}").status_code == 400


def test_seeding_is_repeatable_and_goes_on(db):
    def seed(number, seed=7):
        call_command("seed_catalog", products=number, sellers=2, seed=seed, stdout=StringIO())
        return set(Product.objects.values_list("pk", "title", "price", "category__slug"))

    few = seed(5)
    assert (len(few), seed(5)) == (5, few)
    more = seed(8)
    assert len(more) == 8
    assert few < more
    assert len(seed(5, seed=8)) == 13
    assert rollups.differences() == {}
    assert missing(prepare(7, 2), 9) == [8]
    assert list(fill(prepare(7, 2), [8], at=timezone.now())) == [1]
    stocked = Product.objects.filter(variants__stock__gt=0, variants__movements__stock_after__gt=0)
    assert set(stocked) == set(Product.objects.filter(in_stock=True)) != set()
