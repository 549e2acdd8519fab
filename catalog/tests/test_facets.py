"""Counts beside filters: what each choice would leave, all else staying as it is."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

import catalog.queries
from catalog import totals
from catalog.facets import starts
from catalog.filters import ProductFilter
from catalog.models import Product
from catalog.steps import step_of
from catalog.tests.factories import BrandFactory, CategoryFactory, on_sale
from core.money import Money

URL = "/api/v1/products"
PRICES = st.one_of(
    st.integers(0, 120), st.sampled_from([899, 900, 999, 1000, 1001, 1999, 2000, 50_000])
)
"""In minor units: many of a step, and those where one begins or ends."""


@pytest.fixture
def shelf(db):
    kitchen = CategoryFactory(name="Kitchen", slug="kitchen")
    mugs = CategoryFactory(name="Mugs", slug="mugs", parent=kitchen)
    toys = CategoryFactory(name="Toys", slug="toys")
    acme, lumen = BrandFactory(name="Acme", slug="acme"), BrandFactory(name="Lumen", slug="lumen")
    on_sale(title="Red cup", price=450, category=mugs, brand=acme)
    on_sale(title="Blue cup", price=999, category=mugs, brand=lumen, stock=0)
    on_sale(title="Bowl", price=1000, category=kitchen, brand=acme, condition="used")
    on_sale(title="Red bus", price=50_000, category=toys, brand=None)
    Product.objects.filter(title="Bowl").update(rating=425, reviews_count=4)


def facets(api, query):
    body = api().get(f"{URL}?facets=1&{query}").json()["facets"]
    return {
        "category": {each["slug"]: each["count"] for each in body["category"]},
        "brand": {each["slug"]: each["count"] for each in body["brand"]},
        "condition": body["condition"],
        "price": {band["min_price"]: band["count"] for band in body["price"]},
    }


ALL = {
    "category": {"kitchen": 3, "mugs": 2, "toys": 1},
    "brand": {"acme": 2, "lumen": 1},
    "condition": {"new": 3, "used": 1},
    "price": {"0.00": 1, "5.00": 1, "10.00": 1, "500.00": 1},
}


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ("", {}),
        ("brand=acme", {"category": {"kitchen": 2, "mugs": 1}, "condition": {"new": 1, "used": 1}, "price": {"0.00": 1, "10.00": 1}}),
        ("category=mugs", {"brand": {"acme": 1, "lumen": 1}, "condition": {"new": 2}, "price": {"0.00": 1, "5.00": 1}}),
        ("category=kitchen", {"brand": {"acme": 2, "lumen": 1}, "condition": {"new": 2, "used": 1}, "price": {"0.00": 1, "5.00": 1, "10.00": 1}}),
        ("condition=used", {"category": {"kitchen": 1}, "brand": {"acme": 1}, "price": {"10.00": 1}}),
        ("max_price=9.99", {"category": {"kitchen": 2, "mugs": 2}, "brand": {"acme": 1, "lumen": 1}, "condition": {"new": 2}}),
        ("in_stock=false", {"category": {"kitchen": 1, "mugs": 1}, "brand": {"lumen": 1}, "condition": {"new": 1}, "price": {"5.00": 1}}),
        ("search=red", {"category": {"kitchen": 1, "mugs": 1, "toys": 1}, "brand": {"acme": 1}, "condition": {"new": 2}, "price": {"0.00": 1, "500.00": 1}}),
        ("search=cup&brand=acme", {"category": {"kitchen": 1, "mugs": 1}, "brand": {"acme": 1, "lumen": 1}, "condition": {"new": 1}, "price": {"0.00": 1}}),
        ("min_rating=4.25", {"category": {"kitchen": 1}, "brand": {"acme": 1}, "condition": {"used": 1}, "price": {"10.00": 1}}),
        ("search=%25", {"category": {}, "brand": {}, "condition": {}, "price": {}}),
    ],
)  # fmt: skip
def test_each_facet_leaves_out_its_own_filter(api, shelf, query, changed):
    assert facets(api, query) == {**ALL, **changed}


def test_a_band_is_two_prices_that_may_be_asked_for(api, shelf):
    bands = api().get(f"{URL}?facets=1").json()["facets"]["price"]

    assert (bands[1]["min_price"], bands[1]["max_price"], bands[-1]["max_price"]) == (
        "5.00",
        "9.99",
        None,
    )
    band = f"min_price={bands[1]['min_price']}&max_price={bands[1]['max_price']}"
    assert api().get(f"{URL}?{band}").json()["total"] == 1


class UnderPrices(TestCase):
    """Whatever prices things have and are asked for, and whichever shelf, as many are counted as there are."""

    @given(
        prices=st.lists(PRICES, min_size=1, max_size=6),
        bounds=st.tuples(PRICES | st.none(), PRICES | st.none()),
        shelf=st.sampled_from(["", "&category=", "&brand=", "&condition=new", "&in_stock=true"]),
    )
    @example(prices=[14, 15, 20, 30, 35, 36], bounds=(15, 35), shelf="")
    @settings(max_examples=25, deadline=None)
    def test_whole_steps_and_their_ends_are_all_that_is_asked_for(self, prices, bounds, shelf):
        sold = [on_sale(price=p, brand=BrandFactory()).product for p in prices]
        shelf += {"category": sold[0].category.slug, "brand": sold[0].brand.slug}.get(
            shelf[1:-1], ""
        )
        lowest, highest = sorted(bounds, key=lambda b: (b is None, b))
        asked = {"min_price": lowest, "max_price": highest}
        query = "".join(f"&{n}={Money(b, 'GBP')}" for n, b in asked.items() if b is not None)

        counted = facets(lambda: self.client, shelf + query)

        def left(name, own):
            others = "&".join(f for f in (shelf + query).split("&") if not f.startswith(own))
            found = self.client.get(f"{URL}?limit=100&{others}").json()["results"]
            return dict(Counter(each[name]["slug"] for each in found))

        assert counted["category"] == left("category", ("category",))
        assert counted["brand"] == left("brand", ("brand",))


def test_bands_begin_where_steps_do():
    assert [start for start in starts() if step_of(start) != start] == []


def test_whole_steps_are_counted_without_a_look_at_products(shelf):
    asked = {"min_price": "5.00", "max_price": "499.99", "condition": "new", "in_stock": "false"}
    narrowed = ProductFilter(asked, queryset=Product.objects.published())
    assert narrowed.is_valid()

    with CaptureQueriesContext(connection) as queries:
        counted = catalog.queries.facets(narrowed)

    assert [(brand.name, brand.product_count) for brand in counted.brands] == [("Lumen", 1)]
    assert [each["sql"] for each in queries if '"catalog_product"' in each["sql"]] == []


def test_facets_only_come_where_they_are_asked_for(api, shelf):
    assert "facets" not in api().get(URL).json()
    assert "facets" not in api().get(f"{URL}?facets=0").json()
    assert api().get(f"{URL}?facets=yes").status_code == 400
    assert "facets" in api().get(f"{URL}?facets=1&cursor=").json()


def test_facets_cost_the_same_for_many_products(api, shelf):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            api().get(f"{URL}?facets=1&search=cup&min_price=1")
        return len(queries)

    few = asked()
    for _ in range(4):
        on_sale(title="Cup", brand=BrandFactory(), category=CategoryFactory())
    assert asked() == few


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=cup", ["Blue cup", "Red cup"]),
        ("search=cup&ordering=relevance", ["Blue cup", "Red cup"]),
        ("search=cup&ordering=price", ["Red cup", "Blue cup"]),
        ("search=bule", ["Blue cup"]),
        ("search=red&category=toys", ["Red bus"]),
        ("min_rating=4", ["Bowl"]),
        ("min_rating=4.26", []),
        ("ordering=rating&limit=1", ["Bowl"]),
    ],
)
def test_products_are_searched_and_rated(api, shelf, query, expected):
    assert [each["title"] for each in api().get(f"{URL}?{query}").json()["results"]] == expected


@pytest.mark.parametrize(
    "query", ["ordering=relevance", "min_rating=6", "min_rating=x", "search=" + 201 * "x"]
)
def test_a_wrong_question_is_refused(api, shelf, query):
    response = api().get(f"{URL}?{query}")

    assert response.status_code == 400
    assert [each["field"] for each in response.json()["errors"]] == [query.split("=")[0]]


def test_a_rating_is_in_stars(api, shelf):
    bowl, cup = (
        api().get(f"{URL}?search={title}").json()["results"][0] for title in ("bowl", "blue")
    )

    assert (bowl["rating"], bowl["reviews_count"]) == ("4.25", 4)
    assert (cup["rating"], cup["reviews_count"]) == (None, 0)


def test_a_search_is_walked_by_cursor(api, db):
    for number in range(5):
        on_sale(title="Cup" if number % 2 else "Bowl", description="a cup", units_sold=number // 2)
    everything = [each["id"] for each in api().get(f"{URL}?search=cup").json()["results"]]

    url, seen = f"{URL}?search=cup&limit=2&cursor=", []
    while url:
        page = api().get(url).json()
        seen += [each["id"] for each in page["results"]]
        url = page["next"]

    assert (len(everything), seen) == (5, everything)


def test_a_total_is_exact_while_it_is_cheap_and_said_to_be_an_estimate_beyond(
    api, shelf, monkeypatch
):
    page = api().get(f"{URL}?search=cup").json()
    assert (page["total"], page["total_is_estimate"]) == (2, False)
    monkeypatch.setattr(totals, "EXACT_UP_TO", 1)

    page = api().get(f"{URL}?search=cup&limit=1").json()

    assert page["total_is_estimate"] is (connection.vendor == "postgresql")
    assert page["total"] >= 2
    assert page["next"]
    assert api().get(page["next"]).json()["next"] is None
    rolled_up = api().get(f"{URL}?category=kitchen&limit=1").json()
    assert (rolled_up["total"], rolled_up["total_is_estimate"]) == (3, False)


def test_suggestions_are_cards(api, shelf):
    found = api().get(f"{URL}/suggest?q=blue+cu&limit=1").json()

    assert [(each["title"], each["price"]) for each in found] == [("Blue cup", "9.99")]
    assert found[0]["image"].startswith("/pictures/")
    for query in ("", "q=", "q=a&limit=21", "q=" + 201 * "a", "q=a&x=1"):
        assert api().get(f"{URL}/suggest?{query}").status_code == 400


def test_the_shops_pages_count_what_is_left(client, shelf):
    page = client.get("/search?q=cup").content.decode()

    assert "Acme (1)" in page
    assert "/c/kitchen?q=cup" in page
    assert ">Bowl<" not in client.get("/c/kitchen?q=bule").content.decode()
    assert "Blue cup" in client.get("/c/kitchen?q=bule&ordering=relevance").content.decode()
